import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, readdir, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { AccessLog } from '../../src/access/log/access-log.js';
import { readJournal } from '../../src/access/log/access-journal.js';
import { waitFor } from '../support/wait-for.js';
import { EvidenceLog, record } from './evidence-log.js';

/** HUB_EVIDENCE=journal: an answer may leave when its entry is in the journal of the data folder. */

let log: EvidenceLog;
beforeEach(async () => {
  log = await EvidenceLog.create();
});
afterEach(() => log.close());

const stored = async (): Promise<number> => {
  const { rows } = await log.database.pool().query<{ count: number }>('SELECT count(*)::int AS count FROM hub.access_entry');
  return rows[0]?.count ?? 0;
};

/** Keeps the table from taking entries, as a database that is away does. */
const closeTable = (): Promise<unknown> => log.sql('REVOKE INSERT ON hub.access_entry FROM concordat_writer');
const openTable = (): Promise<unknown> => log.sql('GRANT INSERT ON hub.access_entry TO concordat_writer');

async function append(to: AccessLog, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) await to.append(record(number));
}

/** Another process writes records while the table takes nothing, and is killed -9. */
async function writeAndKill(single: number, together = 0): Promise<void> {
  await closeTable();
  const script = fileURLToPath(new URL('./journal-writer.js', import.meta.url));
  const writer = spawn(process.execPath, [script, JSON.stringify(log.database.settings), log.folder, String(single), String(together)]);
  const said = await Promise.race([once(writer.stdout, 'data').then(String), once(writer, 'exit').then(() => 'ended')]);
  expect(said).toBe('written\n');
  const ended = once(writer, 'exit');
  writer.kill('SIGKILL');
  await ended;
  await openTable();
  await waitFor('the chain to be free', async () => {
    const { rows } = await log.database.pool().query<{ free: boolean }>(`SELECT NOT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 1 AND objsubid = 2
      AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) AS free`);
    return rows[0]?.free === true;
  });
}

const segment = async (): Promise<string> => {
  const names = (await readdir(path.join(log.folder, 'evidence'))).filter((name) => name.endsWith('.journal'));
  return path.join(log.folder, 'evidence', names.sort().at(-1) ?? 'none');
};

/** The journal up to where it was written. */
const written = async (file: string): Promise<string> => {
  const bytes = await readFile(file);
  return bytes.subarray(0, bytes.indexOf(0)).toString();
};

test('entries are carried into the table behind the answers, and a stop leaves nothing behind', async () => {
  const writer = await log.open('journal');
  await Promise.all(Array.from({ length: 2_500 }, (_, i) => writer.append(record(i))));
  await waitFor('the table to have them', async () => (await stored()) === 2_500);
  await append(writer, 0, 10);
  await writer.close();
  expect(await stored()).toBe(2_510);
  expect(await log.verify()).toEqual({ chains: 1, entries: 2_510n, unjudged: 0, fault: null });
});

test('while the table takes nothing entries are durable in the journal, verified with it, and carried afterwards', async () => {
  const writer = await log.open('journal');
  await append(writer, 0, 3);
  await waitFor('the table to have them', async () => (await stored()) === 3);
  await closeTable();
  await append(writer, 3, 20);
  expect(await stored()).toBe(3);
  expect(readJournal(log.evidence, 1).links.length).toBe(23);
  expect(await log.verify()).toEqual({ chains: 1, entries: 23n, unjudged: 0, fault: null });
  await openTable();
  await waitFor('the table to have them', async () => (await stored()) === 23);
  expect(await log.verify()).toEqual({ chains: 1, entries: 23n, unjudged: 0, fault: null });
});

test('kill -9 between journal and table: the next start carries what was released, and the chain goes on', async () => {
  await writeAndKill(20);
  const next = await log.open('journal');
  expect(await stored()).toBe(20);
  await append(next, 20, 5);
  await next.close();
  expect(await log.verify()).toEqual({ chains: 1, entries: 25n, unjudged: 0, fault: null });
});

test('a hub that makes evidence durable in the database carries the journal that one before it left', async () => {
  await writeAndKill(20);
  await (await log.open('database')).append(record(20));
  expect(await stored()).toBe(21);
  expect(log.evidence.segments(1)).toEqual([]);
  expect((await log.verify()).fault).toBeNull();
});

test('a torn last line was never released: it is left out, at the next start too', async () => {
  await writeAndKill(4);
  const file = await segment();
  const text = await written(file);
  await writeFile(file, text);
  await truncate(file, Buffer.byteLength(text) - 40);
  expect(readJournal(log.evidence, 1).links.length).toBe(3);
  expect(await log.verify()).toEqual({ chains: 1, entries: 3n, unjudged: 0, fault: null });
  await append(await log.open('journal'), 4, 2);
  expect(await log.verify()).toEqual({ chains: 1, entries: 5n, unjudged: 0, fault: null });
});

