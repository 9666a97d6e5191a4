import { createHash, createSecretKey, generateKeyPairSync } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { entryHash, oldEntryHash } from '../../src/access/log/access-entry.js';
import type { AccessRecord } from '../../src/access/log/access-record.js';
import { faultText } from '../../src/access/log/log-fault.js';
import { EvidenceLog, foreignKeys, plans, record } from './evidence-log.js';

/** B-56 (XM-3.5.8, SX-3.2.4.2): a log of who was shown what is worth as much as it is safe from whoever keeps it. */

let log: EvidenceLog;
beforeEach(async () => {
  log = await EvidenceLog.create();
});
afterEach(() => log.close());

const intact = { unjudged: 0, fault: null };

test('an empty log and a log of several chains are intact', async () => {
  expect(await log.verify()).toEqual({ ...intact, chains: 0, entries: 0n });
  await log.writeChains(3);
  expect(await log.verify()).toEqual({ ...intact, chains: 3, entries: 30n });
});

test('a chain is continued by the next holder; entries of one batch are chained in their order', async () => {
  await log.writeChains(1);
  const next = await log.open();
  await Promise.all(Array.from({ length: 1_200 }, (_, i) => next.append(record(i))));
  await next.close();
  expect(await log.verify()).toEqual({ ...intact, chains: 1, entries: 1_210n });
});

test('an auditor verifies with the public key alone, without the data folder', async () => {
  await log.writeChains(2);
  const keys = { publicKey: log.keys.publicKey, oldChainKey: null };
  expect(await log.verify({ keys, folder: null })).toEqual({ ...intact, chains: 2, entries: 20n });
});

test('another public key finds the first batch forged', async () => {
  await log.writeChains(1);
  const { publicKey } = generateKeyPairSync('ed25519');
  const { fault } = await log.verify({ keys: { publicKey, oldChainKey: null }, folder: null });
  expect(fault).toEqual({ chain: 1, position: '1', reason: 'FORGED', detail: '1' });
});

test('a hub that writes while the log is verified is no fault, in the table and in the journal', async () => {
  for (const mode of ['database', 'journal'] as const) {
    const writer = await log.open(mode);
    let verified = 0;
    const verifying = (async () => {
      for (; verified < 15; verified += 1) expect((await log.verify()).fault).toBeNull();
    })();
    let number = 0;
    const fresh = (): AccessRecord => {
      const description = `{"document":"${mode} ${(number += 1)}"}`;
      return record(number, { plan: { description, digest: createHash('sha256').update(description).digest('hex') } });
    };
    while (verified < 15) await Promise.all([writer.append(fresh()), writer.append(fresh()), Promise.race([verifying, Promise.resolve()])]);
    await verifying;
    await writer.close();
  }
});

const changed = 'ENTRY_CHANGED';
const shift = (from: number): string =>
  `UPDATE hub.access_entry SET position = position + 100 WHERE chain = 2 AND position >= ${from};
   UPDATE hub.access_entry SET position = position - 99 WHERE chain = 2 AND position >= 100;`;
const insert = 'INSERT INTO hub.access_entry (month, chain, position, entry, hash, signature)';

