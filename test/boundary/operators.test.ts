import { readFile, writeFile } from 'node:fs/promises';
import { isObjectType, Kind, parse, type GraphQLSchema } from 'graphql';
import { projectFile } from '../../src/cli/project-file.js';
import { compileChange } from '../../src/feed/compile-change.js';
import { collectFields } from '../../src/planner/selection.js';
import { changes } from '../../src/server/schema.js';
import { statementsOf } from '../planner/explained.js';
import { catalogueWorld } from './fixed-world.js';
import { pluck, readAnswer } from './graphql-answer.js';
import { asker } from './hub-under-test.js';
import type { Asker } from './judge.js';
import { operatorsOf, type Operator } from './operators.js';
import { plannerSide, viewerOf, type PlannerSide } from './planner-sides.js';

const viewers = ['HEPING_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_DONGJIANG_APPROVAL', 'HEPING_HRSS', 'MUNI_HRSS', 'MUNI_STB', 'JINBAO'].map((code) => asker(code));
let side: PlannerSide;
let operators: readonly Operator[];

beforeAll(async () => {
  side = await plannerSide();
  await side.load(catalogueWorld);
  const statements = new Set<string>();
  for (const who of viewers) for (const statement of await emitted(who)) statements.add(statement);
  operators = await operatorsOf(side.database, [...statements]);
});
afterAll(() => side.close());

const permit = 'id documentNo item status district decidedOn validFrom actions { action actedOn } holder { id kind name uscc identityMask } decidedBy { code } source { nameZh } content legalRepresentative revision batch receivedAt updatedAt';

/** Every comparison, every quantifier, an order of several fields, a total, and a connection below. */
const adHoc = `{ permits(first: 2, orderBy: [{field: VALID_TO, direction: DESC}, {field: DOCUMENT_NO}], where: {
  item: {in: [P01, P02]}, status: {ne: VALID}, location: {notIn: ["x"], startsWith: "1", contains: "2"}, decidedOn: {gt: "2020-01-01", lte: "2030-01-01"},
  validTo: {isNull: false, gte: "2020-01-01", lt: "2040-01-01"}, documentPart: {eq: 1}, receivedAt: {gt: "2020-01-01T00:00:00Z"},
  holder: {name: {contains: "企"}}, decidedBy: {kind: {eq: "DISTRICT_APPROVAL"}}, not: {actions: {none: {action: {eq: GRANT}}}},
  or: [{actions: {some: {actedOn: {gte: "2020-01-01"}}}}, {actions: {every: {action: {in: [CHANGE]}}}}] }) {
  totalCount nodes { documentNo holder { permits(first: 3) { totalCount nodes { documentNo } } } } } }`;

/** Every read with every argument, forward and backward, and the operations that are resolved. */
function operations(cursor: string, id: string): { readonly query: string; readonly variables?: Readonly<Record<string, unknown>> }[] {
  const filter = { item: 'P01', status: 'VALID', district: '120101', documentNo: '文1', certificateNo: 'c', decidedBy: 'HEPING_APPROVAL', holderUscc: 'USCC-1', decidedFrom: '2020-01-01', decidedTo: '2030-01-01' };
  return [
    { query: `query ($f: PermitFilter, $c: String) { permits(first: 2, after: $c, filter: $f) { nodes { ${permit} } } }`, variables: { f: filter, c: cursor } },
    { query: `query ($c: String) { permits(last: 2, before: $c) { edges { cursor node { ${permit} } } } }`, variables: { c: cursor } },
    { query: `{ permits(first: 2) { nodes { documentNo } pageInfo { hasNextPage } } permit(documentNo: "文1", part: 1) { ${permit} } }` },
    { query: '{ subjects(first: 2, filter: {item: "P01", district: "120101"}) { edges { cursor node { id name } } } back: subjects(last: 1) { nodes { uscc } } subject(uscc: "USCC-1") { id name identityMask } }' },
    { query: `query ($id: ID!) { node(id: $id) { id ... on Permit { ${permit} } ... on Subject { name } } }`, variables: { id } },
    { query: '{ permitDuplicate(holderUscc: "USCC-1", item: P01, pendingCase: "1") { exists number } certificateStock(item: P01) { used } }' },
  ];
}

