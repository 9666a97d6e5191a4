import { GraphQLError } from 'graphql';
import { standingOf, type Viewer } from '../../src/access/viewer.js';
import { denialError } from '../../src/boundary/denial.js';
import { AccessExplainer, type ExplainRequest } from '../../src/explain/access-explainer.js';
import type { AccessExplanation } from '../../src/explain/explanation.js';
import { openSubscription } from '../../src/feed/subscription.js';
import { Meter } from '../../src/limits/meter.js';
import type { Purpose } from '../../src/measures/purposes.js';
import { permitChange } from '../../src/permits/permit-change.js';
import { Services } from '../../src/planner/context.js';
import { changes } from '../../src/server/schema.js';
import { asker } from '../boundary/hub-under-test.js';
import { OperationMaker } from '../boundary/operations.js';
import { makePair } from '../boundary/pairs.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import { Random } from '../boundary/random.js';

let side: PlannerSide;
let explainer: AccessExplainer;

beforeAll(async () => {
  side = await plannerSide();
  // The explainer gets readers that refuse: no statement of an explanation may reach the database.
  const refusing = Object.assign(Object.create(side.parts.readers) as typeof side.parts.readers, {
    run: () => Promise.reject(new Error('an explanation read data')),
  });
  explainer = new AccessExplainer(side.planner, { ...side.parts, readers: refusing }, changes);
});
afterAll(() => side.close());

const noted = { operationName: null, variables: {}, purpose: null, caseNo: null } as const;

function explain(operation: string, viewer: Viewer, more: Partial<ExplainRequest> = {}): Promise<AccessExplanation> {
  return explainer.explain({ ...noted, operation, ...more }, viewer);
}

const approval = viewerOf(asker('HEPING_APPROVAL'));
const district = viewerOf(asker('HEPING_HRSS'));
const stranger = viewerOf(asker('US_OFLC'));
const partner = viewerOf(asker('MUNI_PUBLIC_SECURITY'));
const analyst = viewerOf(asker('HEPING_HRSS', 'ANALYST'));

function at(explanation: AccessExplanation, path: string) {
  const found = explanation.paths.find((one) => one.path.join('.') === path);
  if (!found) throw new Error(`no path ${path} among ${explanation.paths.map((one) => one.path.join('.')).join(' ')}`);
  return found;
}

test('own decisions are shown in full, others withheld: listed per relation (B-01, B-06)', async () => {
  const explained = await explain('{ permits(first: 5) { nodes { documentNo content legalRepresentative } } }', approval);
  expect(at(explained, 'permits.nodes.documentNo')).toMatchObject({ effect: 'ALLOW', dependsOnRow: false, deniedAt: null, group: 'PERMIT_BASIC' });
  const content = at(explained, 'permits.nodes.content');
  expect(content).toMatchObject({ effect: 'ALLOW', dependsOnRow: true });
  expect(content.relations.map(({ relation, effect }) => [relation, effect])).toEqual([['deciding', 'ALLOW'], ['sharing', 'DENY']]);
  expect(content.relations[0]?.rowsZh).toBe('所属地为天津市，且决定机关为本机关');
  expect(content.relations[0]?.clauses.find(({ id }) => id === 'XT-3.1b')?.textZh).toContain('劳务派遣经营许可');
  expect(at(explained, 'permits.nodes.legalRepresentative')).toMatchObject({ effect: 'MASK', dependsOnRow: true });
  expect(at(explained, 'permits.nodes.legalRepresentative').relations[0]).toMatchObject({ effect: 'MASK', shownZh: '仅示姓氏', shownEn: 'family name only' });
});

test('a purpose counts with a case number only; what lacks is said, and what would do', async () => {
  const operation = '{ personalIdentities(permit: "x") { number } permits(first: 1) { nodes { legalRepresentative } } }';
  const without = await explain(operation, approval);
  expect(at(without, 'personalIdentities')).toMatchObject({ effect: 'DENY', deniedAt: ['personalIdentities'] });
  expect(at(without, 'personalIdentities').basis.missing).toEqual(['PURPOSE', 'CASE']);
  expect(at(without, 'personalIdentities').basis.purposes.map(({ code }) => code)).toEqual(['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT']);
  expect(at(without, 'permits.nodes.legalRepresentative').relations[0]?.purposes.map(({ code }) => code)).toContain('CASE_HANDLING');
  const alone = await explain(operation, approval, { purpose: 'CASE_HANDLING' });
  expect(at(alone, 'personalIdentities').basis.missing).toEqual(['CASE']);
  const other = await explain(operation, approval, { purpose: 'PERSONNEL', caseNo: '2026-1' });
  expect(at(other, 'personalIdentities').basis.missing).toEqual(['PURPOSE']);
  const both = await explain(operation, approval, { purpose: 'CASE_HANDLING', caseNo: '2026-1' });
  expect(at(both, 'personalIdentities')).toMatchObject({ effect: 'ALLOW' });
  expect(at(both, 'permits.nodes.legalRepresentative')).toMatchObject({ effect: 'ALLOW' });
});

