import type { Viewer } from '../access/viewer.js';
import type { Row } from '../database/envelope.js';

/** Rows of a nested list: those of one parent stand together. */
export interface Segment {
  readonly from: number;
  readonly to: number;
}

const nothing: Segment = { from: 0, to: 0 };

/** What the writers of one answer share: the rows of each statement, the viewer, and what they count for cost and evidence. */
export class Frame {
  /** Records written, nested ones included. */
  records = 0;
  /** Objects written, records and everything below them. */
  objects = 0;
  /** Internal ids of the subjects of the records, as they come. */
  readonly subjects: string[] = [];
  readonly viewer: Viewer;
  readonly #results: readonly (readonly Row[])[];
  readonly #segments = new Map<number, ReadonlyMap<string, Segment>>();

  constructor(viewer: Viewer, results: readonly (readonly Row[])[]) {
    this.viewer = viewer;
    this.#results = results;
  }

  rows(statement: number): readonly Row[] {
    return this.#results[statement] ?? [];
  }

  /** The rows of one parent in a nested statement, by the column that holds the parent's key. */
  segment(statement: number, column: number, key: string): Segment {
    let segments = this.#segments.get(statement);
    if (!segments) this.#segments.set(statement, (segments = segmentsOf(this.rows(statement), column)));
    return segments.get(key) ?? nothing;
  }
}

function segmentsOf(rows: readonly Row[], column: number): ReadonlyMap<string, Segment> {
  const segments = new Map<string, Segment>();
  for (let from = 0; from < rows.length; ) {
    const key = rows[from]?.[column] ?? '';
    let to = from + 1;
    while (to < rows.length && rows[to]?.[column] === key) to += 1;
    segments.set(key, { from, to });
    from = to;
  }
  return segments;
}
