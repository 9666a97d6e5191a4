import { asker, HubUnderTest, type GraphQLCall } from '../boundary/hub-under-test.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';
import { visiblePermits } from '../boundary/judge.js';

const who = asker('BINHAI_HRSS');
let seed = 7;
while (visiblePermits(who, makePair(new Random(seed), who).one).length < 5) seed += 1;
const world = makePair(new Random(seed), who).one;
let hub: HubUnderTest;
let token: string;

beforeAll(async () => {
  hub = await HubUnderTest.start();
  await hub.loader.load(world);
  token = await hub.token(who);
});
afterAll(() => hub.close());

interface Parsed {
  readonly data?: Record<string, unknown> | null;
  readonly errors?: readonly { readonly message: string; readonly path?: unknown; readonly extensions?: Readonly<Record<string, unknown>> }[];
}

const calls: readonly (readonly [string, GraphQLCall & Readonly<Record<string, unknown>>])[] = [
  ['a list', { query: '{ permits(first: 2) { nodes { documentNo } } }' }],
  ['aliases with different arguments', { query: '{ a: permits(first: 1) { nodes { item } } b: permits(first: 2, filter: {item: P02}) { nodes { item } } c: permit(documentNo: "x") { item } viewer { principal } }' }],
  ['a variable', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: { n: 1 } }],
  ['a variable too many', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: { n: 1, other: { deep: [1] } } }],
  ['a variable missing', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: {} }],
  ['no variables at all', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }' }],
  ['variables null', { query: 'query ($n: Int = 1) { permits(first: $n) { nodes { item } } }', variables: null } as never],
  ['a variable of the wrong type', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: { n: '1' } }],
  ['a null where a default stood', { query: 'query ($n: Int! = 1) { permits(first: $n) { nodes { item } } }', variables: { n: null } }],
  ['an enumeration value that does not exist', { query: 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { item } } }', variables: { f: { item: 'P99' } } }],
  ['a filter field that does not exist', { query: 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { item } } }', variables: { f: { content: 'x' } } }],
  ['a date that is none', { query: 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { item } } }', variables: { f: { decidedFrom: '2024-02-30' } } }],
  ['a date in the year 0', { query: 'query ($f: PermitFilter) { permits(first: 1, filter: $f) { nodes { item } } }', variables: { f: { decidedFrom: '0000-01-01' } } }],
  ['page size 0', { query: '{ permits(first: 0) { nodes { item } } }' }],
  ['page size 101', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: { n: 101 } }],
  ['a negative page', { query: 'query ($n: Int!) { permits(first: $n) { nodes { item } } }', variables: { n: -5 } }],
  ['a bad cursor', { query: '{ permits(first: 1, after: "AAAA") { nodes { item } } }' }],
  ['a bad cursor beside a good root', { query: '{ viewer { role } permits(first: 1, after: "AAAA") { nodes { item } } }' }],
  ['denied fields', { query: '{ permits(first: 1) { nodes { content revision item } } }' }],
  ['a denied root', { query: '{ permitDuplicate(holderUscc: "x", item: P01, pendingCase: "1") { exists } permits(first: 1) { nodes { item } } }' }],
  ['a syntax error', { query: '{ permits(first: 1) { nodes { item } ' }],
  ['an unknown field', { query: '{ permits(first: 1) { nodes { contents } } }' }],
  ['an empty document', { query: '' }],
  ['no query', { query: undefined } as never],
  ['two operations and no name', { query: 'query A { viewer { role } } query B { viewer { principal } }' }],
  ['two operations, one named', { query: 'query A { viewer { role } } query B { viewer { principal } }', operationName: 'B' }],
  ['an operation that does not exist', { query: 'query A { viewer { role } }', operationName: 'C' }],
  ['an empty operation name', { query: 'query A { viewer { role } }', operationName: '' }],
  ['a subscription', { query: 'subscription { permitChanged { kind } }' }],
  ['introspection', { query: '{ __schema { queryType { name } } __typename }' }],
  ['a fragment cycle', { query: '{ permits(first: 1) { ...F } } fragment F on PermitConnection { ...F }' }],
  ['a NUL in a variable', { query: 'query ($d: ID!) { permit(documentNo: $d) { item } }', variables: { d: 'a\u0000b' } }],
  ['a NUL in a filter', { query: '{ permits(first: 1, filter: {district: "\\u0000"}) { nodes { item } } }' }],
  ['half a surrogate pair', { query: 'query ($d: ID!) { permit(documentNo: $d) { item } }', variables: { d: '\ud800' } }],
  ['a huge document', { query: `{ ${Array.from({ length: 1_700 }, (_, i) => `a${i}: viewer { role }`).join(' ')} }` }],
  ['extensions beside', { query: '{ viewer { role } }', extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
];

test.each(calls)('both lanes answer alike, again and again: %s', async (_name, call) => {
  const apollo = await hub.ask(token, call, 'apollo');
  for (let i = 0; i < 3; i += 1) expect(await hub.ask(token, call)).toEqual(apollo);
  expect(await hub.ask(token, call, 'apollo')).toEqual(apollo);
  expect(apollo.type).toBe('application/json; charset=utf-8');
  const parsed = JSON.parse(apollo.body) as Parsed;
  for (const error of parsed.errors ?? []) {
    expect(error.extensions?.['code']).toEqual(expect.any(String));
    // Nothing of the database, of the code or of the machine.
    expect(`${error.message} ${JSON.stringify(error.extensions)}`).not.toMatch(/hub\.\w|shared\.\w|SELECT|byte sequence|UTF8|syntax error at|node_modules|\.js:|stack/);
  }
});

test.each([
  ['what a caller can cause is the caller’s error, not the hub’s', calls.filter(([name]) => /NUL|surrogate|year 0|huge|operation/.test(name))],
])('%s', async (_name, bad) => {
  const codes: unknown[] = [];
  for (const [name, call] of bad) {
    const { errors } = JSON.parse((await hub.ask(token, call)).body) as Parsed;
    codes.push([name, (errors ?? []).map((error) => error.extensions?.['code']).filter((code) => code === 'INTERNAL_SERVER_ERROR')]);
  }
  expect(codes).toEqual(bad.map(([name]) => [name, []]));
});

test('a NUL in an operation that is resolved shows nothing of the database (L-27)', async () => {
  const approval = await hub.token(asker('BINHAI_APPROVAL'));
  const call = { query: 'query ($u: String!) { permitDuplicate(holderUscc: $u, item: P01, pendingCase: "2026-1") { exists } }', variables: { u: 'a\u0000' } };
  for (const lane of ['apollo', 'any', 'any'] as const) {
    const { body } = await hub.ask(approval, call, lane);
    expect(body).not.toMatch(/byte sequence|UTF8|encoding/);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: expect.any(String) as unknown } }] });
  }
});

