import { randomUUID } from 'node:crypto';
import { getNamedType, isInputObjectType, isObjectType, type GraphQLSchema } from 'graphql';
import { permitOrders } from '../../src/permits/where.js';
import { z } from 'zod';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { catalogueWorld, permitRow, subjectRow, withCells, without, withPermits } from './fixed-world.js';
import { denialsOf, pluck, readAnswer } from './graphql-answer.js';
import { ExportClient } from '../export/export-client.js';
import { asker, type HubUnderTest } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { plannerSide, declarations } from './planner-sides.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { TwoHubs } from './two-hubs.js';

/**
 * Leaks L-01 … L-13 of the catalogue (reference/anchors.md §3): what a query may ask for. A leak whose feature does not
 * exist yet is tested as far as it does; its name says what is pending.
 */

const supervisor = asker('HEPING_HRSS');
const decider = asker('HEPING_APPROVAL');
let hubs: TwoHubs;
let schema: GraphQLSchema;

beforeAll(async () => {
  hubs = await TwoHubs.start();
  schema = await hubSchema(boundaryPolicy());
});
afterAll(() => hubs.close());

/** Types of aggregates, which L-08 and L-25 are about. */
const ofAggregates = /^((Permit|CreditList)(Statistics|Group|Having|GroupOrder)|NumberSummary|DateSummary|Published.*)$/;

/** Names of every field, argument and input field of the schema but those of aggregates. */
function* schemaNames(): Iterable<string> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || ofAggregates.test(type.name) || !(isObjectType(type) || isInputObjectType(type))) continue;
    yield* Object.keys(type.getFields());
    if (isObjectType(type)) for (const { args } of Object.values(type.getFields()).filter((field) => !ofAggregates.test(getNamedType(field.type).name))) for (const { name } of args) yield name;
  }
}

/** Another content, name, revision and register cell in the permit that Heping's supervisor sees without them. */
const hiddenCells = { content: '别的', legal_representative: '李四', revision: 77, remarks: null, updated_at: '2026-09-09T09:09:09Z', permit_kind: '特许', document_title: '题' };

test('L-01 filter oracle: a hidden cell cannot be filtered by, in any operator or nesting, and readable filters tell nothing of it', async () => {
  await hubs.load(catalogueWorld, withCells(catalogueWorld, 1, hiddenCells));
  for (const field of ['content', 'legalRepresentative', 'revision', 'remarks', 'and', 'or', 'not', 'holder']) {
    for (const call of [
      { query: `{ permits(first: 9, filter: {${field}: "x"}) { nodes { id } } }` },
      { query: `{ permits(first: 9, filter: {${field}: {eq: "x"}}) { nodes { id } } }` },
      { query: 'query ($f: PermitFilter) { permits(first: 9, filter: $f) { nodes { id } } }', variables: { f: { [field]: 'x' } } },
      { query: 'query ($f: SubjectFilter) { subjects(first: 9, filter: $f) { nodes { id } } }', variables: { f: { [field]: 'x' } } },
    ]) {
      const answer = await hubs.ask(supervisor, call);
      expect([field, answer.data, answer.errors[0]?.extensions.code]).toEqual([field, undefined, expect.stringMatching(/^(GRAPHQL_VALIDATION_FAILED|BAD_USER_INPUT)$/)]);
    }
  }
  for (const filter of ['item: P01', 'status: VALID', 'district: "120101"', 'documentNo: "文1"', 'certificateNo: "王1"', 'decidedBy: "HEPING_APPROVAL"', 'holderUscc: "USCC-1"', 'decidedFrom: "2025-06-05"', 'decidedTo: "2025-06-05"']) {
    const answer = await hubs.ask(supervisor, `{ permits(first: 9, filter: {${filter}}) { nodes { documentNo } pageInfo { hasNextPage } } }`);
    expect(denialsOf(answer)).toEqual([]);
  }
});