/** The statements a viewer's connections have prepared after all operations, and those of its subscription. */
async function emitted(who: Asker): Promise<string[]> {
  const first = readAnswer((await side.ask(who, { query: '{ permits(first: 1) { nodes { id holder { id } } pageInfo { endCursor } } }' }, 'any')).body);
  const end = pluck(first.data, 'permits.pageInfo.endCursor');
  const cursor = typeof end === 'string' ? end : '';
  const ids = [pluck(first.data, 'permits.nodes.id'), pluck(first.data, 'permits.nodes.holder.id')].flat().map(String);
  const found = new Set<string>();
  // Turns alternate between the connections of a class: twice all of them, so that either has seen every statement.
  for (let turn = 0; turn < 2; turn += 1) {
    for (const id of ids.length > 0 ? ids : ['x']) {
      for (const call of operations(cursor, id)) if (cursor !== '' || !call.query.includes('$c')) await side.ask(who, call, 'any');
    }
    const [rows = []] = await side.parts.readers.run(viewerOf(who), [{ statement: { name: 'prepared', text: 'SELECT statement FROM pg_prepared_statements' }, values: [] }]);
    for (const [statement] of rows) if (statement && !statement.includes('pg_prepared_statements')) found.add(statement);
  }
  // Ad-hoc reads run on connections of their own.
  for (const { statement } of await statementsOf(side, who, { query: adHoc })) found.add(statement.text);
  return [...found, changeStatement(who, side.parts.schema)];
}

function changeStatement(who: Asker, schema: GraphQLSchema): string {
  const declaration = changes.get('permitChanged');
  const root = schema.getSubscriptionType();
  const [operation] = parse(`subscription { permitChanged { kind permit { ${permit.replace(/actions \{[^}]*\} /, '')} } } }`).definitions;
  if (!declaration || !isObjectType(root) || operation?.kind !== Kind.OPERATION_DEFINITION) throw new Error('permits have a subscription');
  const nodes = collectFields(root, [operation.selectionSet], {}, {}).get('permitChanged') ?? [];
  const allowed = new Set(side.parts.policy.coordinates());
  const context = { ...side.parts, standing: { principal: who.kind, purpose: null }, fragments: {}, variables: {}, allowed };
  return compileChange(context, declaration, 'permitChanged', nodes).read(0n, 1n, 1).statement.text;
}

