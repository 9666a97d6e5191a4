import { z } from 'zod';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { FixedClock } from '../../src/measures/clock.js';
import { CreditHub, granted, refusedWith, watchLists } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const page = z.object({
  cursor: z.string(),
  hasMore: z.boolean(),
  changes: z.array(z.object({ kind: z.string(), number: z.number(), cursor: z.string(), entryNo: z.string().optional(), leftAs: z.string().nullish(), documentNo: z.string().optional() })),
});
type Page = z.output<typeof page>;

const pull = `query ($after: String, $of: ChangedRecord, $first: Int = 100) {
  changes(first: $first, after: $after, of: $of) {
    cursor hasMore changes { kind number cursor ... on CreditListChange { entryNo leftAs } ... on PermitChange { documentNo } }
  }
}`;
type Asked = { readonly after?: string; readonly of?: 'LIST_ENTRY' | 'PERMIT' | null; readonly first?: number };
const ask = (agency: string, asked: Asked) => hub.ask(agency, pull, asked);
const pulled = async (agency: string, asked: Asked): Promise<Page> => page.parse(granted(await ask(agency, asked))['changes']);
const brief = ({ changes }: Page): unknown[] => changes.map(({ kind, number, entryNo, leftAs, documentNo }) => [kind, number, entryNo ?? documentNo, leftAs ?? null]);

/** Changes of both record types, one after the other. Returns the number of the entry. */
async function history(): Promise<string> {
  const pool = hub.running.database.pool();
  const holderId = await addSubject(pool, '和平一号');
  await addPermits(pool, [{ documentNo: 'H1', holderId }]);
  const entryNo = await hub.list('HEDONG_HRSS');
  await addPermits(pool, [{ documentNo: 'H2', holderId }]);
  await hub.repair(entryNo, '2026-07-12');
  await addPermits(pool, [{ documentNo: 'H3', holderId }]);
  return entryNo;
}

/** What those who follow the lists are told of it: the entry, the mark while its repair is asked for, its end. */
const toldOf = (entryNo: string): unknown[][] => [['ENTERED', 1, entryNo, null], ['CHANGED', 2, entryNo, null], ['LEFT', 3, entryNo, 'REPAIRED']];

test('a cursor of a stream of the lists goes on by changes(of: LIST_ENTRY), and back, for who sees permits, too', async () => {
  const stream = await hub.subscribe('HEPING_HRSS');
  const opened = await hub.change(stream);
  const entryNo = await history();
  const streamed = [await hub.change(stream), await hub.change(stream), await hub.change(stream)];
  const behind = await pulled('HEPING_HRSS', { after: opened.cursor, of: 'LIST_ENTRY' });
  expect(brief(behind)).toEqual(toldOf(entryNo));
  expect(brief(await pulled('HEPING_HRSS', { after: streamed[1]?.cursor ?? '', of: 'LIST_ENTRY', first: 1 }))).toEqual([['LEFT', 3, entryNo, 'REPAIRED']]);
  const resumed = await hub.subscribe('HEPING_HRSS', watchLists(), behind.changes[1]?.cursor);
  expect(await hub.change(resumed)).toMatchObject({ kind: 'OPENED', number: 2 });
  expect(await hub.change(resumed)).toMatchObject({ kind: 'LEFT', number: 3, entryNo, leftAs: 'REPAIRED' });
});

test('without it both types are one sequence in the order of their commits; cursors of the one are none of the other', async () => {
  const both = await pulled('HEPING_HRSS', {});
  const [lists, permits] = [await pulled('HEPING_HRSS', { of: 'LIST_ENTRY' }), await pulled('HEPING_HRSS', { of: 'PERMIT' })];
  expect([both.changes, both.hasMore, new Set([both, lists, permits].map(({ cursor }) => cursor.length)).size]).toEqual([[], false, 1]);
  const entryNo = await history();
  const wanted = [['ENTERED', 1, 'H1', null], ['ENTERED', 2, entryNo, null], ['ENTERED', 3, 'H2', null], ['CHANGED', 4, entryNo, null], ['LEFT', 5, entryNo, 'REPAIRED'], ['ENTERED', 6, 'H3', null]];
  for (const of of [undefined, null]) expect(brief(await pulled('HEPING_HRSS', { after: both.cursor, ...(of === null ? { of } : {}) }))).toEqual(wanted);
  const half = await pulled('HEPING_HRSS', { after: both.cursor, first: 2 });
  expect([half.hasMore, brief(await pulled('HEPING_HRSS', { after: half.cursor }))]).toEqual([true, wanted.slice(2)]);
  expect(brief(await pulled('HEPING_HRSS', { after: permits.cursor, of: 'PERMIT' }))).toEqual([['ENTERED', 1, 'H1', null], ['ENTERED', 2, 'H2', null], ['ENTERED', 3, 'H3', null]]);
  for (const [after, of] of [[both.cursor, 'PERMIT'], [both.cursor, 'LIST_ENTRY'], [lists.cursor, 'PERMIT'], [permits.cursor, 'LIST_ENTRY']] as const) {
    expect(refusedWith(await ask('HEPING_HRSS', { after, of }))).toBe('CURSOR_INVALID');
  }
  // Without \`of\` a cursor of one type goes on with that type: partners that followed permits before there were lists notice nothing.
  expect(brief(await pulled('HEPING_HRSS', { after: permits.cursor, of: null }))).toEqual([['ENTERED', 1, 'H1', null], ['ENTERED', 2, 'H2', null], ['ENTERED', 3, 'H3', null]]);
});

