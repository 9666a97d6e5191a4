import { z } from 'zod';
import { registerEnumType } from 'type-graphql';
import { cities, clauseForces, clauseKinds, clauseModes, hubClasses, sourceDocuments } from '../measures/clauses.js';
import { enforcementCategories } from '../measures/enforcement-catalogue.js';
import { inspectorPools, supervisedObjectKinds } from '../measures/supervision-items.js';

/**
 * Registers a list of codes as an enum of the schema, with words for the enum and each of its values. Names and values
 * are the same: coerced variables pass through coercion a second time where a resolver answers.
 */
function vocabulary<const T extends readonly [string, ...string[]]>(
  name: string,
  codes: T,
  description: string,
  words: Readonly<Record<T[number], string>>,
) {
  const values = z.enum(codes).enum;
  const described = Object.entries<string>(words).map(([code, text]) => [code, { description: text }] as const);
  registerEnumType<Record<string, string>>(values, { name, description, valuesConfig: Object.fromEntries(described) });
  return values;
}

export const City = vocabulary('City', cities, '城市 · City.', {
  TIANJIN: '天津市 · Tianjin (CN-TJ).',
  XIAMEN: '厦门市 · Xiamen (CN-FJ-350200).',
});
export type City = keyof typeof City;

export const SourceDocument = vocabulary('SourceDocument', sourceDocuments, '来源文件 · Source document.', {
  XT: '审批与人社协同办法（天津，2017） · Coordination of approval and human-resources bureaux, Tianjin, 2017.',
  YZ: '“一制三化”实施细则（天津，2018） · Approval by commitment, Tianjin, 2018.',
  CK: '外国人来华工作许可经办窗口管理（天津，2020） · Windows for work permits of foreigners, Tianjin, 2020.',
  SX: '三项制度实施方案（天津，2019） · Publication, recording and legal review of enforcement, Tianjin, 2019.',
  XM: '事中事后监管工作方案（厦门，2017） · Supervision during and after the act, Xiamen, 2017.',
});
export type SourceDocument = keyof typeof SourceDocument;

export const ClauseKind = vocabulary('ClauseKind', clauseKinds, '条款类别 · What a clause is about.', {
  ACCESS_CONTROL: '账号与权限 · Accounts and permissions.',
  AUDIT: '留痕与审计 · Traces and audit.',
  CERTIFICATE_STOCK: '证书管理 · Stock of certificates.',
  COMMITMENT_APPROVAL: '告知承诺审批 · Approval by commitment.',
  CREDIT: '信用管理 · Credit.',
  DATA_MODEL: '数据项 · What is recorded.',
  DEADLINE: '期限 · Time limits.',
  FILING: '备案与报送 · Filing and reports.',
  FORM_CHECK: '报表审核关系 · Checks of forms.',
  INSPECTION_PROCEDURE: '检查程序 · Procedure of inspections.',
  INSPECTION_SAMPLING: '抽查 · Draws and samples.',
  INTEROP: '系统对接 · Links between systems.',
  JURISDICTION: '权限 · Competence.',
  LEGAL_REVIEW: '法制审核 · Legal review.',
  PUBLICATION: '公开 · Publication.',
  RECORD_KEEPING: '记录与归档 · Records.',
  REDACTION: '脱敏 · Redaction.',
  SERVICE_GUIDE: '指导与指南 · Guidance.',
  SERVICE_LEVEL: '服务标准 · Standards of service.',
  SHARING_DUTY: '信息共享 · Duties to share.',
  STAFF_ACCOUNTABILITY: '人员责任 · Accountability of staff.',
  STATISTICS: '统计 · Statistics.',
  WINDOW_LIFECYCLE: '窗口设立与退出 · Life of a window.',
  WITHDRAWAL: '撤回 · Withdrawal.',
  WORKFLOW: '办理流程 · Workflow.',
});
export type ClauseKind = keyof typeof ClauseKind;

export const HubClass = vocabulary('HubClass', hubClasses, '枢纽对条款的处理 · What the hub does with a clause.', {
  CORE: '执行、计算、计时或公布 · Enforced, computed, timed or published.',
  SUPPORT: '存储或展示 · Stored or shown.',
  CONTEXT: '仅供参考 · For reference only.',
});
export type HubClass = keyof typeof HubClass;

export const ClauseForce = vocabulary('ClauseForce', clauseForces, '效力 · Force of a clause.', {
  MUST: '应当 · Must.',
  SHOULD: '宜 · Should.',
  MAY: '可以 · May.',
  DERIVED: '推导，无原文 · Derived, without operative words.',
});
export type ClauseForce = keyof typeof ClauseForce;

export const ClauseTextMode = vocabulary('ClauseTextMode', clauseModes, '原文或转述 · Quoted or paraphrased.', {
  QUOTE: '原文 · Verbatim; … where words are left out.',
  PARAPHRASE: '转述 · Not a quotation.',
});
export type ClauseTextMode = keyof typeof ClauseTextMode;

export const EnforcementCategory = vocabulary('EnforcementCategory', enforcementCategories, '执法类别 · Category of enforcement (SX-2).', {
  PENALTY: '行政处罚 · Penalty.',
  INSPECTION: '行政检查 · Inspection.',
  COERCION: '行政强制 · Coercion.',
  PERMIT: '行政许可 · Permit.',
  LEVY: '行政征收，目录中无此类事项 · Levy; the catalogue holds none (A-36).',
});
export type EnforcementCategory = keyof typeof EnforcementCategory;

export const InspectorPool = vocabulary('InspectorPool', inspectorPools, '检查人员库 · Where inspectors are drawn from.', {
  ENFORCEMENT: '行政执法人员库 · Enforcement officers.',
  BUSINESS: '业务检查人员库 · Business inspectors.',
});
export type InspectorPool = keyof typeof InspectorPool;

export const SupervisedObject = vocabulary('SupervisedObject', supervisedObjectKinds, '监管对象 · What is supervised.', {
  ORGANISATION: '单位 · Organisations.',
  NATURAL_PERSON: '自然人 · Natural persons.',
  ORGANISATION_OR_PERSON: '单位或自然人 · Organisations or natural persons.',
});
export type SupervisedObject = keyof typeof SupervisedObject;

const dueKinds = ['NATURAL_DAYS', 'WORKING_DAYS', 'CALENDAR_MONTHS', 'FIXED_DATE'] as const;

export const DueKind = vocabulary('DueKind', dueKinds, '计算方式 · How a time limit is counted.', {
  NATURAL_DAYS: '自然日 · Natural days.',
  WORKING_DAYS: '工作日 · Working days.',
  CALENDAR_MONTHS: '日历月 · Calendar months.',
  FIXED_DATE: '固定日期，含当日，不顺延 · A fixed date, itself included; it does not roll (A-04, A-05).',
});
export type DueKind = keyof typeof DueKind;

const dueStandings = ['STATED', 'ALTERNATIVE', 'POLICY_DEFAULT'] as const;

export const DueStanding = vocabulary('DueStanding', dueStandings, '期限的依据 · What a time limit rests on.', {
  STATED: '条款所定 · The clause sets it.',
  ALTERNATIVE: '裁定保留的另一种读法 · A second reading that a ruling keeps.',
  POLICY_DEFAULT: '系统默认监测值，逾期不构成违规 · A monitoring value of the project (policyDefault); exceeding it is no breach.',
});
export type DueStanding = keyof typeof DueStanding;
