import type { HeldRows, Ledger } from './ledger.js';

/** A ledger for people: the account step by step, then what to do about it. */
export function ledgerText(ledger: Ledger): string {
  const { batch, batchId, file, profile, firstTakenAt, mends } = ledger;
  const held = ({ rejected, doubtful }: HeldRows) => (rejected + doubtful > 0 ? `（退回 rejected ${rejected}，存疑 doubtful ${doubtful}）` : '');
  const applications = ledger.applications + ledger.applicationUpdates + ledger.applicationDuplicates;
  const rows: readonly (readonly [string, string | number])[] = [
    ['批次 batch', `${batch} (${batchId})`],
    ['文件 file', `${file}  [${profile}]`],
    ...(firstTakenAt === null ? [] : [['首次导入 first taken', firstTakenAt] as const]),
    ...(mends === null ? [] : [['更正批次 mends', mends] as const]),
    ['读入 read', ledger.read],
    ['校验通过 checked', `${ledger.checked} ${held(ledger.heldAtCheck)}`],
    ['匹配 matched', `${ledger.matched} ${held(ledger.heldAtMatch)}`],
    ['新存 stored', ledger.stored],
    ['更新 updated', ledger.updated],
    ['重复 duplicate', ledger.duplicate],
    ...(applications === 0
      ? []
      : [['申请 applications', `${ledger.applications} + ${ledger.applicationUpdates} updated + ${ledger.applicationDuplicates} duplicate`] as const]),
    ['退回 rejected', ledger.rejected],
    ['存疑 doubtful', ledger.doubtful],
    ['非数据行 skipped', ledger.skipped],
    ...Object.entries(ledger.byStatus).map(([status, count]) => [`  ${status}`, count] as const),
    ...(ledger.ignoredColumns.length === 0 ? [] : [['未读列 ignored', ledger.ignoredColumns.join(', ')] as const]),
  ];
  const findings = [...ledger.rejections, ...ledger.doubts].sort((one, other) => one.line - other.line);
  const notes = [
    ...ledger.warnings.map(({ code, text, clauses }) => `! ${code} ${text} [${clauses.join(', ')}]`),
    ...findings.map(({ line, field, code, reason }) => `${line}: ${field} ${code} ${reason}`),
    ...(ledger.rejected + ledger.doubtful > 0 ? [`更正 mend: hub import rejects ${batch} > mend.csv`] : []),
    ...(ledger.doubtful > 0 ? ['核对 look at: hub doubts list'] : []),
  ];
  return `${rows.map(([name, value]) => `${name.padEnd(24)}${String(value).trimEnd()}`).join('\n')}\n${notes.map((note) => `${note}\n`).join('')}`;
}
