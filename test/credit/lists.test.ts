import { openKeyRing } from '../../src/access/key-register.js';
import { ListRegister } from '../../src/credit/lists/list-register.js';
import { FixedClock } from '../../src/measures/clock.js';
import { CreditHub, codesOf, granted, proposal, refusedWith, watchLists, type Answer } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const listQuery = '{ creditList(first: 10) { totalCount nodes { entryNo state } } }';
const shownTo = async (agency: string): Promise<unknown[]> => {
  const { creditList } = granted(await hub.ask(agency, listQuery)) as { creditList: { nodes: { entryNo: string }[] } };
  return creditList.nodes.map(({ entryNo }) => entryNo);
};

test('YZ-3.5c, B-38: an entry is shown to platforms and sanctioning organs from its publication on, and in every state to its organ alone', async () => {
  granted(await hub.propose('HEPING_HRSS'));
  const entryNo = 'HEPING_HRSS/2026-1';
  expect(await shownTo('CREDIT_PLATFORM')).toEqual([]);
  expect(await shownTo('HEDONG_HRSS')).toEqual([]);
  expect(await shownTo('HEPING_HRSS')).toEqual([entryNo]);
  granted(await hub.take('HEPING_HRSS', entryNo, 'INFORM', '2026-01-06', { defenceUntil: '2026-01-09' }));
  granted(await hub.take('HEPING_HRSS', entryNo, 'DECIDE', '2026-01-12', { validFrom: '2026-01-12', validTo: '2029-01-11' }));
  expect(await shownTo('CREDIT_PLATFORM')).toEqual([]);
  granted(await hub.take('HEPING_HRSS', entryNo, 'PUBLISH', '2026-01-12'));
  for (const agency of ['CREDIT_PLATFORM', 'BLACKLIST_DB', 'JOINT_SANCTION_PLATFORM', 'HEDONG_HRSS', 'MUNI_HRSS', 'HEPING_HRSS']) expect(await shownTo(agency)).toEqual([entryNo]);
});

test('B-35, B-38: approval bureaus see no entry of others; nor does anybody outside the table', async () => {
  await hub.list('HEPING_HRSS');
  expect(await shownTo('HEPING_APPROVAL')).toEqual([]);
  for (const agency of ['JINBAO', 'US_OFLC', 'XM_HRSS']) {
    const { data, errors } = await hub.ask(agency, listQuery);
    expect([data?.['creditList'] ?? null, errors?.[0]?.extensions['code'] ?? 'no rows']).toEqual(agency === 'XM_HRSS' ? [{ totalCount: 0, nodes: [] }, 'no rows'] : [null, 'BOUNDARY_DENIED']);
  }
});

test('B-38: details of the case are for the purpose of joint sanctions, with a case number', async () => {
  const entryNo = await hub.list('HEPING_HRSS');
  const query = `{ creditListEntry(entryNo: "${entryNo}") { entryNo reason } }`;
  const plain = await hub.ask('JOINT_SANCTION_PLATFORM', query);
  expect(plain.data?.['creditListEntry']).toMatchObject({ reason: null });
  expect(plain.errors?.map(({ extensions }) => extensions['code'])).toEqual(['BOUNDARY_DENIED']);
  const declared = await hub.ask('JOINT_SANCTION_PLATFORM', query, {}, { 'x-concordat-purpose': 'JOINT_SANCTION', 'x-concordat-case': '2026-9' });
  expect(granted(declared)['creditListEntry']).toEqual({ entryNo, reason: proposal.reason });
});

test.each([
  ['a decision before the notice', 'DECIDE', '2026-01-12', { validFrom: '2026-01-12' }, 'ENTRY_STEP_NOT_HERE', 'YZ-3.5c'],
  ['publication of a proposal', 'PUBLISH', '2026-01-12', {}, 'ENTRY_STEP_NOT_HERE', 'YZ-3.5a'],
  ['a notice without a period of defence', 'INFORM', '2026-01-06', {}, 'ENTRY_FIELD_MISSING', 'YZ-3.5c'],
  ['a period of defence that ends before the notice', 'INFORM', '2026-01-06', { defenceUntil: '2026-01-05' }, 'ENTRY_DAYS_UNFIT', 'A-49'],
  ['a day to come', 'INFORM', '2026-11-23', { defenceUntil: '2026-11-30' }, 'ENTRY_DAY_TO_COME', 'YZ-3.5c'],
])('%s is refused with its reason, and nothing is written', async (_what, step, on, more, reason, clause) => {
  granted(await hub.propose('HEPING_HRSS'));
  const answer = await hub.take('HEPING_HRSS', 'HEPING_HRSS/2026-1', step, on, more);
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'LIST_STEP_REFUSED', reason });
  expect(answer.errors?.[0]?.extensions['clauses']).toContain(clause);
  const { rows } = await hub.running.database.pool().query('SELECT count(*)::int AS steps FROM hub.list_entry_step');
  expect(rows).toEqual([{ steps: 1 }]);
});

