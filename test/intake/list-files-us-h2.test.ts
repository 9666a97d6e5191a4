import { fileURLToPath } from 'node:url';
import { ListRegister } from '../../src/credit/lists/list-register.js';
import type { HubDatabase } from '../../src/database/database.js';
import { acceptDoubt, refuseDoubt } from '../../src/intake/accept-doubt.js';
import { listDoubts, openDoubt } from '../../src/intake/doubts.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake } from './permit-file.js';

// This module runs as dist/test/intake/…
const file = fileURLToPath(new URL('../../../test/fixtures/us-h2-debarments.csv', import.meta.url));

let database: HubDatabase;
let intake: TestIntake;

beforeAll(async () => {
  database = await testDatabase();
  intake = await TestIntake.begin(database);
  intake.clock.set('2026-11-22T00:00:00Z');
});
afterAll(async () => {
  await intake.remove();
  await database.close();
});

const query = async (sql: string, values: readonly unknown[] = []) => (await database.pool().query<Record<string, unknown>>(sql, [...values])).rows;
const states = async () => Object.fromEntries((await query('SELECT state, count(*)::int AS n FROM hub.list_entry GROUP BY 1')).map(({ state, n }) => [String(state), n]));
const registry = () => Promise.all(['subject', 'list_entry', 'list_entry_step', 'list_entry_known', 'feed_event'].map((table) => query(`SELECT * FROM hub.${table} t ORDER BY t::text`)));

/** Entries on the list on a day, as the boundary asks: published and not over. */
const listedOn = async (day: string) =>
  Number((await query(`SELECT count(*) AS n FROM hub.list_entry WHERE state = 'PUBLISHED' AND valid_from <= $1 AND (over_on IS NULL OR over_on > $1)`, [day]))[0]?.['n']);

const doubtful = () => listDoubts(database.pool(), { state: 'OPEN', limit: 100 });
const tools = () => ({ database, keyRing: intake.keyRing, clock: intake.clock });

test('of 141 rows 132 are adopted and 9 doubtful, six of them for one and the same difference', async () => {
  const ledger = await intake.take(file);
  expect(ledger).toMatchObject({
    profile: 'us-h2-debarments', read: 141, checked: 132, matched: 132, stored: 132, doubtful: 9, rejected: 0, byStatus: { LISTED: 138, REVOKED: 3 },
  });
  expect(ledger.doubts.map(({ field, code }) => `${field} ${code}`)).toEqual(Array(9).fill('Notes TERMS_DISAGREE'));
  const terms = await Promise.all(
    (await doubtful()).map(async ({ reference }) => {
      const { record } = await openDoubt(database.pool(), intake.keyRing, reference);
      if (record.kind !== 'entry' || record.entry.origin !== 'ADOPTED') throw new Error('no adopted entry');
      const { validFrom, validTo, otherTerm } = record.entry;
      return [validFrom, validTo, otherTerm?.validFrom, otherTerm?.validTo].join(' ');
    }),
  );
  const same = '2011-06-17 2012-06-16 2012-06-17 2013-06-16';
  expect(terms).toEqual([
    ...Array<string>(6).fill(same),
    '2011-12-03 2012-12-02 2012-11-19 2013-11-18',
    '2012-06-07 2014-06-06 2012-06-07 2013-06-06',
    '2013-02-13 2016-02-12 2013-02-13 2016-02-13',
  ]);
});

test('of the 132 one is permanent and listed, 128 are over, 3 were revoked: two rescinded, one overturned', async () => {
  expect(await listedOn('2014-12-31')).toBe(76);
  expect(await listedOn('2026-11-22')).toBe(1);
  while ((await new ListRegister(database, intake.keyRing, intake.clock).expire(500)) > 0);
  expect(await states()).toEqual({ PUBLISHED: 1, EXPIRED: 128, REVOKED: 3 });
  expect(await query(`SELECT ground, valid_from::text, valid_to, source_note FROM hub.list_entry WHERE valid_to IS NULL`)).toEqual([
    { ground: 'H-2A/H-2B', valid_from: '2014-08-01', valid_to: null, source_note: 'DOL permanently debarred the employer from both the H-2A and H-2B programs.' },
  ]);
  const ended = await query(
    `SELECT CASE WHEN e.source_note ~ 'rescinded' THEN 'rescinded' ELSE 'overturned' END AS why, e.ended_on, s.note = e.source_note AS noted
       FROM hub.list_entry e JOIN hub.list_entry_step s ON s.entry_id = e.id AND s.step = 'REVOKE' ORDER BY 1`,
  );
  // The register does not say when: no day is invented.
  expect(ended).toEqual([
    { why: 'overturned', ended_on: null, noted: true },
    { why: 'rescinded', ended_on: null, noted: true },
    { why: 'rescinded', ended_on: null, noted: true },
  ]);
});

test('the lists that carry an entry are kept with it, other spellings as a note; no day is made up', async () => {
  const [kept] = await query(
    `SELECT min(cardinality(official_sources)) AS least, max(cardinality(official_sources)) AS most,
            count(*) FILTER (WHERE 'oflc-spreadsheet' = ANY (official_sources))::int AS sheet,
            count(*) FILTER (WHERE source_note ~ '(Spelled otherwise|another spelling)')::int AS spellings,
            count(*) FILTER (WHERE num_nonnulls(proposed_on, informed_on, defence_until, decided_on, published_on, repair_from) > 0)::int AS days,
            count(DISTINCT (jurisdiction, responsible_organ, list))::int AS kinds, min(jurisdiction || responsible_organ || list) AS kind
       FROM hub.list_entry`,
  );
  expect(kept).toEqual({ least: 1, most: 7, sheet: 85, spellings: 2, days: 0, kinds: 1, kind: 'USUS_OFLCBLACK' });
  expect(await query(`SELECT DISTINCT step, from_state, organ, clauses FROM hub.list_entry_step WHERE ordinal = 1`)).toEqual([
    { step: 'ADOPT', from_state: 'NEW', organ: 'US_OFLC', clauses: ['A-69'] },
  ]);
});