/** What somebody with every right on the database, but without the key, could do to chain 2 of three. */
test.each([
  ['an edited entry', `UPDATE hub.access_entry SET entry = replace(entry, 'HEPING', 'HEXIQU') WHERE chain = 2 AND position = 4`, '4', changed],
  ['an edited hash', `UPDATE hub.access_entry SET hash = reverse(hash) WHERE chain = 2 AND position = 4`, '4', changed],
  ['a result digest exchanged', `UPDATE hub.access_entry SET entry = replace(entry, '"records":1', '"records":0') WHERE chain = 2 AND position = 10`, '10', changed],
  ['a subject taken out of an entry', `UPDATE hub.access_entry SET entry = replace(entry, '"subjects":[3]', '"subjects":[]') WHERE chain = 2 AND position = 3`, '3', changed],
  ['a removed first entry', `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 1`, '1', 'ENTRY_MISSING'],
  ['a removed entry in the middle', `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 5`, '5', 'ENTRY_MISSING'],
  [
    'a removed entry, those behind it moved up',
    `DELETE FROM hub.access_entry WHERE chain = 2 AND position = 5;
     UPDATE hub.access_entry SET position = position + 100 WHERE chain = 2 AND position > 5;
     UPDATE hub.access_entry SET position = position - 101 WHERE chain = 2 AND position > 100`,
    '5',
    changed,
  ],
  ['a cut tail', `DELETE FROM hub.access_entry WHERE chain = 2 AND position > 8`, '9', 'TAIL_CUT'],
  [
    'a tail cut together with the head stored beside it',
    `DELETE FROM hub.access_entry WHERE chain = 2 AND position > 8;
     UPDATE hub.access_chain c SET position = 8, hash = e.hash FROM hub.access_entry e WHERE c.chain = 2 AND e.chain = 2 AND e.position = 8`,
    '9',
    'TAIL_CUT',
  ],
  ['all entries of a chain removed', `DELETE FROM hub.access_entry WHERE chain = 2`, '1', 'TAIL_CUT'],
  ['a whole chain removed with its head', `DELETE FROM hub.access_entry WHERE chain = 2; DELETE FROM hub.access_chain WHERE chain = 2`, '1', 'TAIL_CUT'],
  [
    'two entries exchanged, hashes and all',
    `UPDATE hub.access_entry SET position = 100 WHERE chain = 2 AND position = 6;
     UPDATE hub.access_entry SET position = 6 WHERE chain = 2 AND position = 7;
     UPDATE hub.access_entry SET position = 7 WHERE chain = 2 AND position = 100`,
    '6',
    changed,
  ],
  ['the texts of two entries exchanged', `UPDATE hub.access_entry a SET entry = b.entry FROM hub.access_entry b WHERE a.chain = 2 AND b.chain = 2 AND a.position + b.position = 7 AND a.position IN (3, 4)`, '3', changed],
  ['an inserted entry', `${shift(7)} ${insert} SELECT month, chain, 7, entry, hash, signature FROM hub.access_entry WHERE chain = 2 AND position = 6`, '7', changed],
  ['a second entry at one position, in another month', `${insert} SELECT '2026-12-01', chain, position, entry, hash, signature FROM hub.access_entry WHERE chain = 2 AND position = 6`, '6', 'ENTRY_INSERTED'],
  ['an entry moved to another month', `UPDATE hub.access_entry SET month = '2026-12-01' WHERE chain = 2 AND position = 6`, '6', 'MONTH_CHANGED'],
  ['an entry moved to a month without a partition', `UPDATE hub.access_entry SET month = '1999-01-01' WHERE chain = 2 AND position = 6`, '6', 'MONTH_CHANGED'],
  ['an entry taken over from another chain', `UPDATE hub.access_entry a SET entry = b.entry, hash = b.hash, signature = b.signature FROM hub.access_entry b WHERE a.chain = 2 AND a.position = 3 AND b.chain = 1 AND b.position = 3`, '3', changed],
  ['an entry added behind the head', `${insert} SELECT month, chain, 11, entry, hash, signature FROM hub.access_entry WHERE chain = 2 AND position = 10`, '11', changed],
  ['an entry that is none', `UPDATE hub.access_entry SET entry = 'nothing' WHERE chain = 2 AND position = 4`, '4', changed],
  ['a signature taken away at the end', `UPDATE hub.access_entry SET signature = NULL WHERE chain = 2 AND position = 10`, '10', 'UNSIGNED'],
  ['a head moved on', `UPDATE hub.access_chain SET position = 11 WHERE chain = 2`, '11', 'TAIL_CUT'],
  ['a head with another hash', `UPDATE hub.access_chain SET hash = reverse(hash) WHERE chain = 2`, '10', 'HEAD_CHANGED'],
])('%s is found, and its first bad place named', async (_, sql, position, reason) => {
  await log.writeChains(3);
  await log.sql(sql);
  const { fault } = await log.verify();
  expect(fault).toMatchObject({ chain: 2, position, reason });
  expect(fault && faultText(fault)).toMatch(/^[^·{}]*[\u4e00-\u9fff][^·{}]* · [^{}]+$/);
});

