import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { oldEntryHash } from '../../src/access/log/access-entry.js';
import { AccessRegister, fillRegister, makePartitions } from '../../src/access/log/access-register.js';
import { verifyLog } from '../../src/access/log/verify-log.js';
import { migrate } from '../../src/database/migrate.js';
import { textLog } from '../../src/log.js';
import { migratedBefore } from '../support/migrated-before.js';
import { EvidenceLog, record } from './evidence-log.js';

let log: EvidenceLog;
beforeEach(async () => {
  log = await EvidenceLog.create();
});
afterEach(() => log.close());

async function countBy(sql: string, database = log.database): Promise<Record<string, number>> {
  const { rows } = await database.pool().query<{ name: string; count: number }>(sql);
  return Object.fromEntries(rows.map(({ name, count }) => [name, count]));
}

/** Rows by the partition they lie in. */
const partitions = (table: string): Promise<Record<string, number>> =>
  countBy(`SELECT replace(tableoid::regclass::text, 'hub_log.${table}_', '') AS name, count(*)::int AS count FROM hub.${table} GROUP BY 1`);

test('entries lie in the partition of their month, those of the register too', async () => {
  await log.writeChains(1);
  log.clock.at = Date.UTC(2026, 10, 30, 23, 59, 59, 999);
  await log.writeChains(1);
  log.clock.at += 1;
  await log.writeChains(1);
  await fillRegister(log.database);
  for (const table of ['access_entry', 'access_read']) expect(await partitions(table)).toEqual({ 202611: 20, 202612: 10 });
  expect(Object.keys(await partitions('access_subject'))).toEqual(expect.arrayContaining(['202611', '202612']));
  expect(await log.verify()).toMatchObject({ entries: 30n, fault: null });
});

test('writing never fails for want of a partition, and what waits in the default one moves into its month', async () => {
  log.clock.at = Date.UTC(2031, 4, 31);
  await log.writeChains(1);
  await fillRegister(log.database);
  for (const table of ['access_entry', 'access_read']) expect(await partitions(table)).toEqual({ default: 10 });
  expect(await partitions('access_subject')).toEqual({ default: 1 }); // ten neighbours share a block
  await makePartitions(log.database, log.clock);
  for (const table of ['access_entry', 'access_read']) expect(await partitions(table)).toEqual({ 203105: 10 });
  expect(await partitions('access_subject')).toEqual({ 203105: 1 });
  log.clock.at = Date.UTC(2031, 6, 1); // the next months were made ahead
  await log.writeChains(1);
  expect(await partitions('access_entry')).toEqual({ 203105: 10, 203107: 10 });
  expect((await log.verify()).fault).toBeNull();
});

test('hubs that make partitions at once get in nobody’s way, and neither does a writer', async () => {
  log.clock.at = Date.UTC(2032, 0, 31);
  const writer = await log.open();
  await Promise.all([
    ...Array.from({ length: 4 }, () => makePartitions(log.database, log.clock)),
    ...Array.from({ length: 50 }, (_, i) => writer.append(record(i))),
  ]).catch(() => makePartitions(log.database, log.clock)); // a row that came meanwhile is moved at the next turn
  await makePartitions(log.database, log.clock);
  expect(await partitions('access_entry')).toEqual({ 203201: 50 });
  expect((await log.verify()).fault).toBeNull();
});

test('a hub makes the partitions of its time and fills the register behind the log', async () => {
  log.clock.at = Date.UTC(2033, 1, 1);
  const register = new AccessRegister(log.database, log.clock, textLog('error', () => undefined));
  await register.open();
  register.start();
  await log.writeChains(1);
  for (let i = 0; i < 100 && (await partitions('access_read'))['203302'] !== 10; i += 1) await new Promise((resolve) => setTimeout(resolve, 50));
  await register.close();
  expect(await partitions('access_read')).toEqual({ 203302: 10 });
});

/** Subjects that somebody read of, with the number of ten minutes. */
const subjectsRead = (database = log.database): Promise<Record<string, number>> => {
  const sql = `SELECT (64 * block + n)::text AS name, count(*)::int AS count FROM hub.access_subject, generate_series(0, 63) n WHERE bits >> n & 1 = 1 GROUP BY 1`;
  return countBy(sql, database);
};

