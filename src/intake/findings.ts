import { cellFaultReasons } from './cells/cell-fault.js';

/** Why a row is not simply stored: one finding on one column. */
export interface Finding {
  /** The column, by its header; * for the row as a whole. */
  readonly field: string;
  readonly code: FindingCode;
  /** Cause and next step, zh-CN then en. Never repeats a cell: any cell may hold an identity number by mistake. */
  readonly reason: string;
  /** Clauses and rulings it rests on. */
  readonly clauses: readonly string[];
}

const rejections = {
  ...cellFaultReasons,
  COLUMN_COUNT: '列数与表头不一致，请检查引号与逗号。 The row has another number of cells than the header: check quotes and commas.',
  COLUMN_SHIFTED: '单元格整体错位一列，请按表头对齐。 The cells stand one column beside their headers: put them under their own.',
  REQUIRED: '必填项为空，请补填。 This column must be filled.',
  NOT_ALLOWED: '该类相对人不得填写此列（自然人不得填写组织代码），请清空。 This kind of holder must not carry it (a natural person has no organisation code): empty this cell.',
  TOO_LONG: '超过该列的最大长度，请缩短。 Longer than the column allows: shorten it.',
  NAME_CHARS: '名称含有不允许的特殊字符（如 * # < >），请填写登记的全称。 The name holds special characters (such as * # < >): give the full registered name.',
  DATE_IN_FUTURE: '许可决定日期晚于今天，请更正。 The decision date is after today: correct it.',
  DATE_ORDER: '有效期至早于有效期自，请更正。 Valid-to is before valid-from: correct the dates.',
  DATE_EXPIRED: '状态为有效，但有效期至早于决定日期（新发的许可：早于今天），请更正。 Called valid, but it ended before it was decided (or, when issued now, before today): correct the dates or the state.',
  VALUE_UNKNOWN: '不在该列的取值表内，请按标准取值填写。 Not in the value list of this column: use a listed value.',
  CREDIT_CODE_INVALID:
    '统一社会信用代码未通过 GB 32100 或其中组织机构代码的 GB 11714 校验，请核对。 The unified social credit code fails the check of GB 32100, or of GB 11714 inside it: verify it.',
  IDENTITY_NUMBER_INVALID:
    '证件号码与证件类型不符或未通过 GB 11643 校验，请核对。 The identity number does not fit its kind, or fails the check of GB 11643: verify it.',
  IDENTIFIER_INVALID: '代码未通过其标准的校验，请核对。 The code fails the check of its standard: verify it.',
  KIND_PREFIX: '相对人类别与代码不符：个体工商户的代码以 92 开头，法人及非法人组织的不以 92 开头，请核对。 Kind and code contradict each other: codes of household businesses begin 92, those of organisations do not.',
  ITEM_UNKNOWN: '许可事项无法识别，请填写事项编码（P01、P02 …）或登记的许可证书名称。 The permit item is unknown: give the item code (P01, P02, …) or a registered certificate name.',
  ITEM_CONFLICT: '事项编码与许可证书名称不一致，请更正。 Item code and certificate name contradict each other: correct one.',
  ORGAN_UNKNOWN: '许可机关未登记，请填写登记的机关全称。 The deciding organ is not registered: give its exact registered name.',
  LOCATION_MISSING: '未填写坐落，请填写地方编码（A-07：不得由地址推测）。 The location is missing: fill the district code (A-07: it is never guessed).',
  LOCATION_UNKNOWN: '地方编码不是该市现行的区，请更正。 The district code is not a present district of the city: correct it.',
  CERTIFICATE_NO_FORMAT: '证书编号须为 1201 加四位数字（XT-4.1.2c，A-03），请更正。 The certificate number must be 1201 and four digits (XT-4.1.2c, A-03): correct it.',
  STALE_VERSION: '来源版本早于已存版本，未接收；请先取得最新版本。 The source version is older than the stored one: get the current version first.',
  VERSION_CONFLICT: '同一来源版本的内容与已存内容不同，请提高版本号后重报。 The same source version was stored with other content: raise the version and send it again.',
  CANCEL_UNKNOWN: '撤销或注销的许可在枢纽中没有记录（查无历史），请先报送许可决定。 No history found: the hub does not know the permit that is revoked or cancelled; deliver the decision first.',
  LIST_DAY_TO_COME: '该日期尚未到来，请更正。 This day is still to come: correct it.',
  LIST_DAYS_UNFIT: '告知、陈述申辩、决定、公布与有效期的日期前后不符，请更正。 The days of notice, defence, decision, publication and term contradict each other: correct them.',
  LIST_DEFENCE_RUNNING: '陈述申辩期未满即作出决定，请核对日期，或在“是否已听取陈述申辩”填“是”。 Decided while the defence was running: verify the days, or say that the subject was heard.',
  LIST_ENTRY_OVER: '列入之前已期满、修复或撤销：枢纽此前没有该记录，不再列入；请勿报送。 It had ended before the hub knew of it and is not put on a list any more: leave it out.',
  LIST_REPAIR_BY_CASE: '信用修复须经案件办理，不能以文件导入：请以 fileCreditCase 申请。 A repair goes by a case and not by a file: file it with fileCreditCase.',
  LIST_STEP_REFUSED: '该记录的现状不允许此办理步骤，请先核对枢纽中的记录。 The entry stands where this step does not start: look at it in the hub first.',
  REFUSED_BEFORE: '该行曾列为存疑并已退回，请按退回意见更正。 The same row was doubtful before and was refused: correct it as the refusal says.',
} as const;

