import fc from 'fast-check';
import { Kind, parse } from 'graphql';
import { permitStatistics } from '../../src/permits/statistics.js';
import { operandUses } from '../../src/planner/decisions.js';
import { boundaryPolicy, hubSchema, hubTables, reads } from '../../src/server/schema.js';
import { statisticsRead } from '../../src/statistics/compile-statistics.js';
import type { StatisticsDeclaration } from '../../src/statistics/declaration.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';
import { readAnswer } from '../boundary/graphql-answer.js';
import type { World } from '../boundary/world.js';
import { dimensions, member, naive, type Question } from './naive.js';

let hub: HubUnderTest;
beforeAll(async () => {
  hub = await HubUnderTest.start();
});
afterAll(() => hub.close());

/** District bodies with two branches that overlap, the city, one decider, one district, one item, and nobody. */
const askers = ['HEPING_APPROVAL', 'HEDONG_APPROVAL', 'MUNI_HRSS', 'BINHAI_APPROVAL', 'BINHAI_HRSS', 'MUNI_STB', 'JINBAO'].map((agency) => asker(agency));

const figures = ['COUNT', 'HOLDERS', 'VALIDITY_DAYS_SUM', 'VALIDITY_DAYS_AVERAGE', 'VALIDITY_DAYS_COUNT', 'ACTIONS_MAX', 'ACTIONS_AVERAGE'];

const question: fc.Arbitrary<Question> = fc.subarray(Object.keys(dimensions), { maxLength: 3 }).chain((groupBy) =>
  fc.record({
    filter: fc.oneof({ weight: 2, arbitrary: fc.constant({}) }, fc.record({ item: fc.constantFrom('P01', 'P05', 'P07'), status: fc.constant('VALID'), decidedFrom: fc.constant('2025-06-01') }, { requiredKeys: [] })),
    groupBy: fc.constant(groupBy),
    having: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, fc.array(fc.record({ figure: fc.constantFrom(...figures), atLeast: fc.integer({ min: 0, max: 4 }), atMost: fc.integer({ min: 1, max: 600 }) }, { requiredKeys: ['figure'] }), { maxLength: 2 })),
    orderBy: fc.array(
      fc.oneof(
        fc.record({ figure: fc.constantFrom(...figures), direction: fc.constantFrom('ASC' as const, 'DESC' as const) }),
        ...(groupBy.length > 0 ? [fc.record({ dimension: fc.constantFrom(...groupBy), direction: fc.constantFrom('ASC' as const, 'DESC' as const) })] : []),
      ),
      { maxLength: 3 },
    ),
    first: fc.constantFrom(1, 3, 100, 1_000),
  }),
);

const asked = `query ($filter: PermitFilter, $groupBy: [PermitDimension!], $having: [PermitHaving!], $orderBy: [PermitGroupOrder!], $first: Int) {
  permitStatistics(filter: $filter, groupBy: $groupBy, having: $having, orderBy: $orderBy, first: $first) {
    groups { GROUPS count holders validityDays { count sum min max average } actions { count sum min max average } decidedOn { min max } } hasMore
  }
}`;

