import { readFile } from 'node:fs/promises';
import { isObjectType, type GraphQLSchema } from 'graphql';
import { projectFile } from '../../src/cli/project-file.js';
import { agencies } from '../../src/measures/agencies.js';
import { purposes } from '../../src/measures/purposes.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { EventStream } from '../feed/event-stream.js';
import { coordinateDocuments } from './coordinate-documents.js';
import { denialsOf, pluck, readAnswer, type GraphQLAnswer } from './graphql-answer.js';
import { asker, HubUnderTest } from './hub-under-test.js';
import { familyNameOnly, type Asker } from './judge.js';
import { readMatrix, type Matrix, type Showing } from './matrix-reader.js';
import { relationRows, standingWorld, standsIn } from './relation-rows.js';
import type { PermitRow, World } from './world.js';

/**
 * Every coordinate × every kind of agency and three roles × every relation to permits, and every operation: a hub answers
 * what schema/boundary.md says. The matrix is read as text; the rows are made by hand; the policy object is not asked.
 * Entries of the lists have a test of their own (test/credit/list-matrix.long.ts).
 */

/** One agency of each kind of the register, and roles: a role replaces the rights of the agency. */
const everyone: readonly Asker[] = [
  ...[...new Map([...agencies].reverse().filter(({ validTo }) => validTo === null).map(({ kind, code }) => [kind, code])).values()].map((code) => asker(code)),
  asker('MUNI_HRSS', 'AUDITOR'), asker('HEPING_APPROVAL', 'ANALYST'), asker('HEPING_HRSS', 'UNHEARD_OF'),
];
const nameOf = ({ agency, role }: Asker): string => `${agency} ${role ?? ''}`.trim();

let hub: HubUnderTest;
let schema: GraphQLSchema;
let matrix: Matrix;
/** Coordinates of permits and their parts. */
let cells: readonly string[];
const tokens = new Map<string, string>();

beforeAll(async () => {
  hub = await HubUnderTest.start();
  schema = await hubSchema(boundaryPolicy());
  matrix = readMatrix(await readFile(projectFile('schema/boundary.md'), 'utf8'));
  cells = [...matrix.groups].flatMap(([coordinate, { record }]) => (record === 'Permit' ? [coordinate] : []));
});
afterAll(() => hub.close());

async function ask(who: Asker, purpose: string | null, query: string): Promise<GraphQLAnswer> {
  const key = nameOf(who);
  const token = tokens.get(key) ?? (await hub.token(who));
  tokens.set(key, token);
  const headers: Readonly<Record<string, string>> = purpose === null ? {} : { 'x-concordat-purpose': purpose, 'x-concordat-case': 'M-1' };
  return readAnswer((await hub.ask(token, { query }, 'any', headers)).body);
}

const relationsOf = (who: Asker): Matrix['relations'] => matrix.relations.filter(({ type, principal }) => type === 'Permit' && principal === (who.role ?? who.kind));
const strength: readonly Showing[] = ['withheld', 'lastFour', 'familyName', 'digest', 'full'];

/** The most that the given relations show of a coordinate for a purpose. */
function shown(relations: Matrix['relations'], coordinate: string, purpose: string | null): Showing {
  const group = matrix.groups.get(coordinate)?.group ?? '';
  const each = relations.map(({ sees }): Showing => {
    const right = sees[group];
    if (!right) return 'withheld';
    return right.purposes.length === 0 || (purpose !== null && right.purposes.includes(purpose)) ? right.shown : right.otherwise;
  });
  return each.reduce((most, one) => (strength.indexOf(one) > strength.indexOf(most) ? one : most), 'withheld');
}

/** How the answer to a cell must look: null, the mask of what is stored, or what is stored. */
function cellOf(showing: Showing, stored: unknown): unknown {
  if (showing === 'withheld') return null;
  if (showing === 'familyName') return familyNameOnly(String(stored));
  if (showing === 'full') return stored;
  throw new Error(`give the expectation a form for ${showing}`);
}

