import { registerEnumType } from 'type-graphql';
import { codes } from '../../measures/codes.js';

/** What a measure does to its subject (YZ-3.5a). */
export const JointMeasureKind = codes('SANCTION', 'INCENTIVE');
export type JointMeasureKind = keyof typeof JointMeasureKind;

/** Types of measures (YZ-3.5d; 人社部令第45号, unconfirmed). */
export const JointMeasureType = codes('INSPECTION', 'COERCION', 'PENALTY', 'PROCUREMENT', 'BIDDING', 'FINANCE', 'MARKET_ENTRY', 'TAX', 'AWARDS', 'TRAVEL', 'INCENTIVE');
export type JointMeasureType = keyof typeof JointMeasureType;

/** What part the bureau of a measure plays in it. */
export const JointMeasureRole = codes('RESPONSIBLE', 'COOPERATING');
export type JointMeasureRole = keyof typeof JointMeasureRole;

/** Where a measure stands (src/measures/credit/joint-measure.ts). */
export const JointMeasureState = codes('ASKED', 'STARTED', 'TO_LIFT', 'LIFTED', 'DECLINED', 'LAPSED');
export type JointMeasureState = keyof typeof JointMeasureState;

/** Why a measure has to be or was lifted, or lapsed: the three ends of an entry, or the bureau's own decision. */
export const JointMeasureEnd = codes('REPAIRED', 'EXPIRED', 'REVOKED', 'BY_BUREAU');
export type JointMeasureEnd = keyof typeof JointMeasureEnd;

/** What a bureau may record of its own measure. */
export const JointMeasureStepCode = codes('START', 'DECLINE', 'REPORT', 'LIFT');
export type JointMeasureStepCode = keyof typeof JointMeasureStepCode;

registerEnumType(JointMeasureKind, {
  name: 'JointMeasureKind',
  description: '措施性质 · What a measure does to its subject.',
  valuesConfig: {
    SANCTION: { description: '失信联合惩戒（黑名单） · A sanction, on an entry of the black list.' },
    INCENTIVE: { description: '守信联合激励（红名单） · An incentive, on an entry of the red list.' },
  },
});
registerEnumType(JointMeasureType, {
  name: 'JointMeasureType',
  description: '措施类型 · Type of a measure.',
  valuesConfig: {
    INSPECTION: { description: '行政检查 · Inspection (YZ-3.5d).' },
    COERCION: { description: '行政强制 · Coercion (YZ-3.5d).' },
    PENALTY: { description: '行政处罚 · Penalty (YZ-3.5d).' },
    PROCUREMENT: { description: '政府采购（未核实原文） · Government procurement (unconfirmed).' },
    BIDDING: { description: '招标投标（未核实原文） · Tenders (unconfirmed).' },
    FINANCE: { description: '融资贷款（未核实原文） · Finance (unconfirmed).' },
    MARKET_ENTRY: { description: '市场准入（未核实原文） · Market entry (unconfirmed).' },
    TAX: { description: '税收优惠（未核实原文） · Tax (unconfirmed).' },
    AWARDS: { description: '评优评先（未核实原文） · Awards (unconfirmed).' },
    TRAVEL: { description: '交通出行（未核实原文） · Travel (unconfirmed).' },
    INCENTIVE: { description: '激励，条款未列种类 · Incentive; the clause names no types (YZ-3.5a).' },
  },
});
registerEnumType(JointMeasureRole, {
  name: 'JointMeasureRole',
  description: '机关的角色 · What part the bureau plays.',
  valuesConfig: {
    RESPONSIBLE: { description: '牵头实施 · It leads and takes the measure itself.' },
    COOPERATING: { description: '协同实施 · It was asked to take part.' },
  },
});
registerEnumType(JointMeasureState, {
  name: 'JointMeasureState',
  description: '措施的状态 · Where a measure stands.',
  valuesConfig: {
    ASKED: { description: '已请求协同，待答复 · Asked of the bureau.' },
    STARTED: { description: '已实施 · In force.' },
    TO_LIFT: { description: '所依名单记录已移出，须立即解除 · Its entry left the list: it must be lifted at once.' },
    LIFTED: { description: '已解除 · Lifted.' },
    DECLINED: { description: '不予实施 · Declined.' },
    LAPSED: { description: '未实施即因名单记录移出而失效 · Never started: its entry left the list before.' },
  },
});
registerEnumType(JointMeasureEnd, {
  name: 'JointMeasureEnd',
  description: '解除的原因 · Why a measure ends.',
  valuesConfig: {
    REPAIRED: { description: '信用修复 · Its entry was repaired.' },
    EXPIRED: { description: '名单记录期满 · Its entry is over.' },
    REVOKED: { description: '列入决定被撤销 · Its entry was revoked.' },
    BY_BUREAU: { description: '实施机关自行解除，名单记录仍在列 · The bureau ended it by itself, the entry being on the list.' },
  },
});
registerEnumType(JointMeasureStepCode, {
  name: 'JointMeasureStepCode',
  description: '措施的办理步骤 · A step of a bureau’s own measure.',
  valuesConfig: {
    START: { description: '开始实施 · Started.' },
    DECLINE: { description: '不予实施，说明理由 · Declined, with the reason.' },
    REPORT: { description: '反馈实施情况，可多次 · Feedback on what was done; may be repeated.' },
    LIFT: { description: '解除，说明情况 · Lifted, with what was done.' },
  },
});