test('the same file again changes nothing', async () => {
  const before = await registry();
  expect(await intake.take(file)).toMatchObject({ stored: 0, updated: 0, duplicate: 132, doubtful: 9, firstTakenAt: '2026-11-22T00:00:00.000Z' });
  expect(await registry()).toEqual(before);
  expect(await doubtful()).toHaveLength(9);
});

test('a doubtful term is settled as other doubts are: either term is accepted with both kept, or the row is refused', async () => {
  const [first, second, ...others] = await doubtful();
  const last = others.at(-1);
  if (!first || !second || !last) throw new Error('no doubts');
  expect(await acceptDoubt(tools(), { reference: first.reference, by: '王五', note: '以存档名单为准' })).toMatchObject({ stored: 1, doubtful: 0 });
  expect(await query(`SELECT valid_from::text, valid_to::text, other_valid_from::text, other_valid_to::text, state FROM hub.list_entry WHERE other_valid_from IS NOT NULL`)).toEqual([
    { valid_from: '2011-06-17', valid_to: '2012-06-16', other_valid_from: '2012-06-17', other_valid_to: '2013-06-16', state: 'PUBLISHED' },
  ]);
  expect(await acceptDoubt(tools(), { reference: last.reference, by: '王五', note: '以较晚者为准', otherTerm: true })).toMatchObject({ stored: 1 });
  expect(await query(`SELECT valid_from::text, valid_to::text, other_valid_from::text, other_valid_to::text FROM hub.list_entry WHERE other_valid_to = '2016-02-12'`)).toEqual([
    { valid_from: '2013-02-13', valid_to: '2016-02-13', other_valid_from: '2013-02-13', other_valid_to: '2016-02-12' },
  ]);
  await refuseDoubt(tools(), { reference: second.reference, by: '王五', note: '待查' });
  expect(await intake.take(file)).toMatchObject({ stored: 0, duplicate: 134, doubtful: 6, rejected: 1 });
});

const header = 'Program,Entity Debarred,City,State,Start Date,End Date,Sources,Notes';
const row = (cells: string) => intake.write(`${header}\n${cells}\n`);

test('a later edition adds its lists and revocations; one that says otherwise is doubtful and cannot be accepted over what is stored', async () => {
  await intake.take(await row('H-2A,Farms 1,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,'));
  expect(await intake.take(await row('H-2A,Farms 1,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet + wayback-20260101000000,'))).toMatchObject({ updated: 1 });
  expect(await intake.take(await row('H-2A,Farms 1,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,'))).toMatchObject({ duplicate: 1 });
  const otherwise = await intake.take(await row('H-2A,Farms 1,Town,TX,2025-01-01,2026-12-31,oflc-spreadsheet,'));
  expect(otherwise.doubts).toMatchObject([{ code: 'ENTRY_DIFFERS' }]);
  const reference = (await doubtful()).at(-1)?.reference ?? '';
  await expect(acceptDoubt(tools(), { reference, by: '王五', note: null, otherTerm: true })).rejects.toMatchObject({ code: 'IMPORT_DOUBT_ONE_TERM' });
  expect(await acceptDoubt(tools(), { reference, by: '王五', note: null })).toMatchObject({ stored: 0, updated: 0, doubtful: 1 });
  expect(await query(`SELECT valid_to::text, official_sources FROM hub.list_entry WHERE subject_name = 'Farms 1'`)).toEqual([
    { valid_to: '2027-12-31', official_sources: ['oflc-spreadsheet', 'wayback-20260101000000'] },
  ]);
});

test.each([
  ['a note that nobody has read', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,See the file.', 'Notes NOTE_UNKNOWN'],
  ['a note with a day that is none', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,Has an end date of 2027-02-31', 'Notes NOTE_UNKNOWN'],
  ['another term that ends before it begins', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,Has an end date of 2024-12-31', 'Notes NOTE_UNKNOWN'],
  ['an end beside a permanent debarment', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,oflc-spreadsheet,Was permanently debarred.', 'End Date TERMS_DISAGREE'],
  ['no end, and nothing that says permanent', 'H-2A,Farms 2,Town,TX,2025-01-01,,oflc-spreadsheet,', 'End Date REQUIRED'],
  ['no official list', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,,', 'Sources REQUIRED'],
  ['a list of another kind', 'H-2A,Farms 2,Town,TX,2025-01-01,2027-12-31,somebody said,', 'Sources VALUE_UNKNOWN'],
  ['a first day to come', 'H-2A,Farms 2,Town,TX,2027-01-01,2027-12-31,oflc-spreadsheet,', 'Start Date LIST_DAY_TO_COME'],
  ['an end before the beginning', 'H-2A,Farms 2,Town,TX,2025-01-01,2024-12-31,oflc-spreadsheet,', 'End Date DATE_ORDER'],
])('%s does not enter by itself', async (_, cells, told) => {
  const ledger = await intake.take(await row(cells));
  expect(ledger).toMatchObject({ stored: 0 });
  expect([...ledger.rejections, ...ledger.doubts].map(({ field, code }) => `${field} ${code}`)).toEqual([told]);
  expect(await query(`SELECT FROM hub.list_entry WHERE subject_name = 'Farms 2'`)).toEqual([]);
});