/** Ids are sealed: any text will do. */
const anId: unknown = expect.any(String);

/** What is stored behind every field of a permit, of its holder and of its actions. */
function storedCells(world: World, permit: PermitRow): Readonly<Record<string, unknown>> {
  const holder = world.subjects.find(({ id }) => id === permit.holder_id);
  return {
    'Permit.id': anId, 'Permit.jurisdiction': permit.jurisdiction, 'Permit.item': permit.item, 'Permit.documentNo': permit.document_no,
    'Permit.documentPart': permit.document_part, 'Permit.certificateNo': permit.certificate_no, 'Permit.holder': { __typename: 'Subject' },
    'Permit.decidedBy': { __typename: 'Agency' }, 'Permit.legalAuthority': permit.legal_authority, 'Permit.location': permit.location,
    'Permit.district': permit.district, 'Permit.outcome': permit.outcome, 'Permit.status': permit.status, 'Permit.decidedOn': permit.decided_on,
    'Permit.validFrom': permit.valid_from, 'Permit.validTo': permit.valid_to, 'Permit.actions': [{ __typename: 'PermitAction' }],
    'Permit.source': { __typename: 'Agency' }, 'Permit.batch': permit.basic_batch, 'Permit.receivedAt': permit.received_at, 'Permit.updatedAt': permit.basic_updated_at,
    'Permit.content': permit.content, 'Permit.revision': permit.revision, 'Permit.legalRepresentative': permit.legal_representative,
    'Subject.id': anId, 'Subject.kind': holder?.kind, 'Subject.name': holder?.name, 'Subject.uscc': holder?.uscc, 'Subject.identityMask': holder?.identity_mask,
    'PermitAction.action': 'GRANT', 'PermitAction.actedOn': '2025-06-01',
  };
}

const objects = ['holder', 'decidedBy', 'source', 'actions'];
const selection = (type: string): string => cells.filter((coordinate) => coordinate.startsWith(`${type}.`)).map((coordinate) => coordinate.split('.')[1] ?? '')
  .map((field) => (objects.includes(field) ? `${field} { __typename }` : field)).join(' ');

test('the matrix speaks of every coordinate of the schema; what it does not list carries records and no data of its own', () => {
  const listed = new Set([...matrix.groups.keys(), ...matrix.operations.flatMap(({ coordinates }) => coordinates), ...matrix.open]);
  const all = Object.values(schema.getTypeMap()).flatMap((type) => (isObjectType(type) && !type.name.startsWith('__') ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : []));
  expect([...listed].filter((coordinate) => !all.includes(coordinate))).toEqual([]);
  expect(all.filter((coordinate) => !listed.has(coordinate)).sort()).toEqual([...carriers].sort());
  expect([...new Set(matrix.relations.flatMap(({ type, relation }) => (type === 'Permit' ? [relation] : [])))].filter((relation) => !relationRows[relation])).toEqual([]);
  expect(matrix.relations.length).toBeGreaterThan(8);
});

