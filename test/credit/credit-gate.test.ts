import { FixedClock } from '../../src/measures/clock.js';
import { mergeSubjects } from '../../src/subjects/merge-subjects.js';
import { CreditHub, codesOf, granted } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const gate = async (agency: string, uscc: string = codesOf.one, pendingCase = '津案 2026-7'): Promise<unknown> =>
  granted(await hub.ask(agency, 'query ($uscc: String!, $case: String!) { creditGate(subjectUscc: $uscc, pendingCase: $case) { allowed grounds } }', { uscc, case: pendingCase }))['creditGate'];
const open = { allowed: true, grounds: [] };
const listed = { allowed: false, grounds: ['ACTIVE_BLACKLIST_ENTRY'] };

test('B-35, YZ-2.3d: the licensing organ learns yes or no and the kind of ground, and nothing of the entry', async () => {
  expect(await gate('HEPING_APPROVAL')).toEqual(open);
  await hub.list('HEDONG_HRSS');
  for (const agency of ['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'MUNI_HRSS']) expect(await gate(agency)).toEqual(listed);
  expect(await gate('HEPING_APPROVAL', codesOf.other)).toEqual(open);
});

test('A-27: decided entries block from their first to their last day; the red list, other jurisdictions and what ended do not', async () => {
  const entryNo = await hub.list('HEPING_HRSS', {}, { validTo: '2026-11-22' });
  expect(await gate('HEPING_APPROVAL')).toEqual(listed);
  clock.set('2026-11-22T16:00:00Z');
  expect(await gate('HEPING_APPROVAL')).toEqual(open);
  clock.set('2026-11-22T04:00:00Z');
  granted(await hub.take('HEPING_HRSS', entryNo, 'REVOKE', '2026-02-01'));
  expect(await gate('HEPING_APPROVAL')).toEqual(open);
  await hub.list('HEPING_HRSS', { number: 'red', list: 'RED' });
  await hub.list('XM_SIMING_HRSS', { number: 'elsewhere' });
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed' }));
  expect(await gate('HEPING_APPROVAL')).toEqual(open);
  await hub.list('MUNI_HRSS', { number: 'debtor', list: 'JUDGMENT_DEBTOR' });
  expect(await gate('HEPING_APPROVAL')).toEqual({ allowed: false, grounds: ['UNPERFORMED_JUDGMENT'] });
});

test('A-27: what is repaired opens the gate at once', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  await hub.repair(entryNo, '2026-07-12');
  expect(await gate('HEPING_APPROVAL')).toEqual(open);
});

test('a merged subject takes its entries along, and those who follow the lists hear of no change', async () => {
  const stream = await hub.subscribe('CREDIT_PLATFORM');
  await hub.change(stream);
  await hub.list('HEPING_HRSS');
  await hub.list('HEPING_HRSS', { number: 'red', list: 'RED', subjectUscc: codesOf.other, subjectName: '天津乙劳务有限公司' });
  expect(await gate('HEPING_APPROVAL', codesOf.other)).toEqual(open);
  const client = await hub.running.database.pool().connect();
  const { rows } = await client.query<{ id: string; uscc: string }>('SELECT id, uscc FROM hub.subject');
  const idOf = (code: string): string => rows.find(({ uscc }) => uscc === code)?.id ?? '';
  await client.query('BEGIN');
  const document = { identifierScheme: 'CN-XKWSH', documentNo: '合并 1', documentPart: 1, decidedOn: '2026-03-01' };
  await mergeSubjects(client, { mergedId: idOf(codesOf.one), survivingId: idOf(codesOf.other), document, at: new Date('2026-03-01T00:00:00Z') });
  await client.query('COMMIT');
  client.release();
  expect(await gate('HEPING_APPROVAL', codesOf.other)).toEqual(listed);
  granted(await hub.take('HEPING_HRSS', 'HEPING_HRSS/red', 'REVOKE', '2026-03-02'));
  const told = [await hub.change(stream), await hub.change(stream), await hub.change(stream)];
  expect(told.map(({ kind, number, entryNo }) => [kind, number, entryNo])).toEqual([['ENTERED', 1, 'HEPING_HRSS/2026-1'], ['ENTERED', 2, 'HEPING_HRSS/red'], ['LEFT', 3, 'HEPING_HRSS/red']]);
});

test('B-35: the case is kept in the evidence, with the subject where there was a ground alone; without a case nothing is answered', async () => {
  await hub.list('HEPING_HRSS');
  await gate('HEPING_APPROVAL', codesOf.one, '津案 1');
  await gate('HEPING_APPROVAL', codesOf.other, '津案 2');
  const asked = (await hub.running.entries()).filter(({ agency }) => agency === 'HEPING_APPROVAL');
  expect(asked.map(({ subjects }) => subjects.length)).toEqual([1, 0]);
  expect(asked.map((entry) => entry.case)).toEqual(['津案 1', '津案 2']);
  const { errors } = await hub.ask('HEPING_APPROVAL', `{ creditGate(subjectUscc: "${codesOf.one}", pendingCase: " ") { allowed } }`);
  expect(errors?.[0]?.extensions['code']).toBe('BAD_USER_INPUT');
});

test.each(['HEDONG_HRSS', 'CREDIT_PLATFORM', 'JINBAO', 'XM_HRSS'])('B-35: %s, which licenses nothing, may not ask', async (agency) => {
  const { errors } = await hub.ask(agency, `{ creditGate(subjectUscc: "${codesOf.one}", pendingCase: "1") { allowed } }`);
  expect(errors?.[0]?.extensions['code']).toBe('BOUNDARY_DENIED');
});
