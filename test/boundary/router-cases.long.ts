import { isUnionType } from 'graphql';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { shieldRules } from '../../src/boundary/shield.js';
import { Planner } from '../../src/planner/planner.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { EventStream } from '../feed/event-stream.js';
import { catalogueWorld } from './fixed-world.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from './graphql-answer.js';
import { HubUnderTest, type GraphQLCall } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { BlindPolicy, declarations, plannerSide, viewerOf } from './planner-sides.js';
import { decider, outsider, routerCases, supervisor } from './router-cases.js';

let hub: HubUnderTest;
const ids: Record<string, string> = {};
const policy = boundaryPolicy();

beforeAll(async () => {
  hub = await HubUnderTest.start();
  await hub.loader.load(catalogueWorld);
  const { data } = await ask({ agency: 'MUNI_HRSS', kind: 'MUNI_HRSS', district: null, role: null }, { query: '{ permits(first: 9) { nodes { id documentNo holder { id } } } }' });
  const nodes = [pluck(data, 'permits.nodes')].flat();
  const find = (documentNo: string, path: string): string => String(pluck(nodes.find((node) => pluck(node, 'documentNo') === documentNo), path));
  Object.assign(ids, { permit: find('文1', 'id'), holder: find('文1', 'holder.id'), hidden: find('文5', 'id') });
});
afterAll(() => hub.close());

/** Asks on both lanes, which must agree. */
async function ask(who: Asker, call: GraphQLCall): Promise<GraphQLAnswer> {
  const token = await hub.token(who);
  const apollo = await hub.ask(token, call, 'apollo');
  expect(await hub.ask(token, call, 'any')).toEqual(apollo);
  return readAnswer(apollo.body);
}

/** Sealed ids by the names the cases give them. */
function named(data: unknown): unknown {
  const text = Object.entries(ids).reduce((all, [name, id]) => all.replaceAll(`"${id}"`, `"${name}"`), JSON.stringify(data));
  return JSON.parse(text) as unknown;
}

test.each(routerCases)('$name', async ({ who, query, variables = {}, data, denied }) => {
  const used = Object.fromEntries(Object.entries(ids).filter(([name]) => query.includes(`$${name}`)));
  const answer = await ask(who, { query, variables: { ...used, ...variables } });
  expect(named(answer.data)).toEqual(data);
  expect(JSON.stringify(named(answer.data))).toBe(JSON.stringify(data)); // in the order of the document, too
  expect(denialsOf(answer)).toEqual(denied);
  for (const { extensions } of answer.errors) {
    expect(extensions.basis?.rows.length).toBeGreaterThan(0);
    expect(extensions.basis?.clauses.length).toBeGreaterThan(0);
    expect(extensions['nextStep']).toMatch(/\S/);
  }
});

test('union: the schema has none; a rule behind one is decided for every type it may be (boundary/policy.test)', async () => {
  expect(Object.values((await hubSchema(policy)).getTypeMap()).filter(isUnionType)).toEqual([]);
});

test('defer, stream, renamed_directive, interface_with_implementers_directive_not_defined: unknown directives are refused, not ignored', async () => {
  for (const directive of ['@defer', '@stream', '@public', '@requiresScopes(scopes: [["x"]])', '@authenticated', '@leaveOut(if: true)', '@include2(if: true)']) {
    for (const query of [`{ permit(documentNo: "文1") { documentNo ... ${directive} { content } } }`, `{ permit(documentNo: "文1") { content ${directive} } }`, `query ${directive} { permit(documentNo: "文1") { content } }`]) {
      const answer = await ask(supervisor, { query });
      expect([query, answer.data, answer.errors[0]?.extensions.code]).toEqual([query, undefined, 'GRAPHQL_VALIDATION_FAILED']);
    }
  }
});

test('introspection_fragment_with_authenticated_root_query: introspection and protected roots in one document', async () => {
  const query = '{ ...I certificateStock(item: P01) { used } permit(documentNo: "文1") { content } } fragment I on Query { __type(name: "Permit") { name fields { name } } }';
  const answer = await ask(supervisor, { query });
  expect(answer.data === null || answer.data === undefined || answer.data['certificateStock'] === null).toBe(true);
  expect(JSON.stringify(answer)).not.toContain('内容1');
  if (answer.data) expect(denialsOf(answer)).toEqual(expect.arrayContaining(['certificateStock Query.certificateStock', 'permit.content Permit.content']));
});

