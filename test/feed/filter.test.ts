import type { ChangeDeclaration } from '../../src/feed/change-declaration.js';
import { openSubscription } from '../../src/feed/subscription.js';
import { Meter } from '../../src/limits/meter.js';
import { permitChange } from '../../src/permits/permit-change.js';
import type { GraphQLRequest } from '../../src/planner/graphql-request.js';
import { plannerSide, viewerOf } from '../boundary/planner-sides.js';
import { asker } from '../boundary/viewers.js';
import { waitFor } from '../support/wait-for.js';
import { EventStream } from './event-stream.js';
import { addPermits, addSubject } from './registry-rows.js';
import { RunningHub, type Change } from './running-hub.js';

let running: RunningHub;

beforeEach(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
});
afterEach(() => running.close());

const filtered = (filter: string): string => `subscription { permitChanged(filter: {${filter}}) { kind number cursor documentNo permit { documentNo item district status } } }`;
const brief = ({ kind, number, documentNo }: Change): unknown[] => [kind, number, documentNo ?? null];

test('a row enters and leaves the filter as it enters and leaves the scope; what is outside is no event and has no number', async () => {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const stream = await running.subscribe('MUNI_HRSS', undefined, filtered('district: "120101", item: P01'));
  await running.event(stream);
  await addPermits(pool, [
    { documentNo: 'IN', holderId },
    { documentNo: 'ITEM', holderId, item: 'P02' },
    { documentNo: 'AWAY', holderId, district: '120103' },
  ]);
  await pool.query(`UPDATE hub.permit SET certificate_no = 'c1'`);
  await pool.query(`UPDATE hub.permit SET district = '120103' WHERE document_no = 'IN'`);
  await pool.query(`UPDATE hub.permit SET certificate_no = 'c2'`);
  await pool.query(`UPDATE hub.permit SET item = 'P01' WHERE document_no = 'ITEM'`);
  await pool.query(`DELETE FROM hub.permit WHERE document_no IN ('AWAY', 'ITEM')`);
  const seen: Change[] = [];
  while (seen.length < 5) seen.push(await running.event(stream));
  expect(seen.map(brief)).toEqual([
    ['ENTERED', 1, 'IN'], ['CHANGED', 2, 'IN'], ['LEFT', 3, 'IN'], ['ENTERED', 4, 'ITEM'], ['LEFT', 5, 'ITEM'],
  ]);
  expect(seen.map(({ permit }) => permit === null)).toEqual([false, false, true, false, true]);
});

test('a row that leaves the filter and one that leaves the scope say the same, byte for byte but for cursor and number', async () => {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  await addPermits(pool, [{ documentNo: 'A', holderId }]);
  const query = 'subscription ($after: String) { permitChanged(after: $after, filter: {item: P01}) { kind documentNo permit { status } } }';
  const stream = await running.subscribe('HEPING_HRSS', undefined, query.replace('kind documentNo', 'kind number cursor documentNo'));
  await running.event(stream);
  await pool.query(`UPDATE hub.permit SET item = 'P02'`); // leaves the filter; this bureau still sees it
  await pool.query(`UPDATE hub.permit SET item = 'P01'`);
  await pool.query(`UPDATE hub.permit SET district = '120103'`); // leaves the scope
  const seen = [await running.event(stream), await running.event(stream), await running.event(stream)];
  expect(seen.map(({ kind }) => kind)).toEqual(['LEFT', 'ENTERED', 'LEFT']);
  const bare = running.released.filter((body) => body.includes('"LEFT"')).map((body) => body.replace(/"number":\d+,"cursor":"[^"]+"/, ''));
  expect(new Set(bare).size).toBe(1);
});

test('a filter on a field that is not read in full everywhere is denied: it would tell the value', async () => {
  const side = await plannerSide();
  try {
    // A declaration that means another field than it says: no filter of ours is by a field that is hidden anywhere.
    const declaration: ChangeDeclaration = { ...permitChange, filters: { 'filter.documentNo': { property: 'content', compare: '=' } } };
    const parts = { planner: side.planner, plannerParts: side.parts, meter: Meter.standard(), changes: new Map([['permitChanged', declaration]]) };
    for (const agency of ['HEPING_HRSS', 'MUNI_HRSS', 'HEPING_APPROVAL']) {
      const call = (filter: string): GraphQLRequest => ({ query: `subscription { as: permitChanged${filter} { kind } }`, operationName: null, variables: {} });
      expect(await openSubscription(parts, viewerOf(asker(agency)), call('(filter: {documentNo: "x"})'))).toMatchObject({
        status: 403, errors: [{ path: ['as'], extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Permit.content' } }],
      });
      expect(await openSubscription(parts, viewerOf(asker(agency)), call(''))).toHaveProperty('change');
    }
  } finally {
    await side.close();
  }
});

test('filters come as variables too; each has an execution and numbers of its own', async () => {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const query = 'subscription ($filter: PermitChangeFilter) { permitChanged(filter: $filter) { kind number cursor documentNo } }';
  const token = await running.token('MUNI_HRSS');
  const streams = await Promise.all(['120101', '120103', '120101'].map((district) => EventStream.open(running.hub.url, token, query, { filter: { district, status: 'VALID' } })));
  for (const stream of streams) await running.event(stream);
  await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId, district: '120103' }, { documentNo: 'C', holderId }]);
  const [first, second, third] = streams;
  if (!first || !second || !third) throw new Error('three were opened');
  expect([brief(await running.event(first)), brief(await running.event(first))]).toEqual([['ENTERED', 1, 'A'], ['ENTERED', 2, 'C']]);
  expect(brief(await running.event(second))).toEqual(['ENTERED', 1, 'B']);
  expect([brief(await running.event(third)), brief(await running.event(third))]).toEqual([['ENTERED', 1, 'A'], ['ENTERED', 2, 'C']]);
  await waitFor('the evidence', async () => (await running.entries()).filter(({ records }) => records === 1).length === 3);
  for (const stream of streams) stream.close();
});