/** Lists, edges, changes and roots: open to whoever has any relation. */
const carriers = [
  // Groups and figures of visible rows: what each uses is decided as an operand.
  'PermitStatistics.groups', 'PermitStatistics.hasMore', 'Query.permitStatistics',
  ...['district', 'location', 'item', 'status', 'outcome', 'year', 'quarter', 'month', 'decidedBy', 'legalAuthority', 'holderKind', 'count', 'holders', 'validityDays', 'actions', 'decidedOn', 'validTo']
    .map((field) => `PermitGroup.${field}`),
  ...['count', 'sum', 'min', 'max', 'average'].map((field) => `NumberSummary.${field}`), 'DateSummary.min', 'DateSummary.max',
  ...['nodes', 'edges', 'pageInfo', 'totalCount'].flatMap((field) => [`PermitConnection.${field}`, `SubjectConnection.${field}`]), 'Subject.permits',
  ...['nodes', 'edges', 'pageInfo'].map((field) => `SubjectSearchConnection.${field}`), 'SubjectHit.match', 'SubjectHit.subject', 'SubjectHitEdge.cursor', 'SubjectHitEdge.node',
  ...['reference', 'status', 'reason', 'candidates', 'more'].map((field) => `SubjectMatch.${field}`),
  ...['cursor', 'node'].flatMap((field) => [`PermitEdge.${field}`, `SubjectEdge.${field}`]),
  ...['kind', 'number', 'cursor', 'documentNo', 'permit'].map((field) => `PermitChange.${field}`),
  ...['changes', 'cursor', 'hasMore'].map((field) => `ChangePage.${field}`), 'Query.changes',
  ...['nodes', 'edges', 'pageInfo', 'totalCount'].map((field) => `ListEntryConnection.${field}`), 'ListEntryEdge.cursor', 'ListEntryEdge.node',
  ...['kind', 'number', 'cursor', 'entryNo', 'leftAs', 'entry'].map((field) => `CreditListChange.${field}`),
  'CreditListStatistics.groups', 'CreditListStatistics.hasMore',
  ...['list', 'ground', 'severity', 'state', 'district', 'responsibleOrgan', 'year', 'quarter', 'month', 'endMonth', 'count', 'organisations', 'listedDays', 'publishedOn', 'validTo'].map((field) => `CreditListGroup.${field}`),
  'Query.creditList', 'Query.creditListEntry', 'Query.creditListStatistics', 'Subscription.creditListChanged',
  ...['nodes', 'edges', 'pageInfo', 'totalCount'].map((field) => `CreditRecordConnection.${field}`), 'CreditRecordEdge.cursor', 'CreditRecordEdge.node',
  ...['kind', 'number', 'cursor', 'recordNo', 'leftAs', 'record'].map((field) => `CreditRecordChange.${field}`),
  'Query.creditRecords', 'Query.creditRecord', 'Subscription.creditRecordChanged',
  ...['nodes', 'edges', 'pageInfo', 'totalCount'].map((field) => `JointMeasureConnection.${field}`), 'JointMeasureEdge.cursor', 'JointMeasureEdge.node',
  ...['kind', 'number', 'cursor', 'measureNo', 'measure'].map((field) => `JointMeasureChange.${field}`),
  'Query.jointMeasures', 'Query.jointMeasure', 'Subscription.jointMeasureChanged',
  ...['nodes', 'edges', 'pageInfo', 'totalCount'].map((field) => `CreditCaseConnection.${field}`), 'CreditCaseEdge.cursor', 'CreditCaseEdge.node', 'Query.creditCase', 'Query.creditCases',
  // Counts, digests and texts of visible permits, compared with a copy.
  'BucketReconciliation.differing', 'BucketReconciliation.hasMore', 'RowReconciliation.differences', 'RowReconciliation.hasMore',
  ...['bucket', 'count', 'digest'].map((field) => `BucketDifference.${field}`), ...['key', 'kind', 'digest', 'text', 'pending'].map((field) => `RowDifference.${field}`),
  ...['permit', 'permits', 'node', 'subject', 'subjects', 'subjectSearch', 'matchSubjects', 'reconcilePermits', 'reconcilePermitRows', 'reconcileCreditList', 'reconcileCreditListRows', 'reconcileCreditRecords', 'reconcileCreditRecordRows'].map((field) => `Query.${field}`), 'Subscription.permitChanged',
];

