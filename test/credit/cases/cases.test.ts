import { z } from 'zod';
import { openKeyRing } from '../../../src/access/key-register.js';
import { ListRegister } from '../../../src/credit/lists/list-register.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { CreditHub, caseNoOf, codesOf, granted, refusedWith } from '../credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const entryFields = 'entryNo state openCase ground subjectName validTo';
const entryAs = async (agency: string, entryNo: string): Promise<unknown> => granted(await hub.ask(agency, `{ creditListEntry(entryNo: "${entryNo}") { ${entryFields} } }`))['creditListEntry'];
const caseAs = async (agency: string, caseNo: string, fields = 'caseNo state'): Promise<unknown> => granted(await hub.ask(agency, `{ creditCase(caseNo: "${caseNo}") { ${fields} } }`))['creditCase'];
const numbers = z.object({ creditCases: z.object({ totalCount: z.number(), nodes: z.array(z.object({ caseNo: z.string() })) }) });
async function casesAs(agency: string, filter = ''): Promise<string[]> {
  const { creditCases } = numbers.parse(granted(await hub.ask(agency, `{ creditCases(first: 10${filter === '' ? '' : `, filter: {${filter}}`}) { totalCount nodes { caseNo } } }`)));
  expect(creditCases.totalCount).toBe(creditCases.nodes.length);
  return creditCases.nodes.map(({ caseNo }) => caseNo);
}
const met = { conductCorrected: true, dutiesMet: true };

