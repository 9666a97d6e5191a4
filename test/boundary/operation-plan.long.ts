import { permitStatistics } from '../../src/permits/statistics.js';
import { creditListStatistics } from '../../src/credit/lists/statistics.js';
import { propertiesOf, type StatisticsDeclaration } from '../../src/statistics/declaration.js';
import { createRequire } from 'node:module';
import { buildSchema, getNamedType, graphql, isAbstractType, isLeafType, isObjectType, printSchema, type GraphQLObjectType, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type * as Middleware from 'graphql-middleware';
import type * as Shield from 'graphql-shield';
import { recordsOf, type Boundary } from '../../src/boundary/declaration.js';
import { BoundaryPolicy, type Standing } from '../../src/boundary/policy.js';
import { shieldRules } from '../../src/boundary/shield.js';
import { isOwnRead } from '../../src/planner/own-read.js';
import type { Purpose } from '../../src/measures/purposes.js';
import { boundaries, boundaryPolicy, hubTables, nodes, reads } from '../../src/server/schema.js';
import { coordinateDocuments, type CoordinateDocument } from './coordinate-documents.js';
import { catalogueWorld } from './fixed-world.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from './graphql-answer.js';
import { asker } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { argumentPaths, argumentType } from './read-surface.js';
import { BlindPolicy, plannerSide, viewerOf, type PlannerSide } from './planner-sides.js';

/**
 * The operation plan alone: with plans that filter and mask nothing over views that show every row and raw cell, what the
 * rules deny is null with its denial, for every coordinate on every way to it, and for every use of a field by an argument
 * or an order. Only the rules are the hub's own.
 */

const load = createRequire(import.meta.url);
const { shield, deny } = load('graphql-shield') as typeof Shield;
const { applyMiddleware } = load('graphql-middleware') as typeof Middleware;

const policy = boundaryPolicy();
const everyone: readonly Asker[] = [
  ...['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL', 'HEPING_HRSS', 'MUNI_HRSS', 'MUNI_STB', 'JINBAO', 'US_OFLC', 'MARKET_SUPERVISION'].map((code) => asker(code)),
  asker('MUNI_HRSS', 'AUDITOR'), asker('MUNI_HRSS', 'ANALYST'), asker('HEPING_APPROVAL', 'UNHEARD_OF'),
];
const purposesTried: readonly (Purpose | null)[] = [null, 'CASE_HANDLING', 'AUDIT'];
let side: PlannerSide;
let documents: readonly CoordinateDocument[];

beforeAll(async () => {
  side = await plannerSide({ plans: new BlindPolicy(), rules: policy, database: 'bare' });
  await side.load(catalogueWorld);
  documents = coordinateDocuments(side.parts.schema, { Permit: side.parts.ids.encode('Permit', '1'), Subject: side.parts.ids.encode('Subject', '1'), ListEntry: side.parts.ids.encode('ListEntry', '1'), CreditRecord: side.parts.ids.encode('CreditRecord', '1'), JointMeasure: side.parts.ids.encode('JointMeasure', '1') });
});
afterAll(() => side.close());

function standing(who: Asker, purpose: Purpose | null): Standing {
  return { principal: who.role ?? who.kind, purpose };
}

async function ask(on: PlannerSide, who: Asker, purpose: Purpose | null, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphQLAnswer> {
  const known = on.planner.admit(query);
  const operation = known.operation(null);
  if (!operation) throw new Error('one operation');
  const viewer = { ...viewerOf(who), purpose, caseNo: purpose === null ? null : '案-1' };
  return readAnswer((await on.planner.run(known, operation, variables, viewer, { viewer, readers: on.parts.readers, noteCase: () => undefined })).body.toString());
}

test('the documents reach every coordinate of the schema', () => {
  const reached = new Set(documents.flatMap(({ type, way }) => [...way, ...Object.keys(type.getFields()).map((field) => `${type.name}.${field}`)]));
  // Roots that answer with a value alone have no object behind them.
  const values = new Set([side.parts.schema.getQueryType(), side.parts.schema.getMutationType()].flatMap((root) =>
    Object.values(root?.getFields() ?? {}).filter(({ type }) => isLeafType(getNamedType(type))).map(({ name }) => `${root?.name ?? ''}.${name}`)));
  expect(policy.coordinates().filter((coordinate) => !reached.has(coordinate) && !values.has(coordinate))).toEqual([]);
});

test('every coordinate × way × viewer class × purpose: what the rules deny is null with its denial, and nothing else is denied', async () => {
  let decided = 0;
  for (const { operation, query, way, path, type } of documents) {
    if (operation === 'subscription') continue; // never opens where a coordinate is denied: boundary/matrix.long
    const [root = ''] = path;
    const read = reads.get(`Query.${root}`);
    // Answered wholly or not at all, as by a resolver.
    const whole = read !== undefined && isOwnRead(read) && read.whole === true;
    const resolved = operation === 'mutation' || whole || (!read && root !== 'node');
    for (const who of everyone) {
      for (const purpose of purposesTried) {
        const denies = (coordinate: string): boolean => !policy.decide(standing(who, purpose), coordinate).allowed;
        const fields = Object.keys(type.getFields());
        const used = [...way, ...fields.map((field) => `${type.name}.${field}`)];
        if (resolved && !used.some(denies)) continue; // answered by a resolver; nothing to deny
        const unseen = (coordinate: string): boolean => {
          const [only, ...others] = recordsOf(policy.declarationOf(coordinate));
          return only !== undefined && others.length === 0 && policy.branches(standing(who, purpose), only).length === 0;
        };
        // What is selected of a record type that a page of changes does not hold is not asked for: test/credit/list-pull.test.
        if (root === 'changes' && !denies('Query.changes') && used.some(unseen)) continue;
        const answer = await ask(side, who, purpose, query);
        const denials = denialsOf(answer);
        const at = way.findIndex(denies);
        const record = root === 'node' ? policy.recordOf(path.length === 1 ? type.name : (way[1]?.split('.')[0] ?? '')) : null;
        if (record !== null && at !== 0 && policy.branches(standing(who, purpose), record).length === 0) {
          // An id of a type without rights is answered as one that nobody gave out.
          expect([query, who, denials, answer.data]).toEqual([query, who, [], { [root]: null }]);
        } else if (resolved || at >= 0) {
          const expected = resolved ? `${root} ${used.find(denies) ?? ''}` : `${path.slice(0, at + 1).join('.')} ${way[at] ?? ''}`;
          expect([query, who, denials]).toEqual([query, who, [expected]]);
          // Without the elements of lists: the path holds nothing but null, or nothing at all.
          expect([pluck(answer.data, path.slice(0, Math.max(1, at + 1)).join('.'))].flat(9).filter((value) => value !== null)).toEqual([]);
        } else {
          const denied = fields.filter((field) => denies(`${type.name}.${field}`));
          expect([query, who, denials]).toEqual([query, who, denied.map((field) => `${[...path, field].join('.')} ${type.name}.${field}`)]);
          for (const field of denied) {
            const values = [pluck(answer.data, [...path, field].join('.'))].flat(9);
            expect([query, field, values.filter((value) => value !== null)]).toEqual([query, field, []]);
          }
        }
        decided += used.length;
      }
    }
  }
  expect(decided).toBeGreaterThan(10_000);
}, 120_000);

/** The hub's declarations with one field in a group that only who decided reads. */
function hiding(type: string, field: string): readonly Boundary[] {
  return boundaries.map((declaration): Boundary => {
    if (declaration.type !== type) return declaration;
    if (declaration.form === 'record') {
      // What who decided reads of its own records alone.
      const own = ['DECISION_RECORD', 'PROCEDURE'].find((name) => declaration.groups[name]);
      const groups = Object.entries(declaration.groups).map(([name, group]) => {
        const rest = group.fields.filter((one) => one !== field);
        return [name, { ...group, fields: name === own ? [...rest, field] : rest }] as const;
      });
      // Of cases and joint measures there is no such group: nobody reads the field.
      const nobody = own === undefined ? { NOBODY: { zh: '', en: '', fields: [field] } } : {};
      return { ...declaration, groups: { ...Object.fromEntries(groups), ...nobody } };
    }
    if (declaration.form !== 'part') return declaration;
    const groups = Object.entries(declaration.groups).map(([name, fields]) => [name, fields.filter((one) => one !== field)] as const);
    return { ...declaration, groups: { ...Object.fromEntries(groups), DECISION_RECORD: [...(declaration.groups['DECISION_RECORD'] ?? []).filter((one) => one !== field), field] } };
  });
}

/** A use of a field by an argument or an order, with a document that makes that use. */
type Use = readonly [use: string, type: string, field: string, query: string, variables: Record<string, unknown>];

/** Every use of a field by a read. */
function* uses(): Iterable<Use> {
  const samples: Readonly<Record<string, unknown>> = { item: 'P01', status: 'VALID', decidedFrom: '2020-01-01', decidedTo: '2030-01-01', part: 1, list: 'BLACK', state: 'PUBLISHED', publishedFrom: '2020-01-01', publishedTo: '2030-01-01', endsBy: '2030-01-01', category: 'GOOD', confirmedFrom: '2020-01-01', confirmedTo: '2030-01-01', kind: 'SANCTION', toLiftBy: '2030-01-01', 'jointMeasures.state': 'ASKED', 'creditRecords.state': 'CONFIRMED', 'creditCases.state': 'FILED', 'creditCases.kind': 'REPAIR', filedFrom: '2026-01-01', dueBy: '2030-01-01', overdueOn: '2030-01-01' };
  for (const read of reads.values()) {
    const [owner, name = ''] = read.field.split('.');
    const asked = owner === 'Query' ? name : read.field;
    const needed = read.form === 'own' ? '' : read.form === 'connection' ? 'first: 2' : name === 'permit' ? 'documentNo: "文1"' : name === 'creditListEntry' ? 'entryNo: "X/1"' : name === 'creditCase' ? 'caseNo: "X/1"' : name === 'creditRecord' ? 'recordNo: "X/1"' : name === 'jointMeasure' ? 'measureNo: "X/1/X"' : 'uscc: "USCC-1"';
    const below = read.form === 'connection' ? '{ pageInfo { hasNextPage } }' : '{ __typename }';
    // A connection below hangs on a list that compares nothing itself.
    const document = (given: string): string => (owner === 'Query' ? `{ list: ${name}${given === '' ? '' : `(${given})`} ${below} }` : `{ list: subjects(first: 1) { nodes { ${name}(${given}) ${below} } } }`);
    for (const [path, { property }] of Object.entries(read.filters)) {
      const [argument = '', inner] = path.split('.');
      const value = samples[`${name}.${inner ?? argument}`] ?? samples[inner ?? argument] ?? 'x';
      const others = needed === '' || needed.startsWith(`${argument}:`) ? '' : `${needed}, `;
      const query = `query ($v: ${String(argumentType(asked, argument))}) ${document(`${others}${argument}: $v`)}`;
      for (const [of, field] of operands(read.type, property)) yield [`${read.field}(${path})`, of, field, query, { v: inner === undefined ? value : { [inner]: value } }];
    }
    for (const { property } of read.order.slice(0, -1)) {
      for (const [of, field] of operands(read.type, property)) yield [`${read.field} ordered by ${property}`, of, field, document(needed), {}];
    }
    for (const [value, property] of Object.entries(read.orders ?? {})) {
      yield [`${read.field}(orderBy.${value})`, read.type, property, document(`${needed}, orderBy: [{field: ${value}}]`), {}];
    }
    const compared = new Set(argumentPaths(asked).flatMap((path) => /^where\.(.+)\.isNull$/.exec(path)?.[1] ?? []));
    for (const property of compared) {
      const where = property.split('.').reduceRight((inner, member) => `{${member}: ${inner}}`, '{isNull: true}');
      for (const form of owner === 'Query' ? [where, `{and: ${where}}`, `{or: [{}, ${where}]}`, `{not: {not: ${where}}}`] : [where]) {
        for (const [of, field] of operands(read.type, property)) yield [`${read.field}(where.${property})`, of, field, document(`${needed}, where: ${form}`), {}];
      }
    }
  }
}

/** Every dimension, figure and bound of the statistics. */
function* usesOfStatistics(): Iterable<readonly [use: string, type: string, field: string, query: string, variables: Record<string, unknown>]> {
  for (const declaration of [permitStatistics, creditListStatistics]) yield* usesOf(declaration);
}

function* usesOf({ field: root, type, unit, dimensions, measures, figures }: StatisticsDeclaration): ReturnType<typeof usesOfStatistics> {
  const listed = (use: string, properties: readonly string[], query: string) =>
    properties.flatMap((property) => operands(type, property).map(([of, field]) => [`${root} ${use}`, of, field, query, {}] as const));
  for (const [name, { property }] of Object.entries(dimensions)) yield* listed(`by ${name}`, [property], `{ list: ${root}(groupBy: [${name}]) { hasMore } }`);
  yield* listed(`of ${unit.field}`, [unit.property], `{ list: ${root} { groups { ${unit.field} } } }`);
  for (const { field, quantity } of measures) yield* listed(`of ${field}`, propertiesOf(quantity), `{ list: ${root} { groups { ${field} { max } } } }`);
  for (const [name, figure] of Object.entries(figures)) {
    const properties = figure === 'count' ? [] : figure === 'unit' ? [unit.property] : measures.filter(({ field }) => field === figure.of).flatMap(({ quantity }) => propertiesOf(quantity));
    yield* listed(`having ${name}`, properties, `{ list: ${root}(having: [{figure: ${name}, atLeast: 1}]) { hasMore } }`);
    yield* listed(`ordered by ${name}`, properties, `{ list: ${root}(orderBy: [{figure: ${name}}]) { hasMore } }`);
  }
}

/** What a property of a read stands for: `holder.uscc` is the holder of a permit and the code of a subject; `actions.some.action` likewise. */
function operands(type: string, property: string): (readonly [string, string])[] {
  const [name = '', ...rest] = property.split('.');
  const table = hubTables().get(type);
  const target = table?.toOne.get(name)?.target ?? table?.toMany.get(name)?.target;
  const field = rest.at(-1);
  return field === undefined || target === undefined ? [[type, property]] : [[type, name], [target, field]];
}

test('every argument and every order: the use of a field that is not read in full in every visible row is refused, and named', async () => {
  const tried = new Set<string>();
  const sides = new Map<string, PlannerSide>();
  for (const [use, type, field, query, variables] of [...uses(), ...usesOfStatistics()]) {
    const open = policy.declarationOf(`${type}.${field}`)?.form === 'open';
    tried.add(`${use} ${type}.${field}`);
    if (open) continue; // vocabulary everybody reads: nothing to hide
    const faulty = sides.get(`${type}.${field}`) ?? (await sharing(new BoundaryPolicy(hiding(type, field))));
    sides.set(`${type}.${field}`, faulty);
    // Supervisors read no decision record; a district's approval bureau reads it in some of its rows only; Binhai's in all.
    // Of the lists approval bureaus see their own entries alone, and those with their procedure. Of joint measures and cases nobody reads it.
    // Of credit records a unit sees its own with their procedure and those of others without it; Tianjin sees none.
    const asked: readonly (readonly [string, boolean])[] = type === 'CreditRecord'
      ? [['XM_SIMING_HRSS', true], ['XM_CREDIT_DIV', true], ['XM_CITY_CREDIT', true]]
      : [['HEPING_HRSS', true], ['MUNI_HRSS', true], ['HEPING_APPROVAL', type !== 'ListEntry'], ['BINHAI_APPROVAL', type === 'JointMeasure' || type === 'CreditCase']];
    for (const [agency, refused] of asked) {
      const answer = await ask(faulty, asker(agency), null, query, variables);
      const expected = refused ? [`list ${type}.${field}`] : [];
      expect([use, agency, denialsOf(answer), refused ? answer.data : null]).toEqual([use, agency, expected, refused ? { list: null } : null]);
    }
  }
  const declared = [...reads.values()].flatMap((read) => [
    ...Object.keys(read.filters).map((path) => `${read.field}(${path})`),
    ...read.order.slice(0, -1).map(({ property }) => `${read.field} ordered by ${property}`),
    ...Object.keys(read.orders ?? {}).map((value) => `${read.field}(orderBy.${value})`),
  ]);
  expect(declared.filter((use) => ![...tried].some((one) => one.startsWith(`${use} `)))).toEqual([]);
  expect(nodes.size).toBe(5); // `node(id:)` compares with an unguessable id: planner/node.test
}, 120_000);

/** A planner of another policy over the same bare database. */
async function sharing(plans: BoundaryPolicy): Promise<PlannerSide> {
  const { Planner } = await import('../../src/planner/planner.js');
  const parts = { ...side.parts, policy: plans, rules: shieldRules(plans) };
  return { ...side, parts, planner: new Planner(parts) };
}

test('cross-check: mounted as middleware on the whole schema, before or behind another middleware, the rules deny what the plan denies', async () => {
  const tree = Object.fromEntries(Object.entries(shieldRules(policy)).map(([type, fields]) => [type, { ...fields }]));
  const guard = shield(tree, { fallbackRule: deny, fallbackError: 'denied' });
  const through: Middleware.IMiddlewareFunction<unknown, unknown, unknown> = async (resolve, parent, args, context, info) => {
    const value: unknown = await resolve(parent, args, context, info);
    return value;
  };
  const mounted = [applyMiddleware(answering(), guard, through), applyMiddleware(answering(), through, guard)];
  for (const schema of mounted) {
    for (const { operation, query, way, path, type } of documents) {
      if (operation !== 'query') continue;
      for (const who of everyone.filter((_, i) => i % 3 === 0)) {
        const contextValue = standing(who, null);
        const result = await graphql({ schema, source: query, contextValue, typeResolver: (_value, _context, { schema: own }, abstract) => typeBehind(own.getPossibleTypes(abstract), way, type) });
        const data: unknown = JSON.parse(JSON.stringify(result.data ?? null));
        const allowed = (coordinate: string): boolean => policy.decide(contextValue, coordinate).allowed;
        for (const field of Object.keys(type.getFields())) {
          const shown = [pluck(data, [...path, field].join('.'))].flat(9).some((one) => one !== null && one !== undefined);
          expect([query, who, field, shown]).toEqual([query, who, field, [...way, `${type.name}.${field}`].every(allowed)]);
        }
      }
    }
  }
}, 120_000);

/** Of the types behind an interface the one that the way leads through or ends at; any of them where it ends before. */
function typeBehind(possible: readonly GraphQLObjectType[], way: readonly string[], type: GraphQLObjectType): string | undefined {
  const names = possible.map(({ name }) => name);
  return [...way.map((coordinate) => coordinate.split('.')[0] ?? ''), type.name].find((name) => names.includes(name)) ?? names[0];
}

/** The hub's schema where every field of every object has a value: what is null was denied. */
function answering(): GraphQLSchema {
  const schema = buildSchema(printSchema(side.parts.schema));
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    for (const field of Object.values(type.getFields())) field.resolve = (_source, _args, _context, info): unknown => anything(info);
  }
  return schema;
}

function anything({ returnType, schema }: GraphQLResolveInfo): unknown {
  const named = getNamedType(returnType);
  const value: unknown = isObjectType(named) || isAbstractType(named) ? {} : scalar(named.name, schema);
  return returnType.toString().startsWith('[') ? [value] : value;
}

function scalar(name: string, schema: GraphQLSchema): unknown {
  const type = schema.getType(name);
  if (type && 'getValues' in type) return type.getValues()[0]?.value;
  return { Int: 1, Float: 1.5, Boolean: true }[name] ?? 'x';
}
