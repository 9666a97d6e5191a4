import { asker } from '../boundary/hub-under-test.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import type { Asker } from '../boundary/judge.js';
import type { OperationPlan } from '../../src/planner/operation-plan.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';

let side: PlannerSide;
beforeAll(async () => {
  side = await plannerSide();
  await side.load(makePair(new Random(3), asker('BINHAI_HRSS')).one);
});
afterAll(() => side.close());

async function planOf(who: Asker, query: string, raw: Record<string, unknown> = {}): Promise<OperationPlan> {
  const known = side.planner.admit(query);
  const operation = known.operation(null);
  if (!operation) throw new Error('no operation');
  const variables = side.planner.coerce(operation, raw);
  if (variables instanceof Array) throw new AggregateError(variables);
  const viewer = viewerOf(who);
  return (await side.planner.run(known, operation, variables, viewer, { viewer, readers: side.parts.readers, noteCase: () => undefined, noteRead: () => undefined })).plan;
}

const list = 'query ($n: Int!, $d: String, $with: Boolean = true) { permits(first: $n, filter: {district: $d}) { nodes { item content @include(if: $with) } } }';

test('one plan per document, viewer class and shape of variables; values of texts share it (L-18)', async () => {
  const plan = await planOf(asker('HEPING_HRSS'), list, { n: 5, d: '120101' });
  expect(await planOf(asker('HEPING_HRSS'), list, { n: 5, d: '120102' })).toBe(plan);
  expect(await planOf(asker('HEDONG_HRSS'), list, { n: 5, d: 'x' })).toBe(plan);
  const others = [
    await planOf(asker('HEPING_APPROVAL'), list, { n: 5, d: '120101' }),
    await planOf(asker('MUNI_HRSS'), list, { n: 5, d: '120101' }),
    await planOf(asker('HEPING_HRSS', 'ANALYST'), list, { n: 5, d: '120101' }),
    await planOf(asker('HEPING_HRSS'), list, { n: 6, d: '120101' }),
    await planOf(asker('HEPING_HRSS'), list, { n: 5 }),
    await planOf(asker('HEPING_HRSS'), list, { n: 5, d: '120101', with: false }),
    await planOf(asker('HEPING_HRSS'), `${list} `, { n: 5, d: '120101' }),
  ];
  for (const other of others) expect(other).not.toBe(plan);
  expect(new Set([plan, ...others].map((one) => JSON.stringify(one.errors))).size).toBeGreaterThan(2);
});

test('a plan made for one class is never used for another, whoever asks first', async () => {
  for (const [first, second] of [['BINHAI_APPROVAL', 'BINHAI_HRSS'], ['BINHAI_HRSS', 'BINHAI_APPROVAL']] as const) {
    const query = `{ permits(first: 3) { nodes { revision ${first}: content } } }`;
    const denied = async (agency: string): Promise<number> => (await planOf(asker(agency), query)).errors.length;
    expect(await denied(first)).toBe(first === 'BINHAI_HRSS' ? 2 : 0);
    expect(await denied(second)).toBe(second === 'BINHAI_HRSS' ? 2 : 0);
  }
});

test('documents and plans are bounded: a caller who varies them pushes out old ones and no more', async () => {
  const query = '{ viewer { role } }';
  const plan = await planOf(asker('MUNI_HRSS'), query);
  expect(await planOf(asker('MUNI_HRSS'), query)).toBe(plan);
  for (let i = 0; i < 2_100; i += 1) await planOf(asker('MUNI_HRSS'), `{ a${i}: viewer { role } }`);
  expect(side.planner.known('{ a2099: viewer { role } }')).toBeDefined();
  expect(side.planner.known('{ a0: viewer { role } }')).toBeUndefined();
  expect(await planOf(asker('MUNI_HRSS'), query)).not.toBe(plan);
});

test('prepared statements of a connection are bounded, too', async () => {
  const viewer = viewerOf(asker('HEPING_HRSS'));
  const fields = ['location', 'status', 'district', 'outcome'];
  for (let first = 1; first <= 100; first += 1) {
    for (let i = 0; i < 16; i += 1) {
      await planOf(asker('HEPING_HRSS'), `{ permits(first: ${first}) { nodes { item ${fields.filter((_, bit) => (i >> bit) & 1).join(' ')} } } }`);
    }
  }
  for (let i = 0; i < 4; i += 1) {
    const [rows = []] = await side.parts.readers.run(viewer, [{ statement: { name: 'count', text: 'SELECT count(*) FROM pg_prepared_statements' }, values: [] }]);
    expect(Number(rows[0]?.[0])).toBeLessThan(520);
  }
  // What was closed is prepared again.
  expect((await planOf(asker('HEPING_HRSS'), '{ permits(first: 1) { nodes { item } } }')).errors).toEqual([]);
});
