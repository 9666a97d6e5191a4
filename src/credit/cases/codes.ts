import { registerEnumType } from 'type-graphql';
import { codes } from '../../measures/codes.js';

/** What a case asks for (src/measures/credit/credit-case.ts). */
export const CaseKind = codes('OBJECTION', 'REPAIR');
export type CaseKind = keyof typeof CaseKind;

export const CreditCaseState = codes('FILED', 'NOT_ACCEPTED', 'ACCEPTED', 'REVIEWED', 'GRANTED', 'REFUSED', 'WITHDRAWN', 'LAPSED');
export type CreditCaseState = keyof typeof CreditCaseState;

/** What agencies may do; FILE is an operation of its own, and LAPSE follows from the entry. */
export const CreditCaseStepCode = codes('ACCEPT', 'DECLINE', 'REVIEW', 'EXTEND', 'GRANT', 'REFUSE', 'WITHDRAW');
export type CreditCaseStepCode = keyof typeof CreditCaseStepCode;

export const CaseOutcome = codes('CORRECTED', 'REVOKED', 'REPAIRED');
export type CaseOutcome = keyof typeof CaseOutcome;

/**
 * What an objection may ask to be corrected. The details of the case (`reason`) are not among them, for the centre sees
 * them for the purpose of sanctions alone (B-38); nor is the subject, whose wrong entry is revoked.
 */
export const CorrectableField = codes('GROUND', 'LEGAL_BASIS', 'DOCUMENT_NO', 'SEVERITY', 'DISTRICT', 'SUBJECT_NAME', 'VALID_TO');
export type CorrectableField = keyof typeof CorrectableField;

registerEnumType(CaseKind, {
  name: 'CreditCaseKind',
  description: '案件种类 · What a case asks for.',
  valuesConfig: {
    OBJECTION: { description: '异议：更正或撤销 · That the entry be corrected or revoked.' },
    REPAIR: { description: '信用修复：提前移出 · That the entry end early, because the conduct was mended.' },
  },
});
registerEnumType(CreditCaseState, {
  name: 'CreditCaseState',
  description: '案件状态 · Where a case stands.',
  valuesConfig: {
    FILED: { description: '已提交，待受理 · Filed; it waits for acceptance.' },
    NOT_ACCEPTED: { description: '不予受理 · Not accepted.' },
    ACCEPTED: { description: '已受理，待审核 · Accepted; it waits for the centre’s review.' },
    REVIEWED: { description: '已审核，待认定机关核实 · Reviewed; it waits for the organ that answers for the entry.' },
    GRANTED: { description: '已支持 · Granted.' },
    REFUSED: { description: '不予支持 · Refused.' },
    WITHDRAWN: { description: '已撤回 · Withdrawn.' },
    LAPSED: { description: '已终结：记录已期满或被撤销 · The entry expired or was revoked meanwhile.' },
  },
});
registerEnumType(CreditCaseStepCode, {
  name: 'CreditCaseStepCode',
  description: '案件的办理步骤 · A step of a case.',
  valuesConfig: {
    ACCEPT: { description: '受理（信用中心） · Accepted, by the credit centre.' },
    DECLINE: { description: '不予受理（信用中心） · Not accepted, by the credit centre.' },
    REVIEW: { description: '审核通过，转认定机关（信用中心） · Reviewed and handed to the organ, by the credit centre.' },
    EXTEND: { description: '复杂案件延长期限，仅一次（信用中心） · A complex case is given as many days again, once, by the credit centre.' },
    GRANT: { description: '支持（认定机关） · Granted, by the organ that answers for the entry.' },
    REFUSE: { description: '不予支持（认定机关） · Refused, by the organ that answers for the entry.' },
    WITHDRAW: { description: '撤回（提交机关代主体） · Taken back, by who filed it.' },
  },
});
registerEnumType(CaseOutcome, {
  name: 'CreditCaseOutcome',
  description: '支持的结果 · What a granted case led to.',
  valuesConfig: {
    CORRECTED: { description: '已更正，记录维持 · The entry was corrected and stays.' },
    REVOKED: { description: '已撤销列入决定 · The entry was revoked.' },
    REPAIRED: { description: '已修复，移出名单 · The entry was repaired and left the list.' },
  },
});
registerEnumType(CorrectableField, {
  name: 'CorrectableField',
  description: '可申请更正的字段 · What an objection may ask to be corrected.',
  valuesConfig: {
    GROUND: { description: '列入事由代码 · Code of the ground.' },
    LEGAL_BASIS: { description: '法律依据 · Legal basis.' },
    DOCUMENT_NO: { description: '文书号 · Number of the decision.' },
    SEVERITY: { description: '失信程度 · How grave.' },
    DISTRICT: { description: '所在区 · District.' },
    SUBJECT_NAME: { description: '主体名称 · Name of the subject.' },
    VALID_TO: { description: '有效期至 · Last day on the list.' },
  },
});