/** Rewrites chain 1 from a position on, with hashes that fit; `sign` signs the last entry. */
async function rewrite(from: number, change: (entry: string) => string, sign: (position: bigint, hash: string) => string | null): Promise<void> {
  const { rows } = await log.database.pool().query<{ position: string; entry: string; hash: string }>(
    'SELECT e.position::text, e.entry, e.hash FROM hub.access_entry e WHERE e.chain = 1 ORDER BY e.position',
  );
  let previous = rows[from - 2]?.hash ?? '';
  for (const row of rows.slice(from - 1)) {
    const entry = Number(row.position) === from ? change(row.entry) : row.entry;
    previous = entryHash(previous, 1, BigInt(row.position), entry);
    await log.database.pool().query('UPDATE hub.access_entry SET entry = $2, hash = $3, signature = coalesce($4, signature) WHERE chain = 1 AND position = $1', [
      row.position, entry, previous, sign(BigInt(row.position), previous),
    ]);
    await log.database.pool().query('UPDATE hub.access_chain SET hash = $1 WHERE chain = 1', [previous]);
  }
}

test('a forged row: an edited entry with all hashes behind it made to fit is found by the signature', async () => {
  await log.writeChains(1);
  await rewrite(4, (entry) => entry.replace('HEPING', 'HEXIQU'), () => null);
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '4', reason: 'FORGED', detail: '4' });
});

test('a checkpoint signed by another key is found', async () => {
  await log.writeChains(1);
  const foreign = foreignKeys(log.folder);
  await rewrite(4, (entry) => entry.replace('HEPING', 'HEXIQU'), (position, hash) => foreign.sign(1, position, hash));
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '4', reason: 'FORGED', detail: '4' });
});

test('a row appended with a fitting hash but without a signature is found', async () => {
  await log.writeChains(1);
  const { rows } = await log.database.pool().query<{ entry: string; hash: string; month: string }>(
    'SELECT entry, hash, month::text FROM hub.access_entry WHERE chain = 1 AND position = 10',
  );
  const [last] = rows;
  if (!last) throw new Error('no entry');
  const hash = entryHash(last.hash, 1, 11n, last.entry);
  await log.database.pool().query(`${insert} VALUES ($1, 1, 11, $2, $3, NULL)`, [last.month, last.entry, hash]);
  await log.database.pool().query('UPDATE hub.access_chain SET position = 11, hash = $1 WHERE chain = 1', [hash]);
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '11', reason: 'UNSIGNED' });
});

test('a checkpoint of the data folder that was changed, or signed by another key, is found', async () => {
  await log.writeChains(1);
  const file = path.join(log.folder, 'evidence', 'chain-1.checkpoint');
  const kept = await readFile(file, 'utf8');
  await writeFile(file, kept.replace('"position":"10"', '"position":"9"'));
  expect((await log.verify()).fault).toMatchObject({ chain: 1, reason: 'CHECKPOINT_FORGED' });
  await log.evidence.keep({ chain: 1, position: 12n, hash: 'h', signature: foreignKeys(log.folder).sign(1, 12n, 'h') });
  expect((await log.verify()).fault).toMatchObject({ chain: 1, reason: 'CHECKPOINT_FORGED' });
  await writeFile(file, '');
  expect((await log.verify()).fault).toMatchObject({ chain: 1, reason: 'CHECKPOINT_FORGED' });
  await rm(file);
  expect((await log.verify()).fault).toBeNull();
});

test('a head behind the last entry, as a kill -9 leaves it, is no fault', async () => {
  await log.writeChains(3);
  await log.sql('UPDATE hub.access_chain c SET position = 8, hash = e.hash FROM hub.access_entry e WHERE c.chain = 2 AND e.chain = 2 AND e.position = 8');
  expect((await log.verify()).fault).toBeNull();
});

test('a chain goes on behind a gap, so that the gap stays', async () => {
  await log.writeChains(1);
  await log.sql('DELETE FROM hub.access_entry WHERE position > 8; UPDATE hub.access_chain SET position = 0');
  await log.writeChains(1);
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '9', reason: 'ENTRY_MISSING' });
});