test('L-02 relational filter: a filter through the holder or through its permits obeys the row policy of the permit', async () => {
  await hubs.load(catalogueWorld, without(catalogueWorld, 5, 6));
  const byHolder = await hubs.ask(supervisor, '{ permits(first: 9, filter: {holderUscc: "USCC-2"}) { nodes { documentNo } } subject(uscc: "USCC-2") { name } other: permits(first: 9, filter: {holderUscc: "USCC-1"}) { nodes { documentNo } } }');
  expect(byHolder.data).toEqual({ permits: { nodes: [] }, subject: null, other: { nodes: [{ documentNo: '文1' }, { documentNo: '文2' }] } });
  // 文6, an item P02 in Hedong, is hidden; its holder is visible by 文1 and 文2 alone.
  const byPermit = await hubs.ask(supervisor, '{ hedong: subjects(first: 9, filter: {district: "120102"}) { nodes { name } } foreigners: subjects(first: 9, filter: {item: "P07"}) { nodes { name } } }');
  expect(byPermit.data).toEqual({ hedong: { nodes: [] }, foreigners: { nodes: [] } });
});

test('L-03 order-by oracle: what may be ordered by is read in full, an order tells nothing of hidden cells, a cursor nothing of its row', async () => {
  const orders = Object.values(permitOrders).map((field) => `Permit.${field}`);
  for (const hidden of ['content', 'revision', 'legalRepresentative']) expect(orders).not.toContain(`Permit.${hidden}`);
  await hubs.load(catalogueWorld, withCells(withCells(catalogueWorld, 1, hiddenCells), 2, hiddenCells));
  const answer = await hubs.ask(supervisor, '{ permits(first: 9) { edges { cursor node { documentNo } } pageInfo { startCursor endCursor } } subjects(first: 9) { edges { cursor } } }');
  expect(pluck(answer.data, 'permits.edges.node.documentNo')).toEqual(['文1', '文2', '文3']);
  const cursors = [pluck(answer.data, 'permits.edges.cursor'), pluck(answer.data, 'subjects.edges.cursor')].flat().map(String);
  for (const cursor of cursors) expect(Buffer.from(cursor, 'base64url').toString('latin1')).not.toMatch(/2025-06|"\d+"/);
  // An internal number of one digit and one of ten make cursors of one length.
  const far = { ...catalogueWorld, permits: [...catalogueWorld.permits, permitRow(2_000_000_000, { decided_on: '2025-07-01' })] };
  await hubs.load(far);
  const lengths = pluck((await hubs.ask(supervisor, '{ permits(first: 9) { edges { cursor } } }')).data, 'permits.edges.cursor');
  expect(new Set([lengths].flat().map((cursor) => String(cursor).length)).size).toBe(1);
});

test('L-04 totals: totals and page information are over visible rows only', async () => {
  await hubs.load(catalogueWorld, without(catalogueWorld, 4, 5, 6));
  const totals = '{ permits(first: 1) { totalCount } subjects(first: 1) { totalCount nodes { permits(first: 1) { totalCount } } } }';
  expect((await hubs.ask(supervisor, totals)).data).toMatchObject({ permits: { totalCount: 3 }, subjects: { totalCount: 2 } });
  const query = (size: number): string => `{ permits(first: ${size}) { nodes { documentNo } pageInfo { hasNextPage hasPreviousPage } } back: permits(last: ${size}) { nodes { documentNo } pageInfo { hasNextPage hasPreviousPage } } subjects(first: ${size}) { pageInfo { hasNextPage } } }`;
  const page = (documents: readonly string[], hasNextPage: boolean, hasPreviousPage: boolean): object => ({ nodes: documents.map((documentNo) => ({ documentNo })), pageInfo: { hasNextPage, hasPreviousPage } });
  // 文4 (P07) comes last and 文5 first: both hidden, so three visible rows are all there are.
  expect((await hubs.ask(supervisor, query(3))).data).toMatchObject({ permits: page(['文1', '文2', '文3'], false, false), back: page(['文1', '文2', '文3'], false, false) });
  expect((await hubs.ask(supervisor, query(2))).data).toMatchObject({
    permits: page(['文1', '文2'], true, false), back: page(['文2', '文3'], false, true), subjects: { pageInfo: { hasNextPage: false } },
  });
});

