import { loadProfile } from '../../src/intake/profile.js';

/** Headers of the template of lists by the profile's field names. */
export const listHeaders = new Map((await loadProfile('credit-list')).columns.map(({ field, names }) => [field, names[0] ?? '']));

/** Cells of one row by field. */
export type ListCells = Readonly<Record<string, string>>;

/** An entry of the black list that breaks no rule. */
export const listRow: ListCells = {
  number: '2026-1', list: '黑名单', ground: 'WAGE_ARREARS', legalBasis: '人社部令第45号', documentNo: '和平人社列〔2026〕1号', severity: '严重',
  reason: '拖欠 37 名农民工工资，经责令仍不支付', district: '120101', subjectKind: '法人及非法人组织', subjectName: '天津甲劳务有限公司',
  subjectCode: '91120116MA0HUB014T', informedOn: '2026-01-06', defenceUntil: '2026-01-09', decidedOn: '2026/1/12', publishedOn: '2026年1月12日',
  validFrom: '2026-01-12', validTo: '2029-01-11', repairFrom: '2026-07-12',
};

/** A file of the template. */
export function listFile(rows: readonly ListCells[]): string {
  const lines = rows.map((row) => [...listHeaders.keys()].map((field) => row[field] ?? '').join(','));
  return `${[[...listHeaders.values()].join(','), ...lines].join('\n')}\n`;
}
