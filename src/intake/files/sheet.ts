/** How the text of a file is written; XLSX stands for a workbook, whose text is always UTF-8. */
export type SheetEncoding = 'UTF-8' | 'GB18030' | 'UTF-16' | 'XLSX';

/** One row of a file. */
export interface SheetRecord {
  /** CSV: the line on which it begins, from 1; a record may span several. XLSX: the row as the table program numbers it. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** A file whose form has been checked as a whole and whose records can be read, once or several times. */
export interface Sheet {
  /** SHA-256 of the file's bytes, hex. */
  readonly digest: string;
  readonly encoding: SheetEncoding;
  /** Size of the file in bytes. */
  readonly bytes: number;
  /** The records in order, as they are read: memory does not grow with the file. Throws IntakeError. */
  records(): AsyncGenerator<SheetRecord>;
  /** How many of `bytes` the latest call of `records` has read so far; for progress only. */
  readBytes(): number;
}

/** What to read of a file. */
export interface SheetOptions {
  /** Name of the sheet of a workbook, by default the first one. A CSV file has no sheets. */
  readonly sheet?: string;
}
