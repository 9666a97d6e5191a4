import { isRecord } from './dom.js';

/** One value of an answer and where it stands: response keys joined by dots, without positions in lists. */
export interface Piece {
  readonly path: string;
  readonly value: unknown;
}

/** A cell: its lines, each of one or more values. A nested list has one line an item. */
export type Cell = readonly (readonly Piece[])[];

/** A list of the answer as rows, or a single record as one row (`single`). */
export interface Table {
  readonly path: string;
  readonly single: boolean;
  /** Paths of the columns, in the order of the question. */
  readonly columns: readonly string[];
  readonly rows: readonly ReadonlyMap<string, Cell>[];
}

/** Where a list goes on: the cursor of a connection that has a next page, else null. */
export function nextPage(data: unknown): string | null {
  if (!isRecord(data)) return null;
  const info = data['pageInfo'];
  if (isRecord(info) && info['hasNextPage'] === true && typeof info['endCursor'] === 'string') return info['endCursor'];
  for (const value of Object.values(data)) {
    const cursor = nextPage(value);
    if (cursor !== null) return cursor;
  }
  return null;
}

/** An answer's data as tables: every list of its own, and the single values of a record together. */
export function tablesOf(data: unknown): readonly Table[] {
  const tables: Table[] = [];
  if (!isRecord(data)) return tables;
  const plain: [string, unknown][] = [];
  for (const [key, value] of Object.entries(data)) {
    if (isRecord(value)) record(key, value, tables);
    else if (Array.isArray(value)) tables.push(listTable(key, value));
    else plain.push([key, value]);
  }
  if (plain.length > 0) record('', Object.fromEntries(plain), tables);
  return tables;
}

function record(path: string, value: Readonly<Record<string, unknown>>, tables: Table[]): void {
  const row = new Map<string, Cell>();
  const lists: [string, readonly unknown[]][] = [];
  const place = tables.length;
  flatten(path, value, row, (at, items) => lists.push([at, items]));
  for (const [at, items] of lists) tables.push(listTable(at, items));
  if (row.size > 0) tables.splice(place, 0, { path, single: true, columns: [...row.keys()], rows: [row] });
}

function listTable(path: string, items: readonly unknown[]): Table {
  const columns = new Set<string>();
  const rows = items.map((item) => rowOf(path, item));
  for (const row of rows) for (const column of row.keys()) columns.add(column);
  return { path, single: false, columns: [...columns], rows };
}

/** One item of a list as a row. */
export function rowOf(path: string, item: unknown): ReadonlyMap<string, Cell> {
  const row = new Map<string, Cell>();
  if (isRecord(item)) {
    flatten(path, item, row, (at, items) => row.set(at, items.map((inner) => [...rowOf(at, inner).values()].flat(2))));
  } else {
    row.set(path, [[{ path, value: item }]]);
  }
  return row;
}

function flatten(
  path: string,
  value: Readonly<Record<string, unknown>>,
  row: Map<string, Cell>,
  list: (path: string, items: readonly unknown[]) => void,
): void {
  for (const [key, field] of Object.entries(value)) {
    const at = path === '' ? key : `${path}.${key}`;
    if (key === 'pageInfo' || key === '__typename') continue;
    if (Array.isArray(field)) {
      const items: readonly unknown[] = field;
      if (items.some(isRecord) || items.length === 0) list(at, items);
      else row.set(at, items.map((item) => [{ path: at, value: item }]));
    } else if (isRecord(field)) {
      flatten(at, field, row, list);
    } else {
      row.set(at, [[{ path: at, value: field }]]);
    }
  }
}
