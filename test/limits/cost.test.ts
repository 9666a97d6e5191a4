import { collectFields } from '../../src/planner/selection.js';
import { buildSchema, getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { costReader, objectsOf, staticCost, type StaticCost } from '../../src/limits/static-cost.js';
import { catalogueWorld, without } from '../boundary/fixed-world.js';
import { pluck, readAnswer } from '../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';

/** Cost: what a document may bring, before; what was written, after; both the same whatever is hidden. */

const schema = buildSchema(`
  type Query { permit(no: ID): Permit permits(first: Int, last: Int, where: Where): Permits items: [Item!] match(names: [String!]!): [Match!] explainAccess(operation: String!): Item any: Any }
  input Where { a: Int }
  type Permits { nodes: [Permit!]! edges: [Edge!]! pageInfo: PageInfo! totalCount: Int! }
  type Edge { cursor: String! node: Permit! }
  type PageInfo { hasNextPage: Boolean! }
  type Permit { id: ID holder: Subject decidedBy: Item actions: [Action!]! }
  type Subject { id: ID permits(first: Int): Permits }
  type Action { id: ID }
  type Item { id: ID }
  type Match { id: ID permit: Permit }
  union Any = Permit | Subject
`);

function costOf(query: string, variables: Readonly<Record<string, unknown>> = {}, on: GraphQLSchema = schema): StaticCost {
  const operation = getOperationAST(parse(query));
  const root = on.getQueryType();
  if (!operation || !root) throw new Error('no query');
  return staticCost(on, root, collectFields(root, [operation.selectionSet], {}, variables), { fragments: {}, variables, pageLimit: 100 });
}

test.each([
  ['{ permit(no: 1) { id } }', 1 + 1],
  ['{ a: permit(no: 1) { id } b: permit(no: 2) { id holder { id } } }', 2 + 3],
  ['{ permits(first: 10) { nodes { id holder { id } actions { id } } pageInfo { hasNextPage } } }', 1 + 10 * (1 + 1 + 20)],
  ['{ permits(last: 3) { edges { cursor node { id } } } }', 1 + 3],
  ['{ permits(last: 3) { edges { cursor } } }', 1 + 3],
  ['{ permits(last: 3) { pageInfo { hasNextPage } totalCount } }', 1 + 3 + 100],
  ['{ permits(first: 2) { nodes { id } edges { node { id } } } }', 1 + 4],
  ['{ permits { nodes { id } } }', 1 + 100],
  ['{ permits(first: 100000) { nodes { id } } }', 1 + 100],
  ['{ permits(first: 10) { nodes { holder { permits(first: 5) { nodes { actions { id } } } } } } }', 1 + 10 * (1 + 1 + 5 * 21)],
  ['{ permits(first: 10) { totalCount } }', 1 + 100],
  ['{ permits(first: 10, where: {a: 1}) { nodes { holder { permits(first: 5) { totalCount } } } } }', 1 + 20 + 20 + 10 * 100],
  ['{ items { id } }', 1 + 65],
  ['{ match(names: ["a", "b", "c"]) { id permit { id } } }', 1 + 3 * 2],
  ['{ explainAccess(operation: "x") { id } }', 1 + 20 + 1],
  ['{ any { ... on Permit { actions { id } } ... on Subject { id } } }', 1 + 1 + 20],
  ['{ __schema { types { name } } }', 1 + 100],
  ['{ __typename }', 1],
])('%s costs at most %i', (query, requested) => {
  expect(costOf(query).requested).toBe(requested);
});

test('sizes come from variables, and are bounded whatever they are', () => {
  expect(costOf('query ($n: Int) { permits(first: $n) { nodes { id } } }', { n: 7 }).requested).toBe(8);
  expect(costOf('query ($n: Int) { permits(first: $n) { nodes { id } } }', { n: -7 }).requested).toBe(101);
  expect(costOf('query ($n: [String!]!) { match(names: $n) { id } }', { n: Array(500).fill('') }).requested).toBe(501);
});

test('calls of one plan are priced each by the list they bring', () => {
  const operation = getOperationAST(parse('query ($n: [String!]!) { match(names: $n) { id } }'));
  const root = schema.getQueryType();
  if (!operation || !root) throw new Error('no query');
  const cost = costReader(schema, root, collectFields(root, [operation.selectionSet], {}, {}), { fragments: {}, variables: { n: ['a'] }, pageLimit: 100 });
  expect([1, 500, 10_000].map((length) => cost({ n: Array(length).fill('') }).requested)).toEqual([2, 501, 10_001]);
});

test('of what resolvers gave the objects count that were priced: no frame, no leaf', () => {
  const { shapes } = costOf('{ permits(first: 2) { nodes { id x: holder { id } } edges { cursor node { id } } pageInfo { hasNextPage } } }');
  const page = { nodes: [{ id: 1, x: { id: 1 } }, { id: 2, x: null }], edges: [{ cursor: 'a', node: { id: 1 } }], pageInfo: { hasNextPage: true } };
  expect([objectsOf(page, shapes.get('permits')), objectsOf(null, shapes.get('permits')), objectsOf(page, undefined)]).toEqual([4, 0, 0]);
});

describe('on the wire', () => {
  let hub: HubUnderTest;
  let token: string;
  beforeAll(async () => {
    hub = await HubUnderTest.start();
    token = await hub.token(asker('HEPING_HRSS'));
  });
  afterAll(() => hub.close());

  test.each([
    ['planned', '{ permits(first: 9) { nodes { documentNo } } }', [10, 4]],
    ['resolved', '{ permitItems { code } clauses(first: 2) { nodes { id } pageInfo { hasNextPage } } }', [2 + 65 + 2, 2 + 10 + 2]],
    ['both', '{ permits(first: 2) { nodes { documentNo } } permitItems { code } }', [2 + 2 + 65, 2 + 2 + 10]],
    ['denied', '{ certificateStock(item: P01) { used } }', [2, 1]],
    ['found nothing', '{ permit(documentNo: "nowhere") { documentNo } }', [2, 1]],
    ['introspection', '{ __type(name: "Permit") { name } }', [11, 11]],
  ])('%s: requested and actual, with the same bytes in both lanes, in the answer and its header', async (_name, query, [requested, actual]) => {
    await hub.loader.load(catalogueWorld);
    const answers = [];
    for (const lane of ['apollo', 'any', 'any'] as const) answers.push(await headersAndBody({ query }, lane));
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    for (const { headers, body } of answers) {
      expect(pluck(readAnswer(body).extensions, 'cost')).toEqual({ requested, actual, limit: 50_000 });
      expect(headers.get('x-concordat-cost')).toBe(`requested=${requested}, actual=${actual}, limit=50000`);
      expect([headers.get('ratelimit-policy'), /^"objects";r=\d+;t=\d+$/.test(headers.get('ratelimit') ?? '')]).toEqual(['"objects";q=600000;w=300', true]);
    }
  });

  test('the cost of an answer is that of what is visible: hidden rows leave every byte as it was', async () => {
    const query = '{ permits(first: 9) { nodes { documentNo holder { name } } } subjects(first: 9) { nodes { name } } permit(documentNo: "文5") { id } }';
    await hub.loader.load(catalogueWorld);
    const before = (await hub.ask(token, { query })).body;
    await hub.loader.load(without(catalogueWorld, 4, 5, 6));
    expect((await hub.ask(token, { query })).body).toBe(before);
  });

  test('an operation beyond the limit is refused before anything runs, alike in both lanes, with number, limit and next step', async () => {
    const bulk = await hub.token({ ...asker('HEPING_HRSS'), bulk: true });
    const query = `{ ${Array.from({ length: 3 }, (_, i) => `p${i}: permits(first: 1000) { nodes { documentNo holder { name } decidedBy { code } actions { action } } }`).join(' ')} }`;
    const bodies = [];
    for (const lane of ['apollo', 'any', 'any'] as const) {
      const { status, body } = await hub.ask(bulk, { query }, lane);
      expect(status).toBe(400);
      bodies.push(body);
    }
    expect(new Set(bodies).size).toBe(1);
    expect(readAnswer(bodies[0] ?? '').errors[0]?.extensions).toEqual({ code: 'COST_TOO_HIGH', requested: 3 + 3 * 1_000 * 23, limit: 50_000, nextStep: expect.stringContaining('first / last') as unknown });
    const { rows } = await hub.database.pool().query<{ outcome: string; status: string }>(
      `SELECT entry::jsonb ->> 'outcome' AS outcome, entry::jsonb ->> 'status' AS status FROM hub.access_entry ORDER BY chain, position DESC LIMIT 3`,
    );
    expect(rows).toEqual(Array(3).fill({ outcome: 'REFUSED', status: '400' }));
  });

  async function headersAndBody(call: { readonly query: string }, lane: 'apollo' | 'any'): Promise<{ readonly headers: Headers; readonly body: string }> {
    const response = await fetch(hub.hub.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(lane === 'apollo' ? { 'x-concordat-lane': 'apollo' } : {}) },
      body: JSON.stringify(call),
    });
    return { headers: response.headers, body: await response.text() };
  }
});
