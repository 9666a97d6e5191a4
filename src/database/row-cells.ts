/** Between the cells of a packed row, and in the place of an empty cell. A text may hold either: rows are counted. */
export const separator = '\u001f';
const emptyCell = 0x1e;

/**
 * The cells of one row as places in one text, so that a row costs one string however many columns it has. Cells are in
 * the text form of the wire protocol.
 */
export class RowCells {
  readonly text: string;
  /** Beginning (inclusive) and end (exclusive) of each cell, alternating; the beginning of an empty cell is -1. */
  readonly places: readonly number[];

  private constructor(text: string, places: readonly number[]) {
    this.text = text;
    this.places = places;
  }

  static of(cells: readonly (string | null)[]): RowCells {
    const places: number[] = [];
    let text = '';
    for (const cell of cells) {
      places.push(cell === null ? -1 : text.length);
      text += cell ?? '';
      places.push(text.length);
    }
    return new RowCells(text, places);
  }

  /**
   * The row of a packed text. Throws AmbiguousText when a text of the row holds what packing uses: a separator makes more
   * cells than there are columns, a text like an empty cell more empty cells than were counted. Neither can make fewer.
   */
  static unpacked(text: string, columns: number): RowCells {
    const places = new Array<number>(2 * columns);
    let empty = 0;
    let from = 0;
    for (let i = 0; i < columns; i += 1) {
      const to = text.indexOf(separator, from);
      if (to < 0) throw new AmbiguousText('a packed row ends early');
      const isEmpty = to === from + 1 && text.charCodeAt(from) === emptyCell;
      if (isEmpty) empty += 1;
      places[2 * i] = isEmpty ? -1 : from;
      places[2 * i + 1] = to;
      from = to + 1;
    }
    if (text.slice(from) !== String(empty)) throw new AmbiguousText('a text holds what separates packed cells');
    return new RowCells(text, places);
  }

  isEmpty(column: number): boolean {
    return this.places[2 * column] === -1;
  }

  cell(column: number): string | null {
    const from = this.places[2 * column] ?? -1;
    return from === -1 ? null : this.text.slice(from, this.places[2 * column + 1]);
  }

  cells(): (string | null)[] {
    return Array.from({ length: this.places.length / 2 }, (_, column) => this.cell(column));
  }
}

/** A row that cannot be told apart from another in packed form: it has to be read cell by cell. */
export class AmbiguousText extends Error {}
