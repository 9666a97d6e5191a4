import type { Viewer } from '../access/viewer.js';
import type { Row, RowSink } from '../database/envelope.js';
import type { RecordRows, RecordsWriter } from './read-writer.js';
import { TextChunks } from './text-chunks.js';

/** Counts per parent key; the key of a whole list is null. */
export class TotalSink implements RowSink {
  readonly #totals = new Map<string | null, string>();

  open(): void {
    this.#totals.clear();
  }

  row([key = null, total]: Row): void {
    this.#totals.set(key, total ?? '0');
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

  row(row: Row): void {
    this.rows.push(row);
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
  /** The connection of another statement that hangs on a key; its rows came before. */
  nested(statement: number, key: string): string;
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

/** A list of one parent. */
interface WrittenList {
  readonly text: string;
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
  readonly #lists = new Map<string, WrittenList>();
  #writer: RecordsWriter;
  #parent: string | null = null;
  #rows: Row[] = [];
  #key: string | null = null;
  #count = 0;
  #more = false;
  #whole: readonly Buffer[] = [];
  #tally = new Tally();

  constructor(viewer: Viewer, form: ListForm, sinks: () => Sinks) {
    this.viewer = viewer;
    this.#form = form;
    this.#sinks = sinks;
    this.#writer = form.writer();
  }

  /** The JSON of a root list. */
  get bytes(): readonly Buffer[] {
    return this.#whole;
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
    this.#begin(null);
  }

  row(row: Row): void {
    const { records: { runs }, parentKey, size } = this.#form;
    if (parentKey !== null && row[parentKey] !== this.#parent) {
      if (this.#parent !== null) this.#end();
      this.#begin(row[parentKey] ?? null);
    }
    const key = row[runs.key] ?? null;
    if (key === this.#key) {
      const [first] = this.#rows; // none: the record lies beyond the page
      if (first && (runs.leg === null || row[runs.leg] === first[runs.leg])) this.#rows.push(row);
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

  nested(statement: number, key: string): string {
    const sink = this.#sinks()[statement];
    if (!(sink instanceof ListSink)) return 'null';
    const { text, tally } = sink.list(key);
    this.#tally.add(tally);
    return text;
  }

  total(statement: number): string {
    const sink = this.#sinks()[statement];
    return sink instanceof TotalSink ? sink.of(this.#parent) : 'null';
  }

  /** The list of one parent; an empty one where no row came. */
  list(key: string): WrittenList {
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
    this.#writer = this.#form.writer();
  }

  #flush(): void {
    const [first] = this.#rows;
    if (!first) return;
    const { subject } = this.#form.records;
    const id = subject === null ? null : first[subject];
    if (id !== null && id !== undefined) this.#tally.subjects.push(id);
    this.#tally.records += 1;
    this.#writer.record(this, this.#rows);
    this.#rows = [];
  }

  #end(): WrittenList {
    this.#flush();
    const out = new TextChunks();
    this.#writer.end(this, this.#more, out);
    if (this.#parent === null) {
      this.#whole = out.bytes();
      return { text: '', tally: this.#tally };
    }
    // Decoded again it is one flat string instead of a tree of cells.
    const list = { text: Buffer.concat(out.bytes()).toString(), tally: this.#tally };
    this.#lists.set(this.#parent, list);
    return list;
  }
}

/** For a record written by itself: nothing hangs on it. */
export function nothingNested(viewer: Viewer): ListContext {
  return { viewer, objects: 0, nested: () => 'null', total: () => 'null' };
}
