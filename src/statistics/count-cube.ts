import { literal, columnOf } from '../boundary/row-conditions.js';
import type { AggregateBoundary } from '../boundary/declaration.js';
import type { Table } from '../database/tables.js';
import type { CountedCell } from './cube.js';

/**
 * Counts a declared cube over the tables: every subset of the dimensions, with what the two units of the largest share have
 * of each number. Run as the owner; no viewer has a right on any of it. `$1` is the last day that is counted.
 */
export function countCubeSql(declaration: AggregateBoundary, tables: ReadonlyMap<string, Table>): string {
  const table = tableOf(tables, declaration.of);
  const unit = table.toOne.get(declaration.unit)?.foreignColumn ?? columnOf(table, declaration.unit);
  const dimensions = Object.values(declaration.dimensions).map(({ property, period }) => {
    const column = `r.${columnOf(table, property)}`;
    return period === undefined ? column : `to_char(${column}, 'YYYY')`;
  });
  const sums = Object.values(declaration.sums).map((list) => {
    const rows = table.toMany.get(list);
    if (!rows) throw new Error(`Statistics: ${list} is no list`);
    return `sum((SELECT count(*) FROM ${tableOf(tables, rows.target).name} x WHERE x.${rows.foreignColumn} = r.${table.primaryKey}))`;
  });
  const conditions = Object.entries(declaration.where).map(([property, { oneOf }]) => `r.${columnOf(table, property)} IN (${oneOf.map(literal).join(', ')})`);
  const by = dimensions.map((_, i) => `d${i}`).join(', ');
  const numbers = ['count(*)', ...sums].map((sql, i) => `${sql} AS n${i + 1}`);
  const names = ['n0', ...numbers.map((_, i) => `n${i + 1}`)];
  return `WITH base AS (
  SELECT ${dimensions.map((sql, i) => `${sql} AS d${i}`).join(', ')}, r.${unit} AS unit, ${numbers.join(', ')}
  FROM ${table.name} r WHERE ${[...conditions, `r.${columnOf(table, declaration.dated)} <= $1::date`].join(' AND ')}
  GROUP BY ${dimensions.map((_, i) => i + 1).join(', ')}, ${dimensions.length + 1}
), shares AS (
  SELECT ${by}, grouping(${by}) AS summed, unit, 1 AS n0, ${names.slice(1).map((name) => `sum(${name}) AS ${name}`).join(', ')}
  FROM base GROUP BY CUBE (${by}), unit
)
SELECT ${by}, summed, ${names.map((name) => `sum(${name})::text AS ${name}, ((array_agg(${name} ORDER BY ${name} DESC))[1:2])::text[] AS largest_${name}`).join(', ')}
FROM shares GROUP BY ${by}, summed ORDER BY summed, ${by}`;
}

function tableOf(tables: ReadonlyMap<string, Table>, type: string): Table {
  const table = tables.get(type);
  if (!table) throw new Error(`Statistics: ${type} has no table`);
  return table;
}

/** One row of the count as a cell. */
export function countedCell(row: Readonly<Record<string, unknown>>, dimensions: number, sums: number): CountedCell {
  const summed = Number(row['summed']);
  const place = Array.from({ length: dimensions }, (_, i) => {
    if ((summed >> (dimensions - 1 - i)) & 1) return undefined;
    const value = row[`d${i}`];
    return typeof value === 'string' ? value : null;
  });
  const names = Array.from({ length: 2 + sums }, (_, i) => `n${i}`);
  return {
    place,
    totals: names.map((name) => Number(row[name])),
    largest: names.map((name) => {
      const list = row[`largest_${name}`];
      const [first, second] = Array.isArray(list) ? list.map(Number) : [];
      return [first ?? 0, second ?? 0] as const;
    }),
  };
}
