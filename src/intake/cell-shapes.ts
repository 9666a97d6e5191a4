import { isCreditCode } from '../subjects/identifiers/credit-code.js';
import { normaliseCode } from '../subjects/identifiers/normalise.js';
import { parseCell, type CellParserName } from './cell-parsers.js';
import type { ShapedColumn } from './cells/shifted-cells.js';
import type { ProfileColumn } from './layout.js';

const dateParsers: ReadonlySet<CellParserName> = new Set(['date', 'endDate', 'usDate', 'dateTime', 'timestamp']);

/** Fields that hold a unified social credit code. */
const creditCodes: ReadonlySet<string> = new Set(['creditCode', 'organCode', 'sourceUnitCode']);

/** The columns of a file that can be told from their neighbours: dates, credit codes and value lists. */
export function shapedColumns(
  columns: readonly { readonly column: ProfileColumn; readonly position: number | null }[],
  emptyMarks: ReadonlySet<string>,
): readonly ShapedColumn[] {
  return columns.flatMap(({ column, position }): ShapedColumn[] => {
    if (position === null) return [];
    const { field, parse, values, explained } = column;
    if (dateParsers.has(parse)) return [{ position, fits: (cell) => typeof parseCell(cell, parse, emptyMarks) === 'string' }];
    if (creditCodes.has(field)) return [{ position, fits: (cell) => isCreditCode(normaliseCode(cell)) }];
    if (!values) return [];
    return [{ position, fits: (cell) => Object.hasOwn(values, cell.trim()) || (explained !== undefined && cell.startsWith(explained)) }];
  });
}