test.each(everyone.map((who) => [nameOf(who), who] as const))('%s: rows and cells of every relation, in lists, by number and by id, for every purpose, are those of the matrix', async (_name, who) => {
  const world = standingWorld(who);
  await hub.loader.load(world);
  const relations = relationsOf(who);
  const nodes = `{ all: permits(first: 100) { nodes { ${selection('Permit')} } } parts: permits(first: 100) { nodes { documentNo holder { ${selection('Subject')} } actions { ${selection('PermitAction')} } } } }`;
  for (const purpose of relations.length > 0 ? [null, ...Object.keys(purposes)] : [null, 'CASE_HANDLING']) {
    const answer = await ask(who, purpose, nodes);
    if (relations.length === 0) {
      expect([answer.data, denialsOf(answer)]).toEqual([{ all: null, parts: null }, ['all Query.permits', 'parts Query.permits']]);
      continue;
    }
    const denied = cells.filter((coordinate) => shown(relations, coordinate, purpose) === 'withheld');
    expect([purpose, denialsOf(answer).map((denial) => denial.split(' ')[1]).sort()]).toEqual([purpose, denied.sort()]);
    const listed = new Map([pluck(answer.data, 'all.nodes')].flat().map((node) => [pluck(node, 'documentNo'), node]));
    const parts = new Map([pluck(answer.data, 'parts.nodes')].flat().map((node) => [pluck(node, 'documentNo'), node]));
    for (const permit of world.permits) {
      const standing = relations.filter(({ relation }) => standsIn(relation, who, permit));
      expect([permit.document_no, listed.has(permit.document_no)]).toEqual([permit.document_no, standing.length > 0]);
      if (standing.length === 0) continue;
      for (const [coordinate, stored] of Object.entries(storedCells(world, permit))) {
        const [type = '', field = ''] = coordinate.split('.');
        const from = type === 'Permit' ? listed : parts;
        const value = pluck(from.get(permit.document_no), type === 'Permit' ? field : type === 'Subject' ? `holder.${field}` : `actions.${field}`);
        const expected = cellOf(shown(standing, coordinate, purpose), stored);
        expect([purpose, permit.document_no, coordinate, value]).toEqual([purpose, permit.document_no, coordinate, type === 'PermitAction' ? [expected] : expected]);
      }
    }
  }
  if (relations.length === 0) return;
  // One by one, by number and by id: found where the list shows it, and nowhere else.
  const city = [pluck((await ask(asker('MUNI_HRSS'), null, '{ permits(first: 100) { nodes { id documentNo } } }')).data, 'permits.nodes')].flat();
  for (const [i, permit] of world.permits.entries()) {
    const id = city.find((node) => pluck(node, 'documentNo') === permit.document_no);
    const byId = id === undefined ? 'node(id: "none") { __typename }' : `node(id: ${JSON.stringify(pluck(id, 'id'))}) { __typename }`;
    const one = await ask(who, null, `{ permit(documentNo: ${JSON.stringify(permit.document_no)}) { documentNo } subject(uscc: "USCC-${i + 1}") { name } ${byId} }`);
    const seen = relations.some(({ relation }) => standsIn(relation, who, permit));
    expect([permit.document_no, one.data]).toEqual([permit.document_no, {
      permit: seen ? { documentNo: permit.document_no } : null, subject: seen ? { name: `主体${i + 1}` } : null, node: seen && id !== undefined ? { __typename: 'Permit' } : null,
    }]);
  }
});

test('every coordinate of the matrix that stands in it has a stored cell here', () => {
  const [first] = standingWorld(asker('HEPING_HRSS')).permits;
  if (!first) throw new Error('a world has rows');
  expect([...cells].sort()).toEqual(Object.keys(storedCells(standingWorld(asker('HEPING_HRSS')), first)).sort());
});

