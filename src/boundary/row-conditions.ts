import type { Table } from '../database/tables.js';
import type { ViewerTerm } from './declaration.js';
import type { Branch, RowCondition } from './policy.js';

/** A SQL text literal. Only declared codes come here, never a caller's value. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The row conditions of a branch as an AND of comparisons on `column(...)`. The same compiler serves the plan (viewer
 * terms are parameters) and the database policy (viewer terms are settings). Only text = occurs, which is leakproof and
 * so keeps its index under row security.
 */
export function conditionsSql(
  conditions: readonly RowCondition[],
  column: (property: string) => string,
  viewerTerm: (term: ViewerTerm) => string,
): string {
  return conditions
    .map((condition) => {
      const left = column(condition.property);
      if ('equals' in condition) return `${left} = ${viewerTerm(condition.equals)}`;
      const [first, ...rest] = condition.oneOf;
      if (first !== undefined && rest.length === 0) return `${left} = ${literal(first)}`;
      return `${left} IN (${condition.oneOf.map(literal).join(', ')})`;
    })
    .join(' AND ');
}

/** The columns of `table` behind the properties of a branch's conditions. */
export function columnOf(table: Table, property: string): string {
  const info = table.columns.get(property);
  if (!info) throw new Error(`Boundary: ${table.type} has no column for property '${property}'`);
  return info.column;
}

/** The viewer terms a branch binds, in order of first use. */
export function viewerTerms(branch: Branch): readonly ViewerTerm[] {
  const terms = branch.where.flatMap((condition) =>
    'equals' in condition ? [condition.equals] : [],
  );
  return [...new Set(terms)];
}
