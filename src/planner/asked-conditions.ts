import type { FieldNode } from 'graphql';
import { lookUpView } from '../boundary/view-names.js';
import type { Table } from '../database/tables.js';
import { argumentReader } from './arguments.js';
import { inputOf } from './input.js';
import type { ReadContext } from './object-compiler.js';
import type { ValueSource } from './parameters.js';
import type { ReadDeclaration } from './read.js';
import { readWhere, type Sql } from './where.js';

/** What a caller asks of the rows `r` of a read: its filters and `where`, which must all hold. */
export interface AskedConditions {
  readonly sql: readonly Sql[];
  /** Whether columns of a part are compared, so that the view with parts is read. */
  readonly parts: boolean;
  /** Whether it goes beyond the filters, which indexes are known to serve. */
  readonly isAdHoc: boolean;
}

/** Reads the conditions of a field as given; absent ones are none. */
export function askedConditions(context: ReadContext, read: ReadDeclaration, table: Table, node: FieldNode): AskedConditions {
  const input = inputOf(node, 'where', context.variables);
  const where = input === null ? null : readWhere(context, table, input);
  return { sql: [...filterConditions(context, read, table, node), ...(where ? [where.sql] : [])], parts: where?.parts === true, isAdHoc: where !== null };
}

function* filterConditions(context: ReadContext, read: ReadDeclaration, table: Table, node: FieldNode): Iterable<Sql> {
  for (const [path, filter] of Object.entries(read.filters)) {
    const reader = argumentReader(node, path);
    const value = reader(context.variables);
    if (value === undefined || value === null) continue;
    const { column, type, lookUp } = filterColumn(context, table, filter.property);
    const source: ValueSource = filter.nodeId
      ? { from: 'call', read: (_viewer, variables) => nodeKey(context, reader(variables)) }
      : { from: 'argument', reader };
    yield (parameters) => {
      const operand = parameters.add(source, type);
      return lookUp === null
        ? `r.${column} ${filter.compare} ${operand}`
        : `r.${column} = (SELECT k.${lookUp.key} FROM ${lookUp.view} k WHERE k.${lookUp.column} = ${operand})`;
    };
  }
}

/** The internal number behind a node id; the caller has made sure that it is an id of the right type. */
function nodeKey(context: ReadContext, id: unknown): string {
  return (typeof id === 'string' ? context.ids.decode(id)?.key : undefined) ?? '';
}

interface FilterColumn {
  readonly column: string;
  /** SQL type of the operand. */
  readonly type: string;
  /** Where the operand names a part by its look-up field: the view that gives its key. */
  readonly lookUp: { readonly view: string; readonly key: string; readonly column: string } | null;
}

function filterColumn(context: ReadContext, table: Table, property: string): FilterColumn {
  const own = table.columns.get(property);
  if (own) return { column: own.column, type: own.type, lookUp: null };
  const [name = '', field = ''] = property.split('.');
  const toOne = table.toOne.get(name);
  const part = toOne && context.tables.get(toOne.target);
  const info = part?.columns.get(field);
  if (!toOne || !part || !info) throw new Error(`Planner: no column for filter ${property}`);
  if (info.column === part.primaryKey) return { column: toOne.foreignColumn, type: info.type, lookUp: null };
  if (context.policy.lookUpOf(part.type) !== field) throw new Error(`Boundary: ${part.type}.${field} is no look-up field`);
  const view = lookUpView(context.standing.principal, part);
  return { column: toOne.foreignColumn, type: info.type, lookUp: { view, key: part.primaryKey, column: info.column } };
}