test('a head removed: its entries are named as a chain without a head', async () => {
  await log.writeChains(3);
  await log.sql('DELETE FROM hub.access_chain WHERE chain = 2');
  expect((await log.verify({ folder: null })).fault).toMatchObject({ chain: 2, reason: 'CHAIN_UNKNOWN' });
});

test('a plan description that was changed or removed is found', async () => {
  await log.writeChains(1);
  await log.sql(`UPDATE hub.access_plan SET description = '{}' WHERE digest = '${plans[1]?.digest}'`);
  expect((await log.verify()).fault).toEqual({ chain: 0, position: plans[1]?.digest, reason: 'PLAN_CHANGED' });
  await log.sql(`DELETE FROM hub.access_plan WHERE digest = '${plans[1]?.digest}'`);
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '1', reason: 'PLAN_MISSING' });
});

test('entries of the old form, chained by a keyed hash, still verify, and the new ones follow them', async () => {
  const key = createSecretKey(Buffer.alloc(32, 7));
  let hash = '';
  await log.sql(`INSERT INTO hub.access_chain (chain, position, hash) VALUES (1, 0, '')`);
  for (let position = 1; position <= 5; position += 1) {
    const entry = JSON.stringify({ agency: 'HEPING_HRSS', plan: null, records: 1, answered: Date.UTC(2026, 9, position) });
    hash = oldEntryHash(key, hash, 1, BigInt(position), entry);
    await log.database.pool().query(`${insert} VALUES ('2026-10-01', 1, $1, $2, $3, NULL)`, [position, entry, hash]);
  }
  await log.writeChains(1);
  const keys = { publicKey: log.keys.publicKey, oldChainKey: key };
  expect(await log.verify({ keys })).toEqual({ ...intact, chains: 1, entries: 15n });
  expect((await log.verify()).fault).toEqual({ chain: 1, position: '1', reason: changed });
  expect(await log.verify({ keys: { ...keys, oldChainKey: null } })).toEqual({ unjudged: 5, fault: null, chains: 1, entries: 15n });
  await log.sql(`UPDATE hub.access_entry SET entry = replace(entry, 'HEPING', 'HEXIQU') WHERE position = 3`);
  expect((await log.verify({ keys })).fault).toEqual({ chain: 1, position: '3', reason: changed });
});

test('months are verified on their own; each is found where it lies, and progress is told', async () => {
  await log.writeChains(1);
  log.clock.at = Date.UTC(2026, 11, 3);
  await log.writeChains(1);
  const seen: bigint[] = [];
  expect(await log.verify({ from: '2026-12', onProgress: (entries) => seen.push(entries) })).toEqual({ ...intact, chains: 1, entries: 10n });
  expect(await log.verify({ to: '2026-11' })).toEqual({ ...intact, chains: 1, entries: 10n });
  expect(await log.verify({ from: '2027-01' })).toEqual({ ...intact, chains: 1, entries: 0n });
  expect(seen).toContain(10n);
  await log.sql(`UPDATE hub.access_entry SET entry = replace(entry, 'HEPING', 'HEXIQU') WHERE position IN (5, 15)`);
  expect((await log.verify({ from: '2026-12' })).fault).toMatchObject({ position: '15' });
  expect((await log.verify({ to: '2026-11' })).fault).toMatchObject({ position: '5' });
});

test('the writer role can add to the evidence, never change it, not in a partition either', async () => {
  await log.writeChains(1);
  const writer = log.database.pool('concordat_writer');
  for (const table of ['hub.access_entry', 'hub.access_plan', 'hub_log.access_entry_default', 'hub_log.access_entry_202611']) {
    await expect(writer.query(`DELETE FROM ${table}`)).rejects.toMatchObject({ code: '42501' });
    await expect(writer.query(`TRUNCATE ${table}`)).rejects.toMatchObject({ code: '42501' });
  }
  await expect(writer.query(`UPDATE hub.access_entry SET entry = '{}'`)).rejects.toMatchObject({ code: '42501' });
  await expect(writer.query(`UPDATE hub.access_plan SET description = '{}'`)).rejects.toMatchObject({ code: '42501' });
});