test('a denial names what would change it and whom to ask: agreement (B-54), role, or the bureau that holds the record', async () => {
  const basic = await explain('{ permits(first: 1) { nodes { item } } }', partner);
  expect(at(basic, 'permits')).toMatchObject({ effect: 'DENY', deniedAt: ['permits'], because: 'Query.permits' });
  expect(at(basic, 'permits').basis).toMatchObject({ missing: ['AGREEMENT'], rows: ['B-54', 'B-55'] });
  expect(at(basic, 'permits').basis.ask.map(({ kind }) => kind)).toEqual(['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL']);
  expect(at(basic, 'permits.nodes.item')).toMatchObject({ effect: 'DENY', deniedAt: ['permits'] });
  expect(at(await explain('{ permits(first: 1) { nodes { item } } }', analyst), 'permits').basis.missing).toEqual(['ROLE']);
  const content = at(await explain('{ permits(first: 1) { nodes { content } } }', district), 'permits.nodes.content');
  expect(content).toMatchObject({ effect: 'DENY', deniedAt: ['permits', 'nodes', 'content'], basis: { missing: [] } });
  expect(content.basis.ask.map(({ kind, zh }) => [kind, zh])).toContainEqual(['DISTRICT_APPROVAL', '区行政审批局']);
});

test('every argument use is listed: look-up, filter and order, with the fields behind them', async () => {
  const explained = await explain(
    'query Q($d: String) { one: permit(documentNo: "x") { item } permits(first: 1, filter: { district: $d, holderUscc: "y" }) { nodes { item } } }',
    district,
    { variables: { d: '120101' } },
  );
  expect(explained.operands.map(({ path, use, argument, coordinate, effect }) => [path.join('.'), use, argument, coordinate, effect])).toEqual([
    ['one', 'LOOK_UP', 'documentNo', 'Permit.documentNo', 'ALLOW'],
    ['permits', 'FILTER', 'filter.district', 'Permit.district', 'ALLOW'],
    ['permits', 'FILTER', 'filter.holderUscc', 'Permit.holder', 'ALLOW'],
    ['permits', 'FILTER', 'filter.holderUscc', 'Subject.uscc', 'ALLOW'],
    ['permits', 'ORDER', null, 'Permit.decidedOn', 'ALLOW'],
  ]);
});

test('mutations and subscriptions are explained; a subscription with a denied field does not open', async () => {
  const write = 'mutation($input: UpsertPermitInput!) { upsertPermit(input: $input) { fate } }';
  const input = { sourceVersion: 1, documentNo: 'x', item: 'P01', holderName: '某公司', holderKind: 'ORGANISATION', state: 'VALID', decidedOn: '2026-01-02' };
  expect(await explain(write, approval, { variables: { input } })).toMatchObject({ operation: 'mutation', refused: false });
  const denied = await explain(write, district, { variables: { input } });
  expect(at(denied, 'upsertPermit')).toMatchObject({ effect: 'DENY', because: 'Mutation.upsertPermit' });
  expect(at(denied, 'upsertPermit').basis.ask.map(({ kind }) => kind)).toContain('MUNI_HRSS');

  expect(await explain('subscription { permitChanged { kind permit { item } } }', district)).toMatchObject({ operation: 'subscription', refused: false });
  const closed = await explain('subscription { permitChanged { kind permit { item content } } }', district);
  expect(closed.refused).toBe(true);
  expect(at(closed, 'permitChanged')).toMatchObject({ effect: 'DENY', because: 'Permit.content' });
  await expect(explain('subscription { permitChanged { permit { actions { action } } } }', district)).rejects.toMatchObject({ extensions: { code: 'NOT_IN_FEED' } });
});

