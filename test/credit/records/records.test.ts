import { openKeyRing } from '../../../src/access/key-register.js';
import { RecordRegister } from '../../../src/credit/records/record-register.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { granted, refusedWith } from '../credit-hub.js';
import { RecordHub } from './record-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: RecordHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await RecordHub.start({ clock });
});
afterEach(() => hub.close());

test('XM-3.6.4a, XM-3.6.4c, B-40: a result is shown inside the system from its confirmation on, and before to its unit alone', async () => {
  granted(await hub.record('XM_SIMING_HRSS'));
  const recordNo = 'XM_SIMING_HRSS/2026-1';
  granted(await hub.take('XM_SIMING_HRSS', recordNo, 'INFORM', '2026-05-11', { defenceUntil: '2026-05-15' }));
  expect([await hub.shownTo('XM_SIMING_HRSS'), await hub.shownTo('XM_HRSS'), await hub.shownTo('XM_CREDIT_DIV')]).toEqual([[recordNo], [], []]);
  expect(refusedWith(await hub.take('XM_SIMING_HRSS', recordNo, 'CONFIRM', '2026-05-15'))).toBe('RECORD_DEFENCE_RUNNING');
  granted(await hub.take('XM_SIMING_HRSS', recordNo, 'CONFIRM', '2026-05-15', { heard: true }));
  for (const agency of ['XM_SIMING_HRSS', 'XM_JIMEI_HRSS', 'XM_HRSS', 'XM_CREDIT_DIV']) expect([agency, await hub.shownTo(agency)]).toEqual([agency, [recordNo]]);
  expect(await hub.shownTo('XM_CITY_CREDIT')).toEqual([]);
  for (const agency of ['XM_INFO_DIV', 'XM_LAW_DIV', 'MUNI_HRSS', 'CREDIT_PLATFORM', 'HEPING_APPROVAL', 'JINBAO']) expect([agency, await hub.shownTo(agency)]).toEqual([agency, 'BOUNDARY_DENIED']);
});

test('standards 1.4: severity and period follow from the penalties and the day of the decision; everything is read as it was written', async () => {
  const recordNo = await hub.confirm('XM_SIMING_HRSS');
  const cells = 'recordNo jurisdiction category inspectionNo ground documentNo problem handling responsibleOrgan { code } district subjectName subjectCode penalties severity state decidedOn confirmedOn publicFrom publicUntil';
  expect(granted(await hub.ask('XM_JIMEI_HRSS', `{ creditRecord(recordNo: "${recordNo}") { ${cells} } }`))['creditRecord']).toEqual({
    recordNo, jurisdiction: 'CN-FJ-350200', category: 'WARNING', inspectionNo: '厦人社检〔2026〕9号', ground: 'WAGE_ARREARS', documentNo: '思人社罚〔2026〕3号', problem: '未按月支付工资',
    handling: '罚款并责令改正', responsibleOrgan: { code: 'XM_SIMING_HRSS' }, district: '350203', subjectName: '厦门甲劳务有限公司', subjectCode: '91120116MA0HUB014T',
    penalties: ['FINE', 'WARNING'], severity: 'ORDINARY', state: 'CONFIRMED', decidedOn: '2026-05-08', confirmedOn: '2026-05-20', publicFrom: '2026-05-08', publicUntil: '2027-05-07',
  });
  const good = await hub.confirm('XM_SIMING_HRSS', { number: '2026-2', category: 'GOOD', penalties: [], problem: null });
  expect(granted(await hub.ask('XM_SIMING_HRSS', `{ creditRecord(recordNo: "${good}") { penalties severity publicFrom publicUntil repairFrom problem informedOn defenceUntil } }`))['creditRecord']).toEqual({
    penalties: [], severity: null, publicFrom: null, publicUntil: null, repairFrom: null, problem: null, informedOn: '2026-05-11', defenceUntil: '2026-05-15',
  });
});