test('A-49: a decision waits for the end of the defence, unless the subject was heard', async () => {
  granted(await hub.propose('HEPING_HRSS'));
  const entryNo = 'HEPING_HRSS/2026-1';
  granted(await hub.take('HEPING_HRSS', entryNo, 'INFORM', '2026-01-06', { defenceUntil: '2026-01-09' }));
  expect(refusedWith(await hub.take('HEPING_HRSS', entryNo, 'DECIDE', '2026-01-09', { validFrom: '2026-01-09' }))).toBe('ENTRY_DEFENCE_RUNNING');
  granted(await hub.take('HEPING_HRSS', entryNo, 'DECIDE', '2026-01-09', { validFrom: '2026-01-09', heard: true }));
});

test('YZ-3.5b: only the organ that answers for an entry takes its steps; to others it is unknown', async () => {
  granted(await hub.propose('HEPING_HRSS'));
  expect(refusedWith(await hub.take('HEDONG_HRSS', 'HEPING_HRSS/2026-1', 'DROP', '2026-01-06'))).toBe('ENTRY_UNKNOWN');
  expect(refusedWith(await hub.take('HEDONG_HRSS', 'HEPING_HRSS/none', 'DROP', '2026-01-06'))).toBe('ENTRY_UNKNOWN');
  expect(refusedWith(await hub.propose('CREDIT_PLATFORM'))).toBe('BOUNDARY_DENIED');
});

test('a proposal and a step sent again change nothing; another proposal under the number is refused', async () => {
  granted(await hub.propose('HEPING_HRSS'));
  granted(await hub.propose('HEPING_HRSS'));
  expect(refusedWith(await hub.propose('HEPING_HRSS', { ground: 'OTHER' }))).toBe('ENTRY_NUMBER_TAKEN');
  granted(await hub.propose('HEDONG_HRSS'));
  const inform = (): ReturnType<CreditHub['take']> => hub.take('HEPING_HRSS', 'HEPING_HRSS/2026-1', 'INFORM', '2026-01-06', { defenceUntil: '2026-01-09' });
  granted(await inform());
  expect(granted(await inform())['takeListEntryStep']).toEqual({ entryNo: 'HEPING_HRSS/2026-1', state: 'INFORMED' });
  expect(refusedWith(await hub.take('HEPING_HRSS', 'HEPING_HRSS/2026-1', 'INFORM', '2026-01-06', { defenceUntil: '2026-01-12' }))).toBe('ENTRY_STEP_NOT_HERE');
  const { rows } = await hub.running.database.pool().query('SELECT entry_id::int, ordinal FROM hub.list_entry_step ORDER BY 1, 2');
  expect(rows).toHaveLength(3);
});

test('YZ-3.5e: of a repair: from its commit on no read shows the entry, and the stream tells it was repaired', async () => {
  const stream = await hub.subscribe('CREDIT_PLATFORM');
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED' });
  const entryNo = await hub.list('HEPING_HRSS');
  expect(await hub.change(stream)).toMatchObject({ kind: 'ENTERED', number: 1, entryNo, leftAs: null, entry: { entryNo, list: 'BLACK', state: 'PUBLISHED' } });
  await hub.repair(entryNo, '2026-07-12');
  expect(await shownTo('CREDIT_PLATFORM')).toEqual([]);
  expect(await shownTo('HEPING_HRSS')).toEqual([entryNo]);
  // The mark while the case was open is the change between (its conditions: test/credit/cases).
  expect(await hub.change(stream)).toMatchObject({ kind: 'CHANGED', number: 2, entryNo, entry: { state: 'PUBLISHED' } });
  expect(await hub.change(stream)).toEqual({ kind: 'LEFT', number: 3, cursor: expect.any(String) as unknown, entryNo, leftAs: 'REPAIRED', entry: null });
});