test('L-05 page 2 and after: rows and cells of every page, forward and backward, are judged like the first', async () => {
  await hubs.load(catalogueWorld, withCells(without(catalogueWorld, 5, 6), 2, hiddenCells));
  for (const [who, documents] of [[supervisor, ['文1', '文2', '文3']], [decider, ['文1', '文2', '文3', '文4']]] as const) {
    for (const [size, from, end] of [['first', 'after', 'endCursor'], ['last', 'before', 'startCursor']] as const) {
      const seen: unknown[] = [];
      let cursor: unknown = null;
      for (let i = 0; i < documents.length; i += 1) {
        const query = `query ($c: String) { permits(${size}: 1, ${from}: $c) { nodes { documentNo content } pageInfo { ${end} } } }`;
        const answer = await hubs.ask(who, { query, ...(cursor === null ? {} : { variables: { c: cursor } }) });
        seen.push(...[pluck(answer.data, 'permits.nodes')].flat());
        expect(denialsOf(answer)).toEqual(who === supervisor ? ['permits.nodes.content Permit.content'] : []);
        cursor = pluck(answer.data, `permits.pageInfo.${end}`);
      }
      const expected = documents.map((documentNo, i) => ({ documentNo, content: who === supervisor || documentNo === '文2' ? null : `内容${i + 1}` }));
      expect(seen).toEqual(size === 'first' ? expected : expected.reverse());
    }
  }
});

test('L-05 a policy changed between two pages holds for the second', async () => {
  const narrowed = new BoundaryPolicy(declarations((record) => ({ ...record, relations: record.relations.filter(({ relation }) => relation !== 'sharing') })));
  const [before, after] = [await plannerSide(), await plannerSide({ plans: narrowed, database: narrowed })];
  try {
    const query = 'query ($c: String) { permits(first: 1, after: $c) { edges { cursor node { documentNo } } } }';
    await before.load(catalogueWorld);
    await after.load(catalogueWorld);
    const first = readAnswer((await before.ask(supervisor, { query }, 'any')).body);
    const cursor = [pluck(first.data, 'permits.edges.cursor')].flat()[0];
    const next = (side: typeof before): Promise<{ readonly body: string }> => side.ask(supervisor, { query, variables: { c: cursor } }, 'any');
    expect(pluck(readAnswer((await next(before)).body).data, 'permits.edges.node.documentNo')).toEqual(['文2']);
    expect(pluck(readAnswer((await next(after)).body).data, 'permits.edges.node.documentNo')).toEqual(['文3']);
  } finally {
    await before.close();
    await after.close();
  }
});

test('L-06 bulk: a page for the scope `bulk` passes the same policy, and so does every page of an export', async () => {
  expect([...schemaNames()].filter((name) => /export|bulk|download/i.test(name)).sort()).toEqual(['cancelExport', 'exportJob', 'exportJobs', 'requestExport']);
  await hubs.load(catalogueWorld);
  const query = '{ permits(first: 1000) { nodes { documentNo content holder { name identityMask } } } }';
  const small = await hubs.ask(supervisor, query.replace('1000', '100'));
  const bulk = readAnswer((await hubs.one.ask(await hubs.one.hub.issuer.issue('HEPING_HRSS', null, 'bulk'), { query })).body);
  expect({ ...bulk, extensions: null }).toEqual({ ...small, extensions: null });
  // What was asked for is declared by the document, what was found is the same.
  expect([pluck(bulk.extensions, 'cost.requested'), pluck(bulk.extensions, 'cost.actual')]).toEqual([2_001, pluck(small.extensions, 'cost.actual')]);
  expect(denialsOf(bulk)).toEqual(['permits.nodes.content Permit.content', 'permits.nodes.holder.identityMask Subject.identityMask']);
  expect((await hubs.ask(supervisor, query)).errors[0]?.extensions.code).toBe('BAD_PAGE_SIZE');
});

