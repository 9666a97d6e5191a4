import { FixedClock } from '../../../src/measures/clock.js';
import { codesOf, granted, refusedWith } from '../credit-hub.js';
import { MeasureHub, watched } from './measure-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: MeasureHub;
let made = 0;

beforeAll(async () => {
  hub = await MeasureHub.start({ clock });
});
beforeEach(() => clock.set('2026-11-22T04:00:00Z'));
afterAll(() => hub.close());

/** An entry of its own for each test. */
const entered = (organ = 'HEPING_HRSS', changes: object = {}, period: object = {}): Promise<string> => hub.lists.list(organ, { number: `E-${(made += 1)}`, ...changes }, period);
const number = (): string => `C-${made}`;

test('YZ-3.5d: a sanctioning organ begins a measure on an entry of the black list and asks others, who start or decline', async () => {
  const entryNo = await entered();
  const [lead = '', other = '', third = ''] = (await hub.begin('MUNI_HRSS', entryNo, { number: number(), cooperating: ['HEDONG_HRSS', 'HEXI_HRSS'] })).map((one) => one.split(' ')[0] ?? '');
  expect([lead, other, third]).toEqual([`MUNI_HRSS/${number()}/MUNI_HRSS`, `MUNI_HRSS/${number()}/HEDONG_HRSS`, `MUNI_HRSS/${number()}/HEXI_HRSS`]);
  expect(await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03')).toBe('STARTED');
  expect(await hub.taken('HEDONG_HRSS', other, 'REPORT', '2026-03-01', '已检查一次')).toBe('STARTED');
  expect(await hub.taken('HEXI_HRSS', third, 'DECLINE', '2026-02-03', '不在本区')).toBe('DECLINED');
  expect(await hub.seen('MUNI_HRSS', `entryNo: "${entryNo}"`, 'measureNo role state startedOn feedback feedbackOn validTo bureau { code }')).toEqual([
    { measureNo: third, role: 'COOPERATING', state: 'DECLINED', startedOn: null, feedback: '不在本区', feedbackOn: '2026-02-03', validTo: '2029-01-11', bureau: { code: 'HEXI_HRSS' } },
    { measureNo: other, role: 'COOPERATING', state: 'STARTED', startedOn: '2026-02-03', feedback: '已检查一次', feedbackOn: '2026-03-01', validTo: '2029-01-11', bureau: { code: 'HEDONG_HRSS' } },
    { measureNo: lead, role: 'RESPONSIBLE', state: 'STARTED', startedOn: '2026-02-01', feedback: null, feedbackOn: null, validTo: '2029-01-11', bureau: { code: 'MUNI_HRSS' } },
  ]);
  const { rows } = await hub.lists.running.database.pool().query(
    `SELECT s.step, s.organ, s.clauses FROM hub.joint_measure m JOIN hub.joint_measure_step s ON s.measure_id = m.id WHERE m.measure_no = $1 ORDER BY s.ordinal`,
    [other],
  );
  expect(rows).toEqual([
    { step: 'ASK', organ: 'MUNI_HRSS', clauses: ['YZ-3.5d'] }, { step: 'START', organ: 'HEDONG_HRSS', clauses: ['YZ-3.5d'] }, { step: 'REPORT', organ: 'HEDONG_HRSS', clauses: ['YZ-3.5b'] },
  ]);
});

test.each([
  ['a code the catalogue does not have', { code: 'TJ_NONE' }, 'MEASURE_CODE_UNKNOWN'],
  ['an incentive on the black list', { code: 'TJ_INCENTIVE' }, 'MEASURE_UNFIT'],
  ['a measure of the other city', { code: 'XM_INSPECTION' }, 'MEASURE_UNFIT'],
  ['a bureau of the other city', { cooperating: ['XM_HRSS'] }, 'MEASURE_BUREAU_UNFIT'],
  ['B-54: a partner bureau, which may not see the entry', { cooperating: ['MARKET_SUPERVISION'] }, 'MEASURE_BUREAU_UNFIT'],
  ['B-35: an approval bureau, which may not see it either', { cooperating: ['HEPING_APPROVAL'] }, 'MEASURE_BUREAU_UNFIT'],
  ['a platform, which takes no measures', { cooperating: ['CREDIT_PLATFORM'] }, 'MEASURE_BUREAU_UNFIT'],
  ['a bureau nobody knows', { cooperating: ['NOBODY'] }, 'MEASURE_BUREAU_UNFIT'],
  ['a day before the publication', { on: '2026-01-11' }, 'MEASURE_DAYS_UNFIT'],
  ['a day to come', { on: '2026-11-23' }, 'MEASURE_DAY_TO_COME'],
  ['no legal basis', { legalBasis: ' ' }, 'MEASURE_FIELD_UNFIT'],
  ['an entry nobody knows', { entryNo: 'HEPING_HRSS/none' }, 'MEASURE_ENTRY_UNKNOWN'],
])('YZ-3.5d: %s is refused, and nothing is written', async (_what, changes, reason) => {
  const entryNo = await entered();
  const answer = await hub.start('HEDONG_HRSS', entryNo, { number: number(), ...changes });
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'JOINT_MEASURE_REFUSED', reason });
  expect(await hub.seen('JOINT_SANCTION_PLATFORM', `entryNo: "${entryNo}"`)).toEqual([]);
});

