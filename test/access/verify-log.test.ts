import { createHash, createSecretKey } from 'node:crypto';
import { AccessLog } from '../../src/access/access-log.js';
import type { AccessRecord } from '../../src/access/access-record.js';
import { verifyLog } from '../../src/access/verify-log.js';
import type { Viewer } from '../../src/access/viewer.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';

const key = createSecretKey(Buffer.alloc(32, 7));
let database: HubDatabase;

const viewer: Viewer = {
  agency: 'HEPING_HRSS',
  kind: 'DISTRICT_HRSS',
  jurisdiction: 'CN-TJ',
  district: '120101',
  account: 'heping_hrss-local',
  role: null,
  principal: 'DISTRICT_HRSS',
  agreements: [],
  digestKey: '',
  pageLimit: 100,
  expiresAt: 0,
  purpose: null,
  caseNo: null,
  today: '2026-03-02',
};

const descriptions = ['{"document":"one"}', '{"document":"two"}'];
const plans = descriptions.map((description) => ({ description, digest: createHash('sha256').update(description).digest('hex') }));

function record(number: number): AccessRecord {
  return {
    viewer,
    purpose: null,
    caseNo: null,
    document: 'd'.repeat(64),
    operation: null,
    plan: plans[number % 3] ?? null,
    boundary: 'b1',
    status: 200,
    records: 1,
    body: `{"data":${number}}`,
    receivedAt: 1_772_413_200_000 + number,
    answeredAt: 1_772_413_200_001 + number,
  };
}

/** Appends ten records one after another to each of as many chains as asked for. */
async function writeChains(count: number): Promise<void> {
  const logs: AccessLog[] = [];
  for (let i = 0; i < count; i += 1) logs.push(await AccessLog.open(database, key));
  for (const log of logs) for (let number = 1; number <= 10; number += 1) await log.append(record(number));
  await Promise.all(logs.map((log) => log.close()));
}

const change = (sql: string): Promise<unknown> => database.pool().query(sql);

beforeEach(async () => {
  database = await testDatabase();
});
afterEach(() => database.close());

test('an empty log and a log of several chains are intact', async () => {
  expect(await verifyLog(database, key)).toEqual({ chains: 0, entries: 0n, fault: null });
  await writeChains(3);
  expect(await verifyLog(database, key)).toEqual({ chains: 3, entries: 30n, fault: null });
});

test('a chain is continued by the next holder; entries of one batch are chained in their order', async () => {
  await writeChains(1);
  const log = await AccessLog.open(database, key);
  await Promise.all(Array.from({ length: 1_200 }, (_, i) => log.append(record(i))));
  await log.close();
  expect(await verifyLog(database, key)).toEqual({ chains: 1, entries: 1_210n, fault: null });
});

test('another key finds fault with the first entry', async () => {
  await writeChains(1);
  const { fault } = await verifyLog(database, createSecretKey(Buffer.alloc(32, 8)));
  expect(fault).toEqual({ chain: 1, position: '1', reason: 'entry or its place was changed' });
});

test('a hub that writes while the log is verified is no fault', async () => {
  const log = await AccessLog.open(database, key);
  let verified = 0;
  const verifying = (async () => {
    for (; verified < 15; verified += 1) expect((await verifyLog(database, key)).fault).toBeNull();
  })();
  let number = 0;
  const fresh = (): AccessRecord => {
    const description = `{"document":"${(number += 1)}"}`;
    return { ...record(number), plan: { description, digest: createHash('sha256').update(description).digest('hex') } };
  };
  while (verified < 15) await Promise.all([log.append(fresh()), log.append(fresh()), Promise.race([verifying, Promise.resolve()])]);
  await verifying;
  await log.close();
});

const changed = 'entry or its place was changed';
const shift = (from: number): string =>
  `UPDATE hub.access_entry SET position = position + 100 WHERE chain = 2 AND position >= ${from};
   UPDATE hub.access_entry SET position = position - 99 WHERE chain = 2 AND position >= 100;`;

