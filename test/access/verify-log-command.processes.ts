import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { databaseUrl } from '../../src/database/database-settings.js';
import { HubProgram } from '../server/hub-program.js';
import { EvidenceLog, foreignKeys } from './evidence-log.js';

let log: EvidenceLog;
beforeAll(async () => {
  log = await EvidenceLog.create();
  await log.writeChains(1);
  log.clock.at = Date.UTC(2026, 11, 3);
  await log.writeChains(1);
});
afterAll(() => log.close());

async function verify(folder: string, ...args: string[]): Promise<{ readonly code: number | null; readonly out: string; readonly error: string }> {
  const command = HubProgram.command({ DATABASE_URL: databaseUrl(log.database.settings), HUB_DATA: folder }, 'verify-log', ...args);
  const code = await command.exited;
  return { code, out: command.out, error: command.error };
}

test('hub verify-log: intact is 0, a fault is 1 and named in both languages, a wrong call is 2', async () => {
  expect(await verify(log.folder)).toMatchObject({ code: 0, out: expect.stringMatching(/^一致 · intact: 20 entries in 1 chain, key [0-9a-f]{16}\n$/) as string });
  expect(await verify(log.folder, '--from', '2026-12')).toMatchObject({ code: 0, out: expect.stringContaining('intact: 10 entries') as string });
  for (const wrong of [['--from', 'december'], ['--to', '2026-13'], ['--everything'], ['--public-key', path.join(log.folder, 'none')]]) {
    expect(await verify(log.folder, ...wrong)).toMatchObject({ code: 2, error: expect.stringContaining('Usage') as string });
  }
}, 60_000);

test('an auditor with the public key and an empty folder verifies; another key finds everything forged', async () => {
  const shown = await verify(log.folder, '--show-key');
  expect(shown).toMatchObject({ code: 0, out: expect.stringContaining('BEGIN PUBLIC KEY') as string });
  const key = path.join(log.folder, 'public.pem');
  await writeFile(key, shown.out);
  const empty = path.join(log.folder, 'auditor');
  expect(await verify(empty, '--public-key', key)).toMatchObject({ code: 0, out: expect.stringContaining('intact: 20 entries') as string });
  await writeFile(key, foreignKeys(log.folder).publicKey.export({ type: 'spki', format: 'pem' }));
  expect(await verify(empty, '--public-key', key)).toMatchObject({ code: 1, out: expect.stringContaining('[FORGED]') as string });

  await log.sql(`UPDATE hub.access_entry SET entry = replace(entry, 'HEPING', 'HEXIQU') WHERE position = 4`);
  const { code, out } = await verify(log.folder);
  expect([code, out]).toEqual([1, '不一致 · broken: 链 1 第 4 条 · chain 1, entry 4: 条目、其哈希或其位置被改动 · the entry, its hash or its place was changed [ENTRY_CHANGED]\n']);
  expect((await verify(log.folder, '--from', '2026-12')).code).toBe(0);
}, 60_000);