test('YZ-3.5d speaks of enterprises: a natural person is met by none of its three measures', async () => {
  const entryNo = await entered('HEPING_HRSS', { subjectKind: 'NATURAL_PERSON', subjectName: '王一', subjectUscc: null });
  for (const code of ['TJ_INSPECTION', 'TJ_COERCION', 'TJ_PENALTY']) expect(refusedWith(await hub.start('HEPING_HRSS', entryNo, { number: number(), code }))).toBe('MEASURE_UNFIT');
  expect(await hub.begin('HEPING_HRSS', entryNo, { number: number(), code: 'WAGE_TRAVEL', legalBasis: '人社部令第45号' })).toHaveLength(2);
});

test('YZ-3.5a: an incentive rests on an entry of the red list, and is led by the organ that answers for it, which alone sees it', async () => {
  const entryNo = await entered('HEPING_HRSS', { list: 'RED', severity: null });
  expect(refusedWith(await hub.start('HEPING_HRSS', entryNo, { number: number() }))).toBe('MEASURE_UNFIT');
  expect(refusedWith(await hub.start('HEDONG_HRSS', entryNo, { number: number(), code: 'TJ_INCENTIVE', cooperating: [] }))).toBe('MEASURE_ENTRY_UNKNOWN');
  expect(await hub.begin('HEPING_HRSS', entryNo, { number: number(), code: 'TJ_INCENTIVE', cooperating: [] })).toEqual([`HEPING_HRSS/${number()}/HEPING_HRSS STARTED`]);
});

test('XM-3.6.4b: in Xiamen the human-resources system takes measures on its lists, and Tianjin does not', async () => {
  const entryNo = await entered('XM_SIMING_HRSS', { district: '350203' });
  expect(refusedWith(await hub.start('MUNI_HRSS', entryNo, { number: number(), code: 'XM_INSPECTION', cooperating: [] }))).toBe('MEASURE_ENTRY_UNKNOWN');
  expect(await hub.begin('XM_HRSS', entryNo, { number: number(), code: 'XM_INSPECTION', cooperating: ['XM_JIMEI_HRSS'] })).toHaveLength(2);
  expect(await hub.seen('JOINT_SANCTION_PLATFORM', `entryNo: "${entryNo}"`)).toEqual([]);
  expect(await hub.seen('XM_SIMING_HRSS', `entryNo: "${entryNo}"`)).toHaveLength(2);
});

test('a proposal, and an entry that was repaired or is over by the day, bear no measure', async () => {
  granted(await hub.lists.propose('HEPING_HRSS', { number: `E-${(made += 1)}` }));
  expect(refusedWith(await hub.start('HEPING_HRSS', `HEPING_HRSS/E-${made}`, { number: number() }))).toBe('MEASURE_ENTRY_OVER');
  expect(refusedWith(await hub.start('HEDONG_HRSS', `HEPING_HRSS/E-${made}`, { number: number() }))).toBe('MEASURE_ENTRY_UNKNOWN');
  const repaired = await entered();
  await hub.repair(repaired);
  expect(refusedWith(await hub.start('HEPING_HRSS', repaired, { number: number() }))).toBe('MEASURE_ENTRY_OVER');
  expect(refusedWith(await hub.start('HEDONG_HRSS', repaired, { number: number() }))).toBe('MEASURE_ENTRY_UNKNOWN');
  const over = await entered('HEPING_HRSS', {}, { validTo: '2026-11-22' });
  const [, asked = ''] = await hub.begin('HEPING_HRSS', over, { number: number() });
  clock.set('2026-11-22T16:00:00Z'); // midnight in Tianjin; the hub looks a minute after its last look
  expect(refusedWith(await hub.take('HEDONG_HRSS', asked.split(' ')[0] ?? '', 'START', '2026-11-22'))).toBe('MEASURE_ENTRY_OVER');
  expect(refusedWith(await hub.start('HEPING_HRSS', over, { number: `${number()}-2` }))).toBe('MEASURE_ENTRY_OVER');
  expect(await hub.taken('HEPING_HRSS', `HEPING_HRSS/${number()}/HEPING_HRSS`, 'LIFT', '2026-11-23', '期满')).toBe('LIFTED');
  expect(await hub.seen('HEPING_HRSS', `entryNo: "${over}", state: LIFTED`, 'toLiftSince liftReason liftedOn')).toEqual([{ toLiftSince: '2026-11-23', liftReason: 'EXPIRED', liftedOn: '2026-11-23' }]);
});

