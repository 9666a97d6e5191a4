import { getNamedType, getNullableType, isLeafType, isListType, isObjectType, type FieldNode, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { collectFields, subSelections, type Fragments, type Variables } from '../planner/selection.js';
import type { ExportFormat } from './export-job.js';

/** A column of a CSV file: its path of response keys, joined by dots, and whether its cells are JSON texts. */
export interface ExportColumn {
  readonly path: readonly string[];
  readonly json: boolean;
}

/** A record as an answer shows it. */
export type ExportNode = Readonly<Record<string, unknown>>;

export const contentTypes: Readonly<Record<ExportFormat, string>> = {
  NDJSON: 'application/x-ndjson; charset=utf-8',
  CSV: 'text/csv; charset=utf-8; header=present',
};

/**
 * The columns of a connection's nodes: the leaves of the selection in its order, `holder.name` for the name of the
 * holder. A list is one cell with its JSON text: a second file would have to be joined by whoever opens the first.
 */
export function columnsOf(schema: GraphQLSchema, root: FieldNode, fragments: Fragments, variables: Variables): readonly ExportColumn[] {
  const query = schema.getQueryType();
  const connection = query && getNamedType(query.getFields()[root.name.value]?.type);
  const nodes = isObjectType(connection) ? collectFields(connection, [root.selectionSet], fragments, variables).get('nodes') : undefined;
  const type = isObjectType(connection) ? getNamedType(connection.getFields()['nodes']?.type) : undefined;
  if (!nodes || !isObjectType(type)) throw new Error(`${root.name.value} has no nodes`);
  return leaves(type, nodes, [], { fragments, variables });
}

function leaves(type: GraphQLObjectType, nodes: readonly FieldNode[], at: readonly string[], call: { readonly fragments: Fragments; readonly variables: Variables }): ExportColumn[] {
  return [...collectFields(type, subSelections(nodes), call.fragments, call.variables)].flatMap(([key, below]) => {
    const path = [...at, key];
    const declared = type.getFields()[below[0]?.name.value ?? '']?.type;
    const inner = declared && getNullableType(declared);
    // `__typename` is no declared field; it is a text.
    if (!inner || isLeafType(inner)) return [{ path, json: false }];
    return isObjectType(inner) && !isListType(inner) ? leaves(inner, below, path, call) : [{ path, json: true }];
  });
}

/** Writes records in one of the formats; `head` stands once before the first of them. */
export interface RecordWriter {
  readonly head: string;
  write(nodes: readonly ExportNode[]): string;
}

export function recordWriter(format: ExportFormat, columns: readonly ExportColumn[]): RecordWriter {
  if (format === 'NDJSON') return { head: '', write: (nodes) => nodes.map((node) => `${JSON.stringify(node)}\n`).join('') };
  return {
    // Excel takes a file without the byte order mark for one in the local code page.
    head: `\u{FEFF}${line(columns.map(({ path }) => quoted(path.join('.'))))}`,
    write: (nodes) => nodes.map((node) => line(columns.map((column) => cell(valueAt(node, column.path), column.json)))).join(''),
  };
}

function valueAt(node: unknown, path: readonly string[]): unknown {
  let at = node;
  for (const key of path) {
    if (!isRecord(at)) return null;
    at = at[key];
  }
  return at ?? null;
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

function line(cells: readonly string[]): string {
  return `${cells.join(',')}\r\n`;
}

/** An empty cell is null; an empty text is `""`. */
function cell(value: unknown, json: boolean): string {
  if (value === null) return '';
  if (json) return quoted(JSON.stringify(value));
  return typeof value === 'string' ? quoted(guarded(value)) : JSON.stringify(value);
}

/**
 * What a spreadsheet may take for a formula gets an apostrophe in front (OWASP, CSV injection: = + - @, tab, line ends
 * and their full-width forms). So does a text that begins with an apostrophe: a reader takes one away and has the text.
 */
const dangerous = /^['=+\-@\t\r\n\u{FF1D}\u{FF0B}\u{FF0D}\u{FF20}]/u;

function guarded(text: string): string {
  return dangerous.test(text) ? `'${text}` : text;
}

/** Every text is quoted (RFC 4180): a number in quotes stays a text for whoever looks at types, and `""` is not null. */
function quoted(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
