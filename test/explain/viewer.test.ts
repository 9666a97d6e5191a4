import { limits } from '../../src/limits/limits.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';

/** `viewer`, `explainAccess` and denials as a partner asks them, over HTTP. */

interface Words { readonly code: string }
interface Basis { readonly missing: readonly string[]; readonly purposes: readonly Words[]; readonly ask: readonly { readonly kind: string }[] }
interface Rights {
  readonly principal: string;
  readonly purpose: string | null;
  readonly caseNo: string | null;
  readonly relations: readonly {
    readonly type: string; readonly relation: string; readonly rowsEn: string; readonly rows: readonly string[]; readonly clauses: readonly { readonly id: string; readonly textZh: string | null }[];
    readonly sees: readonly { readonly group: string; readonly effect: string; readonly purposes: readonly Words[] }[];
  }[];
  readonly fields: readonly { readonly coordinate: string; readonly effect: string; readonly dependsOnRow: boolean; readonly basis: Basis }[];
  readonly agreements: readonly unknown[];
  readonly quotas: readonly { readonly name: string; readonly limit: number; readonly unit: string; readonly reason: string }[];
}

let running: SampleHub;
beforeAll(async () => {
  running = await sampleHub();
});
afterAll(() => running.close());

async function ask<T>(agency: string, query: string, headers: Readonly<Record<string, string>> = {}, variables: object = {}): Promise<T> {
  const token = await running.hub.issuer.issue(agency, null);
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as T;
}

const question = `{ viewer { principal purpose caseNo agreements { id } quotas { name limit unit reason }
  relations { type relation rowsEn rows clauses { id textZh } sees { group effect purposes { code } } }
  fields { coordinate effect dependsOnRow basis { missing purposes { code } ask { kind } } } } }`;

const rights = async (agency: string, headers: Readonly<Record<string, string>> = {}): Promise<Rights> =>
  (await ask<{ data: { viewer: Rights } }>(agency, question, headers)).data.viewer;

test('viewer tells its relations, fields and quotas, from the declarations alone', async () => {
  const viewer = await rights('HEPING_HRSS');
  expect(viewer).toMatchObject({ principal: 'DISTRICT_HRSS', purpose: null, caseNo: null, agreements: [] });
  expect(viewer.relations.map(({ type, relation }) => `${type}.${relation}`)).toEqual([
    'Permit.supervising', 'Permit.sharing', 'Permit.labourRelations', 'ListEntry.answering', 'ListEntry.sanctioning',
    'CreditCase.caseDeciding', 'JointMeasure.taking', 'JointMeasure.leading', 'JointMeasure.overseeing',
  ]);
  expect(viewer.relations[0]).toMatchObject({
    rowsEn: 'jurisdiction is Tianjin; supervising district is the viewer’s own district; permit item is P01 Labour dispatch', rows: ['B-02'],
  });
  expect(viewer.relations[0]?.sees.map(({ group, effect }) => `${group} ${effect}`)).toEqual(['PERMIT_BASIC ALLOW', 'DECISION_RECORD DENY', 'PERSONAL DENY']);
  const field = (coordinate: string) => viewer.fields.find((one) => one.coordinate === coordinate);
  expect(field('Permit.item')).toMatchObject({ effect: 'ALLOW', dependsOnRow: false });
  expect(field('Permit.content')).toMatchObject({ effect: 'DENY', basis: { missing: [], ask: expect.arrayContaining([{ kind: 'DISTRICT_APPROVAL' }]) as unknown } });
  expect(field('Mutation.upsertPermit')).toMatchObject({ effect: 'DENY' });
  expect(Object.fromEntries(viewer.quotas.map(({ name, limit }) => [name, limit]))).toEqual({
    ...Object.fromEntries(Object.entries(limits).map(([name, { limit }]) => [name, limit])),
    operationCost: 50_000, objectsPerMinute: 120_000, objectsAtOnce: 600_000, statementTime: 2_000,
    subscriptions: 1_000, connections: 500, adHocStatementTime: 30_000, adHocAtOnce: 2, adHocQueue: 16, adHocQueueTime: 10_000,
  });
});

test('purpose and case number of the request change what viewer tells', async () => {
  const personal = (viewer: Rights): unknown => viewer.relations[0]?.sees.find(({ group }) => group === 'PERSONAL');
  expect(personal(await rights('BINHAI_APPROVAL'))).toMatchObject({ effect: 'MASK', purposes: [{ code: 'CASE_HANDLING' }, { code: 'SUPERVISION' }, { code: 'ENFORCEMENT' }] });
  const declared = await rights('BINHAI_APPROVAL', { 'x-concordat-purpose': 'CASE_HANDLING', 'x-concordat-case': '2026-1' });
  expect(declared).toMatchObject({ purpose: 'CASE_HANDLING', caseNo: '2026-1' });
  expect(personal(declared)).toMatchObject({ effect: 'ALLOW', purposes: [] });
});

test('explainAccess is open to every authenticated viewer, takes variables as JSON, and supposes purpose and case', async () => {
  const explain = `query($operation: String!, $variables: VariablesObject, $purpose: Purpose, $caseNo: String) {
    explainAccess(operation: $operation, variables: $variables, purpose: $purpose, caseNo: $caseNo) {
      principal purpose caseNo refused
      paths { path effect basis { missing clauses { id textZh textEn } } }
      operands { use argument coordinate effect }
    } }`;
  const operation = 'query($code: String!) { permits(first: 1, filter: { holderUscc: $code }) { nodes { legalRepresentative } } }';
  interface Explained { readonly data: { readonly explainAccess: { readonly paths: readonly { readonly path: readonly string[]; readonly effect: string }[]; readonly operands: readonly unknown[] } } }
  const masked = await ask<Explained>('BINHAI_APPROVAL', explain, {}, { operation, variables: { code: '91120116YHYMG67Q2K' } });
  expect(masked.data.explainAccess).toMatchObject({ principal: 'BINHAI_APPROVAL', purpose: null, caseNo: null, refused: false });
  expect(masked.data.explainAccess.paths.at(-1)).toMatchObject({ path: ['permits', 'nodes', 'legalRepresentative'], effect: 'MASK' });
  expect(masked.data.explainAccess.operands).toHaveLength(3);
  const full = await ask<Explained>('BINHAI_APPROVAL', explain, {}, { operation, variables: { code: 'x' }, purpose: 'SUPERVISION', caseNo: '2026-7' });
  expect(full.data.explainAccess.paths.at(-1)).toMatchObject({ effect: 'ALLOW' });
  const blank = await ask<Explained>('BINHAI_APPROVAL', explain, {}, { operation, variables: { code: 'x' }, purpose: 'SUPERVISION', caseNo: ' ' });
  expect(blank.data.explainAccess.paths.at(-1)).toMatchObject({ effect: 'MASK' });
  const stranger = await ask<Explained>('US_OFLC', explain, {}, { operation, variables: { code: 'x' } });
  expect(stranger.data.explainAccess.paths[0]).toMatchObject({ path: ['permits'], effect: 'DENY', basis: { missing: ['AGREEMENT'] } });
  const literal = await ask<Explained>('BINHAI_HRSS', '{ explainAccess(operation: "{ viewer { role } }", variables: { n: 1, of: [true, null] }) { paths { path effect } } }');
  expect(literal.data.explainAccess.paths.map(({ effect }) => effect)).toEqual(['ALLOW', 'ALLOW']);
  const invalid = await ask<{ errors: { extensions: { code: string } }[] }>('US_OFLC', '{ explainAccess(operation: "{ nothing }") { refused } }');
  expect(invalid.errors[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
});
