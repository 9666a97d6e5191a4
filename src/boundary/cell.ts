import type { Purpose } from '../measures/purposes.js';
import type { Right, Shown } from './declaration.js';
import { digestSql, masks } from './masks.js';
import { dayConditionSql, literal, type Term } from './row-conditions.js';

/** What happens to one field of a visible row: shown by a right, or withheld (null). */
export type Cell = Right | null;

/** Whether the cell is shown as it is in every row, so that filtering and ordering by it tells nothing new. */
export function isFull(cell: Cell): boolean {
  return cell !== null && cell.shown === 'full' && !cell.purposes && !cell.when;
}

/** The cell as a viewer with this purpose sees it: its right on purpose is decided, its condition on a date remains. */
export function forStanding(cell: Cell, purpose: Purpose | null): Cell {
  if (!cell?.purposes) return cell;
  const { purposes, ...right } = cell;
  if (purpose !== null && purposes.includes(purpose)) return right;
  return cell.otherwise === undefined ? null : { shown: cell.otherwise };
}

/** What a cell is made of in SQL: the column, its type, the record's other columns, and the terms of the viewer. */
export interface CellSource {
  readonly expression: string;
  readonly type: string;
  readonly column: (property: string) => string;
  readonly term: (term: Term) => string;
}

/** A cell as a SQL expression. Throws for a mask or digest of what is no text. */
export function cellSql(cell: Cell, source: CellSource): string {
  const hidden = `NULL::${source.type}`;
  if (cell === null) return hidden;
  const shown = shownSql(cell.shown, source);
  const conditions: string[] = [];
  if (cell.purposes) conditions.push(`${source.term('purpose')} IN (${cell.purposes.map(literal).join(', ')})`);
  if (cell.when) conditions.push(dayConditionSql(source.column(cell.when.property), cell.when.day, source.term));
  if (conditions.length === 0) return shown;
  const otherwise = cell.otherwise === undefined ? hidden : shownSql(cell.otherwise, source);
  return `CASE WHEN ${conditions.join(' AND ')} THEN ${shown} ELSE ${otherwise} END`;
}

function shownSql(shown: Shown, { expression, type, term }: CellSource): string {
  if (shown === 'full') return expression;
  if (type !== 'text') throw new Error(`Boundary: ${expression} is ${type}; only texts are masked or digested`);
  return shown === 'digest' ? digestSql(expression, term('digestKey')) : masks[shown.mask].sql(expression);
}
