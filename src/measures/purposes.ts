/** Why data is asked for: the controlled list, each entry with the clauses that make it a task of a bureau. */
export const purposes = {
  CASE_HANDLING: { zh: '办理许可案件', en: 'handling a permit case', clauses: ['XT-3.1b', 'XT-5.2.2a'] },
  SUPERVISION: { zh: '事中事后监管', en: 'supervision during and after the permit', clauses: ['XT-5.1.1a', 'XT-5.2.1'] },
  SPOT_CHECK: { zh: '抽查', en: 'spot check', clauses: ['XT-5.4.2.1', 'XT-5.4.2.4a'] },
  VERIFICATION: { zh: '告知承诺核查', en: 'verification of a commitment', clauses: ['YZ-3.4b'] },
  ENFORCEMENT: { zh: '行政执法案件', en: 'an enforcement case', clauses: ['SX-3.2.4.2'] },
  JOINT_SANCTION: { zh: '失信联合惩戒', en: 'joint sanctions for dishonesty', clauses: ['YZ-3.5d', 'YZ-3.5e'] },
  PERSONNEL: { zh: '工作人员考核管理', en: 'personnel matters of operators', clauses: ['XT-5.4.2.5d'] },
  AUDIT: { zh: '审计与执法监督', en: 'audit and oversight of enforcement', clauses: ['XM-3.5.8', 'SX-3.2.4.2'] },
} as const satisfies Readonly<Record<string, PurposeEntry>>;

interface PurposeEntry {
  readonly zh: string;
  readonly en: string;
  readonly clauses: readonly string[];
}

/** Code of a purpose, for example CASE_HANDLING. */
export type Purpose = keyof typeof purposes;

/** Whether a text is the code of a purpose of the list. */
export function isPurpose(text: unknown): text is Purpose {
  return typeof text === 'string' && Object.hasOwn(purposes, text);
}
