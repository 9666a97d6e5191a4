import { registerEnumType } from 'type-graphql';
import { codes } from '../measures/codes.js';


/** The closed list of ten permit items (XT-3.0). */
export const PermitItemCode = codes('P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10');
export type PermitItemCode = keyof typeof PermitItemCode;

/** Current state of a granted permit as its source states it. */
export const PermitStatus = codes('VALID', 'INVALID', 'REVOKED', 'CANCELLED');
export type PermitStatus = keyof typeof PermitStatus;

export const PermitOutcome = codes('GRANTED', 'REFUSED');
export type PermitOutcome = keyof typeof PermitOutcome;

/** The action types of XT-4.1.1b, with refusal and revocation. */
export const PermitActionType = codes(
  'GRANT', 'REFUSAL', 'BRANCH_FILING', 'CHANGE', 'ANNUAL_REPORT', 'RENEWAL', 'CANCELLATION', 'REVOCATION',
);
export type PermitActionType = keyof typeof PermitActionType;

registerEnumType(PermitItemCode, {
  name: 'PermitItemCode',
  description: '许可事项代码 · Permit item, the closed list of XT-3.0.',
  valuesConfig: {
    P01: { description: '劳务派遣经营许可 · Labour dispatch.' },
    P02: { description: '人力资源服务机构资格认定（人力资源服务许可） · Human-resources service agency.' },
    P03: { description: '招聘会许可 · Job fair.' },
    P04: { description: '台、港、澳人员在内地就业许可 · Employment of residents of Taiwan, Hong Kong and Macao.' },
    P05: { description: '企业不定时和综合计算工时工作制许可 · Special working hours.' },
    P06: { description: '集体合同审查 · Review of collective contracts.' },
    P07: { description: '外国人来华工作许可 · Foreigner’s work permit.' },
    P08: { description: '职业技能鉴定机构认定 · Skill appraisal body.' },
    P09: { description: '职业资格证书颁发 · Vocational certificate.' },
    P10: { description: '职业培训机构设立许可 · Vocational training body.' },
  },
});
registerEnumType(PermitStatus, {
  name: 'PermitStatus',
  description: '当前状态 · Current state.',
  valuesConfig: {
    VALID: { description: '有效 · In force.' },
    INVALID: { description: '无效 · No longer in force.' },
    REVOKED: { description: '撤销 · Revoked.' },
    CANCELLED: { description: '注销 · Cancelled.' },
  },
});
registerEnumType(PermitOutcome, {
  name: 'PermitOutcome',
  description: '决定结果 · Outcome of the decision.',
  valuesConfig: { GRANTED: { description: '准予 · Granted.' }, REFUSED: { description: '不予 · Refused.' } },
});
registerEnumType(PermitActionType, {
  name: 'PermitActionType',
  description: '办理类型 · Action on a permit (XT-4.1.1b, A-70).',
  valuesConfig: {
    GRANT: { description: '准予 · Grant.' },
    REFUSAL: { description: '不予许可 · Refusal.' },
    BRANCH_FILING: { description: '分公司备案 · Filing of a branch.' },
    CHANGE: { description: '变更 · Change.' },
    ANNUAL_REPORT: { description: '年度报告 · Annual report.' },
    RENEWAL: { description: '延续 · Renewal.' },
    CANCELLATION: { description: '注销 · Cancellation.' },
    REVOCATION: { description: '撤销 · Revocation.' },
  },
});