test('the register holds a subject once in ten minutes, and is filled again from the log when it was emptied', async () => {
  const writer = await log.open();
  for (let i = 0; i < 5; i += 1) await writer.append(record(1, { subjects: ['7', '8', '7'] }));
  log.clock.at += 10 * 60_000;
  await writer.append(record(1, { subjects: ['8'] }));
  await writer.close();
  expect(await fillRegister(log.database)).toBe(6);
  expect(await subjectsRead()).toEqual({ 7: 1, 8: 2 });
  expect(await fillRegister(log.database)).toBe(0);
  await log.sql('TRUNCATE hub.access_read, hub.access_subject, hub.access_register');
  expect(await fillRegister(log.database)).toBe(6);
  expect(await subjectsRead()).toEqual({ 7: 1, 8: 2 });
});

test('no subject is lost in its block: random reads of several chains, taken in by hubs at once', async () => {
  const ids = fc.array(fc.oneof(fc.integer({ min: 1, max: 200 }), fc.constantFrom(63, 64, 127, 128, 2 ** 31, 2 ** 53 - 1)), { maxLength: 12 });
  const answers = fc.array(fc.tuple(fc.nat({ max: 2 }), ids), { minLength: 1, maxLength: 30 });
  const writers = [await log.open(), await log.open(), await log.open()];
  const property = fc.asyncProperty(answers, async (read) => {
    log.clock.at += 3_600_000;
    await log.sql('TRUNCATE hub.access_subject');
    // Two portions: the second meets blocks of the first.
    for (const part of [read.slice(0, 10), read.slice(10)]) {
      await Promise.all(part.flatMap(([chain, subjects]) => writers[chain]?.append(record(1, { subjects: subjects.map(String) })) ?? []));
      await Promise.all([fillRegister(log.database), fillRegister(log.database)]);
    }
    expect(await subjectsRead()).toEqual(Object.fromEntries(read.flatMap(([, subjects]) => subjects.map((subject) => [String(subject), 1]))));
  });
  await fc.assert(property, { numRuns: 25 });
});

test('what the register held a row each moves into blocks', async () => {
  const database = await migratedBefore(1795498000000);
  try {
    await database.pool().query(`SELECT hub.make_log_partitions('2026-03-01', 1)`);
    await database.pool().query(
      `INSERT INTO hub.access_subject (subject, bucket, agency)
       SELECT s, b, a FROM unnest('{1,63,64,100,9007199254740991}'::bigint[]) s, unnest('{2026-03-02 00:10Z,2026-11-22 10:00Z}'::timestamptz[]) b, unnest('{HEPING_HRSS,MUNI_HRSS}'::text[]) a`,
    );
    await migrate(database);
    expect(await subjectsRead(database)).toEqual({ 1: 4, 63: 4, 64: 4, 100: 4, 9007199254740991: 4 });
    const { rows } = await database.pool().query<{ name: string }>('SELECT DISTINCT tableoid::regclass::text AS name FROM hub.access_subject ORDER BY 1');
    expect(rows.map(({ name }) => name)).toEqual(['hub_log.access_subject_202603', 'hub_log.access_subject_202611']);
  } finally {
    await database.close();
  }
});

test('a log of the first release is moved into its months, and verifies by its own key', async () => {
  const database = await migratedBefore(1795305900000);
  try {
    const key = createSecretKey(Buffer.alloc(32, 7));
    let hash = '';
    for (let position = 1; position <= 6; position += 1) {
      const entry = JSON.stringify({ agency: 'HEPING_HRSS', account: 'a', role: null, plan: null, boundary: 'b', status: 200, records: 1, result: 'r', received: 1, answered: Date.UTC(2026, 6 + position, 1) - 1 });
      hash = oldEntryHash(key, hash, 1, BigInt(position), entry);
      await database.pool().query('INSERT INTO hub.access_entry (chain, position, entry, hash) VALUES (1, $1, $2, $3)', [position, entry, hash]);
    }
    await database.pool().query('INSERT INTO hub.access_chain (chain, position, hash) VALUES (1, 6, $1)', [hash]);
    await migrate(database);
    const { rows } = await database.pool().query<{ name: string }>('SELECT tableoid::regclass::text AS name FROM hub.access_entry ORDER BY position');
    expect(rows.map(({ name }) => name)).toEqual(['07', '08', '09', '10', '11', '12'].map((month) => `hub_log.access_entry_2026${month}`));
    const { publicKey } = generateKeyPairSync('ed25519');
    expect(await verifyLog(database, { keys: { publicKey, oldChainKey: key }, folder: null })).toEqual({ chains: 1, entries: 6n, unjudged: 0, fault: null });
    expect(await fillRegister(database)).toBe(6);
  } finally {
    await database.close();
  }
});
