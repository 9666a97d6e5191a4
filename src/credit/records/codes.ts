import { registerEnumType } from 'type-graphql';
import { codes } from '../../measures/codes.js';

/** What a result is to the credit file (XM-3.6.4a). */
export const RecordCategory = codes('GOOD', 'WARNING', 'REMINDER');
export type RecordCategory = keyof typeof RecordCategory;

/** Where a record stands (src/measures/credit/credit-record.ts). */
export const CreditRecordState = codes('RECORDED', 'INFORMED', 'CONFIRMED', 'REPAIRED', 'EXPIRED', 'WITHDRAWN');
export type CreditRecordState = keyof typeof CreditRecordState;

/** Why a record left the credit file. */
export const CreditRecordEnd = codes('REPAIRED', 'EXPIRED', 'WITHDRAWN');
export type CreditRecordEnd = keyof typeof CreditRecordEnd;

/** Kinds of penalty (src/measures/credit/publicity-period.ts). */
export const PenaltyKind = codes(
  'WARNING', 'CRITICISM', 'SIMPLE_PROCEDURE', 'FINE', 'CONFISCATION', 'SUSPENSION', 'DOWNGRADE', 'VERY_LARGE_FINE', 'LICENCE_REVOCATION', 'RESTRICTION',
);
export type PenaltyKind = keyof typeof PenaltyKind;

registerEnumType(RecordCategory, {
  name: 'RecordCategory',
  description: '信用信息类别 · Category of a credit record (XM-3.6.4a); it leads to no list (A-49).',
  valuesConfig: {
    GOOD: { description: '良好信息 · Good information.' },
    WARNING: { description: '警示信息 · Warning information.' },
    REMINDER: { description: '提示信息 · Reminder information.' },
  },
});
registerEnumType(CreditRecordState, {
  name: 'CreditRecordState',
  description: '信用信息的状态 · Where a credit record stands.',
  valuesConfig: {
    RECORDED: { description: '已记录，尚未确认 · Recorded, not confirmed.' },
    INFORMED: { description: '已告知，陈述申辩中 · The subject was informed and may defend itself.' },
    CONFIRMED: { description: '已确认，记入信用档案 · Confirmed; it stands in the credit file.' },
    REPAIRED: { description: '已修复 · Repaired.' },
    EXPIRED: { description: '期满 · Its period is over.' },
    WITHDRAWN: { description: '已撤回 · Withdrawn by its unit.' },
  },
});
registerEnumType(CreditRecordEnd, {
  name: 'CreditRecordEnd',
  description: '信用信息移出信用档案的原因 · Why a record left the credit file.',
  valuesConfig: {
    REPAIRED: { description: '信用修复 · Credit repair.' },
    EXPIRED: { description: '期满 · Its period is over.' },
    WITHDRAWN: { description: '撤回 · Its unit withdrew it.' },
  },
});
registerEnumType(PenaltyKind, {
  name: 'PenaltyKind',
  description: '处罚种类 · Kind of penalty, as the papers on publicity periods tell them apart.',
  valuesConfig: {
    WARNING: { description: '警告 · Warning.' },
    CRITICISM: { description: '通报批评 · Public criticism.' },
    SIMPLE_PROCEDURE: { description: '简易程序处罚 · Any penalty by the simple procedure.' },
    FINE: { description: '罚款 · Fine.' },
    CONFISCATION: { description: '没收违法所得、没收非法财物 · Confiscation.' },
    SUSPENSION: { description: '暂扣许可证件、责令停产停业 · Suspension of a permit or of business.' },
    DOWNGRADE: { description: '降低资质等级 · Lower grade of qualification.' },
    VERY_LARGE_FINE: { description: '数额特别巨大的罚款 · Very large fine.' },
    LICENCE_REVOCATION: { description: '吊销许可证件 · Revocation of a permit.' },
    RESTRICTION: { description: '限制从业、限制开展生产经营活动 · Restriction of profession or business.' },
  },
});
