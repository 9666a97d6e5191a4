/** Why a single cell cannot be taken as it stands: cause and next step, zh-CN then en. No reason repeats a cell. */
export const cellFaultReasons = {
  TEXT_INVALID: '含有控制字符，请删除。 Contains control characters: remove them.',
  TEXT_GARBLED: '文字乱码（文件曾以错误编码保存），请从原系统重新导出。 The text is garbled, saved once in a wrong encoding: export it again from its source.',
  CELL_ERROR: '表格公式错误值（如 #N/A），请填写实际内容。 An error of a spreadsheet formula (such as #N/A): fill in the content.',
  DATE_INVALID: '不是有效日期，请按 YYYY/MM/DD 填写。 Not a valid date: write YYYY/MM/DD.',
  DATE_AMBIGUOUS: '日期有多种读法（如 5/1/2007、24-1-5），请按 YYYY/MM/DD 填写。 The date can be read in several ways (such as 5/1/2007 or 24-1-5): write YYYY/MM/DD.',
  CODE_DAMAGED: '代码被表格软件转为科学计数，末位已丢失，请从原系统以文本格式重新导出。 A spreadsheet turned the code into a rounded number and its last digits are lost: export it again as text.',
  NUMBER_INVALID: '不是有效数字，请更正。 Not a valid number: correct it.',
  AMOUNT_INVALID: '不是有效金额（元，至多两位小数），请更正。 Not a valid amount (whole fen, not negative): correct it.',
  BOOLEAN_INVALID: '请填写“是”或“否”。 Write 是 or 否.',
  MISPLACED: '内容与该列不符（如名称列中是代码或日期），请检查列是否错位。 The content does not belong to this column (such as a code or a date as a name): check whether cells are shifted.',
} as const;

/** Stable codes of a faulty cell. */
export type CellFaultCode = keyof typeof cellFaultReasons;

/** What a cell yields instead of a value when it is faulty. */
export class CellFault {
  static readonly #all = new Map<CellFaultCode, CellFault>();

  private constructor(readonly code: CellFaultCode) {}

  /** The one fault of a code: rows are many, faults are few. */
  static of(code: CellFaultCode): CellFault {
    let found = CellFault.#all.get(code);
    if (!found) CellFault.#all.set(code, (found = new CellFault(code)));
    return found;
  }
}

/** A read cell: its value, null where it is empty, or what is wrong with it. */
export type CellOutcome = string | null | CellFault;