test('L-06 export: a file has the rows and cells of the pages, over any hidden data; what is denied is refused before it is queued', async () => {
  const exported = async (side: HubUnderTest, who: Asker, fields: string, format: 'NDJSON' | 'CSV'): Promise<unknown[]> => {
    const client = new ExportClient(side.hub.url, await side.hub.issuer.issue(who.agency, null, 'bulk'));
    const job = await client.exported({ query: `{ permits { nodes { ${fields} } } }`, format, idempotencyKey: randomUUID() });
    const manifest = z.object({ records: z.number(), bytes: z.number(), sha256: z.string() }).parse(JSON.parse((await client.bytes(job.manifest)).toString()));
    return [job.state, job.records, job.bytes, job.digest, manifest, (await client.bytes(job.data)).toString()];
  };
  const lines = (nodes: unknown): string => (Array.isArray(nodes) ? nodes.map((node) => `${JSON.stringify(node)}\n`).join('') : '');
  const shown = 'documentNo status certificateNo holder { name }';
  // The two worlds differ in what Heping's supervisor may not see alone: rows of others, and cells of a row it sees.
  await hubs.load(catalogueWorld, withCells(without(catalogueWorld, 4, 5, 6), 2, hiddenCells));
  for (const format of ['NDJSON', 'CSV'] as const) {
    expect(await exported(hubs.one, supervisor, shown, format)).toEqual(await exported(hubs.other, supervisor, shown, format));
  }
  const pages = pluck((await hubs.ask(supervisor, `{ permits(first: 9) { nodes { ${shown} } } }`)).data, 'permits.nodes');
  expect(pluck(pages, 'documentNo')).toEqual(['文1', '文2', '文3']);
  expect(await exported(hubs.one, supervisor, shown, 'NDJSON')).toEqual(['READY', 3, expect.any(Number), expect.any(String), expect.objectContaining({ records: 3 }), lines(pages)]);
  const client = new ExportClient(hubs.one.hub.url, await hubs.one.hub.issuer.issue(supervisor.agency, null, 'bulk'));
  for (const denied of ['content', 'holder { identityMask }', 'legalRepresentative']) {
    await expect(client.request({ query: `{ permits { nodes { documentNo ${denied} } } }`, idempotencyKey: randomUUID() })).rejects.toThrow('BOUNDARY_DENIED');
  }
  // The deciding bureau sees its own decisions whole, of the others in its district no content: row by row, as in a page.
  await hubs.load(catalogueWorld);
  const whole = `${shown} content legalRepresentative`;
  const own = pluck((await hubs.ask(decider, `{ permits(first: 9) { nodes { ${whole} } } }`)).data, 'permits.nodes');
  expect(pluck(own, 'content')).toEqual(['内容1', null, '内容3', '内容4']);
  expect((await exported(hubs.one, decider, whole, 'NDJSON')).at(-1)).toBe(lines(own));
}, 60_000);

test('L-07 order of interceptors: one decision point; neither lane nor the order of roots, fields and fragments changes an answer', async () => {
  await hubs.load(catalogueWorld, withCells(catalogueWorld, 2, hiddenCells));
  const roots = ['permits(first: 9) { nodes { documentNo content revision } }', 'permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "1") { exists }', 'viewer { principal }', 'subjects(first: 9) { nodes { name identityMask } }'];
  const answers = [];
  for (const order of [roots, [...roots].reverse(), [...roots.slice(2), ...roots.slice(0, 2)]]) answers.push(await hubs.ask(supervisor, `{ ${order.join(' ')} }`));
  for (const answer of answers) {
    expect(answer.data).toEqual(answers[0]?.data);
    expect(denialsOf(answer).sort()).toEqual(answers[0] && denialsOf(answers[0]).sort());
  }
  const turned = await hubs.ask(supervisor, '{ permits(first: 9) { ...A nodes { revision content documentNo } } } fragment A on PermitConnection { nodes { content } }');
  expect(pluck(turned.data, 'permits.nodes')).toEqual(pluck(answers[0]?.data, 'permits.nodes'));
});