test('a number written as a number is the number asked for, however long', async () => {
  const [permit] = visiblePermits(who, world);
  if (!permit) throw new Error('the world has a visible permit');
  const number = '12345678901234567890123';
  await hub.loader.load({ ...world, permits: [{ ...permit, document_no: number }, ...world.permits.filter(({ id }) => id !== permit.id)] });
  for (const lane of ['apollo', 'any'] as const) {
    const { body } = await hub.ask(token, { query: `{ permit(documentNo: ${number}) { documentNo } }` }, lane);
    expect(JSON.parse(body)).toMatchObject({ data: { permit: { documentNo: number } } });
  }
});

test.each([
  ['application/json', undefined], ['application/json; charset=utf-8', undefined], ['APPLICATION/JSON', undefined],
  ['application/json', 'application/json'], ['application/json', '*/*'], ['application/json', 'application/graphql-response+json'], ['application/json', 'text/html'],
  ['application/jsonp', undefined], ['application/json-patch+json', undefined], ['text/plain', undefined],
])('content type %s, accept %s: a known document is answered as an unknown one is', async (type, accept) => {
  const call = { query: '{ permits(first: 1) { nodes { location } } }' };
  await hub.ask(token, call);
  const headers = { 'content-type': type, ...(accept === undefined ? {} : { accept }) };
  expect(await hub.ask(token, call, 'any', headers)).toEqual(await hub.ask(token, call, 'apollo', headers));
});

test.each([
  ['no token', {}], ['another scheme', { authorization: 'Basic eDp5' }], ['nonsense', { authorization: 'Bearer x.y.z' }], ['two tokens', { authorization: 'Bearer a b' }],
])('%s: nothing is answered, known document or not', async (_name, headers: Record<string, string>) => {
  const query = '{ permits(first: 1) { nodes { item } } }';
  await hub.ask(token, { query });
  const response = await fetch(hub.hub.url, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body: JSON.stringify({ query }) });
  expect(response.status).toBe(401);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { code: expect.stringMatching(/^TOKEN_/) as unknown } }] });
});

test('a role never takes the rights of a kind of agency, whatever its name', async () => {
  for (const role of ['MUNI_HRSS', 'DISTRICT_HRSS', 'BINHAI_APPROVAL']) {
    const answered = await hub
      .token({ agency: 'US_OFLC', role })
      .then((text) => hub.ask(text, { query: '{ permits(first: 5) { nodes { documentNo } } }' }))
      .then(({ body }) => JSON.parse(body) as Parsed, () => null);
    expect(answered?.data?.['permits'] ?? null).toBeNull();
  }
});