test('YZ-3.5b, YZ-3.5e: a repair is filed, accepted, reviewed and granted; from its commit on nobody else sees the entry, and followers are told', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const stream = await hub.subscribe('BLACKLIST_DB');
  await hub.change(stream);
  const caseNo = caseNoOf(await hub.file('CREDIT_PLATFORM', entryNo, 'REPAIR', '2026-07-10', { number: 'R1' }));
  expect(caseNo).toBe('CREDIT_PLATFORM/R1');
  expect(await entryAs('BLACKLIST_DB', entryNo)).toMatchObject({ state: 'PUBLISHED', openCase: 'REPAIR' });
  expect(await hub.change(stream)).toMatchObject({ kind: 'CHANGED', number: 1, entryNo });
  expect(refusedWith(await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-12', met))).toBe('CASE_STEP_NOT_HERE');
  await hub.review(caseNo, '2026-07-13');
  const early = await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-13', { dutiesMet: true });
  expect(early.errors?.[0]?.extensions).toMatchObject({ code: 'CREDIT_CASE_REFUSED', reason: 'CASE_REPAIR_CONDITIONS', fields: ['CONDUCT_NOT_CORRECTED'] });
  expect(await entryAs('CREDIT_PLATFORM', entryNo)).toMatchObject({ openCase: 'REPAIR' });
  granted(await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-13', { ...met, opinion: '核实无误' }));
  for (const agency of ['CREDIT_PLATFORM', 'BLACKLIST_DB', 'HEDONG_HRSS']) expect(await entryAs(agency, entryNo)).toBeNull();
  expect(await entryAs('HEPING_HRSS', entryNo)).toMatchObject({ state: 'REPAIRED', openCase: null });
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', number: 2, entryNo, leftAs: 'REPAIRED', entry: null });
  expect(await caseAs('CREDIT_PLATFORM', caseNo, 'state outcome organOpinion closedOn nextDue overdueFrom filedBy { code } responsibleOrgan { code }')).toEqual({
    state: 'GRANTED', outcome: 'REPAIRED', organOpinion: '核实无误', closedOn: '2026-07-13', nextDue: null, overdueFrom: null, filedBy: { code: 'CREDIT_PLATFORM' }, responsibleOrgan: { code: 'HEPING_HRSS' },
  });
});

test('YZ-3.5e: what a repair lacks is told all at once; without the promise it is never granted, nor before its day', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const caseNo = caseNoOf(await hub.file('HEPING_HRSS', entryNo, 'REPAIR', '2026-07-01', { promiseGiven: false }));
  await hub.review(caseNo, '2026-07-02');
  const refused = await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-11');
  expect(refused.errors?.[0]?.extensions['fields']).toEqual(['REPAIR_TOO_EARLY', 'CONDUCT_NOT_CORRECTED', 'DUTIES_NOT_MET', 'PROMISE_MISSING']);
  granted(await hub.handle('HEPING_HRSS', caseNo, 'REFUSE', '2026-07-11', { opinion: '未到可申请之日' }));
  expect(await entryAs('CREDIT_PLATFORM', entryNo)).toMatchObject({ state: 'PUBLISHED', openCase: null });
});

test('an objection marks the entry; granted, it corrects the fields and keeps what they said', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const changes = [{ field: 'SUBJECT_NAME', value: '天津甲人力有限公司' }, { field: 'VALID_TO', value: '2027-01-11' }, { field: 'SEVERITY' }];
  const caseNo = caseNoOf(await hub.file('CREDIT_PLATFORM', entryNo, 'OBJECTION', '2026-07-10', { changes }));
  expect(await entryAs('JOINT_SANCTION_PLATFORM', entryNo)).toMatchObject({ state: 'OBJECTED', openCase: 'OBJECTION', subjectName: '天津甲劳务有限公司' });
  await hub.review(caseNo, '2026-07-13');
  granted(await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-14'));
  expect(await entryAs('JOINT_SANCTION_PLATFORM', entryNo)).toMatchObject({ state: 'PUBLISHED', openCase: null, subjectName: '天津甲人力有限公司', validTo: '2027-01-11' });
  expect(await caseAs('HEPING_HRSS', caseNo, 'outcome changes { field oldValue newValue }')).toEqual({
    outcome: 'CORRECTED',
    changes: [
      { field: 'SUBJECT_NAME', oldValue: '天津甲劳务有限公司', newValue: '天津甲人力有限公司' }, { field: 'VALID_TO', oldValue: '2029-01-11', newValue: '2027-01-11' },
      { field: 'SEVERITY', oldValue: 'SERIOUS', newValue: null },
    ],
  });
  // The proposal sent again is still the same.
  expect(granted(await hub.propose('HEPING_HRSS'))['proposeListEntry']).toEqual({ entryNo, state: 'PUBLISHED' });
  const found = granted(await hub.ask('CREDIT_PLATFORM', '{ creditListCheck(list: BLACK, input: [{name: "天津甲人力有限公司"}]) { status entryNos } }'));
  expect(found['creditListCheck']).toEqual([{ status: 'POSSIBLE', entryNos: [entryNo] }]);
});

test('A-49: an objection without corrections, or one found right beyond them, revokes the entry', async () => {
  const stream = await hub.subscribe('BLACKLIST_DB');
  await hub.change(stream);
  const entryNo = await hub.list('HEPING_HRSS');
  await hub.change(stream);
  const caseNo = await hub.object(entryNo, '2026-07-10');
  await hub.change(stream);
  await hub.review(caseNo, '2026-07-10');
  expect(refusedWith(await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-10'))).toBe('CASE_NOTHING_TO_CORRECT');
  granted(await hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-10', { revoke: true }));
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', entryNo, leftAs: 'REVOKED' });
  expect(await caseAs('HEPING_HRSS', caseNo, 'state outcome')).toEqual({ state: 'GRANTED', outcome: 'REVOKED' });
});

test.each([
  ['declined by the centre', 'CREDIT_PLATFORM', ['DECLINE'], 'NOT_ACCEPTED', 'CREDIT_CENTRE'],
  ['refused by the organ', 'HEPING_HRSS', ['ACCEPT', 'REVIEW', 'REFUSE'], 'REFUSED', 'RESPONSIBLE_ORGAN'],
  ['taken back by who filed it', 'CREDIT_PLATFORM', ['ACCEPT', 'WITHDRAW'], 'WITHDRAWN', 'SUBJECT'],
] as const)('YZ-3.5b: an objection %s leaves the entry on the list, unmarked, and the chain says who ended it', async (_what, agency, steps, state, takenBy) => {
  const entryNo = await hub.list('HEPING_HRSS');
  const caseNo = caseNoOf(await hub.file('CREDIT_PLATFORM', entryNo, 'OBJECTION', '2026-07-10'));
  for (const [i, step] of steps.entries()) granted(await hub.handle(i === steps.length - 1 ? agency : 'CREDIT_PLATFORM', caseNo, step, '2026-07-10'));
  expect(await caseAs('HEPING_HRSS', caseNo)).toEqual({ caseNo, state });
  expect(await entryAs('BLACKLIST_DB', entryNo)).toMatchObject({ state: 'PUBLISHED', openCase: null });
  const { rows } = await hub.running.database.pool().query('SELECT step, taken_by, organ, case_step FROM hub.list_entry_step ORDER BY ordinal DESC LIMIT 1');
  expect(rows).toEqual([{ step: 'UPHOLD', taken_by: takenBy, organ: takenBy === 'RESPONSIBLE_ORGAN' ? 'HEPING_HRSS' : null, case_step: steps.at(-1) }]);
  // And a new case may be filed.
  granted(await hub.file('CREDIT_PLATFORM', entryNo, 'REPAIR', '2026-07-10'));
});

test('YZ-3.5b: each step is one agency’s; whoever has no part in a case is told there is none', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const caseNo = await hub.object(entryNo, '2026-07-10');
  expect(refusedWith(await hub.handle('HEPING_HRSS', caseNo, 'ACCEPT', '2026-07-10'))).toBe('CASE_STEP_OF_OTHERS');
  expect(refusedWith(await hub.handle('CREDIT_PLATFORM', caseNo, 'GRANT', '2026-07-10'))).toBe('CASE_STEP_OF_OTHERS');
  expect(refusedWith(await hub.handle('CREDIT_PLATFORM', caseNo, 'WITHDRAW', '2026-07-10'))).toBe('CASE_STEP_OF_OTHERS');
  for (const agency of ['HEDONG_HRSS', 'XM_CREDIT_DIV', 'MUNI_HRSS']) {
    const [one, other] = [await hub.handle(agency, caseNo, 'ACCEPT', '2026-07-10'), await hub.handle(agency, 'HEPING_HRSS/none', 'ACCEPT', '2026-07-10')];
    expect(refusedWith(one)).toBe('CASE_UNKNOWN');
    expect(one).toEqual(other);
    const [filed, none] = [await hub.file(agency, entryNo, 'REPAIR', '2026-07-10', { number: '1' }), await hub.file(agency, 'HEPING_HRSS/none', 'REPAIR', '2026-07-10', { number: '1' })];
    expect(refusedWith(filed)).toBe('ENTRY_UNKNOWN');
    expect(filed).toEqual(none);
  }
  for (const agency of ['BLACKLIST_DB', 'XM_CITY_CREDIT', 'JINBAO']) expect(refusedWith(await hub.file(agency, entryNo, 'REPAIR', '2026-07-10'))).toBe('BOUNDARY_DENIED');
});

test('B-38, B-40: the centre files about what it sees on the lists; other entries are unknown to it', async () => {
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed' }));
  const debtor = await hub.list('HEPING_HRSS', { number: 'debtor', list: 'JUDGMENT_DEBTOR' });
  expect(refusedWith(await hub.file('HEPING_HRSS', debtor, 'OBJECTION', '2026-07-10'))).toBe('CASE_NOT_OF_JUDGMENT_DEBTORS');
  for (const entryNo of ['HEPING_HRSS/proposed', debtor, 'HEPING_HRSS/none']) expect(refusedWith(await hub.file('CREDIT_PLATFORM', entryNo, 'OBJECTION', '2026-07-10', { number: '1' }))).toBe('ENTRY_UNKNOWN');
  expect(refusedWith(await hub.file('HEPING_HRSS', 'HEPING_HRSS/proposed', 'OBJECTION', '2026-07-10'))).toBe('CASE_ENTRY_NOT_LISTED');
  expect(await casesAs('CREDIT_PLATFORM')).toEqual([]);
  expect(await casesAs('CREDIT_PLATFORM', `entryNo: "${debtor}"`)).toEqual([]);
});

const unfit: readonly (readonly [what: string, input: object, reason: string])[] = [
  ['a day to come', { filedOn: '2026-11-23' }, 'CASE_DAY_TO_COME'],
  ['a day before the publication', { filedOn: '2026-01-11' }, 'CASE_DAYS_UNFIT'],
  ['no grounds', { grounds: ' ' }, 'CASE_FIELD_UNFIT'],
  ['a promise with an objection', { promiseGiven: true }, 'CASE_FIELD_UNFIT'],
  ['corrections of a repair', { kind: 'REPAIR', changes: [{ field: 'GROUND', value: 'X' }] }, 'CASE_FIELD_UNFIT'],
  ['a field named twice', { changes: [{ field: 'GROUND', value: 'X' }, { field: 'GROUND', value: 'Y' }] }, 'CASE_FIELD_UNFIT'],
  ['a ground left empty', { changes: [{ field: 'GROUND' }] }, 'CASE_FIELD_UNFIT'],
  ['a last day that is none', { changes: [{ field: 'VALID_TO', value: '2026-02-30' }] }, 'CASE_FIELD_UNFIT'],
  ['a severity that is none', { changes: [{ field: 'SEVERITY', value: 'GRAVE' }] }, 'CASE_FIELD_UNFIT'],
  ['a value it has already', { changes: [{ field: 'GROUND', value: 'WAGE_ARREARS' }] }, 'CASE_NOTHING_TO_CORRECT'],
];

test('what does not fit is not filed, and changes nothing', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  for (const [what, input, reason] of unfit) expect([what, refusedWith(await hub.file('HEPING_HRSS', entryNo, 'OBJECTION', '2026-07-10', input))]).toEqual([what, reason]);
  expect(await casesAs('HEPING_HRSS')).toEqual([]);
  expect(await entryAs('HEPING_HRSS', entryNo)).toMatchObject({ state: 'PUBLISHED', openCase: null });
});

test('one open case per entry; a filing and a step sent again change nothing; a number stands for one filing', async () => {
  const [entryNo, other] = [await hub.list('HEPING_HRSS'), await hub.list('HEPING_HRSS', { number: '2', subjectUscc: codesOf.other })];
  const file = (entry = entryNo): ReturnType<CreditHub['file']> => hub.file('HEPING_HRSS', entry, 'OBJECTION', '2026-07-10', { number: 'O1' });
  const caseNo = caseNoOf(await file());
  granted(await hub.handle('CREDIT_PLATFORM', caseNo, 'ACCEPT', '2026-07-10'));
  expect(granted(await hub.handle('CREDIT_PLATFORM', caseNo, 'ACCEPT', '2026-07-10'))['takeCreditCaseStep']).toEqual({ caseNo, state: 'ACCEPTED' });
  expect(granted(await file())['fileCreditCase']).toEqual({ caseNo, state: 'ACCEPTED' });
  expect(refusedWith(await file(other))).toBe('CASE_NUMBER_TAKEN');
  expect(refusedWith(await hub.file('CREDIT_PLATFORM', entryNo, 'REPAIR', '2026-07-10'))).toBe('CASE_OPEN_ALREADY');
  expect(refusedWith(await hub.handle('CREDIT_PLATFORM', caseNo, 'REVIEW', '2026-07-09'))).toBe('CASE_DAYS_UNFIT');
  const { rows } = await hub.running.database.pool().query('SELECT step FROM hub.credit_case_step ORDER BY case_id, ordinal');
  expect(rows).toEqual([{ step: 'FILE' }, { step: 'ACCEPT' }]);
});

test('what is asked at the same moment is done once: one of two filings, and of a repair and a revocation', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const filings = await Promise.all(['HEPING_HRSS', 'CREDIT_PLATFORM'].map((agency) => hub.file(agency, entryNo, 'REPAIR', '2026-07-12')));
  expect(filings.map((answer) => (answer.errors ? refusedWith(answer) : 'filed')).sort()).toEqual(['CASE_OPEN_ALREADY', 'filed']);
  const [caseNo = ''] = await casesAs('HEPING_HRSS');
  await hub.review(caseNo, '2026-07-12');
  const [repaired, revoked] = await Promise.all([hub.handle('HEPING_HRSS', caseNo, 'GRANT', '2026-07-12', met), hub.take('HEPING_HRSS', entryNo, 'REVOKE', '2026-07-12')]);
  const ends = [repaired.errors ? refusedWith(repaired) : 'REPAIRED', revoked.errors ? refusedWith(revoked) : 'REVOKED'];
  expect([['REPAIRED', 'ENTRY_STEP_NOT_HERE'], ['CASE_STEP_NOT_HERE', 'REVOKED']]).toContainEqual(ends);
  expect(await caseAs('HEPING_HRSS', caseNo, 'state')).toEqual({ state: ends[0] === 'REPAIRED' ? 'GRANTED' : 'LAPSED' });
  expect(await entryAs('HEPING_HRSS', entryNo)).toMatchObject({ state: ends.find((end) => end === 'REPAIRED' || end === 'REVOKED'), openCase: null });
});

test('a merged subject takes the cases about its entries along', async () => {
  const [one, other] = [await hub.list('HEPING_HRSS'), await hub.list('HEPING_HRSS', { number: '2', subjectUscc: codesOf.other, subjectName: '天津乙劳务有限公司' })];
  const caseNo = await hub.object(other, '2026-07-12');
  const pool = hub.running.database.pool();
  const subjectOf = async (entryNo: string): Promise<unknown> => (await pool.query<{ subject_id: string }>('SELECT subject_id FROM hub.list_entry WHERE entry_no = $1', [entryNo])).rows[0]?.subject_id;
  await pool.query('UPDATE hub.list_entry SET subject_id = $1 WHERE entry_no = $2', [await subjectOf(one), other]);
  const { rows } = await pool.query<{ subject_id: string }>('SELECT subject_id FROM hub.credit_case WHERE case_no = $1', [caseNo]);
  expect(rows).toEqual([{ subject_id: await subjectOf(one) }]);
});

test('due days are counted in working days; what is late is found by a filter, and a complex case is extended once', async () => {
  const [first, second] = [await hub.list('HEPING_HRSS'), await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other })];
  const one = caseNoOf(await hub.file('CREDIT_PLATFORM', first, 'REPAIR', '2026-07-10'));
  const two = caseNoOf(await hub.file('CREDIT_PLATFORM', second, 'OBJECTION', '2026-07-15'));
  expect(await caseAs('CREDIT_PLATFORM', one, 'acceptanceDue organDue answerDue dueProvisional nextDue overdueFrom')).toEqual({
    acceptanceDue: '2026-07-15', organDue: '2026-07-21', answerDue: '2026-07-24', dueProvisional: false, nextDue: '2026-07-15', overdueFrom: '2026-07-16',
  });
  expect(await casesAs('CREDIT_PLATFORM', 'overdueOn: "2026-07-15"')).toEqual([]);
  expect(await casesAs('CREDIT_PLATFORM', 'overdueOn: "2026-07-16"')).toEqual([one]);
  expect(await casesAs('CREDIT_PLATFORM', 'dueBy: "2026-07-20"')).toEqual([two, one]);
  expect(await casesAs('HEDONG_HRSS', 'overdueOn: "2026-11-22"')).toEqual([two]);
  await hub.review(one, '2026-07-16');
  expect(await casesAs('CREDIT_PLATFORM', 'overdueOn: "2026-07-21", state: REVIEWED')).toEqual([]);
  expect(await casesAs('HEPING_HRSS', 'overdueOn: "2026-07-22", kind: REPAIR, responsibleOrgan: "HEPING_HRSS"')).toEqual([one]);
  expect(refusedWith(await hub.handle('HEPING_HRSS', one, 'EXTEND', '2026-07-20'))).toBe('CASE_STEP_OF_OTHERS');
  granted(await hub.handle('CREDIT_PLATFORM', one, 'EXTEND', '2026-07-20'));
  expect(refusedWith(await hub.handle('CREDIT_PLATFORM', one, 'EXTEND', '2026-07-21'))).toBe('CASE_EXTENDED_ALREADY');
  expect(await caseAs('HEPING_HRSS', one, 'state organDue answerDue extendedOn')).toEqual({ state: 'REVIEWED', organDue: '2026-07-30', answerDue: '2026-08-07', extendedOn: '2026-07-20' });
  expect(await casesAs('CREDIT_PLATFORM', 'overdueOn: "2026-07-22", kind: REPAIR')).toEqual([]);
});

