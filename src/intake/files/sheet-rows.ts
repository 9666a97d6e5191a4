import { columnOf, dateText, isoText, numberText } from './cell-value.js';
import { malformedXlsx } from './refusals.js';
import type { SheetRecord } from './sheet.js';
import { unescapeText } from './shared-strings.js';
import type { XmlHandler } from './xml.js';

/** Columns of the widest sheet a table program can write (XFD). */
const mostColumns = 16_384;

/** Headers and their explanations stand in the first rows; only there are merged cells filled. */
export const headRows = 10;

/** A range of merged cells in the head of a sheet. Rows from 1 as printed, columns from 0. */
export interface MergedRange {
  readonly fromRow: number;
  readonly toRow: number;
  readonly column: number;
}

/** What a cell needs to become text. */
export interface CellReading {
  readonly dateStyles: readonly boolean[];
  readonly from1904: boolean;
  readonly sharedString: (index: number) => string;
  readonly merged: readonly MergedRange[];
}

/**
 * Turns the XML of a sheet into records. Programs leave empty cells out: each cell is put in its own column, and every
 * row is filled up to the width of the header, which is the widest row so far without a gap.
 */
export class SheetRows implements XmlHandler {
  readonly #reading: CellReading;
  readonly #carried = new Map<MergedRange, string>();
  #done: SheetRecord[] = [];
  #width = 0;
  #row = 0;
  #cells: string[] = [];
  #column = -1;
  #type = 'n';
  #isDate = false;
  #value = '';
  #inValue = false;
  #inPhonetic = false;

  constructor(reading: CellReading) {
    this.#reading = reading;
  }

  /** The rows completed since the last call. */
  take(): readonly SheetRecord[] {
    const done = this.#done;
    this.#done = [];
    return done;
  }

  open(name: string, attributes: Readonly<Record<string, string>>): void {
    if (name === 'c') {
      this.#column = columnOf(attributes['r']) ?? this.#column + 1;
      if (this.#column >= mostColumns) throw malformedXlsx(new Error('A cell lies outside every sheet.'));
      this.#type = attributes['t'] ?? 'n';
      this.#isDate = this.#reading.dateStyles[Number(attributes['s'] ?? 0)] ?? false;
      this.#value = '';
    } else if (name === 'v' || name === 't') this.#inValue = !this.#inPhonetic;
    else if (name === 'rPh') this.#inPhonetic = true;
    else if (name === 'row') {
      const row = Number(attributes['r'] ?? this.#row + 1);
      if (!Number.isSafeInteger(row) || row <= this.#row) throw malformedXlsx(new Error('The rows are out of order.'));
      this.#row = row;
      this.#cells = [];
      this.#column = -1;
    }
  }

  text(text: string): void {
    if (this.#inValue) this.#value += text;
  }

  close(name: string): void {
    if (name === 'v' || name === 't') this.#inValue = false;
    else if (name === 'rPh') this.#inPhonetic = false;
    else if (name === 'c') this.#endCell();
    else if (name === 'row') this.#endRow();
  }

  #endCell(): void {
    const text = this.#textOf(this.#value);
    if (text === '') return;
    while (this.#cells.length < this.#column) this.#cells.push('');
    this.#cells[this.#column] = text;
  }

  #textOf(value: string): string {
    switch (this.#type) {
      case 's':
        return value === '' ? '' : this.#reading.sharedString(Number(value));
      case 'inlineStr':
      case 'str':
        return unescapeText(value);
      case 'b':
        return value === '1' ? 'TRUE' : value === '0' ? 'FALSE' : value;
      case 'd':
        return isoText(value);
      case 'n':
        if (value === '') return '';
        return this.#isDate ? dateText(value, this.#reading.from1904) : numberText(value);
      default:
        // An error such as #N/A: the cell says so itself.
        return value;
    }
  }

  #endRow(): void {
    if (this.#row <= headRows) this.#fillMerged();
    const { length } = this.#cells;
    if (length > this.#width && !this.#cells.includes('')) this.#width = length;
    while (this.#cells.length < this.#width) this.#cells.push('');
    this.#done.push({ line: this.#row, cells: this.#cells });
  }

  /** A header cell merged over several rows speaks for each of them, so that the lowest of the rows is a whole header. */
  #fillMerged(): void {
    for (const range of this.#reading.merged) {
      if (this.#row === range.fromRow) this.#carried.set(range, this.#cells[range.column] ?? '');
      else if (this.#row > range.fromRow && this.#row <= range.toRow) {
        while (this.#cells.length < range.column) this.#cells.push('');
        this.#cells[range.column] ||= this.#carried.get(range) ?? '';
      }
    }
  }
}

const mergeCell = /<(?:\w+:)?mergeCell\s[^>]*?ref="([A-Z]+)(\d+):[A-Z]+(\d+)"/g;

/** The merged ranges over several rows in the head of a sheet, from the end of its XML, where they stand. */
export function mergedRanges(xml: string): readonly MergedRange[] {
  return [...xml.matchAll(mergeCell)].flatMap(([, column, from, to]): MergedRange[] => {
    const range = { fromRow: Number(from), toRow: Math.min(Number(to), headRows), column: columnOf(column) ?? 0 };
    return range.fromRow < range.toRow ? [range] : [];
  });
}