test('L-08 aggregates: figures and groups over visible rows and readable fields alone; the number of certificates depends on P01’s numbers alone (B-22)', async () => {
  // 文5 and 文6 are hidden from Heping, and so are these cells of 文1; what is counted, grouped and bounded stays the same.
  await hubs.load(catalogueWorld, { ...withCells(without(catalogueWorld, 5, 6), 1, hiddenCells), actions: catalogueWorld.actions.filter(({ permit_id }) => permit_id === 1) });
  const figures = 'count holders actions { sum max average } decidedOn { min max }';
  expect((await hubs.ask(supervisor, `{ permitStatistics { groups { ${figures} } } }`)).data).toEqual({
    permitStatistics: { groups: [{ count: 3, holders: 2, actions: { sum: 1, max: 1, average: 0.3333 }, decidedOn: { min: '2025-06-03', max: '2025-06-05' } }] },
  });
  await hubs.ask(supervisor, `{ permitStatistics(groupBy: [DISTRICT, DECIDED_BY, HOLDER_KIND], having: [{figure: COUNT, atLeast: 1}], orderBy: [{figure: ACTIONS_SUM, direction: DESC}]) { groups { district decidedBy holderKind ${figures} } hasMore } }`);
  // Dimensions are a closed list; no hidden cell is among them.
  for (const hidden of ['CONTENT', 'REVISION', 'LEGAL_REPRESENTATIVE', 'IDENTITY_MASK', 'REMARKS']) {
    expect((await hubs.ask(supervisor, `{ permitStatistics(groupBy: [${hidden}]) { groups { count } } }`)).errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  }
  const counted = withPermits(catalogueWorld, (permit) => [{ ...permit, certificate_no: `1201000${permit.id}` }]);
  await hubs.load(counted, withPermits(counted, (permit) => [{ ...permit, ...hiddenCells, holder_id: 1, district: '120103', document_no: `别${permit.id}` }]));
  const query = '{ certificateStock(item: P01) { used } }';
  expect((await hubs.ask(asker('MUNI_HRSS'), query)).data).toEqual({ certificateStock: { used: 2 } });
  for (const who of [supervisor, decider, asker('US_OFLC'), asker('MUNI_HRSS', 'ANALYST')]) {
    expect(await hubs.ask(who, query)).toMatchObject({ data: { certificateStock: null }, errors: [{ extensions: { coordinate: 'Query.certificateStock' } }] });
  }
});

test('L-09 alias: two aliases of one field with different arguments are decided and answered separately', async () => {
  await hubs.load(catalogueWorld, withCells(without(catalogueWorld, 5), 1, hiddenCells));
  const answer = await hubs.ask(supervisor, `{
    a: permit(documentNo: "文1") { documentNo c: content } b: permit(documentNo: "文5") { documentNo c: content }
    c: permits(first: 9, filter: {item: P01}) { nodes { item: documentNo } } d: permits(first: 9, filter: {item: P07}) { nodes { item: documentNo } }
  }`);
  expect(answer.data).toEqual({ a: { documentNo: '文1', c: null }, b: null, c: { nodes: [{ item: '文1' }] }, d: { nodes: [] } });
  // Denials depend on the document, not on whether a record was found.
  expect(denialsOf(answer)).toEqual(['a.c Permit.content', 'b.c Permit.content']);
  // An alias that bears the name of a readable field is no way to a hidden one.
  expect(denialsOf(await hubs.ask(supervisor, '{ permit(documentNo: "文1") { status: content } }'))).toEqual(['permit.status Permit.content']);
});

test('L-10 derived fields: what is computed of hidden cells needs their right; what is not does not move with them', async () => {
  await hubs.load(catalogueWorld, { ...withCells(catalogueWorld, 1, hiddenCells), subjects: catalogueWorld.subjects.map((subject) => ({ ...subject, identity_mask: '**************9999' })) });
  const answer = await hubs.ask(supervisor, '{ permit(documentNo: "文1") { updatedAt receivedAt batch revision holder { identityMask } } }');
  expect(answer.data).toEqual({ permit: { updatedAt: '2026-01-02T03:04:05Z', receivedAt: '2026-01-02T03:04:05Z', batch: '00000000-0000-4000-8000-000000000001', revision: null, holder: { identityMask: null } } });
  expect(denialsOf(answer)).toEqual(['permit.revision Permit.revision', 'permit.holder.identityMask Subject.identityMask']);
});

test('L-11 interface: a rule holds through Node, fragments and __typename (no union in the schema; AND over all types: boundary/policy.test)', async () => {
  await hubs.load(catalogueWorld, withCells(catalogueWorld, 1, hiddenCells));
  const id = String(pluck((await hubs.ask(supervisor, '{ permit(documentNo: "文1") { id } }')).data, 'permit.id'));
  const answer = await hubs.ask(supervisor, {
    query: 'query ($id: ID!) { node(id: $id) { __typename ... on Node { ... on Permit { x: content } } ...P } } fragment P on Permit { ...Q holder { identityMask } } fragment Q on Permit { legalRepresentative }',
    variables: { id },
  });
  expect(answer.data).toEqual({ node: { __typename: 'Permit', x: null, holder: { identityMask: null }, legalRepresentative: null } });
  expect(denialsOf(answer)).toEqual(['node.x Permit.content', 'node.legalRepresentative Permit.legalRepresentative', 'node.holder.identityMask Subject.identityMask']);
  expect(Object.values(schema.getTypeMap()).filter((type) => 'getTypes' in type)).toEqual([]);
});

test('L-12 renamed directive: rules stand on coordinates, no directive carries any, and an unknown one is refused', async () => {
  await hubs.load(catalogueWorld, withCells(catalogueWorld, 1, hiddenCells));
  for (const directive of ['public', 'include2(if: true)', 'Include(if: true)', 'authenticated', 'policy(policies: [])']) {
    const answer = await hubs.ask(supervisor, `{ permit(documentNo: "文1") { content @${directive} } }`);
    expect([answer.data, answer.errors[0]?.extensions.code]).toEqual([undefined, 'GRAPHQL_VALIDATION_FAILED']);
  }
  for (const directive of ['include(if: true)', 'skip(if: false)']) {
    expect(denialsOf(await hubs.ask(supervisor, `{ permit(documentNo: "文1") { content @${directive} } }`))).toEqual(['permit.content Permit.content']);
  }
});

test('L-13 node: an id reaches no object the list hides; forbidden, unknown and malformed ids look alike; no `nodes`, no `_entities`', async () => {
  await hubs.load(catalogueWorld, { ...catalogueWorld, subjects: [...catalogueWorld.subjects, subjectRow(9)] });
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).filter((name) => /^(nodes|_entities|_service)$/.test(name))).toEqual([]);
  const city = await hubs.ask(asker('MUNI_HRSS'), '{ permits(first: 9) { nodes { id documentNo holder { id name } } } }');
  const nodes = [pluck(city.data, 'permits.nodes')].flat();
  const idOf = (documentNo: string, path: string): string => String(pluck(nodes.find((node) => pluck(node, 'documentNo') === documentNo), path));
  const bodies = new Set<string>();
  const query = 'query ($id: ID!) { node(id: $id) { __typename id ... on Permit { documentNo content } ... on Subject { name } } }';
  for (const id of [idOf('文5', 'id'), idOf('文5', 'holder.id'), idOf('文4', 'id'), 'AAAAAAAAAAAAAAAAAAAAAA', 'x', '', '1', idOf('文1', 'id').slice(0, -1)]) {
    const answer = await hubs.ask(supervisor, { query, variables: { id } });
    bodies.add(JSON.stringify({ data: answer.data, errors: answer.errors.filter(({ extensions }) => extensions.code !== 'BOUNDARY_DENIED') }));
  }
  expect([...bodies]).toEqual(['{"data":{"node":null},"errors":[]}']);
  expect(pluck((await hubs.ask(supervisor, { query, variables: { id: idOf('文1', 'id') } })).data, 'node.documentNo')).toBe('文1');
});
