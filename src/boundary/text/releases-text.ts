import { principalWords } from '../../measures/agencies/principals.js';
import { quotation } from '../basis.js';
import type { Boundary, RecordBoundary, RelationDeclaration, Right, Shown } from '../declaration.js';
import type { BoundaryPolicy } from '../policy.js';
import type { Release, ReleaseForm } from '../release.js';
import { rightWords, shownWords } from './words.js';

const headings: Readonly<Record<ReleaseForm, string>> = {
  AGGREGATE: '合计 · Aggregates',
  GATE: '是否核查 · Yes-or-no gates',
  INTAKE: '收录结果 · Outcomes of intake',
  EVENT: '推送事件 · Events of the feed',
};

/**
 * What the hub says on purpose although it derives from hidden data, for schema/releases.md. The non-interference test
 * holds every answer to be independent of hidden data but for these.
 */
export function releasesText(policy: BoundaryPolicy, releases: readonly Release[]): string {
  const lines = [
    '# 有意发布的派生信息 · Releases on purpose',
    '',
    '由声明生成，请勿手改 · Generated from the declarations; do not edit. 下列各项源自查询者不得看到的数据，仍依条款告知；此外任何答复都不因隐藏数据而不同 · Each of these derives from data its receiver may not see, and is told nevertheless on the clause named; nothing else of an answer depends on hidden data.',
    '',
    '## 遮蔽与摘要 · Masks and digests',
    '',
    '| 字段 · fields | 告知 · what it tells | 告知何人 · to whom | 边界 · table row | 条款 · clauses |',
    '|---|---|---|---|---|',
    ...policy.declarations.flatMap((declaration) => (declaration.form === 'record' ? shownInPart(policy, declaration) : [])),
    '',
  ];
  for (const [form, heading] of Object.entries(headings)) {
    lines.push(`## ${heading}`, '', '| 字段 · coordinates | 告知 · what it tells | 告知何人 · to whom | 理由 · why | 边界 · table row | 条款 · clauses |', '|---|---|---|---|---|---|');
    for (const release of releases.filter((one) => one.form === form)) {
      lines.push(
        `| ${release.coordinates.map((coordinate) => `\`${coordinate}\``).join(', ')} | ${release.tells.zh} · ${release.tells.en} | ${who(release.viewers)} | ${release.why.zh} · ${release.why.en} | ${release.rows.join(', ')} | ${release.clauses.join(', ')} |`,
      );
    }
    lines.push('');
  }
  const cited = [...new Set([...releases.flatMap(({ clauses }) => clauses), ...maskedRelations(policy.declarations).flatMap(({ clauses }) => clauses)])].sort();
  lines.push('## 条款文字 · Words of the clauses', '', ...cited.map((id) => `- ${quotation(id)}`));
  return `${lines.join('\n')}\n`;
}

/** A release whose coordinates, viewers or clauses do not exist would promise something nobody checks. Throws for one. */
export function assertReleases(policy: BoundaryPolicy, releases: readonly Release[]): void {
  for (const { coordinates, clauses, rows } of releases) {
    const unknown = coordinates.filter((coordinate) => !policy.declares(coordinate));
    if (unknown.length > 0) throw new Error(`Releases: no coordinate ${unknown.join(', ')}`);
    if (clauses.length === 0 || rows.length === 0) throw new Error(`Releases: ${coordinates.join(', ')} has no basis`);
  }
}

function maskedRelations(declarations: readonly Boundary[]): readonly RelationDeclaration[] {
  return declarations
    .flatMap((declaration) => (declaration.form === 'record' ? declaration.relations : []))
    .filter(({ sees }) => Object.values(sees).some((right) => partly(right).length > 0));
}

function shownInPart(policy: BoundaryPolicy, record: RecordBoundary): string[] {
  return record.relations.flatMap((relation) =>
    Object.entries(relation.sees).flatMap(([group, right]) => {
      if (partly(right).length === 0) return [];
      const fields = [
        ...(record.groups[group]?.fields ?? []).map((field) => `${record.type}.${field}`),
        ...policy.partsOf(record.type).flatMap((part) => (part.groups[group] ?? []).map((field) => `${part.type}.${field}`)),
      ];
      const told = partly(right).map((shown) => `${shownWords(shown).zh} · ${shownWords(shown).en}`).join('；');
      return [
        `| ${fields.map((field) => `\`${field}\``).join(', ')} | ${told}（${rightWords(right).zh} · ${rightWords(right).en}） | ${who(relation.viewers)}: ${relation.zh} · ${relation.en} | ${relation.rows.join(', ')} | ${relation.clauses.join(', ')} |`,
      ];
    }),
  );
}

/** The ways of showing that tell a part: masks and digests. */
function partly({ shown, otherwise }: Right): readonly Shown[] {
  return [shown, otherwise].filter((one) => one !== undefined).filter((one) => one !== 'full');
}

function who(viewers: readonly string[]): string {
  if (viewers.length === 0) return '可见该记录者 · whoever may see the record';
  return viewers.map((viewer) => `${viewer}（${principalWords(viewer).zh} · ${principalWords(viewer).en}）`).join('、');
}
