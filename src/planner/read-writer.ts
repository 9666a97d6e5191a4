import type { Row } from '../database/envelope.js';
import type { Keyset } from './keyset.js';
import type { ListContext } from './list-sink.js';
import type { PageRequest } from './page.js';
import type { ObjectWriter, RunColumns } from './row-writer.js';
import { TextChunks } from './text-chunks.js';

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

/** Writes one list: its records as they come, then the whole. */
export interface RecordsWriter {
  record(context: ListContext, rows: readonly Row[]): void;
  /** `more`: there are further records in the direction of reading. */
  end(context: ListContext, more: boolean, out: TextChunks): void;
}

/** The first record, or null. */
export class FirstWriter implements RecordsWriter {
  readonly #object: ObjectWriter;
  #text = 'null';

  constructor(object: ObjectWriter) {
    this.#object = object;
  }

  record(context: ListContext, rows: readonly Row[]): void {
    this.#text = this.#object(context, rows, 0, rows.length);
  }

  end(_context: ListContext, _more: boolean, out: TextChunks): void {
    out.add(this.#text);
  }
}

/** What a page is written by: its size and direction, and whether the caller stands behind or before a cursor. */
export interface PageForm extends PageRequest {
  readonly after: boolean;
  readonly before: boolean;
}

/**
 * A page. The statement asks for one record more than it holds to know whether more follow in its direction; several
 * branches may bring more, which the sink cuts. In the other direction a cursor says that there is something.
 */
export class ConnectionWriter implements RecordsWriter {
  readonly #members: readonly ConnectionMember[];
  readonly #page: PageForm;
  readonly #keyset: Keyset;
  /** Per member that lists records: their text; a page from the end is turned round when it is whole. */
  readonly #lists: readonly (TextChunks | string[] | null)[];
  #first: Row | null = null;
  #last: Row | null = null;

  constructor(members: readonly ConnectionMember[], page: PageForm, keyset: Keyset) {
    this.#members = members;
    this.#page = page;
    this.#keyset = keyset;
    this.#lists = members.map((member) => ('nodes' in member || 'edges' in member ? (page.backward ? [] : new TextChunks()) : null));
  }

  record(context: ListContext, rows: readonly Row[]): void {
    const [row = []] = rows;
    const comma = this.#first === null ? '' : ',';
    this.#first ??= row;
    this.#last = row;
    for (const [i, member] of this.#members.entries()) {
      const list = this.#lists[i];
      if (!list) continue;
      const text = 'nodes' in member ? member.nodes(context, rows, 0, rows.length) : 'edges' in member ? this.#edge(member.edges, context, rows) : '';
      if (list instanceof TextChunks) list.add(comma + text);
      else list.unshift(text);
    }
  }

  end(context: ListContext, more: boolean, out: TextChunks): void {
    const { backward, before, after } = this.#page;
    const facts = { hasNextPage: backward ? before : more, hasPreviousPage: backward ? more : after };
    for (const [i, member] of this.#members.entries()) {
      const key = `${i === 0 ? '{' : ','}${JSON.stringify(member.key)}:`;
      const list = this.#lists[i];
      if (list) {
        out.add(`${key}[`);
        if (list instanceof TextChunks) out.append(list.bytes());
        else out.add(list.join(','));
        out.add(']');
      } else if ('constant' in member) out.add(key + member.constant);
      else if ('total' in member) out.add(key + context.total(member.total));
      else if ('pageInfo' in member) out.add(`${key}{${member.pageInfo.map(([name, field]) => `${JSON.stringify(name)}:${this.#info(field, facts, context)}`).join(',')}}`);
    }
    out.add(this.#members.length === 0 ? '{}' : '}');
  }

  #info(field: string, facts: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean }, context: ListContext): string {
    if (field === 'hasNextPage' || field === 'hasPreviousPage') return String(facts[field]);
    if (field !== 'startCursor' && field !== 'endCursor') return '"PageInfo"';
    const row = (field === 'startCursor') === this.#page.backward ? this.#last : this.#first;
    return row ? JSON.stringify(this.#keyset.cursor(row, context.viewer)) : 'null';
  }

  #edge(members: readonly EdgeMember[], context: ListContext, rows: readonly Row[]): string {
    const parts = members.map((member) => {
      const key = JSON.stringify(member.key);
      if ('constant' in member) return `${key}:${member.constant}`;
      if ('node' in member) return `${key}:${member.node(context, rows, 0, rows.length)}`;
      return `${key}:${JSON.stringify(this.#keyset.cursor(rows[0] ?? [], context.viewer))}`;
    });
    return `{${parts.join(',')}}`;
  }
}