test('operations and open vocabulary: every coordinate × everyone × no purpose, a fitting and an unfitting one', async () => {
  await hub.loader.load(standingWorld(asker('HEPING_APPROVAL')));
  /** One alias for each coordinate that is neither of a record nor of a carrier: its root with this field alone below. */
  const documents = coordinateDocuments(schema, {});
  const uses = [...matrix.operations.flatMap(({ coordinates }) => coordinates), ...matrix.open].flatMap((coordinate) => {
    const [type = '', field = ''] = coordinate.split('.');
    const document = documents.find((one) => one.type.name === type && one.operation !== 'subscription' && !one.way.some((step) => carriers.includes(step)));
    const target = document?.type.getFields()[field];
    if (!document || !target) return [];
    const name = /^(\[?)(\w+)/.exec(String(target.type))?.[2] ?? '';
    const leaf = isObjectType(schema.getType(name)) ? `${field} { __typename }` : field;
    // The fields at the end of the document are those between its innermost braces.
    const text = document.query.replace(/^\w+ \{ /, '').replace(/ \}$/, '');
    const all = Object.values(document.type.getFields());
    const inner = text.lastIndexOf(`{ ${all[0]?.name ?? ''}`);
    const depth = document.path.length;
    return [{ coordinate, operation: document.operation, root: document.way[0] ?? '', text: `${text.slice(0, inner)}{ ${leaf} ${'} '.repeat(depth)}` }];
  });
  expect(uses.length).toBeGreaterThan(matrix.open.length / 2);
  const operationOf = (coordinate: string): Matrix['operations'][number] | undefined => matrix.operations.find(({ coordinates }) => coordinates.includes(coordinate));
  const allows = (coordinate: string, who: Asker, purpose: string | null): boolean => {
    const operation = operationOf(coordinate);
    if (!operation) return matrix.open.includes(coordinate);
    if (!operation.viewers.includes(who.role ?? who.kind)) return false;
    return operation.purposes.length === 0 || (purpose !== null && operation.purposes.includes(purpose));
  };
  // What is open is open to all alike: a bureau with rights, one without, and the roles stand for the rest.
  const anybody = new Set(['DISTRICT_APPROVAL', 'FOREIGN_REGISTER', 'AUDITOR', 'UNHEARD_OF']);
  for (const who of everyone) {
    for (const purpose of [null, 'CASE_HANDLING', 'AUDIT']) {
      const withOpen = purpose === null && anybody.has(who.role ?? who.kind);
      for (const operation of ['query', 'mutation'] as const) {
        const asked = uses.filter((use) => use.operation === operation && (withOpen || operationOf(use.coordinate) !== undefined));
        for (let from = 0; from < asked.length; from += 40) {
          const chunk = asked.slice(from, from + 40);
          const query = `${operation} { ${chunk.map(({ text }, i) => `a${i}: ${text}`).join(' ')} }`;
          const answer = await ask(who, purpose, query);
          const denied = new Map(denialsOf(answer).map((denial) => [denial.split(' ')[0], denial.split(' ')[1]]));
          for (const [i, { coordinate, root }] of chunk.entries()) {
            const expected = [root, coordinate].find((one) => !allows(one, who, purpose));
            expect([nameOf(who), purpose, coordinate, denied.get(`a${i}`)]).toEqual([nameOf(who), purpose, coordinate, expected]);
          }
        }
      }
    }
  }
}, 120_000);

test('a subscription opens for whoever has a relation and asks for fields some relation shows, and for nobody else', async () => {
  const groups = new Map([...matrix.groups].filter(([coordinate]) => coordinate.startsWith('Permit.')).map(([coordinate, { group }]) => [group, coordinate]));
  for (const who of everyone) {
    const relations = relationsOf(who);
    for (const [, coordinate] of relations.length > 0 ? groups : [...groups].slice(0, 1)) {
      const field = coordinate.split('.')[1] ?? '';
      const query = `subscription { permitChanged { kind documentNo permit { ${field === 'actions' ? 'item' : field} } } }`;
      const stream = await EventStream.open(hub.hub.url, await hub.token(who), query);
      const opens = relations.length > 0 && shown(relations, coordinate, null) !== 'withheld';
      expect([nameOf(who), coordinate, stream.response.status]).toEqual([nameOf(who), coordinate, opens ? 200 : 403]);
      await stream.response.body?.cancel();
      stream.close();
    }
  }
});