test('whole entries of a batch whose end is torn are left out: a batch counts as one', async () => {
  await writeAndKill(1, 3);
  const file = await segment();
  const text = await written(file);
  await writeFile(file, text.slice(0, text.lastIndexOf('entry\t')));
  expect(readJournal(log.evidence, 1).links.map(({ position }) => position)).toEqual([1n]);
});

/** What somebody could do to the file between a crash and the next start. */
test.each([
  ['an edited line', (text: string) => text.replace(/(entry\t5\t.*)HEPING/, '$1HEXIQU'), '5'],
  ['a removed line', (text: string) => text.replace(/entry\t5\t.*\n/, ''), '5'],
  ['a line twice', (text: string) => text.replace(/(entry\t5\t.*\n)/, '$1$1'), '6'],
  ['a line that is none', (text: string) => text.replace(/(entry\t5\t)/, 'note\n$1'), '5'],
  ['two lines exchanged', (text: string) => text.replace(/(entry\t5\t.*\n)((?:plan\t.*\n)?entry\t6\t.*\n)/, '$2$1'), '5'],
])('%s in the journal is found, and the hub does not start with it', async (_, change, position) => {
  await writeAndKill(10);
  const file = await segment();
  const text = await written(file);
  expect(change(text)).not.toBe(text);
  await writeFile(file, change(text));
  const { fault } = await log.verify();
  expect(fault).toMatchObject({ chain: 1, position, reason: 'JOURNAL_CHANGED' });
  await expect(log.open('journal')).rejects.toMatchObject({ code: 'EVIDENCE_JOURNAL_BROKEN' });
  expect(await stored()).toBe(0);
});

test('a journal taken away with its entries is a cut tail: the checkpoint of the folder knows them', async () => {
  const writer = await log.open('journal');
  await append(writer, 0, 5);
  await writer.close();
  const known = log.evidence.checkpoint(1)?.position ?? 0n;
  await log.sql('DELETE FROM hub.access_entry; UPDATE hub.access_chain SET position = 0');
  log.evidence.removeSegments(1);
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '1', reason: 'TAIL_CUT', detail: String(known) });
});

test('a full journal refuses: what the table does not take is bounded', async () => {
  const writer = await log.open('journal');
  await closeTable();
  // 300 entries with the largest case numbers are about 17 MB a round.
  const large = record(1, { subjects: Array.from({ length: 8_000 }, (_, i) => String(1_000_000 + i)) });
  let refused = 0;
  for (let round = 0; round < 12 && refused === 0; round += 1) {
    const done = await Promise.allSettled(Array.from({ length: 100 }, () => writer.append(large)));
    refused = done.filter(({ status }) => status === 'rejected').length;
  }
  expect(refused).toBeGreaterThan(0);
  await openTable();
  await waitFor('the table to have taken them', async () => {
    await writer.append(record(2)).catch(() => undefined);
    return log.evidence.segments(1).length === 1;
  }, 30);
  await writer.append(record(3));
  await writer.close();
  expect((await log.verify()).fault).toBeNull();
}, 120_000);

test('segments follow each other, and those the table has are removed', async () => {
  const writer = await log.open('journal');
  const large = record(1, { subjects: Array.from({ length: 4_000 }, (_, i) => String(1_000_000 + i)) });
  for (let round = 0; round < 8; round += 1) await Promise.all(Array.from({ length: 60 }, () => writer.append(large)));
  await waitFor('the table to have them', async () => (await stored()) === 480);
  await append(writer, 0, 2);
  await writer.close();
  expect(log.evidence.segments(1).length).toBe(1);
  expect(await log.verify()).toMatchObject({ entries: 482n, fault: null });
});

test('two processes of one folder never write one journal', async () => {
  const first = await log.open('journal');
  const second = await log.open('journal');
  await append(first, 0, 3);
  await append(second, 0, 4);
  await first.close();
  await second.close();
  expect(await log.verify()).toMatchObject({ chains: 2, entries: 7n, fault: null });
  // A claim whose process is gone, or whose number another program has now, counts for nothing.
  await writeFile(path.join(log.folder, 'evidence', 'chain-1.writer'), `${process.pid}-1`);
  expect(log.evidence.claim(1)).toBe(true);
  expect(log.evidence.claim(1)).toBe(false);
  log.evidence.release(1);
});

test('the disk refuses: nothing counts, and the next batch begins a segment of its own', async () => {
  const writer = await log.open('journal');
  await append(writer, 0, 3);
  const handle = await open(await segment(), 'r+');
  const proto = Object.getPrototypeOf(handle) as { write: (...args: unknown[]) => Promise<unknown> };
  await handle.close();
  const whole = proto.write;
  proto.write = () => Promise.reject(new Error('ENOSPC'));
  await expect(writer.append(record(3))).rejects.toThrow('ENOSPC');
  proto.write = whole;
  await append(writer, 4, 3);
  await writer.close();
  expect(await log.verify()).toMatchObject({ entries: 6n, fault: null });
});