test('a subscription with a denied filter does not open: it is worded as that of a list, and as the feed refuses it', async () => {
  // Declarations that mean another field than they say: no filter of ours is by a field that is hidden anywhere.
  const hidden = { property: 'content', compare: '=' } as const;
  const declared = new Map([['permitChanged', { ...permitChange, filters: { ...permitChange.filters, 'filter.documentNo': hidden } }]]);
  const permits = side.parts.reads.get('Query.permits');
  if (!permits) throw new Error('permits are read');
  const reads = new Map([...side.parts.reads, [permits.field, { ...permits, filters: { ...permits.filters, 'filter.district': hidden } }]]);
  const explaining = new AccessExplainer(side.planner, { ...side.parts, reads }, declared);
  const stream = 'subscription { permitChanged(filter: {item: P01, documentNo: "x"}) { kind permit { item } } }';
  for (const viewer of [district, approval]) {
    const explained = await explaining.explain({ ...noted, operation: stream }, viewer);
    expect(explained.refused).toBe(true);
    expect(explained.operands.map(({ argument, coordinate, effect }) => [argument, coordinate, effect])).toEqual([
      ['filter.item', 'Permit.item', 'ALLOW'], ['filter.documentNo', 'Permit.content', 'DENY'],
    ]);
    const root = { effect: 'DENY', deniedAt: ['permitChanged'], because: 'Permit.content' };
    expect(at(explained, 'permitChanged')).toMatchObject(root);
    expect(at(explained, 'permitChanged.permit.item')).toMatchObject(root);
    // As the list words it.
    const list = await explaining.explain({ ...noted, operation: '{ permits(first: 1, filter: {item: P01, district: "x"}) { nodes { item } } }' }, viewer);
    expect(list.operands.slice(0, 2).map(({ coordinate, effect, basis }) => [coordinate, effect, basis])).toEqual(explained.operands.map(({ coordinate, effect, basis }) => [coordinate, effect, basis]));
    expect(at(list, 'permits').basis).toEqual(at(explained, 'permitChanged').basis);
    // And as the feed refuses it.
    const parts = { planner: side.planner, plannerParts: side.parts, meter: Meter.standard(), changes: declared };
    const { basis } = denialError(side.parts.policy, standingOf(viewer), 'Permit.content', []).extensions;
    expect(await openSubscription(parts, viewer, { query: stream, operationName: null, variables: {} })).toMatchObject({
      status: 403, errors: [{ path: ['permitChanged'], extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Permit.content', basis } }],
    });
  }
  expect(await explain(stream, district)).toMatchObject({ refused: false });
});

test('node(id:) is explained for every type an id may name', async () => {
  const explained = await explain('{ node(id: "x") { id ... on Permit { content } ... on Subject { name identityMask } } }', district);
  expect(explained.paths.map(({ path, coordinate, effect }) => [path.join('.'), coordinate, effect])).toEqual([
    ['node', 'Query.node', 'ALLOW'],
    ['node.id', 'Permit.id', 'ALLOW'],
    ['node.content', 'Permit.content', 'DENY'],
    ['node.id', 'Subject.id', 'ALLOW'],
    ['node.name', 'Subject.name', 'ALLOW'],
    ['node.identityMask', 'Subject.identityMask', 'DENY'],
    ['node.id', 'ListEntry.id', 'ALLOW'],
    ['node.id', 'JointMeasure.id', 'ALLOW'],
  ]);
});

test.each([
  ['{ permits(', 'GRAPHQL_PARSE_FAILED'],
  ['{ permit(documentNo: "x") { contents } }', 'GRAPHQL_VALIDATION_FAILED'],
  ['query A { viewer { role } } query B { viewer { role } }', 'OPERATION_RESOLUTION_FAILURE'],
  ['query($n: Int!) { permits(first: $n) { nodes { item } } }', 'BAD_USER_INPUT'],
  ['{ permits(first: 101) { nodes { item } } }', 'BAD_PAGE_SIZE'],
])('an invalid document gives the ordinary error: %s', async (operation, code) => {
  const error: unknown = await explain(operation, district).catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(GraphQLError);
  expect(error).toMatchObject({ extensions: { code } });
  expect(String(error)).not.toContain('Did you mean');
});

test('the denial of an ordinary answer carries the basis that explainAccess gives', async () => {
  for (const viewer of [approval, district, stranger, partner, analyst]) {
    for (const coordinate of side.parts.policy.coordinates()) {
      const standing = standingOf(viewer);
      if (side.parts.policy.decide(standing, coordinate).allowed) continue;
      const { extensions } = denialError(side.parts.policy, standing, coordinate, ['x']);
      expect(extensions).toMatchObject({ code: 'BOUNDARY_DENIED', coordinate, nextStep: expect.stringContaining(' · ') as unknown });
      expect(Object.keys(extensions['basis'] as object)).toEqual(['rows', 'clauses', 'missing', 'purposes', 'ask']);
    }
  }
  const answer = await side.ask(asker('HEPING_HRSS'), { query: '{ permits(first: 1) { nodes { content } } }' }, 'any');
  const { errors } = JSON.parse(answer.body) as { errors: { path: string[]; extensions: { basis: unknown } }[] };
  const { basis } = at(await explain('{ permits(first: 1) { nodes { content } } }', district), 'permits.nodes.content');
  expect(errors.map(({ path, extensions }) => [path, extensions.basis])).toEqual([
    [['permits', 'nodes', 'content'], {
      rows: basis.rows, clauses: basis.clauses.map(({ id }) => id), missing: basis.missing,
      purposes: basis.purposes.map(({ code }) => code), ask: basis.ask.map(({ kind }) => kind),
    }],
  ]);
});

const viewers = ['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'HEPING_HRSS', 'MUNI_HRSS', 'JINBAO', 'MUNI_STB', 'US_OFLC', 'MUNI_PUBLIC_SECURITY'];
const declared: readonly (readonly [Purpose | null, string | null])[] = [[null, null], ['CASE_HANDLING', '2026-1'], ['SUPERVISION', null], ['PERSONNEL', '2026-2']];
const operations = Number(process.env['EXPLAIN_OPERATIONS'] ?? '80');
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

test(`for ${operations} generated operations explain's DENY paths are the denied paths of the real answer`, async () => {
  const random = new Random(seed);
  let compared = 0;
  let denials = 0;
  for (let i = 0; i < operations; i += 1) {
    const who = random.chance(0.1) ? asker('HEPING_HRSS', 'ANALYST') : asker(random.pick(viewers));
    const [purpose, caseNo] = random.pick(declared);
    const viewer = { ...viewerOf(who), purpose, caseNo };
    const pair = makePair(random, who);
    const { call, refused } = new OperationMaker(random, who, pair, { permits: [], subjects: [], below: [], foreign: ['nonsense'], id: (type, key) => side.id(type, key) }).make(i);
    const asked = { ...noted, operation: call.query, variables: call.variables ?? {}, purpose, caseNo };
    if (refused === 'BAD_PAGE_SIZE') await expect(explainer.explain(asked, viewer)).rejects.toMatchObject({ extensions: { code: refused } });
    if (refused !== null) continue;
    const explained = await explainer.explain(asked, viewer);
    const wanted = await deniedOf(call.query, call.variables ?? {}, viewer);
    const found = explained.paths.filter(({ path, deniedAt }) => deniedAt !== null && path.join('.') === deniedAt.join('.'));
    const told = found.map(({ path, because }) => `${path.join('.')} ${because ?? ''}`);
    // Behind `node` an explanation speaks of every type the id may name; an answer is about one of them.
    if (/\bnode\(/.test(call.query)) expect(told).toEqual(expect.arrayContaining(wanted));
    else expect([call.query, ...told]).toEqual([call.query, ...wanted]);
    for (const { effect, deniedAt } of explained.paths) expect(effect === 'DENY').toBe(deniedAt !== null);
    compared += 1;
    denials += wanted.length;
  }
  expect(compared).toBeGreaterThan(operations / 2);
  expect(denials).toBeGreaterThan(operations / 10);
});

/** Paths and coordinates of the denials a real answer carries. */
async function deniedOf(query: string, variables: Readonly<Record<string, unknown>>, viewer: Viewer): Promise<string[]> {
  const known = side.planner.admit(query);
  const operation = known.operation(null);
  if (!operation) throw new Error('the call names no operation');
  const coerced = side.planner.coerce(operation, variables);
  if (coerced instanceof Array) throw new AggregateError(coerced, 'variables');
  const context = { viewer, readers: side.parts.readers, services: new Services(), noteCase: () => undefined };
  const { body } = await side.planner.run(known, operation, coerced, viewer, context);
  const { errors = [] } = JSON.parse(body.toString()) as { errors?: { path: string[]; extensions: { code: string; coordinate?: string } }[] };
  return errors.filter(({ extensions }) => extensions.code === 'BOUNDARY_DENIED').map(({ path, extensions }) => `${path.join('.')} ${extensions.coordinate ?? ''}`);
}
