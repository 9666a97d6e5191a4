import { principalWords } from '../../measures/agencies/principals.js';
import type { Words } from '../declaration.js';
import type { BoundaryDifference, FieldChange, RowChange } from '../change/difference.js';
import type { BoundaryPolicy } from '../policy.js';
import type { ReplayFinding } from '../change/replay.js';

const turns: Readonly<Record<FieldChange['turn'] | RowChange['turn'], string>> = {
  GAINS: '增 · gains',
  LOSES: '减 · loses',
  CHANGES: '变 · changes',
  WIDENED: '放宽 · widened',
  NARROWED: '收窄 · narrowed',
  CHANGED: '改变 · changed',
};

/** What was replayed, for the account of it. */
export interface ReplayAccount {
  readonly findings: readonly ReplayFinding[];
  readonly replayed: number;
  /** Where the operations come from, in words. */
  readonly source: string;
}

/** The difference of two boundaries as tables. */
export function differenceText(policy: BoundaryPolicy, difference: BoundaryDifference, replays: readonly ReplayAccount[], against: string): string {
  const lines = [
    '# 边界变更 · Change of the boundary',
    '',
    `对照 · against: ${against}`,
    '',
    ...(isNoChange(difference) ? ['无人增减字段，行的范围不变 · Nobody gains or loses a field, and no relation’s rows change.'] : changeTables(policy, difference)),
    '',
    '## 重放 · Replay',
    '',
  ];
  for (const { findings, replayed, source } of replays) {
    lines.push(`${source}: ${replayed} 个操作，${findings.length} 个受影响，未读取数据 · ${replayed} operations, ${findings.length} affected; no data was read.`, '');
    if (findings.length > 0) lines.push(...replayTable(findings), '');
  }
  return `${lines.join('\n').trimEnd()}\n`;
}

export function isNoChange({ fields, rows }: BoundaryDifference): boolean {
  return fields.length === 0 && rows.length === 0;
}

function changeTables(policy: BoundaryPolicy, { fields, rows }: BoundaryDifference): string[] {
  const lines: string[] = [];
  if (fields.length > 0) {
    lines.push('## 字段 · Fields', '', '| 谁 · viewer | 增减 · turn | 类型 · type | 字段 · fields | 关系 · relation | 原 · before | 现 · after |', '|---|---|---|---|---|---|---|');
    for (const { viewer, turn, type, fields: names, relation, before, after } of fields) {
      lines.push(`| ${viewerWords(policy, viewer)} | ${turns[turn]} | ${type} | ${names.join(', ')} | ${relation ?? '–'} | ${both(before)} | ${both(after)} |`);
    }
  }
  if (rows.length > 0) {
    lines.push(
      ...(lines.length > 0 ? [''] : []),
      '## 行 · Rows', '', '| 类型 · type | 关系 · relation | 谁 · viewers | 范围 · rows | 原 · before | 现 · after |', '|---|---|---|---|---|---|',
    );
    for (const { type, relation, viewers, turn, before, after } of rows) {
      const none: Words = { zh: '无此关系', en: 'no such relation' };
      lines.push(`| ${type} | ${relation} | ${viewers.join(', ')} | ${turns[turn]} | ${both(before ?? none)} | ${both(after ?? none)} |`);
    }
  }
  return lines;
}

function replayTable(findings: readonly ReplayFinding[]): string[] {
  return [
    '| 操作 · operation | 谁 · viewer class | 次数 · runs | 增 · gains | 减 · loses |',
    '|---|---|---|---|---|',
    ...[...findings]
      .sort((a, b) => (b.operation.runs ?? 0) - (a.operation.runs ?? 0))
      .map(({ operation, gains, loses }) => {
        const name = [operation.operation, /^[0-9a-f]{64}$/.test(operation.document) ? operation.document.slice(0, 12) : operation.document].filter(Boolean).join(' ');
        const purpose = operation.purpose === null ? '' : ` (${operation.purpose})`;
        return `| ${name} | ${operation.viewerClass}${purpose} | ${operation.runs ?? '–'} | ${gains.join(', ') || '–'} | ${loses.join(', ') || '–'} |`;
      }),
  ];
}

function viewerWords(policy: BoundaryPolicy, viewer: string): string {
  if (viewer === '*') return '经认证者 · any authenticated viewer';
  const [code = '', ...conditions] = viewer.split(' ');
  const words = principalWords(policy.kindOf(code));
  return `${code}（${words.zh} · ${words.en}）${conditions.length > 0 ? ` ${conditions.join(' ')}` : ''}`;
}

function both({ zh, en }: Words): string {
  return `${zh} · ${en}`;
}
