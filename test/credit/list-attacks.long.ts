import { FixedClock } from '../../src/measures/clock.js';
import { mergeSubjects } from '../../src/subjects/merge-subjects.js';
import { exportClient } from '../export/export-hub.js';
import { addPermits, addSubject, inTransaction } from '../feed/registry-rows.js';
import { CreditHub, codesOf, granted, refusedWith, watchLists } from './credit-hub.js';

/** Ways round the boundary of the lists, each as somebody might try it; most were open once. */
const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const gate = (uscc: string, pendingCase: string): string => `creditGate(subjectUscc: "${uscc}", pendingCase: "${pendingCase}") { allowed }`;

test('B-35, A-27: a merger of subjects lifts no entry, under neither code, before or after it', async () => {
  await hub.list('HEPING_HRSS');
  await hub.list('HEPING_HRSS', { number: 'red', list: 'RED', subjectUscc: codesOf.other });
  const pool = hub.running.database.pool();
  const idOf = async (uscc: string): Promise<string> => (await pool.query<{ id: string }>('SELECT id FROM hub.subject WHERE uscc = $1', [uscc])).rows[0]?.id ?? '';
  const [mergedId, survivingId] = [await idOf(codesOf.one), await idOf(codesOf.other)];
  const open = async (uscc: string): Promise<unknown> => granted(await hub.ask('HEPING_APPROVAL', `{ ${gate(uscc, '1')} }`))['creditGate'];
  expect([await open(codesOf.one), await open(codesOf.other)]).toEqual([{ allowed: false }, { allowed: true }]);
  const client = await pool.connect();
  await inTransaction(client, () => mergeSubjects(client, { mergedId, survivingId, at: clock.now(), document: { identifierScheme: 'CN-XKWSH', documentNo: '并1', documentPart: 1, decidedOn: '2026-11-01' } }));
  client.release();
  expect([await open(codesOf.one), await open(codesOf.other)]).toEqual([{ allowed: false }, { allowed: false }]);
  granted(await hub.take('HEPING_HRSS', 'HEPING_HRSS/2026-1', 'REVOKE', '2026-02-01'));
  expect([await open(codesOf.one), await open(codesOf.other)]).toEqual([{ allowed: true }, { allowed: true }]);
  await hub.list('HEPING_HRSS', { number: 'after' }); // by the merged code, for the surviving subject
  expect([await open(codesOf.one), await open(codesOf.other)]).toEqual([{ allowed: false }, { allowed: false }]);
});

test('B-35: two pending cases in one request are refused, for the evidence names one', async () => {
  const { data, errors } = await hub.ask('HEPING_APPROVAL', `{ a: ${gate(codesOf.one, '案1')} b: ${gate(codesOf.other, '案2')} c: ${gate(codesOf.other, '案1')} }`);
  expect([data, errors?.map(({ extensions }) => extensions['code'])]).toEqual([{ a: { allowed: true }, b: null, c: { allowed: true } }, ['BAD_USER_INPUT']]);
  const { rows } = await hub.running.database.pool().query(`SELECT entry::jsonb ->> 'case' AS case_no FROM hub.access_entry WHERE entry::jsonb ->> 'case' IS NOT NULL`);
  expect(rows).toEqual([{ case_no: '案1' }]);
});

test('A-49: what is over cannot be published any more, so that nobody is told of its leaving who never saw it', async () => {
  const stream = await hub.subscribe('CREDIT_PLATFORM');
  await hub.change(stream);
  const entryNo = 'HEPING_HRSS/2026-1';
  granted(await hub.propose('HEPING_HRSS'));
  granted(await hub.take('HEPING_HRSS', entryNo, 'INFORM', '2026-01-06', { defenceUntil: '2026-01-09' }));
  granted(await hub.take('HEPING_HRSS', entryNo, 'DECIDE', '2026-01-12', { validFrom: '2026-01-12', validTo: '2026-03-01' }));
  expect(refusedWith(await hub.take('HEPING_HRSS', entryNo, 'PUBLISH', '2026-01-12'))).toBe('ENTRY_OVER');
  const next = await hub.list('HEPING_HRSS', { number: '2026-2' });
  expect(await hub.change(stream)).toMatchObject({ kind: 'ENTERED', number: 1, entryNo: next });
});

test('YZ-3.5b: an organ learns nothing of the entries of others by writing: whatever the step, they answer like none', async () => {
  const hidden = await hub.list('HEPING_HRSS');
  for (const [step, more] of [['INFORM', { defenceUntil: '2026-01-09' }], ['DECIDE', { validFrom: '2026-01-12' }], ['PUBLISH', {}], ['REVOKE', {}], ['REMOVE', {}]] as const) {
    const [one, other] = [await hub.take('HEDONG_APPROVAL', hidden, step, '2026-01-12', more), await hub.take('HEDONG_APPROVAL', 'HEPING_HRSS/none', step, '2026-01-12', more)];
    expect(refusedWith(one)).toBe('ENTRY_UNKNOWN');
    expect(one).toEqual(other);
  }
  // Nor by taking the number of another organ for its own.
  expect(granted(await hub.propose('HEDONG_APPROVAL'))['proposeListEntry']).toEqual({ entryNo: 'HEDONG_APPROVAL/2026-1', state: 'PROPOSED' });
});