function enumText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(enumText).join(', ')}]`;
  if (value !== null && typeof value === 'object') return `{${Object.entries(value).map(([key, inner]) => `${key}: ${enumText(inner)}`).join(', ')}}`;
  return typeof value === 'string' && /^\d/.test(value) ? JSON.stringify(value) : String(value);
}

test('random questions over random registries answer as counted by hand, as variables and as literals', async () => {
  let [several, groups] = [0, 0];
  for (let seed = 1; seed <= 4; seed += 1) {
    const world = joined(askers.map((who, i) => makePair(new Random(seed * 100 + i), who).one));
    await hub.loader.load(world);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...askers), question, async (who, wanted) => {
        const expected = naive(who, world, wanted);
        groups += expected.groups.length;
        if (wanted.groupBy.length > 1) several += 1;
        const token = await hub.token(who);
        const shown = asked.replace('GROUPS', wanted.groupBy.map(member).join(' '));
        const answer = readAnswer((await hub.ask(token, { query: shown, variables: { ...wanted } })).body);
        expect([answer.errors, answer.data]).toEqual([[], { permitStatistics: expected }]);
        const literal = shown.replace(/^query \([^)]*\)/, 'query').replace(/\$(\w+)/g, (_, name: keyof Question) => enumText(wanted[name]));
        expect(readAnswer((await hub.ask(token, { query: literal }, 'apollo')).body).data).toEqual(answer.data);
      }),
      { numRuns: 30 },
    );
  }
  expect([several > 15, groups > 100]).toEqual([true, true]);
}, 120_000);

/** Several worlds as one: keys and numbers of each stand behind those of the one before. */
function joined(worlds: readonly World[]): World {
  const moved = worlds.map(({ subjects, permits, actions }, i) => {
    const shift = i * 1_000_000;
    return {
      subjects: subjects.map((subject) => ({ ...subject, id: subject.id + shift, uscc: subject.uscc === null ? null : `${i}${subject.uscc}` })),
      permits: permits.map((permit) => ({ ...permit, id: permit.id + shift, holder_id: permit.holder_id + shift, document_no: `${i} ${permit.document_no}` })),
      actions: actions.map((action) => ({ ...action, id: action.id + shift, permit_id: action.permit_id + shift })),
    };
  });
  return {
    subjects: moved.flatMap(({ subjects }) => subjects),
    permits: moved.flatMap(({ permits }) => permits),
    actions: moved.flatMap(({ actions }) => actions),
  };
}

test('a permit that two branches show counts once', async () => {
  const who = asker('HEPING_APPROVAL');
  const world = makePair(new Random(5), who).one;
  const [first] = world.permits;
  if (!first) throw new Error('a world has permits');
  const both = { ...first, id: 1, jurisdiction: 'CN-TJ', item: 'P02', decided_by: 'HEPING_APPROVAL', location: '120101', district: '120101' };
  await hub.loader.load({ ...world, permits: [both], actions: [] });
  const { data } = readAnswer((await hub.ask(await hub.token(who), { query: '{ permitStatistics { groups { count holders } } permits(first: 5) { nodes { id } } }' })).body);
  expect(data).toMatchObject({ permitStatistics: { groups: [{ count: 1, holders: 1 }] }, permits: { nodes: [{}] } });
});

test('one document with other dimensions, orders and bounds in its variables is planned anew', async () => {
  const who = asker('MUNI_HRSS');
  await hub.loader.load(joined(askers.map((other, i) => makePair(new Random(900 + i), other).one)));
  const token = await hub.token(who);
  const query = 'query ($by: [PermitDimension!], $order: [PermitGroupOrder!]) { permitStatistics(groupBy: $by, orderBy: $order) { groups { item status outcome count } } }';
  const forms = [
    { by: ['ITEM'], order: [{ figure: 'COUNT' }] }, { by: ['STATUS'], order: [{ figure: 'COUNT' }] }, { by: ['STATUS'], order: [{ figure: 'COUNT', direction: 'DESC' }] },
    { by: ['STATUS'], order: [{ dimension: 'STATUS' }] }, { by: ['OUTCOME'], order: [{ figure: 'HOLDERS' }] },
  ];
  for (const lane of ['any', 'apollo', 'any'] as const) {
    const answers = [];
    for (const variables of forms) answers.push((await hub.ask(token, { query, variables }, lane)).body);
    expect(new Set(answers).size).toBe(forms.length);
    answers.forEach((body, i) => expect(body).toMatch(i === 0 ? /"item":"P/ : /"item":null/));
  }
});

test('an empty scope is one group of nothing without dimensions, and no group with them', async () => {
  const who = asker('MUNI_HRSS');
  await hub.loader.load({ subjects: [], permits: [], actions: [] });
  const { data } = readAnswer((await hub.ask(await hub.token(who), {
    query: '{ all: permitStatistics { groups { count holders actions { sum average } decidedOn { min } } hasMore } by: permitStatistics(groupBy: [ITEM]) { groups { item } __typename } }',
  })).body);
  expect(data).toEqual({
    all: { groups: [{ count: 0, holders: 0, actions: { sum: null, average: null }, decidedOn: { min: null } }], hasMore: false },
    by: { groups: [], __typename: 'PermitStatistics' },
  });
});

test.each([
  ['{ permitStatistics(first: 0) { hasMore } }', 'BAD_PAGE_SIZE'],
  ['{ permitStatistics(first: 1001) { hasMore } }', 'BAD_PAGE_SIZE'],
  ['{ permitStatistics(groupBy: [ITEM], orderBy: [{dimension: STATUS}]) { hasMore } }', 'BAD_USER_INPUT'],
  ['{ permitStatistics(groupBy: [ITEM], orderBy: [{dimension: ITEM, figure: COUNT}]) { hasMore } }', 'BAD_USER_INPUT'],
  ['{ permitStatistics(groupBy: [ITEM], orderBy: [{}]) { hasMore } }', 'BAD_USER_INPUT'],
])('%s is refused with %s', async (query, code) => {
  const token = await hub.token(asker('MUNI_HRSS'));
  for (const lane of ['apollo', 'any', 'any'] as const) {
    expect(readAnswer((await hub.ask(token, { query }, lane)).body).errors.map(({ extensions }) => extensions.code)).toEqual([code]);
  }
});

test('who sees no rows gets no statistics, and the explanation names the operands', async () => {
  for (const who of [asker('US_OFLC'), asker('MUNI_HRSS', 'ANALYST'), asker('MUNI_HRSS', 'AUDITOR')]) {
    const answer = readAnswer((await hub.ask(await hub.token(who), { query: '{ permitStatistics(groupBy: [ITEM]) { groups { count } } }' })).body);
    expect(answer).toMatchObject({ data: { permitStatistics: null }, errors: [{ extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Query.permitStatistics' } }] });
  }
  const operation = '{ permitStatistics(groupBy: [DISTRICT, HOLDER_KIND], having: [{figure: ACTIONS_SUM, atLeast: 2}], filter: {item: P01}) { groups { district validityDays { sum } } } }';
  const { data } = readAnswer((await hub.ask(await hub.token(asker('HEPING_HRSS')), {
    query: 'query ($operation: String!) { explainAccess(operation: $operation) { operands { use argument coordinate effect } } }', variables: { operation },
  })).body);
  expect(data).toEqual({
    explainAccess: {
      operands: [
        { use: 'FILTER', argument: 'filter.item', coordinate: 'Permit.item', effect: 'ALLOW' },
        { use: 'GROUP', argument: 'groupBy', coordinate: 'Permit.district', effect: 'ALLOW' },
        { use: 'GROUP', argument: 'groupBy', coordinate: 'Permit.holder', effect: 'ALLOW' },
        { use: 'GROUP', argument: 'groupBy', coordinate: 'Subject.kind', effect: 'ALLOW' },
        { use: 'FILTER', argument: 'having', coordinate: 'Permit.actions', effect: 'ALLOW' },
        { use: 'MEASURE', argument: null, coordinate: 'Permit.validFrom', effect: 'ALLOW' },
        { use: 'MEASURE', argument: null, coordinate: 'Permit.validTo', effect: 'ALLOW' },
      ],
    },
  });
});

test('a dimension, a measure and a bound on a field that one branch withholds refuse the whole statistic, like a filter', async () => {
  const policy = boundaryPolicy();
  const schema = await hubSchema(policy);
  const uses = (change: Partial<StatisticsDeclaration>, principal: string): string[] => {
    const read = statisticsRead({ ...permitStatistics, ...change });
    const document = parse('{ permitStatistics(groupBy: [DISTRICT], having: [{figure: ACTIONS_SUM, atLeast: 1}]) { groups { count actions { sum } } } }');
    const [operation] = document.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('one operation');
    const nodes = operation.selectionSet.selections.filter((selection) => selection.kind === Kind.FIELD);
    return operandUses({ schema, policy, tables: hubTables(), reads }, { standing: { principal, purpose: null }, variables: {}, fragments: {} }, read, nodes)
      .flatMap(({ form, coordinate, readable }) => (readable ? [] : [`${form} ${coordinate}`]));
  };
  const byContent = { dimensions: { DISTRICT: { field: 'district', property: 'content' } } };
  expect(uses({}, 'DISTRICT_APPROVAL')).toEqual([]);
  // Its own decisions show their content, shared items of the district do not.
  expect(uses(byContent, 'DISTRICT_APPROVAL')).toEqual(['GROUP Permit.content']);
  expect(uses(byContent, 'BINHAI_APPROVAL')).toEqual([]);
  expect(uses({ measures: [{ field: 'actions', quantity: { date: 'revision' } }] }, 'MUNI_HRSS')).toEqual(['FILTER Permit.revision', 'MEASURE Permit.revision']);
  // Full for a purpose only is not full.
  expect(uses({ dimensions: { DISTRICT: { field: 'district', property: 'legalRepresentative' } } }, 'BINHAI_APPROVAL')).toEqual(['GROUP Permit.legalRepresentative']);
});
