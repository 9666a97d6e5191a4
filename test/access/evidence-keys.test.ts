import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { EvidenceKeys, isSignedBy } from '../../src/access/log/evidence-keys.js';
import { HubKeys } from '../../src/access/keys.js';
import { EvidenceLog, record } from './evidence-log.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-keys-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('a digest is keyed by the month, the same for one body and month, and no plain digest', () => {
  const keys = new EvidenceKeys(new HubKeys(folder));
  const body = '{"data":{"permitDuplicate":{"exists":true}}}';
  expect(keys.digest('2026-11', body)).toBe(new EvidenceKeys(new HubKeys(folder)).digest('2026-11', Buffer.from(body)));
  expect(keys.digest('2026-11', body)).not.toBe(keys.digest('2026-12', body));
  expect(keys.digest('2026-11', body)).not.toBe(createHash('sha256').update(body).digest('base64url'));
});

test('the key of a month can be destroyed: its digests say nothing any more, and the log verifies as before', async () => {
  const log = await EvidenceLog.create();
  try {
    const writer = await log.open();
    await writer.append(record(1));
    await writer.close();
    const known = log.keys.digest('2026-11', record(1).body);
    await unlink(path.join(log.folder, 'keys', 'evidence-2026-11.key'));
    expect(new EvidenceKeys(new HubKeys(log.folder)).digest('2026-11', record(1).body)).not.toBe(known);
    expect(await log.verify()).toMatchObject({ entries: 1n, fault: null });
  } finally {
    await log.close();
  }
});

test('a signature is of chain, position and hash, and of one key', () => {
  const keys = new EvidenceKeys(new HubKeys(folder));
  const checkpoint = { chain: 1, position: 7n, hash: 'h', signature: keys.sign(1, 7n, 'h') };
  expect(isSignedBy(keys.publicKey, checkpoint)).toBe(true);
  for (const other of [{ chain: 2 }, { position: 8n }, { hash: 'g' }, { signature: '' }, { signature: keys.sign(1, 8n, 'h') }]) {
    expect(isSignedBy(keys.publicKey, { ...checkpoint, ...other })).toBe(false);
  }
  const foreign = new EvidenceKeys(new HubKeys(path.join(folder, 'foreign')));
  expect(isSignedBy(foreign.publicKey, checkpoint)).toBe(false);
});

test('keys are files of the hub alone; one that is none is never replaced', async () => {
  const keys = new EvidenceKeys(new HubKeys(folder));
  keys.digest('2026-11', '');
  keys.sign(1, 1n, '');
  const names = await readdir(path.join(folder, 'keys'));
  expect(names.sort()).toEqual(['evidence-2026-11.key', 'evidence-signing.pem']);
  for (const name of names) expect((await stat(path.join(folder, 'keys', name))).mode & 0o777).toBe(0o600);
  for (const name of names) await writeFile(path.join(folder, 'keys', name), 'nonsense');
  const broken = new EvidenceKeys(new HubKeys(folder));
  expect(() => broken.digest('2026-11', '')).toThrow('KEY_FILE_INVALID');
  expect(() => broken.sign(1, 1n, '')).toThrow('KEY_FILE_INVALID');
});