test('YZ-3.5e, A-49: an entry is over with its last day by the clock, whether or not a hub has said so, and the stream tells it expired', async () => {
  const entryNo = await hub.list('HEPING_HRSS', {}, { validTo: '2026-11-22' });
  const stream = await hub.subscribe('CREDIT_PLATFORM');
  await hub.change(stream);
  clock.set('2026-11-22T15:59:59Z');
  expect(await shownTo('CREDIT_PLATFORM')).toEqual([entryNo]);
  clock.set('2026-11-22T16:00:00Z'); // midnight in Tianjin; the hub looks a minute after its last look
  expect(await shownTo('CREDIT_PLATFORM')).toEqual([]);
  const register = new ListRegister(hub.running.database, await openKeyRing(hub.running.database, hub.running.folder), clock);
  expect([await register.expire(500), await register.expire(500)]).toEqual([1, 0]);
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', entryNo, leftAs: 'EXPIRED' });
  const { rows } = await hub.running.database.pool().query('SELECT step, taken_by, organ, on_day::text, clauses FROM hub.list_entry_step ORDER BY ordinal DESC LIMIT 1');
  expect(rows).toEqual([{ step: 'EXPIRE', taken_by: 'CLOCK', organ: null, on_day: '2026-11-23', clauses: ['YZ-3.5e', 'A-49'] }]);
});

test('a revocation is told as one; what leaves a filter is told without a cause', async () => {
  const stream = await hub.subscribe('CREDIT_PLATFORM', watchLists('district: "120101"'));
  await hub.change(stream);
  const first = await hub.list('HEPING_HRSS');
  await hub.change(stream);
  granted(await hub.take('HEPING_HRSS', first, 'REVOKE', '2026-02-01'));
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', number: 2, leftAs: 'REVOKED' });
  const second = await hub.list('HEPING_HRSS', { number: '2026-2', subjectUscc: codesOf.other });
  await hub.change(stream);
  await hub.running.database.pool().query(`UPDATE hub.list_entry SET district = '120103' WHERE entry_no = $1`, [second]);
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', number: 4, entryNo: second, leftAs: null });
});

test('B-41, XM-3.6.3b: to Xiamen’s city platform goes what the credit division released, and the database lets nobody else release', async () => {
  const pool = hub.running.database.pool();
  const entryNo = await hub.list('XM_SIMING_HRSS', { district: '350203' });
  const release = (agency: string, no = entryNo, reason = ''): Promise<Answer> =>
    hub.ask(agency, `mutation { releaseListEntry(entryNo: "${no}", on: "2026-02-01"${reason}) { entryNo state } }`);
  for (const agency of ['XM_HRSS', 'XM_JIMEI_HRSS', 'XM_CREDIT_DIV']) expect(await shownTo(agency)).toEqual([entryNo]);
  for (const agency of ['CREDIT_PLATFORM', 'XM_CITY_CREDIT']) expect(await shownTo(agency)).toEqual([]);
  await expect(pool.query(`UPDATE hub.list_entry SET channel = 'PUBLIC_CREDIT'`)).rejects.toThrow(/check/);
  await expect(pool.query(`UPDATE hub.list_entry SET channel = 'PUBLIC_CREDIT', released_by = 'XM_UNIT', released_on = '2026-02-01'`)).rejects.toThrow(/check/);
  for (const agency of ['XM_SIMING_HRSS', 'XM_HRSS', 'XM_INFO_DIV']) expect(refusedWith(await release(agency))).toBe('BOUNDARY_DENIED');
  expect(refusedWith(await release('XM_CREDIT_DIV', 'HEPING_HRSS/2026-1'))).toBe('ENTRY_UNKNOWN');
  granted(await release('XM_CREDIT_DIV'));
  granted(await release('XM_CREDIT_DIV'));
  expect(await shownTo('XM_CITY_CREDIT')).toEqual([entryNo]);
});

test('XM-3.6.3e, A-48: a natural person is released with a reason alone', async () => {
  const entryNo = await hub.list('XM_SIMING_HRSS', { subjectKind: 'NATURAL_PERSON', subjectName: '王一', subjectUscc: null });
  const release = (reason: string): Promise<Answer> => hub.ask('XM_CREDIT_DIV', `mutation { releaseListEntry(entryNo: "${entryNo}", on: "2026-02-01"${reason}) { state } }`);
  expect(refusedWith(await release(''))).toBe('ENTRY_FIELD_MISSING');
  expect(await shownTo('XM_CITY_CREDIT')).toEqual([]);
  granted(await release(', reason: "涉及公众利益"'));
  expect(await shownTo('XM_CITY_CREDIT')).toEqual([entryNo]);
});