test.each([
  ['unauthenticated_request', '{ permit(documentNo: "文1") { documentNo } }'],
  ['unauthenticated_request_list', '{ permits(first: 9) { nodes { documentNo } } }'],
  ['unauthenticated_request_defer', '{ permit(documentNo: "文1") { documentNo ... @defer { content } } }'],
  ['unauthenticated introspection', '{ __schema { types { name } } }'],
])('%s: 401, no data, nothing said of the document', async (_name, query) => {
  for (const method of ['POST', 'GET'] as const) {
    const url = method === 'GET' ? `${hub.hub.url}?query=${encodeURIComponent(query)}` : hub.hub.url;
    const response = await fetch(url, { method, headers: { 'content-type': 'application/json' }, ...(method === 'POST' ? { body: JSON.stringify({ query }) } : {}) });
    const answer = readAnswer(await response.text());
    expect([response.status, answer.data, answer.errors.map(({ extensions }) => extensions.code)]).toEqual([401, undefined, ['TOKEN_MISSING']]);
  }
});

test('authenticated_request: the same document with a token', async () => {
  expect((await ask(supervisor, { query: '{ permit(documentNo: "文1") { documentNo } }' })).data).toEqual({ permit: { documentNo: '文1' } });
});

test('returns_http_200, rejection_sends_null_data, does_not_reach_execution: a fully denied document is a 200 with null roots and reads no record', async () => {
  const query = '{ permit(documentNo: "文1") { documentNo } permits(first: 1) { nodes { id } } } # denied';
  const { status, body } = await hub.ask(await hub.token(outsider), { query });
  expect([status, readAnswer(body).data]).toEqual([200, { permit: null, permits: null }]);
  const { rows } = await hub.database.pool().query<{ records: string }>(`SELECT entry::jsonb ->> 'records' AS records FROM hub.access_entry ORDER BY position DESC LIMIT 1`);
  expect(rows[0]?.records).toBe('0');
  // No statement is sent either: a planner whose readers refuse to run answers all the same.
  const side = await plannerSide();
  try {
    const idle = Object.assign(Object.create(side.parts.readers) as typeof side.parts.readers, { run: () => Promise.reject(new Error('nothing may run')) });
    const planner = new Planner({ ...side.parts, readers: idle });
    const known = planner.admit(query);
    const operation = known.operation(null);
    if (!operation) throw new Error('one operation');
    const viewer = viewerOf(outsider);
    const answer = await planner.run(known, operation, {}, viewer, { viewer, readers: idle, noteCase: () => undefined });
    expect(readAnswer(answer.body.toString()).data).toEqual({ permit: null, permits: null });
  } finally {
    await side.close();
  }
});

test('overfetched_unauthorized_field_is_not_returned: a source that brings more than was asked shows no more', async () => {
  const side = await plannerSide({ plans: new BlindPolicy(), rules: policy, database: 'bare' });
  try {
    await side.load(catalogueWorld);
    const { body } = await side.ask(supervisor, { query: '{ permits(first: 9) { nodes { documentNo content legalRepresentative } } }' }, 'any');
    expect(body).not.toMatch(/内容|王/);
  } finally {
    await side.close();
  }
});

test('extract_scopes, extract_policies: the coordinates of all fragments, aliases and roots stand in the evidence, once', async () => {
  await ask(supervisor, { query: 'query Extract { x: permit(documentNo: "文1") { ...F y: item } node(id: "x") { ... on Subject { name } } certificateStock(item: P01) { used } } fragment F on Permit { item holder { uscc } content }' });
  const { rows } = await hub.database.pool().query<{ plan: string }>(`SELECT to_jsonb(p)::text AS plan FROM hub.access_plan p WHERE to_jsonb(p)::text LIKE '%Extract%'`);
  for (const coordinate of ['CertificateStockInfo.used', 'Permit.content', 'Permit.holder', 'Permit.item', 'Query.certificateStock', 'Query.node', 'Query.permit', 'Subject.name', 'Subject.uscc']) {
    expect([coordinate, rows[0]?.plan.split(coordinate).length]).toEqual([coordinate, 2]);
  }
  expect(rows).toHaveLength(1);
});

