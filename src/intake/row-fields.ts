import { parseCell } from './cell-parsers.js';
import { CellFault } from './cells/cell-fault.js';
import { shiftOf } from './cells/shifted-cells.js';
import type { SheetRecord } from './files/sheet.js';
import { finding, isDoubt, type Finding, type FindingCode } from './findings.js';
import type { Header } from './header.js';
import { isNameText } from '../subjects/identifiers/checks.js';
import type { ProfileColumn, ProfileCondition } from './layout.js';

/** The parsed cells of one row, with what was found on them so far. Readers ask by field name and add what they find. */
export class RowFields {
  /** False where the cells do not stand under their headers: then none can be told from its neighbour. */
  readonly readable: boolean = false;
  readonly #header: Header;
  readonly #values = new Map<string, string | null>();
  readonly #findings = new Map<string, Finding>();
  readonly #filled = new Set<string>();

  constructor(record: SheetRecord, header: Header) {
    this.#header = header;
    if (record.cells.length !== header.cells.length) {
      this.#findings.set('*', finding('*', 'COLUMN_COUNT'));
      return;
    }
    for (const { column, position } of header.columns) this.#read(column, position === null ? '' : (record.cells[position] ?? ''));
    // One cause, and not a finding on each of its cells.
    if (this.#findings.size > 0 && shiftOf(record.cells, header.shapes) !== 0) {
      this.#findings.clear();
      this.#findings.set('*', finding('*', 'COLUMN_SHIFTED'));
      return;
    }
    for (const [field, value] of Object.entries(header.profile.constants)) this.#values.set(field, value);
    for (const [field, template] of Object.entries(header.profile.texts)) this.#values.set(field, this.#compose(template));
    this.readable = true;
    for (const { column } of header.columns) {
      if (column.requiredWhen && this.#holds(column.requiredWhen)) this.require(column.field);
      if (column.emptyWhen && this.isFilled(column.field) && this.#holds(column.emptyWhen)) this.note(column.field, 'NOT_ALLOWED');
    }
  }

  /** The parsed cell, or what a value map made of it; null where it is empty, faulty or not in the file. */
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
    if (value === null) this.note(field, 'REQUIRED');
    return value;
  }

  /** Notes a finding; the first rejection of a cell stays, and stands before a doubt. */
  note(field: string, code: FindingCode, clauses: readonly string[] = []): void {
    const before = this.#findings.get(field);
    const found = finding(this.columnName(field), code, clauses);
    if (!before || (isDoubt(before) && !isDoubt(found))) this.#findings.set(field, found);
  }

  /** The header under which findings on a field are reported. */
  columnName(field: string): string {
    return this.#header.profile.columns.find((column) => column.field === field)?.names[0] ?? field;
  }

  get findings(): readonly Finding[] {
    return [...this.#findings.values()];
  }

  #read(column: ProfileColumn, cell: string): void {
    const { field } = column;
    if (cell.trim() !== '' && !this.#header.emptyMarks.has(cell.trim())) this.#filled.add(field);
    const parsed = parseCell(cell, column.parse, this.#header.emptyMarks);
    if (parsed instanceof CellFault) {
      this.note(field, parsed.code);
      return;
    }
    const value = parsed ?? column.default ?? null;
    if (value === null) {
      if (column.required) this.note(field, 'REQUIRED');
    } else if (value.length > column.max) this.note(field, 'TOO_LONG');
    else if (column.check === 'NAME_CHARS' && !isNameText(value)) this.note(field, 'NAME_CHARS');
    else this.#values.set(field, this.#mapped(column, value));
  }

  #mapped(column: ProfileColumn, value: string): string | null {
    const { values, explained, prefix = '' } = column;
    if (!values || (explained !== undefined && value.startsWith(explained))) return `${prefix}${value}`;
    const mapped = listed(values, value);
    if (mapped === null) this.note(column.field, 'VALUE_UNKNOWN');
    return mapped;
  }

  #holds(condition: ProfileCondition): boolean {
    return Object.entries(condition).every(([field, wanted]) => {
      const value = this.get(field);
      if (wanted === 'filled') return value !== null;
      if (wanted === 'empty') return value === null;
      return value !== null && wanted.includes(value);
    });
  }

  #compose(template: string): string {
    return template.replace(/\{([^{}]*)\}/g, (_, field: string) => this.get(field) ?? '–');
  }
}

/** The entry of a value list under its own key, or null: cells name keys freely, `constructor` too. */
export function listed<V>(list: Readonly<Record<string, V>>, key: string | null): V | null {
  return key !== null && Object.hasOwn(list, key) ? (list[key] ?? null) : null;
}
