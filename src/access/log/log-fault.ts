/** What can be wrong with the access log, in words. `{}` is a detail of the fault. */
const texts = {
  ENTRY_MISSING: { zh: '条目缺失', en: 'the entry is missing' },
  ENTRY_INSERTED: { zh: '同一位置出现两个条目', en: 'two entries stand at one position' },
  ENTRY_CHANGED: { zh: '条目、其哈希或其位置被改动', en: 'the entry, its hash or its place was changed' },
  ENTRY_UNREADABLE: { zh: '不是访问日志条目', en: 'this is no entry of the access log' },
  MONTH_CHANGED: { zh: '条目不在其所属月份', en: 'the entry stands in another month than it was recorded in' },
  FORGED: { zh: '签名不属于本枢纽的密钥（至第 {} 条）', en: 'the signature is not of the key of this hub (entries up to {})' },
  UNSIGNED: { zh: '条目没有签名覆盖', en: 'no signature covers the entry' },
  TAIL_CUT: { zh: '尾部被截断，第 {} 条曾经存在', en: 'the tail was cut: entry {} has existed' },
  HEAD_CHANGED: { zh: '与数据库中记录的链头不符', en: 'the entry does not agree with the stored head' },
  CHECKPOINT_CHANGED: { zh: '与数据文件夹中的检查点不符', en: 'the entry does not agree with the checkpoint of the data folder' },
  CHECKPOINT_FORGED: { zh: '数据文件夹中的检查点不成立', en: 'the checkpoint of the data folder does not hold' },
  CHAIN_UNKNOWN: { zh: '条目所属的链没有链头', en: 'the entry is of a chain without a head' },
  PLAN_CHANGED: { zh: '计划说明被改动', en: 'the description of the plan was changed' },
  PLAN_MISSING: { zh: '计划说明缺失', en: 'the description of the plan is missing' },
  JOURNAL_CHANGED: { zh: '数据文件夹中的留痕日志文件被改动', en: 'the journal in the data folder was changed' },
} as const;

export type FaultReason = keyof typeof texts;

/** The first bad place. */
export interface LogFault {
  readonly chain: number;
  /** Position in the chain; for a plan its digest. */
  readonly position: string;
  readonly reason: FaultReason;
  readonly detail?: string;
}

/** The reason in Chinese and English. */
export function faultText({ reason, detail = '' }: LogFault): string {
  const { zh, en } = texts[reason];
  return `${zh} · ${en}`.replaceAll('{}', detail);
}
