import type { RowCells } from '../database/row-cells.js';
import { JsonBytes } from './json-bytes.js';
import type { Keyset } from './keyset.js';
import type { ListContext } from './list-sink.js';
import type { PageRequest } from './page.js';
import { marks, type ObjectWriter, type RunColumns } from './row-writer.js';

/** One member of an edge, in answer order. */
export type EdgeMember =
  | { readonly key: string; readonly constant: string }
  | { readonly key: string; readonly cursor: true }
  | { readonly key: string; readonly node: ObjectWriter };

/** One member of a connection; page information is a list of (response key, field), a total the number of its statement. */
export type ConnectionMember =
  | { readonly key: string; readonly constant: string }
  | { readonly key: string; readonly nodes: ObjectWriter }
  | { readonly key: string; readonly edges: readonly EdgeMember[] }
  | { readonly key: string; readonly pageInfo: readonly (readonly [string, string])[] }
  | { readonly key: string; readonly total: number };

/** How the records in the rows of a statement are told apart and whose they are. */
export interface RecordRows {
  readonly runs: RunColumns;
  /** Column of the internal id of the subject, null where there is none; its cells are null where the viewer may not see it. */
  readonly subject: number | null;
}

/** Writes lists one after the other: of each its records as they come, then the whole. */
export interface RecordsWriter {
  begin(): void;
  record(context: ListContext, rows: readonly RowCells[]): void;
  /** `more`: there are further records in the direction of reading. */
  end(context: ListContext, more: boolean, out: JsonBytes): void;
  /** No further list follows. */
  release(): void;
}

/** The first record, or null. */
export class FirstWriter implements RecordsWriter {
  readonly #object: ObjectWriter;
  readonly #written = new JsonBytes();

  constructor(object: ObjectWriter) {
    this.#object = object;
  }

  begin(): void {
    this.#written.clear();
  }

  record(context: ListContext, rows: readonly RowCells[]): void {
    this.#object(this.#written, context, rows, 0, rows.length);
  }

  end(_context: ListContext, _more: boolean, out: JsonBytes): void {
    if (this.#written.length === 0) out.constant(marks.absent);
    else out.copy(this.#written);
  }

  release(): void {
    this.#written.release();
  }
}

/** What a page is written by: its size and direction, and whether the caller stands behind or before a cursor. */
export interface PageForm extends PageRequest {
  readonly after: boolean;
  readonly before: boolean;
}

/** The elements of a list as they come; those of a page from the end are turned round when it is whole. */
class Elements {
  readonly #bytes = new JsonBytes();
  readonly #ends: number[] | null;

  constructor(backward: boolean) {
    this.#ends = backward ? [] : null;
  }

  begin(): void {
    this.#bytes.clear();
    if (this.#ends) this.#ends.length = 0;
  }

  /** Where the next element is to be written. */
  next(): JsonBytes {
    if (this.#ends) this.#ends.push(this.#bytes.length);
    else if (this.#bytes.length > 0) this.#bytes.constant(marks.comma);
    return this.#bytes;
  }

  copy(out: JsonBytes): void {
    if (!this.#ends) return out.copy(this.#bytes);
    let to = this.#bytes.length;
    for (const from of [...this.#ends].reverse()) {
      if (to < this.#bytes.length) out.constant(marks.comma);
      out.copy(this.#bytes, from, to);
      to = from;
    }
  }

  release(): void {
    this.#bytes.release();
  }
}

/**
 * A page. The statement asks for one record more than it holds to know whether more follow in its direction; several
 * branches may bring more, which the sink cuts. In the other direction a cursor says that there is something.
 */
export class ConnectionWriter implements RecordsWriter {
  readonly #members: readonly ConnectionMember[];
  readonly #page: PageForm;
  readonly #keyset: Keyset;
  /** Per member that lists records. */
  readonly #lists: readonly (Elements | null)[];
  #first: RowCells | null = null;
  #last: RowCells | null = null;

  constructor(members: readonly ConnectionMember[], page: PageForm, keyset: Keyset) {
    this.#members = members;
    this.#page = page;
    this.#keyset = keyset;
    this.#lists = members.map((member) => ('nodes' in member || 'edges' in member ? new Elements(page.backward) : null));
  }

  begin(): void {
    this.#first = null;
    this.#last = null;
    for (const list of this.#lists) list?.begin();
  }

  record(context: ListContext, rows: readonly RowCells[]): void {
    const [row] = rows;
    if (!row) return;
    this.#first ??= row;
    this.#last = row;
    for (const [i, member] of this.#members.entries()) {
      const out = this.#lists[i]?.next();
      if (!out) continue;
      if ('nodes' in member) member.nodes(out, context, rows, 0, rows.length);
      else if ('edges' in member) this.#edge(out, member.edges, context, rows);
    }
  }

  end(context: ListContext, more: boolean, out: JsonBytes): void {
    const { backward, before, after } = this.#page;
    const facts = { hasNextPage: backward ? before : more, hasPreviousPage: backward ? more : after };
    if (this.#members.length === 0) out.constant(marks.openObject);
    for (const [i, member] of this.#members.entries()) {
      out.json(`${i === 0 ? '{' : ','}${JSON.stringify(member.key)}:`);
      const list = this.#lists[i];
      if (list) {
        out.constant(marks.openList);
        list.copy(out);
        out.constant(marks.closeList);
      } else if ('constant' in member) out.json(member.constant);
      else if ('total' in member) out.json(context.total(member.total));
      else if ('pageInfo' in member) out.json(`{${member.pageInfo.map(([name, field]) => `${JSON.stringify(name)}:${this.#info(field, facts, context)}`).join(',')}}`);
    }
    out.constant(marks.closeObject);
  }

  release(): void {
    for (const list of this.#lists) list?.release();
  }

  #info(field: string, facts: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean }, context: ListContext): string {
    if (field === 'hasNextPage' || field === 'hasPreviousPage') return String(facts[field]);
    if (field !== 'startCursor' && field !== 'endCursor') return '"PageInfo"';
    const row = (field === 'startCursor') === this.#page.backward ? this.#last : this.#first;
    return row ? JSON.stringify(this.#keyset.cursor(row, context.viewer)) : 'null';
  }

  #edge(out: JsonBytes, members: readonly EdgeMember[], context: ListContext, rows: readonly RowCells[]): void {
    const [row] = rows;
    if (!row) return;
    if (members.length === 0) out.constant(marks.openObject);
    for (const [i, member] of members.entries()) {
      out.json(`${i === 0 ? '{' : ','}${JSON.stringify(member.key)}:`);
      if ('constant' in member) out.json(member.constant);
      else if ('node' in member) member.node(out, context, rows, 0, rows.length);
      else out.string(this.#keyset.cursor(row, context.viewer));
    }
    out.constant(marks.closeObject);
  }
}
