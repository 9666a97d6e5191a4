import { principalWords } from '../../measures/agencies/principals.js';
import { sharingBoundaryOf } from '../../measures/sharing-boundaries.js';
import type { TableAccount } from '../../measures/boundary-coverage.js';
import { boundaryCoverage } from '../../measures/boundary-coverage.js';
import { purposes, type Purpose } from '../../measures/purposes.js';
import { quotation, shortened } from '../basis.js';
import type { Basis, Boundary, PartBoundary, Principal, RecordBoundary, RelationDeclaration, Words } from '../declaration.js';
import type { BoundaryPolicy } from '../policy.js';
import { cubeWords, periodWords, purposesWords, rightWords, rowWords } from './words.js';

/**
 * The boundary as people read it, for whoever has to hold a declaration against its clause: per record type the field
 * groups, per relation who sees which rows and how, with the words of the clauses; prohibitions, operations, open
 * vocabulary and what of the table waits. Generated from the declarations; kept in schema/boundary.md.
 */
export function boundaryMatrix(policy: BoundaryPolicy, account: TableAccount, declared: readonly Boundary[]): string {
  const blocks = [
    [
      '# 数据共享边界 · Sharing boundary',
      `由声明生成，请勿手改 · Generated from the declarations (version ${policy.version}); do not edit. 未列明者一律不予共享 · What is not listed is denied.`,
      '每项关系：何人、何行、何组字段及如何提供、依据表中何行何款，并引条款文字以便核对 · For each relation: who, which rows, which field groups and how, by which row of the table, with the words of the clauses to check it against.',
      coverageLine(account),
    ],
    ...[...policy.records.values()].flatMap((record) => recordBlocks(policy, record, notInForce(record, declared))),
    ...aggregateBlocks(policy.declarations),
    ...operationBlocks(policy.declarations),
    openBlock(policy.declarations),
    purposeBlock(policy),
    pendingBlock(account),
  ];
  return `${blocks.map((block) => block.join('\n\n')).join('\n\n')}\n`;
}

/** How much of the table is declared, in one line. */
export function coverageLine({ declared, pending, total }: TableAccount): string {
  return `边界表 ${total} 行：已声明 ${declared.length} 行，待办 ${pending.length} 行 · Of the ${total} rows of the boundary table ${declared.length} are declared, ${pending.length} pending.`;
}

function recordBlocks(policy: BoundaryPolicy, record: RecordBoundary, past: readonly RelationDeclaration[]): string[][] {
  const parts = policy.partsOf(record.type);
  const groups = Object.entries(record.groups).map(([group, { zh, en, fields, sensitive }]) =>
    row([`**${group}**`, `${zh} · ${en}`, fieldList(parts, group, fields), sensitive ? '是：全部显示须有用途与案号 · yes: in full for a purpose with a case number only' : '']),
  );
  return [
    [
      `## ${record.type}`,
      ['| 字段组 · group | 名称 · name | 字段 · fields | 敏感 · sensitive |', '|---|---|---|---|', ...groups].join('\n'),
      overview(policy, record),
      '其余查询者：无 · Everyone else: nothing (B-54, B-55; YZ-2.9.2b, A-59).',
    ],
    ...record.relations.map((relation) => relationBlock(record, relation)),
    ...past.map((relation) => relationBlock(record, relation, '（今日不适用 · not in force today）')),
    agreementBlock(record),
    ...(record.never ?? []).map((prohibition) => [
      `### ${record.type} · 禁止 · never: ${prohibition.zh} · ${prohibition.en}`,
      [
        `- 何人 · who: ${who(prohibition.viewers)}`,
        `- 何行 · rows: ${both(rowWords(prohibition))}`,
        '- 任何关系、协议均不得提供；违反者枢纽不启动 · no relation and no agreement may show them; the hub does not start where one would',
        ...basisLines(prohibition),
      ].join('\n'),
    ]),
  ].filter((block) => block.length > 0);
}

/** Declared relations of a record that do not hold on the day of the policy: they held before, or will. */
function notInForce(record: RecordBoundary, declared: readonly Boundary[]): readonly RelationDeclaration[] {
  const holding = new Set(record.relations.map(({ relation }) => relation));
  return declared.flatMap((one) => (one.form === 'record' && one.type === record.type ? one.relations.filter(({ relation }) => !holding.has(relation)) : []));
}

