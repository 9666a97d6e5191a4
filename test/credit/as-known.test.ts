import { FixedClock } from '../../src/measures/clock.js';
import { CreditHub, codesOf, granted } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeAll(async () => {
  hub = await CreditHub.start({ clock });
});
afterAll(() => hub.close());

const asKnown = async (agency: string, on: string, knownAt?: string): Promise<unknown[]> => {
  const query = 'query ($on: LegalDate!, $knownAt: DateTime) { creditListAsKnown(on: $on, knownAt: $knownAt) { entryNo state endedOn knownUntil } }';
  return granted(await hub.ask(agency, query, { on, ...(knownAt === undefined ? {} : { knownAt }) }))['creditListAsKnown'] as unknown[];
};
const instant = async (): Promise<string> => (await hub.running.database.pool().query<{ now: Date }>('SELECT clock_timestamp() AS now')).rows[0]?.now.toISOString() ?? '';

test('two axes of time: what the list said of a day, and what was known of it when (YZ-3.5b, YZ-3.5e)', async () => {
  const before = await instant();
  const entryNo = await hub.list('HEPING_HRSS');
  const between = await instant();
  await hub.repair(entryNo, '2026-07-12');

  expect(await asKnown('HEPING_HRSS', '2026-06-01', before)).toEqual([]);
  expect(await asKnown('HEPING_HRSS', '2026-01-11')).toEqual([]);
  // Known then: listed, no end in sight, on both days.
  for (const day of ['2026-06-01', '2026-08-01']) expect(await asKnown('HEPING_HRSS', day, between)).toMatchObject([{ entryNo, state: 'PUBLISHED', endedOn: null }]);
  // Known now: it was listed until the day of the repair.
  expect(await asKnown('HEPING_HRSS', '2026-07-11')).toEqual([{ entryNo, state: 'REPAIRED', endedOn: '2026-07-12', knownUntil: null }]);
  expect(await asKnown('HEPING_HRSS', '2026-07-12')).toEqual([]);
});

test('YZ-3.5b: an organ looks back at its own entries alone; who follows the lists may not look back at all', async () => {
  await hub.list('HEDONG_HRSS', { number: 'own', subjectUscc: codesOf.other });
  expect(await asKnown('HEDONG_HRSS', '2026-06-01')).toMatchObject([{ entryNo: 'HEDONG_HRSS/own' }]);
  expect(await asKnown('MUNI_HRSS', '2026-06-01')).toEqual([]);
  const { errors } = await hub.ask('CREDIT_PLATFORM', '{ creditListAsKnown(on: "2026-06-01") { entryNo } }');
  expect(errors?.[0]?.extensions['code']).toBe('BOUNDARY_DENIED');
});

test('every state of an entry is kept without a gap or an overlap', async () => {
  const { rows } = await hub.running.database.pool().query(`
    SELECT entry_id, count(*)::int AS kept, count(*) FILTER (WHERE known_until IS NULL)::int AS now,
           bool_and(known_until IS NOT DISTINCT FROM next) AS seamless
      FROM (SELECT *, lead(known_from) OVER (PARTITION BY entry_id ORDER BY known_from) AS next FROM hub.list_entry_known) k GROUP BY entry_id ORDER BY 1`);
  expect(rows).toEqual([expect.objectContaining({ kept: 6, now: 1, seamless: true }), expect.objectContaining({ kept: 4, now: 1, seamless: true })]);
});
