/** A part that bodies or persons play in a clause: it may be the role of a token or a party of a duty, never an agency. */
export interface Role {
  readonly code: string;
  readonly zh: string;
  readonly en: string;
}

/** The codes of the measures' vocabulary that name no body. */
export const roles: readonly Role[] = [
  { code: 'LICENSING_ORGAN', zh: '履行审批职责的行政机关', en: 'the organ that licenses' },
  { code: 'SUPERVISING_ORGAN', zh: '履行监管职责的行政机关', en: 'the organ that supervises' },
  { code: 'ALL_ORGANS', zh: '各级行政机关', en: 'administrative organs of every level' },
  { code: 'ALL_PARTNERS', zh: '枢纽各协同机关', en: 'all partners of the hub' },
  { code: 'ALL_SUBSCRIBERS', zh: '枢纽各订阅方', en: 'all subscribers of the hub' },
  { code: 'ENFORCER', zh: '行政执法机构、承办机构', en: 'the enforcing body of a case' },
  { code: 'ENFORCER_LEGAL', zh: '执法机构法制审核人员', en: 'legal reviewers of an enforcing body' },
  { code: 'JUDICIAL', zh: '司法机关', en: 'judicial organs' },
  { code: 'FOREIGNER_MGMT_AUTHORITIES', zh: '外国人相关管理部门', en: 'authorities that manage foreigners' },
  { code: 'MUNI_FEB_DIV', zh: '市外国专家局有关部门负责人', en: 'head of the division concerned, foreign experts bureau' },
  { code: 'MUNI_FEB_LEADER', zh: '市外国专家局分管局领导', en: 'leader in charge, foreign experts bureau' },
  { code: 'WINDOW_PARENT', zh: '经办窗口所属区或委办局', en: 'district or commission a window belongs to' },
  { code: 'OPERATOR', zh: '业务经办人员', en: 'operator of a window' },
  { code: 'APPLICANT_UNIT', zh: '申请单位', en: 'unit that applies for access' },
  { code: 'BUSINESS_DIVISION', zh: '主管业务处室', en: 'division in charge of the business' },
  { code: 'PERMISSION_ADMIN', zh: '权限管理部门、系统管理员', en: 'administrator of permissions' },
  { code: 'SUPERVISOR_REVIEWER', zh: '记录调阅监督人员', en: 'person who supervises the retrieval of records' },
  { code: 'AUDITOR', zh: '审计、监督人员', en: 'auditor' },
  { code: 'ANALYST', zh: '统计分析人员', en: 'analyst' },
  { code: 'INSPECTOR', zh: '执法（检查）人员', en: 'inspector' },
  { code: 'XM_DISCIPLINE', zh: '纪检监察人员', en: 'discipline inspection staff' },
  { code: 'HUB', zh: '数据共享枢纽', en: 'the hub itself' },
  { code: 'APPLICANT', zh: '申请人', en: 'applicant' },
  { code: 'EMPLOYER', zh: '用人单位、聘用单位', en: 'employer' },
  { code: 'PERMIT_HOLDER', zh: '被许可人', en: 'holder of a permit' },
  { code: 'SUBJECT', zh: '当事人、行政相对人、检查对象', en: 'person or unit a record is about' },
  { code: 'PUBLIC', zh: '社会公众', en: 'the public' },
];
