import type { Viewer } from '../access/viewer.js';
import type { Row, RowSink } from '../database/envelope.js';
import type { RowCells } from '../database/row-cells.js';
import { JsonBytes } from './json-bytes.js';
import type { RecordRows, RecordsWriter } from './read-writer.js';

/** Counts per parent key; the key of a whole list is null. */
export class TotalSink implements RowSink {
  readonly #totals = new Map<string | null, string>();

  open(): void {
    this.#totals.clear();
  }

  row(row: RowCells): void {
    this.#totals.set(row.cell(0), row.cell(1) ?? '0');
  }

  close(): void {
    // every row is whole
  }

  of(key: string | null): string {
    return this.#totals.get(key) ?? '0';
  }
}

/** Keeps the rows of a statement whose answer is written from all of them. */
export class WholeSink implements RowSink {
  readonly rows: Row[] = [];

  open(): void {
    this.rows.length = 0;
  }

  row(row: RowCells): void {
    this.rows.push(row.cells());
  }

  close(): void {
    // every row is whole
  }
}

/** What writers of one list may ask while its rows pass. */
export interface ListContext {
  readonly viewer: Viewer;
  /** Objects written so far. */
  objects: number;
  /** Writes the connection of another statement that hangs on a key; its rows came before. */
  nested(out: JsonBytes, statement: number, key: string): void;
  total(statement: number): string;
}

/** A list as it is written: how its rows are told apart, and by what. */
export interface ListForm {
  readonly records: RecordRows;
  /** Column of the parent's key in a nested list, else null. */
  readonly parentKey: number | null;
  /** Most records of one list. */
  readonly size: number;
  readonly writer: () => RecordsWriter;
}

/**
 * What a list holds. It counts where the list is shown: the legs of a union bring the lists of more parents than the page
 * holds, and nobody has read those.
 */
export class Tally {
  records = 0;
  objects = 0;
  /** Internal ids of the subjects of the records, as they come. */
  readonly subjects: string[] = [];

  add({ records, objects, subjects }: Tally): void {
    this.records += records;
    this.objects += objects;
    for (const subject of subjects) this.subjects.push(subject);
  }
}

/** A list of one parent: where it stands among the bytes of its sink. */
interface WrittenList {
  readonly from: number;
  readonly to: number;
  readonly tally: Tally;
}

/** The sinks of one read, by statement. */
export type Sinks = readonly (ListSink | TotalSink)[];

/**
 * Takes the rows of a list as they come from the wire and writes each record as soon as its last row is there, so that
 * no more than the rows of one record are held. Records of one list stand together, and so do the rows of one record;
 * of a record that several legs bring the first one counts, which has the strongest rights.
 */
export class ListSink implements RowSink, ListContext {
  readonly viewer: Viewer;
  readonly #form: ListForm;
  readonly #sinks: () => Sinks;
  readonly #writer: RecordsWriter;
  /** The finished lists, one behind the other; of a root the only one. */
  readonly #written = new JsonBytes();
  readonly #lists = new Map<string, WrittenList>();
  #parent: string | null = null;
  #rows: RowCells[] = [];
  #key: string | null = null;
  #count = 0;
  #more = false;
  #tally = new Tally();

  constructor(viewer: Viewer, form: ListForm, sinks: () => Sinks) {
    this.viewer = viewer;
    this.#form = form;
    this.#sinks = sinks;
    this.#writer = form.writer();
  }

  /** The JSON of a root list. */
  get bytes(): Buffer {
    return this.#written.view();
  }

  /** What the list being written holds, lists below its records included; at the end, of a root list. */
  get tally(): Tally {
    return this.#tally;
  }

  get objects(): number {
    return this.#tally.objects;
  }

  set objects(objects: number) {
    this.#tally.objects = objects;
  }

  open(): void {
    this.#lists.clear();
    this.#written.clear();
    this.#begin(null);
  }

  row(row: RowCells): void {
    const { records: { runs }, parentKey, size } = this.#form;
    if (parentKey !== null) {
      const parent = row.cell(parentKey);
      if (parent !== this.#parent) {
        if (this.#parent !== null) this.#end();
        this.#begin(parent);
      }
    }
    const key = row.cell(runs.key);
    if (key === this.#key) {
      const [first] = this.#rows; // none: the record lies beyond the page
      if (first && (runs.leg === null || row.cell(runs.leg) === first.cell(runs.leg))) this.#rows.push(row);
      return;
    }
    this.#flush();
    this.#key = key;
    if (this.#count === size) {
      this.#more = true;
      return;
    }
    this.#count += 1;
    this.#rows = [row];
  }

  close(): void {
    if (this.#form.parentKey === null || this.#parent !== null) this.#end();
  }

  nested(out: JsonBytes, statement: number, key: string): void {
    const sink = this.#sinks()[statement];
    if (!(sink instanceof ListSink)) throw new Error('Planner: a nested list has no statement');
    const { from, to, tally } = sink.#list(key);
    this.#tally.add(tally);
    out.copy(sink.#written, from, to);
  }

  total(statement: number): string {
    const sink = this.#sinks()[statement];
    return sink instanceof TotalSink ? sink.of(this.#parent) : 'null';
  }

  /** Everything was taken over: the bytes go to others. */
  release(): void {
    this.#writer.release();
    this.#written.release();
  }

  /** The list of one parent; an empty one where no row came. */
  #list(key: string): WrittenList {
    const known = this.#lists.get(key);
    if (known) return known;
    this.#begin(key);
    return this.#end();
  }

  #begin(parent: string | null): void {
    this.#parent = parent;
    this.#rows = [];
    this.#key = null;
    this.#count = 0;
    this.#more = false;
    this.#tally = new Tally();
    this.#writer.begin();
  }

  #flush(): void {
    const [first] = this.#rows;
    if (!first) return;
    const { subject } = this.#form.records;
    const id = subject === null ? null : first.cell(subject);
    if (id !== null) this.#tally.subjects.push(id);
    this.#tally.records += 1;
    this.#writer.record(this, this.#rows);
    this.#rows = [];
  }

  #end(): WrittenList {
    this.#flush();
    const from = this.#written.length;
    this.#writer.end(this, this.#more, this.#written);
    const list = { from, to: this.#written.length, tally: this.#tally };
    if (this.#parent !== null) this.#lists.set(this.#parent, list);
    return list;
  }
}

/** For a record written by itself: nothing hangs on it. */
export function nothingNested(viewer: Viewer): ListContext {
  const none = (): never => {
    throw new Error('Planner: nothing hangs on this record');
  };
  return { viewer, objects: 0, nested: none, total: none };
}