const doubts = {
  NOT_COMPETENT: '许可机关对该事项、坐落和日期没有权限，请核对。 The organ has no competence for this item, location and date: verify them.',
  CERTIFICATE_NO_USED: '该证书编号已用于另一主体的许可，请核对。 Another holder has a permit with this certificate number: verify it.',
  SUBJECT_AMBIGUOUS:
    '代码或证件号码与不止一个主体、或与另一名称的主体相符，请核对。 The code or number fits several subjects, or one of another name: verify it.',
  ORGANISATION_CODE_DIFFERS: '组织机构代码与统一社会信用代码第 9–17 位不一致，请核对（A-60）。 The organisation code is not the one inside the credit code: verify both (A-60).',
  ORGAN_CODE_AS_HOLDER: '相对人代码与许可机关或数据来源单位的代码相同，请核对是否填错列。 The holder’s code is that of the deciding or delivering organ: verify that it stands in the right column.',
  SOURCES_DISAGREE: '另一来源报送的同一文书内容不同，请核对以何者为准。 Another source delivered the same document with other content: decide which one holds.',
  STATE_ENDED: '该许可已撤销或注销，此行却称其有效，请核对。 The permit was revoked or cancelled and this row calls it valid: verify its state.',
  ENTRY_DIFFERS:
    '枢纽中同一编号的名单记录内容不同，不予覆盖：请核对；确有错误的，由认定机关撤销后以新编号列入，并退回此行。 The hub holds this entry with other content and does not overwrite it: verify it; where the stored one is wrong, its organ revokes it and lists anew under another number, and this row is refused.',
  ENTRY_ENDED: '该名单记录已修复或撤销，此行却称其在列，请核对并退回此行。 The entry was repaired or revoked and this row calls it listed: verify it and refuse this row.',
  TERMS_DISAGREE: '两份官方名单所载起止日期不同，两者均保留，请核对以何者为准。 Two official lists state different days; both are kept: decide which one holds.',
  NOTE_UNKNOWN: '备注含义未在导入配置中说明，须人工阅读。 The profile does not say what this note means: somebody has to read it.',
  STATE_UNCLEAR: '状态为异议或其他，须核对后才能存入。 The state is an objection or “other”: verify it before the row is stored.',
} as const;

const reasons = { ...rejections, ...doubts };

/** Stable codes of findings on rows that are rejected. */
export type RejectionCode = keyof typeof rejections;
/** Stable codes of findings that make a row doubtful. */
export type DoubtCode = keyof typeof doubts;
export type FindingCode = RejectionCode | DoubtCode;

/** Whether a finding makes a row doubtful; any other rejects it. */
export function isDoubt({ code }: Finding): boolean {
  return Object.hasOwn(doubts, code);
}

/** A finding on a column; `clauses` are those of this case and are named in the reason. */
export function finding(field: string, code: FindingCode, clauses: readonly string[] = []): Finding {
  return { field, code, reason: clauses.length > 0 ? `${reasons[code]} [${clauses.join(', ')}]` : reasons[code], clauses };
}
