import { FixedClock } from '../../../src/measures/clock.js';
import { codesOf, granted, refusedWith } from '../credit-hub.js';
import { information, RecordHub } from './record-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: RecordHub;

beforeEach(async () => {
  hub = await RecordHub.start({ clock });
});
afterEach(() => hub.close());

test('B-41, XM-3.6.3b, A-51: to the city’s platform goes what the credit division released, and nobody else releases', async () => {
  const recordNo = await hub.confirm('XM_SIMING_HRSS');
  for (const agency of ['XM_SIMING_HRSS', 'XM_HRSS', 'XM_INFO_DIV', 'XM_CITY_CREDIT', 'CREDIT_PLATFORM']) expect([agency, refusedWith(await hub.release(agency, recordNo))]).toEqual([agency, 'BOUNDARY_DENIED']);
  expect(await hub.shownTo('XM_CITY_CREDIT')).toEqual([]);
  expect(refusedWith(await hub.release('XM_CREDIT_DIV', recordNo, '2026-05-19'))).toBe('RECORD_DAYS_UNFIT');
  expect(refusedWith(await hub.release('XM_CREDIT_DIV', recordNo, '2026-11-23'))).toBe('RECORD_DAY_TO_COME');
  granted(await hub.release('XM_CREDIT_DIV', recordNo));
  expect(granted(await hub.release('XM_CREDIT_DIV', recordNo, '2026-06-02'))['releaseCreditRecord']).toEqual({ recordNo, state: 'CONFIRMED' });
  expect(await hub.shownTo('XM_CITY_CREDIT')).toEqual([recordNo]);
  granted(await hub.take('XM_SIMING_HRSS', recordNo, 'WITHDRAW', '2026-06-03'));
  expect([await hub.shownTo('XM_CITY_CREDIT'), await hub.shownTo('XM_CREDIT_DIV')]).toEqual([[], []]);
});

test('B-40, B-41: the division releases what stands in the file; what does not is unknown to it', async () => {
  granted(await hub.record('XM_SIMING_HRSS', { number: 'recorded' }));
  const withdrawn = await hub.confirm('XM_SIMING_HRSS', { number: 'withdrawn' });
  granted(await hub.take('XM_SIMING_HRSS', withdrawn, 'WITHDRAW', '2026-06-01'));
  for (const recordNo of ['XM_SIMING_HRSS/recorded', withdrawn, 'XM_SIMING_HRSS/none']) expect([recordNo, refusedWith(await hub.release('XM_CREDIT_DIV', recordNo))]).toEqual([recordNo, 'RECORD_UNKNOWN']);
});

test('B-41, standards 1.4: what no paper gives a period stays inside the system; good information has no last day', async () => {
  const reminder = await hub.confirm('XM_SIMING_HRSS', { number: 'reminder', category: 'REMINDER', penalties: [] });
  const former = await hub.confirm('XM_SIMING_HRSS', { number: 'former', penalties: ['WARNING'], decidedOn: '2024-05-08' });
  for (const recordNo of [reminder, former]) expect([recordNo, refusedWith(await hub.release('XM_CREDIT_DIV', recordNo))]).toEqual([recordNo, 'RECORD_NOT_PUBLIC']);
  const good = await hub.confirm('XM_SIMING_HRSS', { number: 'good', category: 'GOOD', penalties: [] });
  granted(await hub.release('XM_CREDIT_DIV', good));
  expect([await hub.shownTo('XM_CITY_CREDIT'), await hub.shownTo('XM_HRSS')]).toEqual([[good], [good, former, reminder]]);
});

