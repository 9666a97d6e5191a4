import type { Viewer } from '../access/viewer.js';
import type { Row } from '../database/envelope.js';
import type { Keyset } from './keyset.js';
import type { PageRequest } from './page.js';
import { runAt, type ObjectWriter, type RunColumns } from './row-writer.js';

/** One member of an edge, in answer order. */
export type EdgeMember =
  | { readonly key: string; readonly constant: string }
  | { readonly key: string; readonly cursor: true }
  | { readonly key: string; readonly node: ObjectWriter };

/** One member of a connection; page information is a list of (response key, field). */
export type ConnectionMember =
  | { readonly key: string; readonly constant: string }
  | { readonly key: string; readonly nodes: ObjectWriter }
  | { readonly key: string; readonly edges: readonly EdgeMember[] }
  | { readonly key: string; readonly pageInfo: readonly (readonly [string, string])[] };

/** The JSON of a root field, how many records it holds, and the subjects they are of (internal ids), for the evidence. */
export interface WrittenRead {
  readonly json: string;
  readonly records: number;
  readonly subjects: readonly string[];
}

export type ReadWriter = (rows: readonly Row[], viewer: Viewer) => WrittenRead;

/** The first record, or null. */
export function firstWriter(object: ObjectWriter, runs: RunColumns, subject: number | null): ReadWriter {
  return (rows) =>
    rows.length === 0
      ? { json: 'null', records: 0, subjects: [] }
      : { json: object(rows, 0, runAt(rows, 0, runs).to), records: 1, subjects: subjectsOf(rows, [0], subject) };
}

/** Cells of the subject column in the first rows of records; null where the viewer may not see whose record it is. */
function subjectsOf(rows: readonly Row[], starts: readonly number[], subject: number | null): string[] {
  return subject === null ? [] : starts.flatMap((at) => rows[at]?.[subject] ?? []);
}

/** What a page is written by: its size and direction, and whether the caller stands behind or before a cursor. */
export interface PageForm extends PageRequest {
  readonly after: boolean;
  readonly before: boolean;
}

/**
 * A page of at most `size` records. The statement asks for one more to know whether more follow in its direction;
 * several branches may bring more, which are cut here. In the other direction a cursor says that there is something.
 */
export function connectionWriter(
  members: readonly ConnectionMember[],
  runs: RunColumns,
  page: PageForm,
  keyset: Keyset,
  subject: number | null,
): ReadWriter {
  return (rows, viewer) => {
    const records: { readonly from: number; readonly to: number }[] = [];
    let at = 0;
    while (at < rows.length && records.length < page.size) {
      const { to, next } = runAt(rows, at, runs);
      records.push({ from: at, to });
      at = next;
    }
    const more = at < rows.length;
    if (page.backward) records.reverse();
    const facts = {
      hasNextPage: page.backward ? page.before : more,
      hasPreviousPage: page.backward ? more : page.after,
    };
    const elements = (write: (from: number, to: number) => string): string =>
      `[${records.map(({ from, to }) => write(from, to)).join(',')}]`;
    const parts = members.map((member) => {
      const key = JSON.stringify(member.key);
      if ('constant' in member) return `${key}:${member.constant}`;
      if ('nodes' in member) return `${key}:${elements((from, to) => member.nodes(rows, from, to))}`;
      if ('edges' in member) return `${key}:${elements((from, to) => edgeText(member.edges, rows, from, to, viewer, keyset))}`;
      const cursorAt = (index: number): string => {
        const row = rows[records.at(index)?.from ?? -1];
        return row ? JSON.stringify(keyset.cursor(row, viewer)) : 'null';
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
    return { json: `{${parts.join(',')}}`, records: records.length, subjects: subjectsOf(rows, records.map(({ from }) => from), subject) };
  };
}

function edgeText(
  members: readonly EdgeMember[],
  rows: readonly Row[],
  from: number,
  to: number,
  viewer: Viewer,
  keyset: Keyset,
): string {
  const parts = members.map((member) => {
    const key = JSON.stringify(member.key);
    if ('constant' in member) return `${key}:${member.constant}`;
    if ('node' in member) return `${key}:${member.node(rows, from, to)}`;
    return `${key}:${JSON.stringify(keyset.cursor(rows[from] ?? [], viewer))}`;
  });
  return `{${parts.join(',')}}`;
}