test.each(['CREDIT_PLATFORM', 'XM_HRSS', 'JINBAO'])('%s, which sees one record type, pulls changes with the fields that every change has', async (agency) => {
  const cursor = granted(await hub.ask(agency, '{ changes(first: 1) { cursor } }'))['changes'] as { cursor: string };
  const entryNo = await hub.list(agency === 'XM_HRSS' ? 'XM_SIMING_HRSS' : 'HEPING_HRSS');
  const pulled = granted(await hub.ask(agency, `{ changes(first: 9, after: "${cursor.cursor}") { changes { kind number ... on CreditListChange { entryNo } ... on PermitChange { documentNo } } } }`));
  expect(pulled['changes']).toEqual({ changes: agency === 'JINBAO' ? [] : [{ kind: 'ENTERED', number: 1, entryNo }] });
  const denied = await hub.ask(agency, `{ changes(first: 9, after: "${cursor.cursor}") { changes { kind ... on CreditListChange { entry { reason } } } } }`);
  expect(denied.errors?.[0]?.extensions['code'] ?? 'nothing').toBe(agency === 'CREDIT_PLATFORM' ? 'BOUNDARY_DENIED' : 'nothing');
});

test('who sees both record types goes on by pages of the one type from the cursor of its stream, and by none of another agency', async () => {
  const stream = await hub.subscribe('HEPING_HRSS', 'subscription { permitChanged { kind cursor } }');
  const opened = await stream.next();
  const { cursor } = (JSON.parse(opened?.data ?? '') as { data: { permitChanged: { cursor: string } } }).data.permitChanged;
  await hub.list('HEDONG_HRSS');
  await addPermits(hub.running.database.pool(), [{ documentNo: '文1', holderId: await addSubject(hub.running.database.pool(), '持有人') }]);
  const query = `{ changes(first: 9, after: "${cursor}") { changes { kind ... on CreditListChange { entryNo } ... on PermitChange { documentNo } } } }`;
  expect(granted(await hub.ask('HEPING_HRSS', query))['changes']).toEqual({ changes: [{ kind: 'ENTERED', documentNo: '文1' }] });
  expect((await hub.ask('HEDONG_HRSS', query)).errors?.[0]?.extensions['code']).toBe('CURSOR_INVALID');
  const lists = await hub.subscribe('HEPING_HRSS', watchLists(), cursor);
  expect(lists.response.status === 200 ? (await lists.next())?.data : await lists.response.text()).toContain('CURSOR_INVALID');
});

test('a cursor of the lists opens no list of permits, nor the other way round', async () => {
  await hub.list('HEDONG_HRSS');
  const page = granted(await hub.ask('HEPING_HRSS', '{ creditList(first: 1) { pageInfo { endCursor } } }'))['creditList'] as { pageInfo: { endCursor: string } };
  const answer = await hub.ask('HEPING_HRSS', `{ permits(first: 1, after: "${page.pageInfo.endCursor}") { nodes { documentNo } } }`);
  expect(answer.errors?.map(({ extensions }) => extensions['code'])).toEqual(['BAD_CURSOR']);
});

test('an export holds what the list shows, and no entry that is over; its position leads into the stream', async () => {
  const over = await hub.list('HEPING_HRSS', {}, { validTo: '2026-11-22' });
  const entryNo = await hub.list('HEPING_HRSS', { number: '2026-2' });
  clock.set('2026-11-22T16:00:00Z');
  const platform = await exportClient(hub.running, 'CREDIT_PLATFORM');
  const job = await platform.exported({ query: '{ creditList { nodes { entryNo } } }', idempotencyKey: 'lists' });
  expect(await platform.lines(job.data)).toEqual([{ entryNo }]);
  expect(over).not.toBe(entryNo);
  const stream = await hub.subscribe('CREDIT_PLATFORM', watchLists(), job.position ?? '');
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
});

test('what is explained of the lists is the same whatever they hold, for whoever asks', async () => {
  const operation = JSON.stringify('{ creditList(first: 3, filter: {subjectCode: "x"}) { totalCount nodes { entryNo reason informedOn } } creditListEntry(entryNo: "HEPING_HRSS/2026-1") { state } creditGate(subjectUscc: "x", pendingCase: "1") { allowed grounds } changes(first: 1) { changes { kind ... on CreditListChange { leftAs } } } }');
  const agencies = ['HEPING_HRSS', 'CREDIT_PLATFORM', 'XM_CITY_CREDIT', 'HEPING_APPROVAL', 'JINBAO', 'US_OFLC'];
  const explained = async (): Promise<unknown[]> => Promise.all(agencies.map(async (agency) => granted(await hub.ask(agency, `{ explainAccess(operation: ${operation}, purpose: JOINT_SANCTION) { paths { path effect dependsOnRow } operands { coordinate effect } } }`))));
  const before = await explained();
  await hub.list('HEPING_HRSS');
  expect(await explained()).toEqual(before);
});