/** Why an operator that is not leakproof is harmless where it stands. Whatever is not listed here may not be emitted. */
function harmless({ layer, place, signature, seesRow }: Operator): string | null {
  if (!seesRow) return '参数为常量或设置，不见任何行 · its arguments are constants and settings: it meets no row';
  if (layer === 'change view') {
    return '只在行级安全放行的变更上、由视图自身求值；取值键为常量，对任何内容都不报错 · evaluated by the view itself on log rows that row security has let through; keys are constants, no content makes it fail';
  }
  if (layer === 'policy' && /^->>\(|^jsonb_object_field_text\(/.test(signature)) {
    return '变更日志的行级安全本身：不是调用者的条件，键为常量，对任何内容都不报错 · row security of the change log itself: no condition of a caller; the key is a constant and no content makes it fail';
  }
  if (layer === 'policy' && signature === 'text form read as date') {
    return '变更日志的行级安全本身：镜像中的日期由触发器写成，恒为有效日期 · row security of the change log itself: days of an image were written by the trigger from a column of dates, so that none fails';
  }
  if (layer === 'operation view' && place === 'condition' && /^->>\(|^jsonb_object_field_text\(/.test(signature)) {
    return '安全屏障视图自身的条件，先于调用者的条件求值；键为常量，对任何内容都不报错 · a condition of the view itself, a security barrier: it runs before any condition of a caller; the key is a constant and no content makes it fail';
  }
  if (place === 'output' && /^(\|\||textcat|"left"|text)\(/.test(signature)) {
    return '掩码，只作用于已放行的行 · a mask, computed for rows that are already let through';
  }
  if (signature === 'max(bigint)') return '只对变更日志的位置求值，位置不含任何记录 · over positions of the change log alone, which hold no record';
  if (layer === 'plan' && signature === 'strpos(text,text)') {
    return '调用者的文本条件，只见可完整查看的列；行级安全先于不防泄漏的条件求值，且对任何文本都不报错 · a caller’s condition on a column read in full; row security runs before what is not leakproof, and no text makes it fail';
  }
  if (layer === 'operation view' && /^("position"|substr)\(/.test(signature)) {
    return '位置为常量，不因内容报错；安全屏障视图，先于调用者的条件求值 · positions are constants and no content makes it fail; the view is a security barrier, so it runs before any condition of a caller';
  }
  if (layer === 'plan' && place === 'output') return '计划的输出，只作用于已放行的行 · output of the plan, computed for rows that are already let through';
  if (layer === 'operation view' && place !== 'condition') return '对声明的操作已放行的行求总数 · a total over the rows the declared operation lets through';
  if (layer === 'operation view' && /^~\(text,text\)$/.test(signature)) {
    return '模式为常量，不因内容报错；安全屏障视图，先于调用者的条件求值 · the pattern is a constant and no content makes it fail; the view is a security barrier, so it runs before any condition of a caller';
  }
  return null;
}

test('only leakproof operators compare rows in plans and in the policies of records: row conditions, caller filters, keysets, joins', () => {
  const conditions = operators.filter(({ layer, place, seesRow }) => place === 'condition' && seesRow && (layer === 'plan' || layer === 'view'));
  expect(conditions.length).toBeGreaterThan(4);
  expect(conditions.filter(({ leakproof }) => !leakproof).map(({ layer, signature }) => [layer, signature])).toEqual([['plan', 'strpos(text,text)']]);
  const policies = operators.filter(({ layer, seesRow, leakproof }) => layer === 'policy' && seesRow && !leakproof).map(({ signature }) => signature);
  // The change log alone is judged by an image, and its policy orders itself before every condition of a caller.
  expect(policies).toEqual(['->>(jsonb,text)', 'text form read as date']);
  expect(operators.filter(({ layer, place, leakproof }) => layer === 'plan' && place === 'order' && !leakproof)).toEqual([]);
});

test('schema/operators.md lists every operator and function of plans, views and policies, with the reason of each that is not leakproof', async () => {
  expect(operators.filter((operator) => !operator.leakproof && harmless(operator) === null)).toEqual([]);
  const lines = operators.map((operator) => {
    const { layer, place, signature, leakproof, seesRow } = operator;
    const reason = leakproof ? '' : harmless(operator);
    return `| ${layer} | ${place} | \`${signature.replaceAll('|', '\\|')}\` | ${seesRow ? '是 · yes' : '否 · no'} | ${leakproof ? '是 · yes' : '否 · no'} | ${reason ?? ''} |`;
  });
  const text = [
    '# 边界所用运算符 · Operators of the boundary',
    '',
    '由测试生成并核对（`OPERATORS=write`）：计划发出的每条语句、共享视图与行级安全策略，均由 PostgreSQL 解析。 · Written and compared by `boundary/operators.test` (`OPERATORS=write`): every statement plans emit, the shared views and the row-security policies, as PostgreSQL itself parses them. A condition that is not leakproof could be run before the boundary’s own and tell a hidden row by failing.',
    '',
    '| 层 · layer | 位置 · place | 运算符、函数 · operator or function | 见行 · sees a row | leakproof | 不防泄漏而无害的理由 · why harmless where it is not |',
    '|---|---|---|---|---|---|',
    ...lines,
    '',
  ].join('\n');
  const file = projectFile('schema/operators.md');
  if (process.env['OPERATORS'] === 'write') await writeFile(file, text);
  expect(await readFile(file, 'utf8').catch(() => '')).toBe(text);
});