/** Field groups by relation, at a glance. */
function overview(policy: BoundaryPolicy, record: RecordBoundary): string {
  const groups = Object.keys(record.groups);
  const lines = policy.principals.flatMap((principal) => {
    const kind = policy.kindOf(principal);
    return record.relations
      .filter(({ viewers }) => viewers.includes(principal) || viewers.includes(kind))
      .map((relation) => row([principal, relation.relation, ...groups.map((group) => both(rightWords(relation.sees[group]))), relation.rows.join(', ')]));
  });
  return [
    `| 谁 · viewer | 关系 · relation | ${groups.join(' | ')} | 边界 · table row |`,
    `|---|---|${groups.map(() => '---').join('|')}|---|`,
    ...lines,
  ].join('\n');
}

function relationBlock(record: RecordBoundary, relation: RelationDeclaration, note = ''): string[] {
  const period = periodWords(relation);
  const sees = Object.keys(record.groups).map((group) => `  - ${group}（${record.groups[group]?.zh ?? ''}）: ${both(rightWords(relation.sees[group]))}`);
  return [
    `### ${record.type} · ${relation.relation}${note}: ${relation.zh} · ${relation.en}`,
    [
      `- 何人 · who: ${who(relation.viewers)}`,
      `- 何行 · rows: ${both(rowWords(relation))}`,
      ...(relation.purposes ? [`- 仅为此用途，并须案号 · only for these purposes, with a case number: ${both(purposesWords(relation.purposes))}`] : []),
      ...(period ? [`- 期间 · period: ${both(period)}`] : []),
      '- 何组 · groups:',
      ...sees,
      ...basisLines(relation),
    ].join('\n'),
  ];
}

function agreementBlock(record: RecordBoundary): string[] {
  const offer = record.byAgreement;
  if (!offer) return [];
  return [
    `### ${record.type} · 依协议 · by agreement`,
    [
      '- 何人 · who: 登记协议的接收机关 · the bureau a registered agreement names',
      `- 何行 · rows: ${both(rowWords(offer))}`,
      `- 至多 · at most: ${offer.groups.map((group) => `${group}（${record.groups[group]?.zh ?? ''}）`).join('、')}，仅为协议所载用途，并须案号 · for the purposes of the agreement only, with a case number`,
      ...basisLines(offer),
    ].join('\n'),
  ];
}

/** Table rows with what they say, and the words of the clauses. */
function basisLines({ rows, clauses }: Basis): string[] {
  return [
    `- 边界 · table row: ${rows.map((id) => `${id} ${tableWords(id)}`).join('；') || '–'}`,
    '- 条款 · clauses:',
    ...clauses.map((id) => `  - ${quotation(id)}`),
  ];
}

function tableWords(id: string): string {
  const entry = sharingBoundaryOf(id);
  return entry ? `(${[entry.group, entry.agency, entry.level].map((text) => shortened(text)).join(' → ')})` : '';
}

function fieldList(parts: readonly PartBoundary[], group: string, fields: readonly string[]): string {
  return [
    fields.map((field) => `\`${field}\``).join(', '),
    ...parts.flatMap((part) => (part.groups[group] ? [`${part.type}: ${part.groups[group].map((field) => `\`${field}\``).join(', ')}`] : [])),
  ].join('; ');
}

function aggregateBlocks(declarations: readonly Boundary[]): string[][] {
  return declarations.filter((declaration) => declaration.form === 'aggregate').map((cube) => [
    `## ${cube.of} · 合计 · ${cube.cube}: ${cube.zh} · ${cube.en}`,
    [
      `- 何人 · who: ${who(cube.viewers)}`,
      `- 字段 · coordinates: ${coordinates(cube.type, cube.fields)}`,
      `- 何行、何维度、何数 · rows, dimensions, numbers: ${both(cubeWords(cube))}`,
      `- 受保护单位 · protected unit: \`${cube.of}.${cube.unit}\`；不提供任何一行 · no row at all`,
      ...basisLines(cube),
    ].join('\n'),
  ]);
}