test('B-43, XM-3.6.3e, A-48: of a natural person nothing goes out by default, and with a reason alone', async () => {
  const recordNo = await hub.confirm('XM_SIMING_HRSS', { subjectKind: 'NATURAL_PERSON', subjectName: '王一', subjectUscc: null });
  for (const reason of [null, '', '  ']) expect(refusedWith(await hub.release('XM_CREDIT_DIV', recordNo, '2026-06-01', reason))).toBe('RECORD_FIELD_MISSING');
  expect(await hub.shownTo('XM_CITY_CREDIT')).toEqual([]);
  await expect(hub.credit.running.database.pool().query(`UPDATE hub.credit_record SET channel = 'PUBLIC_CREDIT', released_by = 'XM_CREDIT_DIV', released_on = '2026-06-01', release_reason = ' '`)).rejects.toThrow(/check/);
  granted(await hub.release('XM_CREDIT_DIV', recordNo, '2026-06-01', '涉及公众利益'));
  expect(await hub.shownTo('XM_CITY_CREDIT')).toEqual([recordNo]);
});

test('A-49: no record becomes an entry of a list, whatever happens to it, and no column, key or program of the database leads from one to the other', async () => {
  const pool = hub.credit.running.database.pool();
  for (const category of ['GOOD', 'WARNING', 'REMINDER']) {
    const recordNo = await hub.confirm('XM_SIMING_HRSS', { number: category, category, penalties: category === 'GOOD' ? [] : ['LICENCE_REVOCATION'] });
    granted(await hub.release('XM_CREDIT_DIV', recordNo));
    granted(await hub.take('XM_SIMING_HRSS', recordNo, 'WITHDRAW', '2026-07-01'));
  }
  const { rows: entries } = await pool.query('SELECT entry_no FROM hub.list_entry');
  expect(entries).toEqual([]);
  const { rows: keys } = await pool.query(
    `SELECT conrelid::regclass::text AS one, confrelid::regclass::text AS other FROM pg_constraint
      WHERE contype = 'f' AND (conrelid::regclass::text LIKE 'hub.credit_record%' AND confrelid::regclass::text LIKE 'hub.list_entry%'
                            OR conrelid::regclass::text LIKE 'hub.list_entry%' AND confrelid::regclass::text LIKE 'hub.credit_record%')`,
  );
  const { rows: columns } = await pool.query(
    `SELECT table_name, column_name FROM information_schema.columns
      WHERE table_schema = 'hub' AND (table_name LIKE 'credit_record%' AND column_name ~ '(entry|list)' OR table_name LIKE 'list_entry%' AND column_name ~ 'record_(id|no)')`,
  );
  const { rows: programs } = await pool.query(`SELECT proname FROM pg_proc WHERE pronamespace = 'hub'::regnamespace AND prosrc LIKE '%credit_record%' AND prosrc LIKE '%list_entry%'`);
  const { rows: views } = await pool.query(`SELECT viewname FROM pg_views WHERE schemaname = 'shared' AND definition LIKE '%credit_record%' AND definition LIKE '%list_entry%'`);
  expect([keys, columns, programs, views]).toEqual([[], [], [], []]);
});

test('A-27: warning and reminder information never closes the credit gate, nor does good information open what a list closes', async () => {
  const gate = async (): Promise<unknown> => granted(await hub.ask('HEPING_APPROVAL', `{ creditGate(subjectUscc: "${codesOf.one}", pendingCase: "案1") { allowed grounds } }`))['creditGate'];
  for (const category of ['WARNING', 'REMINDER']) {
    const recordNo = await hub.confirm('XM_SIMING_HRSS', { number: category, category, penalties: ['LICENCE_REVOCATION'], subjectUscc: codesOf.one });
    granted(await hub.release('XM_CREDIT_DIV', recordNo));
    expect([category, await gate()]).toEqual([category, { allowed: true, grounds: [] }]);
  }
  await hub.credit.list('HEPING_HRSS', { subjectUscc: codesOf.one });
  await hub.confirm('XM_SIMING_HRSS', { number: 'good', category: 'GOOD', penalties: [], subjectUscc: codesOf.one });
  expect([information.subjectUscc, await gate()]).toEqual([codesOf.one, { allowed: false, grounds: ['ACTIVE_BLACKLIST_ENTRY'] }]);
});