test('cache_key_metadata: one document, answered to each class by its own plan, in any order', async () => {
  const query = '{ permit(documentNo: "文1") { content } } # cache key';
  for (const who of [supervisor, decider, outsider, decider, supervisor]) {
    const answer = await ask(who, { query });
    expect(answer.data).toEqual({ permit: who === outsider ? null : { content: who === decider ? '内容1' : null } });
  }
});

test('a cached plan after the policy was switched: the new boundary decides, with the caches of planner and database warm', async () => {
  const side = await plannerSide();
  try {
    await side.load(catalogueWorld);
    const call = { query: '{ permits(first: 9) { nodes { documentNo } } permit(documentNo: "文1") { documentNo content } }' };
    const before = readAnswer((await side.ask(decider, call, 'any')).body);
    expect(pluck(before.data, 'permits.nodes.documentNo')).toEqual(['文1', '文2', '文3', '文4']);
    const strict = new BoundaryPolicy(declarations((record) => ({ ...record, relations: record.relations.filter(({ relation }) => relation !== 'deciding') })));
    const planner = new Planner({ ...side.parts, policy: strict, rules: shieldRules(strict) });
    const viewer = viewerOf(decider);
    const known = planner.admit(call.query);
    const operation = known.operation(null);
    if (!operation) throw new Error('one operation');
    const after = readAnswer((await planner.run(known, operation, {}, viewer, { viewer, readers: side.parts.readers, noteCase: () => undefined })).body.toString());
    expect([after.data, denialsOf(after)]).toEqual([{ permits: { nodes: [{ documentNo: '文2' }] }, permit: null }, ['permit.content Permit.content']]);
  } finally {
    await side.close();
  }
});

test('GHSA-hff2-gcpx-8f4p: a GET that a page of another origin could cause is refused, whatever its content type; a known document too', async () => {
  const query = '{ permits(first: 1) { nodes { documentNo } } }';
  const token = await hub.token(supervisor);
  await hub.ask(token, { query });
  const get = async (headers: Readonly<Record<string, string>>): Promise<[number, GraphQLAnswer]> => {
    const response = await fetch(`${hub.hub.url}?query=${encodeURIComponent(query)}`, { headers: { authorization: `Bearer ${token}`, ...headers } });
    return [response.status, readAnswer(await response.text())];
  };
  const simple = ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x', 'TEXT/PLAIN; charset=utf-8', 'text/plain;application/json', ' text/plain', 'text/plain, application/json', 'nonsense', ';', 'application'];
  expect((await get({}))[0]).toBe(400);
  for (const type of simple) {
    const [status, answer] = await get({ 'content-type': type });
    expect([type, [400, 415].includes(status), answer.data ?? null]).toEqual([type, true, null]);
  }
  const [status, answer] = await get({ 'apollo-require-preflight': '1' });
  expect([status, pluck(answer.data, 'permits.nodes.documentNo')]).toEqual([200, ['文1']]);
  // A mutation never goes by GET.
  const mutation = encodeURIComponent('mutation { upsertPermit(input: {}) { fate } }');
  expect((await fetch(`${hub.hub.url}?query=${mutation}`, { headers: { authorization: `Bearer ${token}`, 'apollo-require-preflight': '1' } })).status).toBeGreaterThanOrEqual(400);
});

test('subscription: a denied root and a denied field never open; the granted one does; a page and a stream deny the same coordinate', async () => {
  const open = async (who: Asker, query: string): Promise<EventStream> => EventStream.open(hub.hub.url, await hub.token(who), query);
  for (const [who, query, coordinate] of [
    [outsider, 'subscription { permitChanged { kind } }', 'Subscription.permitChanged'],
    [supervisor, 'subscription { other: permitChanged { kind permit { ...F } } } fragment F on Permit { x: content }', 'Permit.content'],
  ] as const) {
    const { response } = await open(who, query);
    expect([response.status, readAnswer(await response.text()).errors[0]?.extensions.coordinate]).toEqual([403, coordinate]);
  }
  const stream = await open(decider, 'subscription { permitChanged { kind permit { content } } }');
  expect(stream.response.status).toBe(200);
  stream.close();
});