test('YZ-3.5e, A-49: a repair stops the measures in the same moment; each bureau lifts its own and says how', async () => {
  const entryNo = await entered();
  const [lead = '', other = '', asked = ''] = (await hub.begin('HEPING_HRSS', entryNo, { number: number(), cooperating: ['HEDONG_HRSS', 'HEXI_HRSS'] })).map((one) => one.split(' ')[0] ?? '');
  await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03');
  await hub.repair(entryNo);
  // The entry is shown to the others no more; that their measure has to end, is.
  expect(await hub.seen('HEDONG_HRSS', `entryNo: "${entryNo}"`, 'measureNo state toLiftSince liftReason')).toEqual([{ measureNo: other, state: 'TO_LIFT', toLiftSince: '2026-08-01', liftReason: 'REPAIRED' }]);
  expect(await hub.seen('HEXI_HRSS', `entryNo: "${entryNo}"`, 'measureNo state toLiftSince liftReason')).toEqual([{ measureNo: asked, state: 'LAPSED', toLiftSince: null, liftReason: 'REPAIRED' }]);
  expect(refusedWith(await hub.take('HEXI_HRSS', asked, 'START', '2026-08-02'))).toBe('MEASURE_STEP_NOT_HERE');
  expect(refusedWith(await hub.take('HEDONG_HRSS', other, 'LIFT', '2026-08-02'))).toBe('MEASURE_NOTE_MISSING');
  expect(await hub.taken('HEDONG_HRSS', other, 'LIFT', '2026-08-02', '已移出重点检查名册')).toBe('LIFTED');
  const waiting = `entryNo: "${entryNo}", state: TO_LIFT`;
  expect(await hub.seen('JOINT_SANCTION_PLATFORM', `${waiting}, toLiftBy: "2026-08-01"`)).toEqual([{ measureNo: lead, state: 'TO_LIFT' }]);
  expect(await hub.seen('JOINT_SANCTION_PLATFORM', `${waiting}, toLiftBy: "2026-07-31"`)).toEqual([]);
});

test('a revocation stops measures alike, and a bureau may lift by itself before', async () => {
  const entryNo = await entered();
  const [lead = '', other = ''] = (await hub.begin('HEPING_HRSS', entryNo, { number: number() })).map((one) => one.split(' ')[0] ?? '');
  await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03');
  expect(refusedWith(await hub.take('HEDONG_HRSS', other, 'LIFT', '2026-02-02', '已整改'))).toBe('MEASURE_DAYS_UNFIT');
  expect(await hub.taken('HEDONG_HRSS', other, 'LIFT', '2026-06-01', '已整改')).toBe('LIFTED');
  granted(await hub.lists.take('HEPING_HRSS', entryNo, 'REVOKE', '2026-09-01'));
  expect(await hub.seen('HEPING_HRSS', `entryNo: "${entryNo}"`, 'measureNo state liftReason toLiftSince')).toEqual([
    { measureNo: other, state: 'LIFTED', liftReason: 'BY_BUREAU', toLiftSince: null }, { measureNo: lead, state: 'TO_LIFT', liftReason: 'REVOKED', toLiftSince: '2026-09-01' },
  ]);
});

test('an objection leaves the entry on the list and its measures in force', async () => {
  const entryNo = await entered();
  const [lead] = await hub.begin('HEPING_HRSS', entryNo, { number: number(), cooperating: [] });
  await hub.lists.object(entryNo, '2026-03-01');
  expect(await hub.seen('HEPING_HRSS', `entryNo: "${entryNo}"`)).toEqual([{ measureNo: lead?.split(' ')[0], state: 'STARTED' }]);
  expect(await hub.begin('HEDONG_HRSS', entryNo, { number: number(), cooperating: [] })).toHaveLength(1);
});