test('who sees one type alone has one kind of cursor, by whatever question; the other type is denied as its subscription is', async () => {
  const start = await pulled('CREDIT_PLATFORM', {});
  const entryNo = await history();
  const wanted = toldOf(entryNo);
  for (const of of ['LIST_ENTRY', null] as const) expect(brief(await pulled('CREDIT_PLATFORM', { after: start.cursor, of }))).toEqual(wanted);
  const { data, errors } = await ask('CREDIT_PLATFORM', { of: 'PERMIT' });
  expect([data, errors?.map(({ extensions }) => [extensions['code'], extensions['coordinate']])]).toEqual([{ changes: null }, [['BOUNDARY_DENIED', 'Subscription.permitChanged']]]);
  const explained = await hub.ask('CREDIT_PLATFORM', 'query ($operation: String!) { explainAccess(operation: $operation) { paths { path effect because } } }', {
    operation: '{ changes(first: 1, of: PERMIT) { cursor } }',
  });
  expect(granted(explained)['explainAccess']).toMatchObject({ paths: [{ path: ['changes'], effect: 'DENY', because: 'Subscription.permitChanged' }, { path: ['changes', 'cursor'], effect: 'DENY' }] });
});

test('what is asked of the other type stands in nobody’s way: a platform of permits reads one document with both', async () => {
  const start = await pulled('JINBAO', {});
  await history();
  const pool = hub.running.database.pool();
  await addPermits(pool, [{ documentNo: 'J1', holderId: await addSubject(pool, '和平二号'), item: 'P05' }]);
  const wanted = [['ENTERED', 1, 'J1', null]];
  for (const of of ['PERMIT', null] as const) expect(brief(await pulled('JINBAO', { after: start.cursor, of }))).toEqual(wanted);
  const explained = await hub.ask('JINBAO', 'query ($operation: String!) { explainAccess(operation: $operation) { refused paths { coordinate effect } } }', {
    operation: '{ changes(first: 1) { changes { kind ... on CreditListChange { leftAs } } } }',
  });
  expect(granted(explained)['explainAccess']).toMatchObject({ paths: [{ coordinate: 'Query.changes' }, { coordinate: 'ChangePage.changes' }, { coordinate: 'PermitChange.kind', effect: 'ALLOW' }] });
});

test('XT-5.1.2c: a cursor of several types is a receipt for each of them', async () => {
  const start = await pulled('HEPING_HRSS', {});
  await history();
  const { cursor } = await pulled('HEPING_HRSS', { after: start.cursor });
  const acknowledge = 'mutation ($cursor: String!) { acknowledgeChanges(cursor: $cursor) { recordType number duties } }';
  expect(granted(await hub.ask('HEPING_HRSS', acknowledge, { cursor }))['acknowledgeChanges']).toEqual({ recordType: 'JointMeasure+ListEntry+Permit', number: 6, duties: 0 });
  const { rows } = await hub.running.database.pool().query(`SELECT record_type, number::int FROM hub.feed_acknowledgement WHERE agency = 'HEPING_HRSS' ORDER BY 1`);
  expect(rows).toEqual(['JointMeasure', 'ListEntry', 'Permit'].map((type) => ({ record_type: type, number: 6 })));
  expect(refusedWith(await hub.ask('HEDONG_HRSS', acknowledge, { cursor }))).toBe('CURSOR_INVALID');
});