/** What somebody with every right on the database, but without the key, could do to chain 2 of three. */
test.each([
  ['an edited entry', `UPDATE hub.access_entry SET entry = replace(entry, 'HEPING', 'HEXIQU') WHERE chain = 2 AND position = 4`, '4', changed],
  ['an edited hash', `UPDATE hub.access_entry SET hash = reverse(hash) WHERE chain = 2 AND position = 4`, '4', changed],
  ['a result digest exchanged', `UPDATE hub.access_entry SET entry = replace(entry, '"records":1', '"records":0') WHERE chain = 2 AND position = 10`, '10', changed],
  ['a removed first entry', `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 1`, '1', 'entry is missing'],
  ['a removed entry in the middle', `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 5`, '5', 'entry is missing'],
  [
    'a removed entry, those behind it moved up',
    `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 5;
     UPDATE hub.access_entry SET position = position + 100 WHERE chain = 2 AND position > 5;
     UPDATE hub.access_entry SET position = position - 101 WHERE chain = 2 AND position > 100`,
    '5',
    changed,
  ],
  ['a cut tail', `DELETE FROM hub.access_entry WHERE chain = 2 AND position > 8`, '9', 'tail was cut'],
  ['all entries of a chain removed', `DELETE FROM hub.access_entry WHERE chain = 2`, '1', 'tail was cut'],
  [
    'two entries exchanged, hashes and all',
    `UPDATE hub.access_entry SET position = 100 WHERE chain = 2 AND position = 6;
     UPDATE hub.access_entry SET position = 6 WHERE chain = 2 AND position = 7;
     UPDATE hub.access_entry SET position = 7 WHERE chain = 2 AND position = 100`,
    '6',
    changed,
  ],
  ['the texts of two entries exchanged', `UPDATE hub.access_entry a SET entry = b.entry FROM hub.access_entry b WHERE a.chain = 2 AND b.chain = 2 AND a.position + b.position = 7 AND a.position IN (3, 4)`, '3', changed],
  ['an inserted entry', `${shift(7)} INSERT INTO hub.access_entry SELECT chain, 7, entry, hash FROM hub.access_entry WHERE chain = 2 AND position = 6`, '7', changed],
  ['an entry taken over from another chain', `UPDATE hub.access_entry a SET entry = b.entry, hash = b.hash FROM hub.access_entry b WHERE a.chain = 2 AND a.position = 3 AND b.chain = 1 AND b.position = 3`, '3', changed],
  ['an entry added behind the head', `INSERT INTO hub.access_entry SELECT chain, 11, entry, hash FROM hub.access_entry WHERE chain = 2 AND position = 10`, '11', changed],
  ['a head moved on', `UPDATE hub.access_chain SET position = 11 WHERE chain = 2`, '11', 'tail was cut'],
  ['a head with another hash', `UPDATE hub.access_chain SET hash = reverse(hash) WHERE chain = 2`, '10', 'entry does not agree with the stored head'],
])('%s is found, and its first bad place named', async (_, sql, position, reason) => {
  await writeChains(3);
  await change(sql);
  expect((await verifyLog(database, key)).fault).toEqual({ chain: 2, position, reason });
});

test('a head behind the last entry, as a kill -9 leaves it, is no fault, and the chain goes on behind its last entry', async () => {
  await writeChains(3);
  await change('UPDATE hub.access_chain c SET position = 8, hash = e.hash FROM hub.access_entry e WHERE c.chain = 2 AND e.chain = 2 AND e.position = 8');
  expect((await verifyLog(database, key)).fault).toBeNull();
});

test('a head removed: its entries are named as a chain without a head', async () => {
  await writeChains(3);
  await change('DELETE FROM hub.access_chain WHERE chain = 2');
  expect((await verifyLog(database, key)).fault).toMatchObject({ chain: 2, reason: 'entry of a chain without a head' });
});

test('a plan description that was changed or removed is found', async () => {
  await writeChains(1);
  await change(`UPDATE hub.access_plan SET description = '{}' WHERE digest = '${plans[1]?.digest}'`);
  expect((await verifyLog(database, key)).fault).toEqual({ chain: 0, position: plans[1]?.digest, reason: 'plan description was changed' });
  await change(`DELETE FROM hub.access_plan WHERE digest = '${plans[1]?.digest}'`);
  expect((await verifyLog(database, key)).fault).toEqual({ chain: 1, position: '1', reason: 'plan description is missing' });
});

test('the writer role can add to the evidence, never change it', async () => {
  await writeChains(1);
  const writer = database.pool('concordat_writer');
  for (const table of ['hub.access_entry', 'hub.access_plan']) {
    await expect(writer.query(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    await expect(writer.query(`TRUNCATE ${table}`)).rejects.toMatchObject({ code: '42501' });
  }
  await expect(writer.query(`UPDATE hub.access_entry SET entry = '{}'`)).rejects.toMatchObject({ code: '42501' });
  await expect(writer.query(`UPDATE hub.access_plan SET description = '{}'`)).rejects.toMatchObject({ code: '42501' });
});
