import type { Table } from '../database/tables.js';
import type { Purpose } from '../measures/purposes.js';
import type { ViewerColumn } from './declaration.js';

/**
 * A value of the viewer in SQL: in a plan a parameter, in the database a setting of the envelope. `purpose` is empty
 * unless a case number was declared with it, `today` is the legal date of the hub's clock, `digestKey` the secret of the
 * viewer's agency for digests.
 */
export type Term = ViewerColumn | 'purpose' | 'today' | 'digestKey';

/** One condition on the record's own row. */
export type RowCondition =
  | { readonly property: string; readonly equals: ViewerColumn }
  | { readonly property: string; readonly oneOf: readonly string[] }
  | { readonly property: string; readonly day: 'reached' | 'open' };

/** What a row must meet to be seen. */
export interface RowScope {
  readonly where: readonly RowCondition[];
  readonly purposes: readonly Purpose[] | null;
}

/** A SQL text literal. Only declared codes come here, never a caller's value. */
export function literal(value: string): string {
  return `'${value.replaceAll("'", "''")}'`;
}

/**
 * The scope of a branch as an AND of comparisons on `column(...)`. The same compiler serves the plan (terms are
 * parameters) and the database policy (terms are settings). Only comparisons of text and dates occur, which are
 * leakproof and so keep their index under row security.
 */
export function conditionsSql(scope: RowScope, column: (property: string) => string, term: (term: Term) => string): string {
  const conditions = scope.where.map((condition) => {
    const left = column(condition.property);
    if ('equals' in condition) return `${left} = ${term(condition.equals)}`;
    if ('day' in condition) return dayConditionSql(left, condition.day, term);
    return codesSql(left, condition.oneOf);
  });
  if (scope.purposes) conditions.push(codesSql(term('purpose'), scope.purposes));
  return conditions.join(' AND ');
}

function codesSql(left: string, codes: readonly string[]): string {
  const [first, ...rest] = codes;
  if (first !== undefined && rest.length === 0) return `${left} = ${literal(first)}`;
  return `${left} IN (${codes.map(literal).join(', ')})`;
}

/** Whether a date has come, or is still open. A record without the date counts as open. */
export function dayConditionSql(column: string, day: 'reached' | 'open', term: (term: Term) => string): string {
  const today = `${term('today')}::date`;
  return day === 'reached' ? `${column}::date <= ${today}` : `(${column} IS NULL OR ${column}::date > ${today})`;
}

/** The columns of `table` behind the properties of a branch's conditions. */
export function columnOf(table: Table, property: string): string {
  const info = table.columns.get(property);
  if (!info) throw new Error(`Boundary: ${table.type} has no column for property '${property}'`);
  return info.column;
}

/** The viewer's values a scope compares columns with, in order of first use. */
export function viewerColumns(scope: RowScope): readonly ViewerColumn[] {
  return [...new Set(scope.where.flatMap((condition) => ('equals' in condition ? [condition.equals] : [])))];
}
