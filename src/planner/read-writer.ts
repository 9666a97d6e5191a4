import type { Row } from '../database/envelope.js';
import type { Frame, Segment } from './frame.js';
import type { Keyset } from './keyset.js';
import type { PageRequest } from './page.js';
import { runAt, type ObjectWriter, type RunColumns } from './row-writer.js';

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

/** Writes the records in a stretch of rows. */
export type RowsWriter = (frame: Frame, rows: readonly Row[], segment: Segment) => string;

/** The first record, or null. */
export function firstWriter(object: ObjectWriter, records: RecordRows): RowsWriter {
  return (frame, rows, { from, to: end }) => {
    if (from >= end) return 'null';
    note(frame, rows, from, records.subject);
    return object(frame, rows, from, runAt(rows, from, end, records.runs).to);
  };
}

/** Notes a record for the evidence. */
function note(frame: Frame, rows: readonly Row[], at: number, subject: number | null): void {
  frame.records += 1;
  const id = subject === null ? null : rows[at]?.[subject];
  if (id !== null && id !== undefined) frame.subjects.push(id);
}

/** What a page is written by: its size and direction, and whether the caller stands behind or before a cursor. */
export interface PageForm extends PageRequest {
  readonly after: boolean;
  readonly before: boolean;
}

/** The text of a total: what a statement says of the parent's key, or of the whole list where there is none. */
export type TotalText = (frame: Frame, statement: number) => string;

/**
 * A page of at most `size` records. The statement asks for one more to know whether more follow in its direction;
 * several branches may bring more, which are cut here. In the other direction a cursor says that there is something.
 */
export function connectionWriter(
  members: readonly ConnectionMember[],
  { runs, subject }: RecordRows,
  page: PageForm,
  keyset: Keyset,
): (frame: Frame, rows: readonly Row[], segment: Segment, total: TotalText) => string {
  return (frame, rows, { from: begin, to: end }, total) => {
    const records: Segment[] = [];
    let at = begin;
    while (at < end && records.length < page.size) {
      const { to, next } = runAt(rows, at, end, runs);
      records.push({ from: at, to });
      note(frame, rows, at, subject);
      at = next;
    }
    const more = at < end;
    if (page.backward) records.reverse();
    const facts = {
      hasNextPage: page.backward ? page.before : more,
      hasPreviousPage: page.backward ? more : page.after,
    };
    const elements = (write: (from: number, to: number) => string): string => {
      let out = '[';
      for (const { from, to } of records) out += `${out.length > 1 ? ',' : ''}${write(from, to)}`;
      return `${out}]`;
    };
    const parts = members.map((member) => {
      const key = JSON.stringify(member.key);
      if ('constant' in member) return `${key}:${member.constant}`;
      if ('nodes' in member) return `${key}:${elements((from, to) => member.nodes(frame, rows, from, to))}`;
      if ('edges' in member) return `${key}:${elements((from, to) => edgeText(member.edges, frame, rows, from, to, keyset))}`;
      if ('total' in member) return `${key}:${total(frame, member.total)}`;
      const cursorAt = (index: number): string => {
        const row = rows[records.at(index)?.from ?? -1];
        return row ? JSON.stringify(keyset.cursor(row, frame.viewer)) : 'null';
      };
      const info = member.pageInfo.map(([name, field]) => {
        const key = JSON.stringify(name);
        if (field === 'hasNextPage' || field === 'hasPreviousPage') return `${key}:${facts[field]}`;
        if (field === 'startCursor') return `${key}:${cursorAt(0)}`;
        if (field === 'endCursor') return `${key}:${cursorAt(-1)}`;
        return `${key}:"PageInfo"`;
      });
      return `${key}:{${info.join(',')}}`;
    });
    return `{${parts.join(',')}}`;
  };
}

function edgeText(
  members: readonly EdgeMember[],
  frame: Frame,
  rows: readonly Row[],
  from: number,
  to: number,
  keyset: Keyset,
): string {
  const parts = members.map((member) => {
    const key = JSON.stringify(member.key);
    if ('constant' in member) return `${key}:${member.constant}`;
    if ('node' in member) return `${key}:${member.node(frame, rows, from, to)}`;
    return `${key}:${JSON.stringify(keyset.cursor(rows[from] ?? [], frame.viewer))}`;
  });
  return `{${parts.join(',')}}`;
}
