import type { Viewer } from '../access/viewer.js';
import type { Row } from '../database/envelope.js';
import type { Keyset } from './keyset.js';
import { endOfRun, type ObjectWriter } from './row-writer.js';

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

/** The JSON of a root field and how many records it holds. */
export interface WrittenRead {
  readonly json: string;
  readonly records: number;
}

export type ReadWriter = (rows: readonly Row[], viewer: Viewer) => WrittenRead;

/** The first record, or null. */
export function firstWriter(object: ObjectWriter, keyColumn: number): ReadWriter {
  return (rows) =>
    rows.length === 0
      ? { json: 'null', records: 0 }
      : { json: object(rows, 0, endOfRun(rows, 0, keyColumn)), records: 1 };
}

/**
 * A page of at most `page` records. The statement asks for one more to know whether a next page exists; several
 * branches may bring more, which are cut here.
 */
export function connectionWriter(members: readonly ConnectionMember[], keyColumn: number, page: number, keyset: Keyset): ReadWriter {
  return (rows, viewer) => {
    const starts: number[] = [];
    let at = 0;
    while (at < rows.length && starts.length < page) {
      starts.push(at);
      at = endOfRun(rows, at, keyColumn);
    }
    const hasNextPage = at < rows.length;
    const end = at;
    const elements = (write: (from: number, to: number) => string): string =>
      `[${starts.map((from, i) => write(from, starts[i + 1] ?? end)).join(',')}]`;
    const parts = members.map((member) => {
      const key = JSON.stringify(member.key);
      if ('constant' in member) return `${key}:${member.constant}`;
      if ('nodes' in member) return `${key}:${elements((from, to) => member.nodes(rows, from, to))}`;
      if ('edges' in member) return `${key}:${elements((from, to) => edgeText(member.edges, rows, from, to, viewer, keyset))}`;
      const last = rows[starts.at(-1) ?? -1];
      const info = member.pageInfo.map(([name, field]) => {
        if (field === 'hasNextPage') return `${JSON.stringify(name)}:${hasNextPage}`;
        if (field === 'endCursor') return `${JSON.stringify(name)}:${last ? JSON.stringify(keyset.cursor(last, viewer)) : 'null'}`;
        return `${JSON.stringify(name)}:"PageInfo"`;
      });
      return `${key}:{${info.join(',')}}`;
    });
    return { json: `{${parts.join(',')}}`, records: starts.length };
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
