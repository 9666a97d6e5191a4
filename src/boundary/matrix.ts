import type { BoundaryPolicy } from './policy.js';
import { masks } from './masks.js';
import type { RelationDeclaration, Shown } from './declaration.js';

/**
 * The boundary as people read it: per record type who sees which rows and which field groups, with the row of the
 * boundary table and the clauses. Generated from the declarations; kept in schema/boundary.md.
 */
export function boundaryMatrix(policy: BoundaryPolicy): string {
  const lines = [
    '# 数据共享边界 · Sharing boundary',
    '',
    `由声明生成，请勿手改 · Generated from the declarations (version ${policy.version}); do not edit. 未列明者一律不予共享 · What is not listed is denied.`,
    '',
  ];
  for (const record of policy.records.values()) {
    const groups = Object.keys(record.groups);
    lines.push(
      `## ${record.type}`,
      '',
      ...Object.entries(record.groups).map(([group, { zh, en, fields }]) => `- **${group}** ${zh} · ${en}: ${fields.map((f) => `\`${f}\``).join(', ')}`),
      ...policy.declarations.flatMap((part) =>
        part.form === 'part' && part.of === record.type
          ? Object.entries(part.groups).map(([group, fields]) => `- **${group}** of ${part.type}: ${fields.map((f) => `\`${f}\``).join(', ')}`)
          : [],
      ),
      '',
      `| 谁 · viewer | 关系 · relation | 行 · rows | ${groups.join(' | ')} | 边界 · table row | 条款 · clauses |`,
      `|---|---|---|${groups.map(() => '---').join('|')}|---|---|`,
    );
    for (const principal of policy.principals) {
      for (const relation of record.relations.filter(({ viewers }) => viewers.includes(principal))) {
        const cells = groups.map((group) => cellText(relation, group)).join(' | ');
        lines.push(
          `| ${principal} | ${relation.relation} | ${relation.zh} · ${relation.en} | ${cells} | ${relation.rows.join(', ')} | ${relation.clauses.join(', ')} |`,
        );
      }
    }
    lines.push(`| 其他 · everyone else | – | – | ${groups.map(() => '✗').join(' | ')} | B-54, B-55 | YZ-2.9.2b, A-59 |`, '');
  }
  lines.push('## 操作与公开词汇 · Operations and open vocabulary', '', '| 字段 · coordinates | 谁 · viewer | 说明 · what | 边界 · table row | 条款 · clauses |', '|---|---|---|---|---|');
  for (const declaration of policy.declarations) {
    if (declaration.form !== 'open' && declaration.form !== 'operation') continue;
    const coordinates = declaration.fields.map((field) => `\`${declaration.type}.${field}\``).join(', ');
    const who = declaration.form === 'open' ? '经认证者 · any authenticated viewer' : declaration.viewers.join(', ');
    lines.push(`| ${coordinates} | ${who} | ${declaration.zh} · ${declaration.en} | ${declaration.rows.join(', ') || '–'} | ${declaration.clauses.join(', ')} |`);
  }
  return `${lines.join('\n')}\n`;
}

function cellText(relation: RelationDeclaration, group: string): string {
  const right = relation.sees[group];
  if (!right) return '✗';
  const purposes = [...(relation.purposes ?? []), ...(right.purposes ?? [])];
  const conditions = [
    ...(purposes.length > 0 ? [purposes.join(' / ')] : []),
    ...(right.when ? [`${right.when.property} ${right.when.day}`] : []),
  ];
  if (conditions.length === 0) return shownText(right.shown);
  return `${shownText(right.shown)} (${conditions.join(', ')}); ${right.otherwise ? shownText(right.otherwise) : '✗'}`;
}

function shownText(shown: Shown): string {
  if (shown === 'full') return '✓';
  return shown === 'digest' ? '摘要 · digest' : `${masks[shown.mask].zh} · ${masks[shown.mask].en}`;
}
