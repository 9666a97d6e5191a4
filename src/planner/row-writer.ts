import type { ColumnEncoding } from '../database/tables.js';
import type { RowCells } from '../database/row-cells.js';
import type { JsonBytes } from './json-bytes.js';
import type { ListContext } from './list-sink.js';

/** Writes the JSON of one object from the rows `from` (inclusive) to `to` (exclusive), which share its key. */
export type ObjectWriter = (out: JsonBytes, context: ListContext, rows: readonly RowCells[], from: number, to: number) => void;

/** Writes the JSON of a nested connection of the record whose key is given. */
export type NestedWriter = (out: JsonBytes, context: ListContext, key: string) => void;

/** One member of an object, in answer order. */
export type Member =
  | { readonly key: string; readonly column: number; readonly encoding: ColumnEncoding }
  | { readonly key: string; readonly column: number; readonly text: (cell: string) => string }
  | { readonly key: string; readonly constant: string }
  | { readonly key: string; readonly object: ObjectWriter; readonly presence: number }
  | { readonly key: string; readonly list: ObjectWriter; readonly presence: number }
  | { readonly key: string; readonly connection: NestedWriter; readonly parent: number };

/** Punctuation as bytes. */
export const marks = {
  openObject: Buffer.from('{'),
  emptyObject: Buffer.from('{}'),
  closeObject: Buffer.from('}'),
  openList: Buffer.from('['),
  closeList: Buffer.from(']'),
  comma: Buffer.from(','),
  absent: Buffer.from('null'),
};

/**
 * Compiles an object writer. Keys and punctuation are encoded once; a row costs its bytes, without an object, a promise or
 * a string per cell in between (the plain way costs 10 to 50 times the query on wide lists).
 */
export function objectWriter(members: readonly Member[]): ObjectWriter {
  const writers = members.map((member, i) => memberWriter(Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(member.key)}:`), member));
  return (out, context, rows, from, to) => {
    const row = rows[from];
    if (!row) return out.constant(marks.absent);
    if (writers.length === 0) return out.constant(marks.emptyObject); // nothing of it is shown, and nothing counted
    context.objects += 1;
    for (const write of writers) write(out, row, context, rows, from, to);
    out.constant(marks.closeObject);
  };
}

type MemberWriter = (out: JsonBytes, row: RowCells, context: ListContext, rows: readonly RowCells[], from: number, to: number) => void;

function memberWriter(prefix: Buffer, member: Member): MemberWriter {
  if ('constant' in member) {
    const whole = Buffer.concat([prefix, Buffer.from(member.constant)]);
    return (out) => out.constant(whole);
  }
  if ('connection' in member) {
    const { connection, parent } = member;
    return (out, row, context) => {
      out.constant(prefix);
      connection(out, context, row.cell(parent) ?? '');
    };
  }
  if ('list' in member) {
    return (out, _row, context, rows, from, to) => {
      out.constant(prefix);
      writeList(out, member.list, member.presence, context, rows, from, to);
    };
  }
  const empty = Buffer.concat([prefix, marks.absent]);
  if ('object' in member) {
    const { object, presence } = member;
    return (out, row, context, rows, from, to) => {
      if (row.isEmpty(presence)) return out.constant(empty);
      out.constant(prefix);
      object(out, context, rows, from, to);
    };
  }
  const { column } = member;
  const write = cellWriter(member);
  return (out, row) => {
    if (row.isEmpty(column)) return out.constant(empty);
    out.constant(prefix);
    write(out, row, column);
  };
}

type CellWriter = (out: JsonBytes, row: RowCells, column: number) => void;

function cellWriter(member: { readonly encoding: ColumnEncoding } | { readonly text: (cell: string) => string }): CellWriter {
  if ('encoding' in member) return cellWriters[member.encoding];
  return (out, row, column) => out.string(member.text(row.cell(column) ?? ''));
}

const cellWriters: Readonly<Record<ColumnEncoding, CellWriter>> = {
  string: (out, row, column) => out.quoted(row, column),
  number: (out, row, column) => out.bare(row, column),
  instant: (out, row, column) => out.string(isoInstant(row.cell(column) ?? '')),
  // On the wire `t`; cast to text, as in packed rows, `true`.
  boolean: (out, row, column) => out.json(row.cell(column)?.startsWith('t') === true ? 'true' : 'false'),
  codes: (out, row, column) => out.json(JSON.stringify(codesOf(row.cell(column) ?? ''))),
};

/** PostgreSQL's text of an instant in a session of zone UTC, `2026-11-22 08:00:00.5+00`, in ISO 8601. */
export function isoInstant(text: string): string {
  return `${text.slice(0, 10)}T${text.slice(11).replace(/\+00$/, 'Z')}`;
}

/** PostgreSQL's text of an array of codes, `{FINE,WARNING}`, as a list: a code is letters, digits and underscores, so nothing is quoted. */
export function codesOf(text: string): readonly string[] {
  const within = text.slice(1, -1);
  return within === '' ? [] : within.split(',');
}

/** Each row is one element; a left join without a match leaves the presence column empty and the list too. */
function writeList(out: JsonBytes, element: ObjectWriter, presence: number, context: ListContext, rows: readonly RowCells[], from: number, to: number): void {
  out.constant(marks.openList);
  if (rows[from]?.isEmpty(presence) === false) {
    for (let i = from; i < to; i += 1) {
      if (i > from) out.constant(marks.comma);
      element(out, context, rows, i, i + 1);
    }
  }
  out.constant(marks.closeList);
}

/** Where the rows of one record stand: its key, and which leg of the union brought them where there are several. */
export interface RunColumns {
  readonly key: number;
  readonly leg: number | null;
}
