import { parseCell } from './cell-parsers.js';
import { CellFault } from './cells/cell-fault.js';
import { isTemplateRow } from './cells/template-rows.js';
import type { SheetRecord } from './files/sheet.js';
import { IntakeError } from './intake-error.js';
import { fault, type Fault, type FaultCode } from './permit-record.js';
import type { Profile, ProfileColumn } from './profile.js';

/** Where each column of a profile stands in one file. */
export interface Header {
  /** Number of cells in the header, and so in every row. */
  readonly width: number;
  /** Position by field name; a column the file lacks is absent. */
  readonly positions: ReadonlyMap<string, number>;
  /** Headers of the file that the profile does not know; their cells are not read. */
  readonly ignored: readonly string[];
}

/**
 * Finds the profile's columns in the header of a file; order is free. Throws IntakeError IMPORT_HEADER_MISMATCH that
 * lists the missing columns, or the one that stands twice.
 */
export function readHeader(cells: readonly string[], profile: Profile): Header {
  const headers = cells.map(headerText);
  const positions = new Map<string, number>();
  const known = new Set<number>();
  for (const column of profile.columns) {
    const names = new Set(column.names.map(headerText));
    const found = headers.flatMap((header, index) => (names.has(header) ? [index] : []));
    const [first, second] = found;
    if (second !== undefined) {
      throw headerMismatch(`「${column.names.join(' / ')}」重复出现`, `${column.names.join(' / ')} stands twice`);
    }
    if (first === undefined) continue;
    positions.set(column.field, first);
    known.add(first);
  }
  const missing = profile.columns.filter(({ field, inHeader }) => inHeader && !positions.has(field));
  if (missing.length > 0) {
    const list = missing.map(({ names }) => names.at(-1) === names[0] ? names[0] : `${names[0] ?? ''} (${names.at(-1) ?? ''})`);
    throw headerMismatch(`缺少列：${list.join('、')}`, `missing columns: ${list.join(', ')}`);
  }
  return { width: cells.length, positions, ignored: cells.filter((cell, index) => !known.has(index) && cell.trim() !== '') };
}

/** Whether a record is the header again, an explanatory line (表格说明) or empty: such rows are no data. */
export function isNoData(cells: readonly string[], header: Header | null, profile: Profile): boolean {
  if (cells.every((cell) => cell.trim() === '')) return true;
  if (isTemplateRow(cells)) return true;
  return (
    header !== null &&
    profile.columns.every(({ field, names }) => {
      const position = header.positions.get(field);
      return position === undefined || names.some((name) => headerText(name) === headerText(cells[position] ?? ''));
    })
  );
}

/** The parsed cells of one row, with the faults found so far. Readers ask by field name and add what they find. */
export class RowFields {
  /** False where the number of cells is wrong: then no cell can be told from its neighbour. */
  readonly readable: boolean;
  readonly #values = new Map<string, string | null>();
  readonly #faults = new Map<string, Fault>();
  readonly #filled = new Set<string>();
  readonly #profile: Profile;

  constructor(record: SheetRecord, header: Header, profile: Profile, emptyMarks: ReadonlySet<string>) {
    this.#profile = profile;
    this.readable = record.cells.length === header.width;
    if (!this.readable) {
      this.#faults.set('*', fault('*', 'COLUMN_COUNT'));
      return;
    }
    for (const column of profile.columns) {
      const position = header.positions.get(column.field);
      this.#read(column, position === undefined ? '' : (record.cells[position] ?? ''), emptyMarks);
    }
  }

  /** The parsed cell; null where it is empty, faulty or not in the file. */
  get(field: string): string | null {
    return this.#values.get(field) ?? null;
  }

  /** Whether the cell holds anything at all, fit or not. */
  isFilled(field: string): boolean {
    return this.#filled.has(field);
  }

  /** A cell that another makes mandatory. */
  require(field: string): string | null {
    const value = this.get(field);
    if (value === null) this.reject(field, 'REQUIRED');
    return value;
  }

  /** The entry of a value list for this cell; an unlisted value is a fault. */
  choose<V>(field: string, list: Readonly<Record<string, V>>): V | null {
    const value = this.get(field);
    const chosen = listed(list, value);
    if (value !== null && chosen === null) this.reject(field, 'VALUE_UNKNOWN');
    return chosen;
  }

  /** Notes a fault; the first of a cell stays. */
  reject(field: string, code: FaultCode, clauses: readonly string[] = []): void {
    const name = this.#profile.columns.find((column) => column.field === field)?.names[0] ?? field;
    if (!this.#faults.has(field)) this.#faults.set(field, fault(name, code, clauses));
  }

  get faults(): readonly Fault[] {
    return [...this.#faults.values()];
  }

  #read(column: ProfileColumn, cell: string, emptyMarks: ReadonlySet<string>): void {
    if (cell.trim() !== '' && !emptyMarks.has(cell.trim())) this.#filled.add(column.field);
    const value = parseCell(cell, column.parse, emptyMarks);
    if (value instanceof CellFault) this.reject(column.field, value.code);
    else if (value !== null && value.length > column.max) this.reject(column.field, 'TOO_LONG');
    else if (value === null && column.required) this.reject(column.field, 'REQUIRED');
    else this.#values.set(column.field, value);
  }
}

/** The entry of a value list under its own key, or null: cells name keys freely, `constructor` too. */
export function listed<V>(list: Readonly<Record<string, V>>, key: string | null): V | null {
  return key !== null && Object.hasOwn(list, key) ? (list[key] ?? null) : null;
}

function headerText(text: string): string {
  return text.normalize('NFKC').replace(/\s/gu, '');
}

function headerMismatch(zh: string, en: string): IntakeError {
  return new IntakeError('IMPORT_HEADER_MISMATCH', {
    zh: `表头与导入配置不符：${zh}。请更正表头，或用 --profile 指定其他配置；文件未导入。`,
    en: `The header does not fit the profile: ${en}. Correct the header or name another profile with --profile; nothing was imported.`,
  });
}