test('filters: each narrows the list by its column', async () => {
  const one = await hub.confirm('XM_SIMING_HRSS');
  const other = await hub.confirm('XM_JIMEI_HRSS', { category: 'REMINDER', ground: 'LATE_REPORT', district: '350211', penalties: [], subjectUscc: null, subjectName: '厦门乙劳务有限公司' }, '2026-06-20');
  const found = (filter: string): Promise<unknown> => hub.shownTo('XM_HRSS', filter);
  expect(await found('')).toEqual([other, one]);
  for (const filter of ['category: WARNING', 'ground: "WAGE_ARREARS"', 'district: "350203"', 'responsibleOrgan: "XM_SIMING_HRSS"', 'subjectCode: "91120116MA0HUB014T"', 'confirmedTo: "2026-05-20"', 'endsBy: "2027-05-07"']) {
    expect([filter, await found(filter)]).toEqual([filter, [one]]);
  }
  for (const filter of ['category: REMINDER', 'ground: "LATE_REPORT"', 'district: "350211"', 'confirmedFrom: "2026-05-21"']) expect([filter, await found(filter)]).toEqual([filter, [other]]);
  for (const filter of ['state: REPAIRED', 'endsBy: "2027-05-06"', 'confirmedTo: "2026-05-19"']) expect([filter, await found(filter)]).toEqual([filter, []]);
});

test('XM-3.6.4a: a step that does not fit is refused with its reason, and nothing is written', async () => {
  granted(await hub.record('XM_SIMING_HRSS'));
  const conditions = { conductCorrected: true, dutiesMet: true, promiseGiven: true };
  for (const [step, on, more, reason] of [
    ['CONFIRM', '2026-05-20', {}, 'RECORD_STEP_NOT_HERE'],
    ['INFORM', '2026-05-11', {}, 'RECORD_FIELD_MISSING'],
    ['INFORM', '2026-05-11', { defenceUntil: '2026-05-10' }, 'RECORD_DAYS_UNFIT'],
    ['INFORM', '2026-11-23', { defenceUntil: '2026-11-30' }, 'RECORD_DAY_TO_COME'],
    ['REPAIR', '2026-05-20', conditions, 'RECORD_STEP_NOT_HERE'],
  ] as const) {
    const answer = await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/2026-1', step, on, more);
    expect([step, answer.errors?.[0]?.extensions]).toMatchObject([step, { code: 'RECORD_STEP_REFUSED', reason, clauses: ['XM-3.6.4a'] }]);
  }
  const { rows } = await hub.credit.running.database.pool().query('SELECT count(*)::int AS steps FROM hub.credit_record_step');
  expect(rows).toEqual([{ steps: 1 }]);
});

test('only the unit that answers for a record takes its steps; to others it is unknown, and who is no unit of Xiamen writes none', async () => {
  granted(await hub.record('XM_SIMING_HRSS'));
  for (const recordNo of ['XM_SIMING_HRSS/2026-1', 'XM_SIMING_HRSS/none']) expect(refusedWith(await hub.take('XM_JIMEI_HRSS', recordNo, 'WITHDRAW', '2026-05-11'))).toBe('RECORD_UNKNOWN');
  for (const agency of ['HEPING_HRSS', 'MUNI_HRSS', 'XM_CREDIT_DIV', 'XM_CITY_CREDIT']) expect([agency, refusedWith(await hub.record(agency))]).toEqual([agency, 'BOUNDARY_DENIED']);
  expect(refusedWith(await hub.record('XM_SIMING_HRSS', { number: '2', subjectUscc: 'X' }))).toBe('RECORD_FIELD_UNFIT');
  expect(refusedWith(await hub.record('XM_SIMING_HRSS', { number: '2', handling: ' ' }))).toBe('RECORD_FIELD_UNFIT');
  expect(refusedWith(await hub.record('XM_SIMING_HRSS', { number: '2', category: 'GOOD' }))).toBe('RECORD_FIELD_UNFIT');
  expect(refusedWith(await hub.record('XM_SIMING_HRSS', { number: '2', decidedOn: '2026-11-23' }))).toBe('RECORD_DAY_TO_COME');
});

test('a result and a step sent again change nothing; another result under the number is refused', async () => {
  granted(await hub.record('XM_SIMING_HRSS'));
  granted(await hub.record('XM_SIMING_HRSS', { penalties: ['WARNING', 'FINE', 'FINE'] }));
  expect(refusedWith(await hub.record('XM_SIMING_HRSS', { penalties: ['FINE'] }))).toBe('RECORD_NUMBER_TAKEN');
  granted(await hub.record('XM_JIMEI_HRSS'));
  const inform = (): ReturnType<RecordHub['take']> => hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/2026-1', 'INFORM', '2026-05-11', { defenceUntil: '2026-05-15' });
  granted(await inform());
  expect(granted(await inform())['takeCreditRecordStep']).toEqual({ recordNo: 'XM_SIMING_HRSS/2026-1', state: 'INFORMED' });
  const { rows } = await hub.credit.running.database.pool().query('SELECT record_id::int, ordinal FROM hub.credit_record_step ORDER BY 1, 2');
  expect(rows).toHaveLength(3);
});

