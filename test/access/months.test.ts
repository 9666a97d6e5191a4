import { createSecretKey, generateKeyPairSync } from 'node:crypto';
import { createDataSource, migrations } from '../../ormconfig.js';
import { oldEntryHash } from '../../src/access/log/access-entry.js';
import { AccessRegister, fillRegister, makePartitions } from '../../src/access/log/access-register.js';
import { verifyLog } from '../../src/access/log/verify-log.js';
import { migrate } from '../../src/database/migrate.js';
import { textLog } from '../../src/log.js';
import { emptyDatabase } from '../support/test-database.js';
import { EvidenceLog, record } from './evidence-log.js';

let log: EvidenceLog;
beforeEach(async () => {
  log = await EvidenceLog.create();
});
afterEach(() => log.close());

async function countBy(sql: string): Promise<Record<string, number>> {
  const { rows } = await log.database.pool().query<{ name: string; count: number }>(sql);
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
  for (const table of ['access_entry', 'access_read', 'access_subject']) expect(await partitions(table)).toEqual({ default: 10 });
  await makePartitions(log.database, log.clock);
  for (const table of ['access_entry', 'access_read', 'access_subject']) expect(await partitions(table)).toEqual({ 203105: 10 });
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

test('the register holds a subject once in ten minutes, and is filled again from the log when it was emptied', async () => {
  const writer = await log.open();
  for (let i = 0; i < 5; i += 1) await writer.append(record(1, { subjects: ['7', '8', '7'] }));
  log.clock.at += 10 * 60_000;
  await writer.append(record(1, { subjects: ['8'] }));
  await writer.close();
  expect(await fillRegister(log.database)).toBe(6);
  const bySubject = () => countBy('SELECT subject::text AS name, count(*)::int AS count FROM hub.access_subject GROUP BY 1');
  expect(await bySubject()).toEqual({ 7: 1, 8: 2 });
  expect(await fillRegister(log.database)).toBe(0);
  await log.sql('TRUNCATE hub.access_read, hub.access_subject, hub.access_register');
  expect(await fillRegister(log.database)).toBe(6);
  expect(await bySubject()).toEqual({ 7: 1, 8: 2 });
});

test('a log of the first release is moved into its months, and verifies by its own key', async () => {
  const database = await emptyDatabase();
  try {
    const before = createDataSource(database);
    before.setOptions({ migrations: migrations.filter(({ name }) => Number(/\d+$/.exec(name)?.[0]) <= 1795305800000) });
    await before.initialize();
    await before.runMigrations();
    await before.destroy();
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
