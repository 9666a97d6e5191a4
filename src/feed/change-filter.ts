import { GraphQLError, type FieldNode } from 'graphql';
import type { Table } from '../database/tables.js';
import { argumentReader } from '../planner/arguments.js';
import type { ReadContext } from '../planner/object-compiler.js';
import type { ChangeDeclaration } from './change-declaration.js';

/** A filter as SQL on one event: whether the row met it before, and whether it meets it now. */
export interface ChangeFilter {
  readonly before: string;
  readonly after: string;
  /** Values of the placeholders, in order. */
  readonly values: readonly string[];
}

/** Column of an image before the change, in the view of the changes. */
export function beforeColumn(column: string): string {
  return `was_${column}`;
}

/** Columns that subscriptions filter by, by record type: the views of the changes show them as they were, too. */
export function watchedColumns(changes: Iterable<ChangeDeclaration>, tables: ReadonlyMap<string, Table>): ReadonlyMap<string, readonly string[]> {
  const watched = new Map<string, readonly string[]>();
  for (const { type, filters } of changes) {
    const table = tables.get(type);
    if (!table) throw new Error(`Feed: ${type} has no table`);
    const columns = Object.values(filters ?? {}).map(({ property }) => columnOf(table, property));
    watched.set(type, [...new Set([...(watched.get(type) ?? []), ...columns])].sort());
  }
  return watched;
}

/**
 * Compiles the filters that were given, or null where none was. A row enters when it meets them and did not before, and
 * leaves when it no longer does: as with the scope, and not to be told from it. That the viewer may filter by the fields
 * was decided before (`decideChange`).
 */
export function changeFilter(context: ReadContext, declaration: ChangeDeclaration, table: Table, node: FieldNode | undefined, firstPlace: number): ChangeFilter | null {
  const before: string[] = [];
  const after: string[] = [];
  const values: string[] = [];
  for (const [argument, filter] of Object.entries(declaration.filters ?? {})) {
    const value = argumentReader(node, argument)(context.variables);
    if (value === undefined || value === null) continue;
    if (typeof value !== 'string') throw new GraphQLError(argument, { extensions: { code: 'BAD_USER_INPUT', nextStep: argument } });
    const column = columnOf(table, filter.property);
    const operand = `${filter.compare} $${firstPlace + values.length}::text::${typeOf(table, column)}`;
    values.push(value);
    before.push(`r.${beforeColumn(column)} ${operand}`);
    after.push(`r.${column} ${operand}`);
  }
  if (values.length === 0) return null;
  return { before: `coalesce(${before.join(' AND ')}, false)`, after: `coalesce(${after.join(' AND ')}, false)`, values };
}

function columnOf(table: Table, property: string): string {
  const own = table.columns.get(property);
  if (own) return own.column;
  const [name = ''] = property.split('.');
  const toOne = table.toOne.get(name);
  if (!toOne) throw new Error(`Feed: no column for filter ${property}`);
  return toOne.foreignColumn;
}

function typeOf(table: Table, column: string): string {
  const info = [...table.columns.values()].find((candidate) => candidate.column === column);
  if (!info) throw new Error(`Feed: no type for column ${column}`);
  return info.type;
}
