import { cellFaultReasons } from './cells/cell-fault.js';

/** The holder or applicant a row names. Matched by `uscc` where there is one, else by its identifier; never by name. */
export interface HolderRecord {
  readonly kind: 'ORGANISATION' | 'HOUSEHOLD_BUSINESS' | 'NATURAL_PERSON';
  readonly name: string;
  readonly uscc: string | null;
  /** Set exactly when `uscc` is null: the scheme in which `identifier` is unique. */
  readonly identifierScheme: string | null;
  readonly identifier: string | null;
}

/** One decision as a row states it, ready to be stored. Dates are `YYYY-MM-DD`. */
export interface PermitRecord {
  readonly jurisdiction: string;
  readonly item: string;
  readonly identifierScheme: string;
  readonly documentNo: string;
  readonly documentPart: number;
  readonly documentTitle: string | null;
  readonly certificateName: string | null;
  readonly certificateNo: string | null;
  readonly permitKind: string | null;
  readonly holder: HolderRecord;
  readonly decidedBy: string;
  readonly legalAuthority: string;
  readonly location: string;
  readonly district: string;
  readonly outcome: 'GRANTED' | 'REFUSED';
  readonly status: 'VALID' | 'INVALID' | null;
  readonly decidedOn: string;
  readonly validFrom: string | null;
  readonly validTo: string | null;
  readonly content: string | null;
  readonly legalRepresentative: string | null;
  readonly remarks: string | null;
}

/** A row of a register that is no decision: received, withdrawn, sent back. */
export interface ApplicationRecord {
  readonly jurisdiction: string;
  readonly item: string;
  readonly identifierScheme: string;
  readonly applicationNo: string;
  readonly applicationPart: number;
  readonly applicant: HolderRecord;
  readonly state: string;
  readonly stateOn: string;
}

/** One fault of one cell. */
export interface Fault {
  /** The column, by its header. */
  readonly field: string;
  readonly code: FaultCode;
  /** Cause and next step, zh-CN then en. Never repeats a cell: any cell may hold an identity number by mistake. */
  readonly reason: string;
}

/** What a row turned out to be. */
export type RowReading =
  | { readonly kind: 'permit'; readonly permit: PermitRecord }
  | { readonly kind: 'application'; readonly application: ApplicationRecord }
  | { readonly kind: 'rejected'; readonly faults: readonly Fault[] };

const reasons = {
  ...cellFaultReasons,
  COLUMN_COUNT: '列数与表头不一致，请检查引号与逗号。 The row has another number of cells than the header: check quotes and commas.',
  REQUIRED: '必填项为空，请补填。 This column must be filled.',
  NOT_ALLOWED: '自然人不得填写组织代码，请清空。 A natural person must not carry an organisation code: empty this cell.',
  TOO_LONG: '超过该列的最大长度，请缩短。 Longer than the column allows: shorten it.',
  DATE_IN_FUTURE: '许可决定日期晚于今天，请更正。 The decision date is after today: correct it.',
  DATE_ORDER: '有效期至早于有效期自，请更正。 Valid-to is before valid-from: correct the dates.',
  VALUE_UNKNOWN: '不在该列的取值表内，请按标准取值填写。 Not in the value list of this column: use a listed value.',
  CREDIT_CODE_INVALID:
    '统一社会信用代码未通过 GB 32100 或其中组织机构代码的 GB 11714 校验，请核对。 The unified social credit code fails the check of GB 32100, or of GB 11714 inside it: verify it.',
  ITEM_UNKNOWN: '许可事项无法识别，请填写事项编码（P01、P02）或登记的许可证书名称。 The permit item is unknown: give the item code (P01, P02) or a registered certificate name.',
  ITEM_CONFLICT: '事项编码与许可证书名称不一致，请更正。 Item code and certificate name contradict each other: correct one.',
  ORGAN_UNKNOWN: '许可机关未登记，请填写登记的机关全称。 The deciding organ is not registered: give its exact registered name.',
  LOCATION_MISSING: '未填写坐落，请填写地方编码（A-07：不得由地址推测）。 The location is missing: fill the district code (A-07: it is never guessed).',
  LOCATION_UNKNOWN: '地方编码不是天津市现行的区，请更正。 The district code is not a present district of Tianjin: correct it.',
  NOT_COMPETENT: '许可机关对该事项、坐落和日期没有权限，请核对。 The organ has no competence for this item, location and date: verify them.',
  CERTIFICATE_NO_FORMAT: '证书编号须为 1201 加四位数字（XT-4.1.2c，A-03），请更正。 The certificate number must be 1201 and four digits (XT-4.1.2c, A-03): correct it.',
} as const;

/** Stable codes of a rejected row. */
export type FaultCode = keyof typeof reasons;

/** A fault of a column; `clauses` are named where the reason is a clause of this case rather than of the code. */
export function fault(field: string, code: FaultCode, clauses: readonly string[] = []): Fault {
  return { field, code, reason: clauses.length > 0 ? `${reasons[code]} [${clauses.join(', ')}]` : reasons[code] };
}