test('what is sent again changes nothing; another measure under the number, and the same one under another, are refused', async () => {
  const entryNo = await entered();
  const first = await hub.begin('HEPING_HRSS', entryNo, { number: number() });
  expect(await hub.begin('HEPING_HRSS', entryNo, { number: number() })).toEqual(first);
  expect(refusedWith(await hub.start('HEPING_HRSS', entryNo, { number: number(), cooperating: [] }))).toBe('MEASURE_NUMBER_TAKEN');
  expect(refusedWith(await hub.start('HEPING_HRSS', entryNo, { number: `${number()}-2` }))).toBe('MEASURE_RUNNING');
  // Another lead has a number of its own and learns nothing of the first.
  expect(await hub.begin('MUNI_HRSS', entryNo, { number: number() })).toHaveLength(2);
  const other = `HEPING_HRSS/${number()}/HEDONG_HRSS`;
  await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03');
  await hub.taken('HEDONG_HRSS', other, 'REPORT', '2026-02-04', '一');
  await hub.taken('HEDONG_HRSS', other, 'REPORT', '2026-02-05', '二');
  expect(await hub.taken('HEDONG_HRSS', other, 'REPORT', '2026-02-04', '一')).toBe('STARTED');
  expect(await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03')).toBe('STARTED');
  expect(await hub.seen('HEDONG_HRSS', `entryNo: "${entryNo}", leadOrgan: "HEPING_HRSS"`, 'feedback')).toEqual([{ feedback: '二' }]);
  await hub.repair(entryNo);
  // The answer that was lost is had again after the end, too.
  expect((await hub.begin('HEPING_HRSS', entryNo, { number: number() })).map((one) => one.split(' ')[1])).toEqual(['TO_LIFT', 'TO_LIFT']);
});

test('YZ-3.5b: a bureau takes steps of its own measure alone; to others it is unknown', async () => {
  const entryNo = await entered('HEPING_HRSS', { subjectUscc: codesOf.other });
  await hub.begin('HEPING_HRSS', entryNo, { number: number() });
  const asked = `HEPING_HRSS/${number()}/HEDONG_HRSS`;
  for (const agency of ['HEPING_HRSS', 'MUNI_HRSS']) expect(refusedWith(await hub.take(agency, asked, 'START', '2026-02-03'))).toBe('MEASURE_UNKNOWN');
  for (const agency of ['JOINT_SANCTION_PLATFORM', 'CREDIT_PLATFORM', 'XM_CREDIT_DIV']) {
    expect(refusedWith(await hub.take(agency, asked, 'START', '2026-02-03'))).toBe('BOUNDARY_DENIED');
    expect(refusedWith(await hub.start(agency, entryNo))).toBe('BOUNDARY_DENIED');
  }
});

test('YZ-3.5e: a bureau is told that it is asked and that it has to lift, a lead what became of it, and nobody else anything', async () => {
  const entryNo = await entered();
  const stream = (agency: string): ReturnType<typeof hub.lists.subscribe> => hub.lists.subscribe(agency, `subscription { jointMeasureChanged(filter: {entryNo: "${entryNo}"}) { kind number measureNo measure { state liftReason } } }`);
  const [ofBureau, ofLead, ofOther] = [await stream('HEDONG_HRSS'), await stream('MUNI_HRSS'), await stream('HEXI_HRSS')];
  const [lead = '', other = ''] = (await hub.begin('MUNI_HRSS', entryNo, { number: number() })).map((one) => one.split(' ')[0] ?? '');
  await hub.taken('HEDONG_HRSS', other, 'START', '2026-02-03');
  await hub.repair(entryNo);
  const frame = (kind: string, at: number, measureNo: string | null, state: string | null, liftReason: string | null = null): object => ({ kind, number: at, measureNo, measure: state === null ? null : { state, liftReason } });
  const stopped = (measureNo: string, at: number): object => frame('CHANGED', at, measureNo, 'TO_LIFT', 'REPAIRED');
  expect(await watched(ofBureau, 4)).toEqual([frame('OPENED', 0, null, null), frame('ENTERED', 1, other, 'ASKED'), frame('CHANGED', 2, other, 'STARTED'), stopped(other, 3)]);
  expect(await watched(ofLead, 6)).toEqual([
    frame('OPENED', 0, null, null), frame('ENTERED', 1, lead, 'STARTED'), frame('ENTERED', 2, other, 'ASKED'), frame('CHANGED', 3, other, 'STARTED'), stopped(lead, 4), stopped(other, 5),
  ]);
  // What another bureau hears next is its own: nothing of this came before.
  const next = await entered();
  expect(await watched(ofOther, 1)).toEqual([frame('OPENED', 0, null, null)]);
  const all = await hub.lists.subscribe('HEXI_HRSS', 'subscription { jointMeasureChanged { kind number measureNo measure { state liftReason } } }');
  await hub.begin('MUNI_HRSS', next, { number: number() });
  await hub.begin('MUNI_HRSS', next, { number: `${number()}-2`, code: 'TJ_PENALTY', cooperating: ['HEXI_HRSS'] });
  expect(await watched(all, 2)).toEqual([frame('OPENED', 0, null, null), frame('ENTERED', 1, `MUNI_HRSS/${number()}-2/HEXI_HRSS`, 'ASKED')]);
});