function operationBlocks(declarations: readonly Boundary[]): string[][] {
  const operations = declarations.filter((declaration) => declaration.form === 'operation' || declaration.form === 'aggregate');
  const lines = operations.map(({ type, fields, viewers, zh, en, rows, clauses, ...declaration }) =>
    row([
      coordinates(type, fields),
      `${zh} · ${en}`,
      who(viewers),
      declaration.form === 'operation' && declaration.purposes ? both(purposesWords(declaration.purposes)) : '',
      rows.join(', '),
      clauses.join(', '),
    ]),
  );
  const cited = [...new Set(operations.flatMap(({ clauses }) => clauses))].sort();
  return [
    [
      '## 操作 · Operations',
      ['| 字段 · coordinates | 说明 · what | 何人 · who | 用途（须案号） · purposes, with a case number | 边界 · table row | 条款 · clauses |', '|---|---|---|---|---|---|', ...lines].join('\n'),
      cited.map((id) => `- ${quotation(id)}`).join('\n'),
    ],
  ];
}

function openBlock(declarations: readonly Boundary[]): string[] {
  const open = declarations.filter((declaration) => declaration.form === 'open');
  const lines = open.map(({ type, fields, zh, en, rows, clauses }) =>
    row([coordinates(type, fields), `${zh} · ${en}`, rows.join(', ') || '–', clauses.join(', ')]),
  );
  const cited = [...new Set(open.flatMap(({ clauses }) => clauses))].sort();
  return [
    '## 公开词汇 · Open vocabulary',
    '经认证者均可读取 · Open to every authenticated viewer.',
    ['| 字段 · coordinates | 说明 · what | 边界 · table row | 条款 · clauses |', '|---|---|---|---|', ...lines].join('\n'),
    cited.map((id) => `- ${quotation(id)}`).join('\n'),
  ];
}

function purposeBlock(policy: BoundaryPolicy): string[] {
  const used = new Set<Purpose>();
  for (const record of policy.records.values()) {
    for (const { purposes: whole = [], sees } of record.relations) {
      for (const purpose of [...whole, ...Object.values(sees).flatMap((right) => right.purposes ?? [])]) used.add(purpose);
    }
  }
  for (const declaration of policy.declarations) {
    if (declaration.form === 'operation') for (const purpose of declaration.purposes ?? []) used.add(purpose);
  }
  const lines = Object.entries<{ zh: string; en: string; clauses: readonly string[] }>(purposes).map(([code, { zh, en, clauses }]) =>
    row([code, `${zh} · ${en}`, [...used].some((purpose) => purpose === code) ? '是 · yes' : '否 · no', clauses.join(', ')]),
  );
  return [
    '## 用途 · Purposes',
    '用途只在同时写明案号时算数；凡声明均入访问日志 · A purpose counts with a case number only; what is declared goes into the access log.',
    ['| 代码 · code | 用途 · purpose | 现有规则使用 · used by a rule | 条款 · clauses |', '|---|---|---|---|', ...lines].join('\n'),
  ];
}

/** The rows of the boundary table that wait, with what they wait for, and those declared in part. */
export function pendingBlock(account: TableAccount): string[] {
  const { capabilities, partly } = boundaryCoverage();
  const line = (entry: { readonly row: string; readonly capability: string } & Words): string => {
    const capability = capabilities[entry.capability];
    return row([entry.row, sharingBoundaryOf(entry.row)?.group ?? '', `${capability?.zh ?? ''} · ${capability?.en ?? ''}`, both(entry)]);
  };
  const head = ['| 行 · row | 数据 · data | 能力 · capability | 原因 · reason |', '|---|---|---|---|'];
  return [
    '## 待办的表行 · Pending rows of the table',
    coverageLine(account),
    [...head, ...account.pending.map(line)].join('\n'),
    '### 已声明而部分待办 · Declared in part',
    [...head, ...partly.map(line)].join('\n'),
  ];
}

function coordinates(type: string, fields: readonly string[]): string {
  return fields.map((field) => `\`${type}.${field}\``).join(', ');
}

function who(viewers: readonly Principal[]): string {
  return viewers.map((viewer) => `${viewer}（${principalWords(viewer).zh} · ${principalWords(viewer).en}）`).join('、');
}

function both({ zh, en }: Words): string {
  return `${zh} · ${en}`;
}

function row(cells: readonly string[]): string {
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}