test('B-41, XM-3.6.5: the city’s platform follows what was released, and is told of a repair, of which no read shows anything from its commit on', async () => {
  const stream = await hub.subscribe('XM_CITY_CREDIT');
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED' });
  const recordNo = await hub.confirm('XM_SIMING_HRSS');
  granted(await hub.release('XM_CREDIT_DIV', recordNo));
  expect(await hub.change(stream)).toMatchObject({ kind: 'ENTERED', number: 1, recordNo, leftAs: null, record: { recordNo, category: 'WARNING', state: 'CONFIRMED', penalties: ['FINE', 'WARNING'] } });
  const early = await hub.take('XM_SIMING_HRSS', recordNo, 'REPAIR', '2026-08-07', { conductCorrected: true, dutiesMet: true });
  expect(early.errors?.[0]?.extensions).toMatchObject({ reason: 'RECORD_REPAIR_CONDITIONS', fields: ['REPAIR_TOO_EARLY', 'PROMISE_MISSING'] });
  granted(await hub.take('XM_SIMING_HRSS', recordNo, 'REPAIR', '2026-08-08', { conductCorrected: true, dutiesMet: true, promiseGiven: true }));
  expect([await hub.shownTo('XM_CITY_CREDIT'), await hub.shownTo('XM_JIMEI_HRSS'), await hub.shownTo('XM_SIMING_HRSS')]).toEqual([[], [], [recordNo]]);
  expect(await hub.change(stream)).toEqual({ kind: 'LEFT', number: 2, cursor: expect.any(String) as unknown, recordNo, leftAs: 'REPAIRED', record: null });
  const pulled = granted(await hub.ask('XM_CITY_CREDIT', `{ changes(of: CREDIT_RECORD, first: 5) { cursor changes { kind } } }`))['changes'];
  expect(pulled).toEqual({ cursor: expect.any(String) as unknown, changes: [] });
});

test('a record is over with its last day by the clock, whether or not a hub has said so, and followers are told it expired', async () => {
  const recordNo = await hub.confirm('XM_SIMING_HRSS', { penalties: ['WARNING'], decidedOn: '2026-08-23' }, '2026-09-01');
  granted(await hub.release('XM_CREDIT_DIV', recordNo, '2026-09-02'));
  const stream = await hub.subscribe('XM_CITY_CREDIT');
  await hub.change(stream);
  clock.set('2026-11-22T15:59:59Z');
  expect([await hub.shownTo('XM_CITY_CREDIT'), await hub.shownTo('XM_JIMEI_HRSS')]).toEqual([[recordNo], [recordNo]]);
  clock.set('2026-11-22T16:00:00Z'); // midnight in Xiamen; the hub looks a minute after its last look
  expect([await hub.shownTo('XM_CITY_CREDIT'), await hub.shownTo('XM_JIMEI_HRSS'), await hub.shownTo('XM_SIMING_HRSS')]).toEqual([[], [], [recordNo]]);
  const { database, folder } = hub.credit.running;
  const register = new RecordRegister(database, await openKeyRing(database, folder), clock);
  expect([await register.expire(500), await register.expire(500)]).toEqual([1, 0]);
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', recordNo, leftAs: 'EXPIRED' });
  const { rows } = await database.pool().query('SELECT step, taken_by, organ, on_day::text FROM hub.credit_record_step ORDER BY ordinal DESC LIMIT 1');
  expect(rows).toEqual([{ step: 'EXPIRE', taken_by: 'CLOCK', organ: null, on_day: '2026-11-23' }]);
});

test('a record whose period is over before anybody confirmed it is not confirmed', async () => {
  granted(await hub.record('XM_SIMING_HRSS', { penalties: ['WARNING'], decidedOn: '2026-05-08' }));
  granted(await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/2026-1', 'INFORM', '2026-05-11', { defenceUntil: '2026-05-15' }));
  for (const on of ['2026-05-20', '2026-09-01']) expect(refusedWith(await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/2026-1', 'CONFIRM', on))).toBe('RECORD_OVER');
  expect(granted(await hub.take('XM_SIMING_HRSS', 'XM_SIMING_HRSS/2026-1', 'WITHDRAW', '2026-09-01'))['takeCreditRecordStep']).toMatchObject({ state: 'WITHDRAWN' });
});
