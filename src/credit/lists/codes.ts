import { registerEnumType } from 'type-graphql';
import { codes } from '../../measures/codes.js';

/** The lists (YZ-3.5a, XM-3.6.4b) and that of judgment debtors, which the credit gate asks too (YZ-2.3d, A-27). */
export const CreditList = codes('RED', 'BLACK', 'JUDGMENT_DEBTOR');
export type CreditList = keyof typeof CreditList;

/** Where an entry stands (src/measures/credit/list-entry.ts). */
export const ListEntryState = codes(
  'PROPOSED', 'INFORMED', 'DROPPED', 'DECIDED', 'PUBLISHED', 'OBJECTED', 'REPAIRED', 'EXPIRED', 'REVOKED', 'REMOVED',
);
export type ListEntryState = keyof typeof ListEntryState;

/** Why an entry left the list: the three ways there are. */
export const ListEntryEnd = codes('REPAIRED', 'EXPIRED', 'REVOKED');
export type ListEntryEnd = keyof typeof ListEntryEnd;

/** How grave the conduct is. */
export const Severity = codes('MINOR', 'ORDINARY', 'SERIOUS');
export type Severity = keyof typeof Severity;

/** Why commitment approval is closed to a subject. */
export const GateGround = codes('ACTIVE_BLACKLIST_ENTRY', 'UNPERFORMED_JUDGMENT');
export type GateGround = keyof typeof GateGround;

registerEnumType(CreditList, {
  name: 'CreditList',
  description: '名单 · Which list.',
  valuesConfig: {
    RED: { description: '红名单（守信激励） · Red list: the honest.' },
    BLACK: { description: '黑名单（严重失信主体名单） · Black list: the seriously dishonest.' },
    JUDGMENT_DEBTOR: { description: '失信被执行人 · Judgment debtors with duties not performed.' },
  },
});
registerEnumType(ListEntryState, {
  name: 'ListEntryState',
  description: '名单记录的状态 · Where an entry stands.',
  valuesConfig: {
    PROPOSED: { description: '拟列入 · Proposed.' },
    INFORMED: { description: '已告知，陈述申辩中 · The subject was informed and may defend itself.' },
    DROPPED: { description: '不予列入 · Given up.' },
    DECIDED: { description: '已决定 · Decided.' },
    PUBLISHED: { description: '已公布 · Published.' },
    OBJECTED: { description: '异议处理中，仍在名单 · Objected to; still on the list.' },
    REPAIRED: { description: '已修复 · Repaired.' },
    EXPIRED: { description: '期满 · Expired.' },
    REVOKED: { description: '已撤销 · Revoked.' },
    REMOVED: { description: '已移出 · Removed.' },
  },
});
registerEnumType(ListEntryEnd, {
  name: 'ListEntryEnd',
  description: '移出名单的原因 · Why an entry left the list (A-49).',
  valuesConfig: {
    REPAIRED: { description: '信用修复 · Credit repair.' },
    EXPIRED: { description: '期满 · Its period is over.' },
    REVOKED: { description: '撤销列入决定 · The decision was revoked.' },
  },
});
registerEnumType(Severity, {
  name: 'Severity',
  description: '失信程度 · How grave the conduct is.',
  valuesConfig: {
    MINOR: { description: '轻微 · Minor.' },
    ORDINARY: { description: '一般 · Ordinary.' },
    SERIOUS: { description: '严重 · Serious.' },
  },
});
registerEnumType(GateGround, {
  name: 'GateGround',
  description: '不得适用告知承诺的情形 · Why commitment approval is closed (YZ-2.3d, A-27).',
  valuesConfig: {
    ACTIVE_BLACKLIST_ENTRY: { description: '在黑名单有效期内 · An entry of the black list in force.' },
    UNPERFORMED_JUDGMENT: { description: '有未履行的生效裁判义务 · A judgment not performed.' },
  },
});
