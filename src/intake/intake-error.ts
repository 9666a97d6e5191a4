/** Stable codes of a refused import. A refused file stores nothing, except *_MALFORMED: see `importFile`. */
export type IntakeErrorCode =
  | 'IMPORT_FILE_UNREADABLE'
  | 'IMPORT_FILE_FORM'
  | 'IMPORT_FILE_ENCODING'
  | 'IMPORT_FILE_EMPTY'
  | 'IMPORT_CSV_MALFORMED'
  | 'IMPORT_XLSX_MALFORMED'
  | 'IMPORT_XLSX_TOO_LARGE'
  | 'IMPORT_SHEET_UNKNOWN'
  | 'IMPORT_HEADER_MISMATCH'
  | 'IMPORT_PROFILE_UNKNOWN'
  | 'IMPORT_PROFILE_AMBIGUOUS'
  | 'IMPORT_PROFILE_INVALID'
  | 'IMPORT_ORGAN_UNFIT'
  | 'IMPORT_LEDGER_IMBALANCE'
  | 'IMPORT_BATCH_UNKNOWN'
  | 'IMPORT_DOUBT_UNKNOWN'
  | 'IMPORT_DOUBT_SETTLED'
  | 'IMPORT_DOUBT_ONE_TERM';

/** Cause and next step of a refusal, in both languages. */
export interface IntakeText {
  readonly zh: string;
  readonly en: string;
}

/** A file, or the profile it was to be read with, that cannot be imported as a whole. A single bad row never throws. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';

  constructor(
    readonly code: IntakeErrorCode,
    text: IntakeText,
    options?: ErrorOptions,
  ) {
    super(`[${code}] ${text.zh}\n${text.en}`, options);
  }
}
