import { createRequire } from 'node:module';
import fc from 'fast-check';
import { buildSchema, getNamedType, graphql, isNonNullType, isObjectType, Kind, OperationTypeNode, parse, printSchema, type GraphQLResolveInfo, type GraphQLSchema } from 'graphql';
import type * as Middleware from 'graphql-middleware';
import type * as Shield from 'graphql-shield';
import type { Branch } from '../../src/boundary/branches.js';
import { isFull } from '../../src/boundary/cell.js';
import { full, oneOf, viewer, type Boundary, type RecordBoundary, type RelationDeclaration } from '../../src/boundary/declaration.js';
import { BoundaryPolicy, type Standing } from '../../src/boundary/policy.js';
import { ruleAllows, shieldRules } from '../../src/boundary/shield.js';
import { permitBoundaries } from '../../src/permits/boundary.js';
import { collectFields, coordinatesOf } from '../../src/planner/selection.js';
import { boundaries, boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { sight, type Asker, type Sight } from './judge.js';
import { asker } from './hub-under-test.js';
import { items, supervisedIn } from './world.js';

const load = createRequire(import.meta.url);
const { shield, deny } = load('graphql-shield') as typeof Shield;
const { applyMiddleware } = load('graphql-middleware') as typeof Middleware;

const policy = boundaryPolicy();
let schema: GraphQLSchema;

beforeAll(async () => {
  schema = await hubSchema(policy);
});

/** A row as conditions speak of it. */
interface Row {
  readonly jurisdiction: string;
  readonly item: string;
  readonly district: string;
  readonly decidedByCode: string;
}

type Property = keyof Row;

/** A branch's conditions, judged by hand. */
function inBranch(branch: Branch, who: Asker, row: Row): boolean {
  const value = (term: 'agency' | 'district'): string => (term === 'agency' ? who.agency : (who.district ?? ''));
  return branch.where.every((condition) => {
    const cell = row[condition.property as Property];
    if ('oneOf' in condition) return condition.oneOf.includes(cell);
    return 'equals' in condition && cell === value(condition.equals);
  });
}

function inRelation(relation: RelationDeclaration, who: Asker, row: Row): boolean {
  return Object.entries(relation.where).every(([property, condition]) => {
    const cell = row[property as Property];
    if ('oneOf' in condition) return condition.oneOf.includes(cell);
    return 'viewer' in condition && cell === (condition.viewer === 'agency' ? who.agency : (who.district ?? ''));
  });
}

function standing(who: Asker): Standing {
  return { principal: who.role ?? who.kind, purpose: null };
}

function as(principal: string): Standing {
  return { principal, purpose: null };
}

const basic = [
  'id', 'jurisdiction', 'item', 'documentNo', 'documentPart', 'certificateNo', 'holder', 'decidedBy', 'legalAuthority', 'location', 'district',
  'outcome', 'status', 'decidedOn', 'validFrom', 'validTo', 'actions', 'source', 'batch', 'receivedAt', 'updatedAt',
];

const fieldsOfPermit = [...basic, 'content', 'revision', 'legalRepresentative'];

/** Cells the table grants: PERMIT_BASIC to all who see the row, the record and a family name to the deciding bureau. */
function expectedCells(seen: Sight): Record<string, unknown> {
  const own = seen === 'record';
  return {
    ...Object.fromEntries(basic.map((field) => [field, full])),
    content: own ? full : null,
    revision: own ? full : null,
    // Design §3: masked unless a purpose and a case number were declared.
    legalRepresentative: own
      ? { shown: 'full', purposes: ['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT'], otherwise: { mask: 'familyName' } }
      : null,
  };
}

/**
 * The rows of the boundary table as a grid, by hand. One letter per item P01 … P10: R the whole record, b PERMIT_BASIC,
 * a dot nothing.
 */
const grid: readonly (readonly [agency: string, location: string, decider: string, items: string])[] = [
  // B-02 (P01, whoever decided), B-06 (P02 P03 P04 P08 P09 P10) and B-09 (P05 P06), own district only; P07 never (B-16).
  ['HEPING_HRSS', '120101', 'HEPING_APPROVAL', 'bbbbbb.bbb'],
  ['HEPING_HRSS', '120101', 'HEDONG_APPROVAL', 'bbbbbb.bbb'],
  ['HEPING_HRSS', '120101', 'MUNI_HRSS', 'bbbbbb.bbb'],
  ['HEPING_HRSS', '120102', 'HEPING_APPROVAL', '..........'],
  ['HEPING_HRSS', 'FTZ:AIRPORT', 'FTZ_AIRPORT_APPROVAL', '..........'],
  // free-trade areas are supervised in Binhai.
  ['BINHAI_HRSS', '120116', 'BINHAI_APPROVAL', 'bbbbbb.bbb'],
  ['BINHAI_HRSS', 'FTZ:DONGJIANG', 'FTZ_DONGJIANG_APPROVAL', 'bbbbbb.bbb'],
  ['BINHAI_HRSS', '120101', 'BINHAI_APPROVAL', '..........'],
  // B-01: own decisions wherever they lie; B-06: the district's shared items of other deciders; never the neighbour's.
  ['HEPING_APPROVAL', '120101', 'HEPING_APPROVAL', 'RRRRRRRRRR'],
  ['HEPING_APPROVAL', '120102', 'HEPING_APPROVAL', 'RRRRRRRRRR'],
  ['HEPING_APPROVAL', '120101', 'HEDONG_APPROVAL', '.bbb...bbb'],
  ['HEPING_APPROVAL', '120102', 'HEDONG_APPROVAL', '..........'],
  // B-06 names district bodies; Binhai's and the areas' approval bureaus have B-01 alone.
  ['BINHAI_APPROVAL', '120116', 'BINHAI_APPROVAL', 'RRRRRRRRRR'],
  ['BINHAI_APPROVAL', '120116', 'HEPING_APPROVAL', '..........'],
  ['BINHAI_APPROVAL', 'FTZ:DONGJIANG', 'FTZ_DONGJIANG_APPROVAL', '..........'],
  ['FTZ_DONGJIANG_APPROVAL', 'FTZ:DONGJIANG', 'FTZ_DONGJIANG_APPROVAL', 'RRRRRRRRRR'],
  ['FTZ_DONGJIANG_APPROVAL', 'FTZ:DONGJIANG', 'BINHAI_APPROVAL', '..........'],
  ['FTZ_DONGJIANG_APPROVAL', 'FTZ:AIRPORT', 'FTZ_AIRPORT_APPROVAL', '..........'],
  // B-07: the whole city; B-15: P07 as one of the two authorities since 2020-04-15; of its own decisions PERMIT_BASIC too.
  ['MUNI_HRSS', '120101', 'HEPING_APPROVAL', 'bbbbbbbbbb'],
  ['MUNI_HRSS', 'FTZ:CBD', 'FTZ_CBD_APPROVAL', 'bbbbbbbbbb'],
  ['MUNI_HRSS', '120119', 'MUNI_HRSS', 'bbbbbbbbbb'],
  // Default deny.
  ['US_OFLC', '120101', 'HEPING_APPROVAL', '..........'],
];

const letters: Readonly<Record<string, Sight>> = { R: 'record', b: 'basic', '.': 'hidden' };

test.each(grid)('B-01/02/05/06/07/09/15/16: %s, permit in %s decided by %s: %s', (agency, location, decider, expected) => {
  const who = asker(agency);
  for (const [index, item] of items.entries()) {
    const seen = letters[expected[index] ?? ''] ?? 'hidden';
    const row: Row = { jurisdiction: 'CN-TJ', item, district: supervisedIn(location), decidedByCode: decider };
    expect(sight(who, { ...row, decided_by: decider })).toBe(seen);
    const branches = policy.branches(standing(who), 'Permit').filter((branch) => inBranch(branch, who, row));
    // A row takes the rights of the first branch it falls into.
    expect(branches.slice(0, 1).map((branch) => Object.fromEntries(fieldsOfPermit.map((field) => [field, policy.cell(branch, 'Permit', field)])))).toEqual(seen === 'hidden' ? [] : [expectedCells(seen)]);
    // B-54, B-55: registers of other places are shared with nobody by these rows.
    for (const jurisdiction of ['US', 'CN-XM', '']) {
      expect(policy.branches(standing(who), 'Permit').filter((branch) => inBranch(branch, who, { ...row, jurisdiction }))).toEqual([]);
    }
  }
});

/** The closed list of what is open to every viewer: bureaus, the viewer itself, the measures and page information. */
const openTypes = [
  'Agency', 'ViewerInfo', 'PageInfo', 'Clause', 'ClauseParties', 'ClauseData', 'ClauseEdge', 'ClauseConnection', 'Ruling', 'RulingEdge',
  'RulingConnection', 'EnforcementItem', 'EnforcementItemEdge', 'EnforcementItemConnection', 'SupervisionItem', 'JointMeasureItem', 'Division', 'IndustrySection',
  'IndustryDivision', 'Form2Row', 'DueDate', 'DueReading', 'AgencyEdge', 'AgencyConnection', 'LegalBasis', 'CompetenceAnswer',
  'CompetenceNotice', 'PermitItemInfo', 'PermitItemName', 'PermitItemActions',
  // What the declarations say, which is public, for the viewer itself.
  'AccessExplanation', 'ExplainedPath', 'ExplainedOperand', 'ExplainedRelation', 'AccessBasis', 'CitedClause', 'PurposeWords', 'DataHolder',
  'ViewerRelation', 'ViewerGroup', 'ViewerField', 'ViewerAgreement', 'ViewerQuota',
  // Export jobs are their agency's own; what they hold is judged by the boundaries of the records.
  'ExportJob', 'ExportJobEdge', 'ExportJobConnection', 'ExportError',
  // A receipt repeats what its own agency acknowledged.
  'ChangeReceipt',
];
const openRoots = [
  'agencies', 'viewer', 'clauses', 'clause', 'rulings', 'ruling', 'enforcementCatalogue', 'supervisionItems', 'divisions', 'industrySections', 'dueDate',
  'agency', 'competence', 'permitItems', 'permitItem', 'jointMeasureCatalogue', 'explainAccess', 'exportJob', 'exportJobs',
];
const openMutations = ['requestExport', 'cancelExport', 'acknowledgeChanges'];

test('a role outside the four rows gets nothing, whatever its agency (B-54)', () => {
  for (const role of ['ANALYST', 'AUDITOR', 'PUBLIC', 'FOREIGN_REGISTER', '', '__proto__', 'constructor']) {
    expect(policy.branches(as(role), 'Permit')).toEqual([]);
    for (const coordinate of policy.coordinates()) {
      const [type = '', field = ''] = coordinate.split('.');
      const open = openTypes.includes(type) || (type === 'Query' && openRoots.includes(field)) || (type === 'Mutation' && openMutations.includes(field));
      // B-56 is the auditor's: the log of the reads and who follows the feed, and nothing of what was read.
      const ofAuditor =
        role === 'AUDITOR' &&
        (['Query.accessLog', 'Query.feedHealth'].includes(coordinate) || /^(Access(Read|ReadEdge|LogConnection)|FeedHealth|PlatformHealth|FeedFollowing)$/.test(type));
      // B-11 and B-39 are the analyst's: protected totals, and no row.
      const ofAnalyst = role === 'ANALYST' && (/^Query.published(List)?Statistics$/.test(coordinate) || /^Published(List)?(Statistics|Cell)$/.test(type));
      expect([coordinate, policy.decide(as(role), coordinate).allowed]).toEqual([coordinate, open || ofAuditor || ofAnalyst]);
    }
  }
});

test('start-up stops on a field without a declaration, on a declaration without a field and on a relation without a clause', () => {
  const sdl = printSchema(schema);
  policy.assertCovers(buildSchema(sdl));
  expect(() => policy.assertCovers(buildSchema(`${sdl}\nextend type Permit { internalNote: String }`))).toThrow(/no boundary declared for Permit\.internalNote/);
  expect(() => policy.assertCovers(buildSchema(`${sdl}\nextend type Query { dump: Secret }\ntype Secret { text: String }`))).toThrow(/Query\.dump[^]*Secret\.text/);
  expect(() => policy.assertCovers(buildSchema(sdl.replace(/^ {2}revision: Int$/m, '  somethingElse: Int')))).toThrow(/not in the schema: Permit\.revision/);

  const declarations = policy.declarations;
  const withRelations = (change: (relation: RelationDeclaration) => RelationDeclaration): readonly Boundary[] =>
    declarations.map((declaration) => (declaration.form === 'record' ? { ...declaration, relations: declaration.relations.map(change) } : declaration));
  expect(() => new BoundaryPolicy(withRelations((relation) => ({ ...relation, clauses: [] })))).toThrow(/Permit\.deciding has no clause/);
  expect(() => new BoundaryPolicy([...declarations, ...permitBoundaries])).toThrow(/declared twice/);
});

test('behind an interface or union every object type is decided: no field is reached past the rules (L-11)', () => {
  const sdl = printSchema(schema);
  const extended = buildSchema(`${sdl}\nextend type Query { anything: Anything }\nunion Anything = Permit | Subject | Agency`);
  const document = parse('{ anything { ... on Node { id } ... on Permit { content holder { uscc } } ...A } node(id: "x") { id __typename ... on Subject { name } } } fragment A on Agency { code }');
  const [operation, fragment] = document.definitions;
  const query = extended.getQueryType();
  if (operation?.kind !== Kind.OPERATION_DEFINITION || fragment?.kind !== Kind.FRAGMENT_DEFINITION || !query) throw new Error('one operation, one fragment');
  const used = new Set<string>();
  for (const nodes of collectFields(query, [operation.selectionSet], { A: fragment }, {}).values()) {
    coordinatesOf(extended, query, nodes, { A: fragment }, {}, used);
  }
  expect([...used].sort()).toEqual([
    'Agency.code', 'CreditRecord.id', 'JointMeasure.id', 'ListEntry.id', 'Permit.content', 'Permit.holder', 'Permit.id', 'Query.anything', 'Query.node', 'Subject.id', 'Subject.name', 'Subject.uscc',
  ]);
});

test('a relation holds from its first day to its last: P07 passes from the foreign-experts bureau to its successors (A-12, A-57, CK-1a)', () => {
  const seen = (on: string): string[] => {
    const dated = new BoundaryPolicy(boundaries, on);
    return ['MUNI_FEB', 'MUNI_STB', 'MUNI_HRSS'].filter((kind) =>
      dated.branches(as(kind), 'Permit').some(({ where }) =>
        where.some((condition) => condition.property === 'item' && 'oneOf' in condition && condition.oneOf.includes('P07')),
      ),
    );
  };
  expect(seen('2020-04-14')).toEqual(['MUNI_FEB']);
  expect(seen('2020-04-15')).toEqual(['MUNI_STB', 'MUNI_HRSS']);
  expect(new BoundaryPolicy(boundaries, '2020-04-14').version).not.toBe(new BoundaryPolicy(boundaries, '2020-04-15').version);
  expect(new BoundaryPolicy(boundaries, '2020-04-15').version).toBe(new BoundaryPolicy(boundaries, '2026-01-01').version);
});

test('every field that is withheld from someone who can reach it may be null in the schema', () => {
  for (const who of [...policy.principals, 'ANALYST']) {
    const reached = new Set<string>();
    const visit = (type: string): void => {
      if (reached.has(type)) return;
      reached.add(type);
      const object = schema.getType(type);
      if (!isObjectType(object)) return;
      for (const field of Object.values(object.getFields())) {
        if (policy.decide(as(who), `${type}.${field.name}`).allowed) visit(getNamedType(field.type).name);
        else expect([`${type}.${field.name}`, isNonNullType(field.type)]).toEqual([`${type}.${field.name}`, false]);
        const perRow = policy.branches(as(who), type).some((branch) => !isFull(policy.cell(branch, type, field.name)));
        if (perRow) expect([`${type}.${field.name}`, isNonNullType(field.type)]).toEqual([`${type}.${field.name}`, false]);
      }
    };
    visit('Query');
  }
});

const agencyCodes = ['HEPING_APPROVAL', 'HEDONG_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_CBD_APPROVAL', 'HEPING_HRSS', 'BINHAI_HRSS', 'MUNI_HRSS', 'US_OFLC'];
const anyRow = fc.record({
  jurisdiction: fc.constantFrom('CN-TJ', 'CN-XM', 'US', ''),
  item: fc.constantFrom(...items, 'P11', ''),
  district: fc.constantFrom('120101', '120102', '120116', ''),
  decidedByCode: fc.constantFrom(...agencyCodes, ''),
});

test('branches of one viewer together are the union of its relations', () => {
  const record = policy.records.get('Permit');
  fc.assert(
    fc.property(fc.constantFrom(...agencyCodes), anyRow, (agency, row) => {
      const who = asker(agency);
      const relations = (record?.relations ?? []).filter(({ viewers }) => viewers.includes(who.kind));
      const wanted = relations.some((relation) => inRelation(relation, who, row));
      const found = policy.branches(as(who.kind), 'Permit').filter((branch) => inBranch(branch, who, row));
      return found.length > 0 === wanted && (sight(who, { ...row, decided_by: row.decidedByCode }) !== 'hidden') === wanted;
    }),
    { numRuns: 3_000 },
  );
});

test('for any declarations, either the policy is refused or its branches are complete and the first one grants the union of rights', () => {
  const where = fc.record(
    {
      jurisdiction: fc.constant(oneOf('CN-TJ')),
      item: fc.subarray(['P01', 'P02', 'P03'], { minLength: 1 }).map((values) => oneOf(...values)),
      district: fc.constant(viewer.district),
      decidedByCode: fc.constantFrom(viewer.agency, oneOf('HEPING_APPROVAL')),
    },
    { requiredKeys: ['jurisdiction'] },
  );
  const relation = fc.record({ where, allow: fc.subarray(['A', 'B']) });
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(relation, { minLength: 1, maxLength: 4 }), fc.array(anyRow, { minLength: 8, maxLength: 8 }), (made, rows) => {
      const relations = made.map(({ where: conditions, allow }, i): RelationDeclaration => ({
        relation: `r${i}`, zh: '', en: '', viewers: ['X'], rows: ['B-00'], clauses: ['C'], sees: Object.fromEntries(allow.map((group) => [group, full])),
        where: Object.fromEntries(Object.entries(conditions)),
      }));
      const record: RecordBoundary = { form: 'record', type: 'T', identity: 'a', groups: { A: { zh: '', en: '', fields: ['a'] }, B: { zh: '', en: '', fields: ['b'] } }, relations };
      let compiled: BoundaryPolicy;
      try {
        compiled = new BoundaryPolicy([record]);
      } catch {
        return true;
      }
      accepted += 1;
      const who = { ...asker('HEPING_APPROVAL'), kind: 'X' };
      return rows.every((row) => {
        const granting = relations.filter((one) => inRelation(one, who, row));
        const found = compiled.branches(as('X'), 'T').filter((branch) => inBranch(branch, who, row));
        if (found.length > 0 !== granting.length > 0) return false;
        const cell = (field: string): boolean => found[0] !== undefined && isFull(compiled.cell(found[0], 'T', field));
        const granted = (group: string): boolean => granting.some(({ sees }) => sees[group] !== undefined);
        return cell('a') === granted('A') && cell('b') === granted('B');
      });
    }),
    { numRuns: 3_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

/** Shield asks for the resolver's information; the rules look at none of it. */
function noInfo(): GraphQLResolveInfo {
  const query = schema.getQueryType();
  const field = query?.getFields()['viewer'];
  if (!query || !field) throw new Error('the schema has Query.viewer');
  return {
    fieldName: 'viewer', fieldNodes: [], returnType: field.type, parentType: query, schema, fragments: {}, rootValue: undefined,
    path: { prev: undefined, key: 'viewer', typename: 'Query' }, variableValues: {},
    operation: { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } },
  };
}

test('every coordinate × viewer class: the shield rule says what the policy says, and no rule is a denial', async () => {
  const rules = shieldRules(policy);
  for (const who of [...policy.principals, 'ANALYST', 'FOREIGN_REGISTER']) {
    for (const coordinate of policy.coordinates()) {
      expect([coordinate, await ruleAllows(rules, coordinate, as(who), noInfo())]).toEqual([coordinate, policy.decide(as(who), coordinate).allowed]);
    }
    expect(await ruleAllows(rules, 'Permit.unheardOf', as(who), noInfo())).toBe(false);
  }
});

test('a rule that throws denies (L-20)', async () => {
  const broken = Object.assign(Object.create(policy) as BoundaryPolicy, {
    coordinates: () => policy.coordinates(),
    decide: () => {
      throw new Error('no decision');
    },
  });
  const rules = shieldRules(broken);
  expect(await ruleAllows(rules, 'Permit.item', as('MUNI_HRSS'), noInfo())).toBe(false);
});

test('mounted as middleware with deny for the rest, the same rules deny the same fields, alias by alias (L-09)', async () => {
  const plain = buildSchema('type Query { permit: Permit agencies: String hole: String } type Permit { item: String content: String hole: String }');
  const rules = shieldRules(policy);
  const tree = { Query: { permit: rules['Query']?.['permit'] ?? deny, agencies: rules['Query']?.['agencies'] ?? deny }, Permit: { item: rules['Permit']?.['item'] ?? deny, content: rules['Permit']?.['content'] ?? deny } };
  const guarded = applyMiddleware(plain, shield(tree, { fallbackRule: deny, fallbackError: 'denied' }));
  const rootValue = { permit: { item: 'P01', content: 'text', hole: 'x' }, agencies: 'open', hole: 'x' };
  const source = '{ agencies hole permit { item again: item content more: content hole } }';
  const ask = async (who: string): Promise<unknown> =>
    JSON.parse(JSON.stringify((await graphql({ schema: guarded, source, rootValue, contextValue: as(who) })).data));
  expect(await ask('BINHAI_APPROVAL')).toEqual({ agencies: 'open', hole: null, permit: { item: 'P01', again: 'P01', content: 'text', more: 'text', hole: null } });
  expect(await ask('DISTRICT_HRSS')).toEqual({ agencies: 'open', hole: null, permit: { item: 'P01', again: 'P01', content: null, more: null, hole: null } });
  expect(await ask('ANALYST')).toEqual({ agencies: 'open', hole: null, permit: null });
});