test('A-49, YZ-3.5e: an entry that expires or is revoked while a case is open closes the case', async () => {
  const [over, revoked] = [await hub.list('HEPING_HRSS', {}, { validTo: '2026-11-22' }), await hub.list('HEPING_HRSS', { number: '2', subjectUscc: codesOf.other })];
  const [one, two] = [await hub.object(over, '2026-07-10'), caseNoOf(await hub.file('CREDIT_PLATFORM', revoked, 'REPAIR', '2026-07-10'))];
  await hub.review(two, '2026-07-10');
  granted(await hub.take('HEPING_HRSS', revoked, 'REVOKE', '2026-07-11'));
  clock.set('2026-11-23T00:00:00Z');
  const register = new ListRegister(hub.running.database, await openKeyRing(hub.running.database, hub.running.folder), clock);
  expect(await register.expire(500)).toBe(1);
  for (const caseNo of [one, two]) expect(await caseAs('CREDIT_PLATFORM', caseNo, 'state nextDue outcome')).toEqual({ state: 'LAPSED', nextDue: null, outcome: null });
  for (const [entryNo, state] of [[over, 'EXPIRED'], [revoked, 'REVOKED']] as const) expect(await entryAs('HEPING_HRSS', entryNo)).toMatchObject({ state, openCase: null });
  expect(refusedWith(await hub.handle('HEPING_HRSS', two, 'GRANT', '2026-07-12', met))).toBe('CASE_STEP_NOT_HERE');
  const { rows } = await hub.running.database.pool().query(`SELECT s.step, s.taken_by, s.case_step, c.agency, c.on_day::text FROM hub.list_entry_step s JOIN hub.credit_case_step c ON c.entry_id = s.entry_id AND c.entry_ordinal = s.ordinal WHERE c.step = 'LAPSE' ORDER BY s.entry_id`);
  expect(rows).toEqual([
    { step: 'EXPIRE', taken_by: 'CLOCK', case_step: 'LAPSE', agency: null, on_day: '2026-11-23' }, { step: 'REVOKE', taken_by: 'RESPONSIBLE_ORGAN', case_step: 'LAPSE', agency: 'HEPING_HRSS', on_day: '2026-07-11' },
  ]);
});

test('XM-3.6.4b: in Xiamen the credit division is the single window, and Tianjin’s platform sees nothing of it', async () => {
  const entryNo = await hub.list('XM_SIMING_HRSS', { district: '350203' });
  const caseNo = caseNoOf(await hub.file('XM_CREDIT_DIV', entryNo, 'REPAIR', '2026-07-12'));
  expect(await casesAs('XM_SIMING_HRSS')).toEqual([caseNo]);
  for (const agency of ['CREDIT_PLATFORM', 'XM_JIMEI_HRSS', 'HEPING_HRSS', 'XM_HRSS']) expect(await casesAs(agency)).toEqual([]);
  for (const agency of ['XM_CITY_CREDIT', 'BLACKLIST_DB', 'JOINT_SANCTION_PLATFORM', 'JINBAO']) expect(refusedWith(await hub.ask(agency, '{ creditCases(first: 1) { totalCount } }'))).toBe('BOUNDARY_DENIED');
  await hub.review(caseNo, '2026-07-13');
  granted(await hub.handle('XM_SIMING_HRSS', caseNo, 'GRANT', '2026-07-13', met));
  expect(await entryAs('XM_HRSS', entryNo)).toBeNull();
});
