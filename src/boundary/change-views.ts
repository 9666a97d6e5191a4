import type { ColumnInfo, Table } from '../database/tables.js';
import type { Branch } from './branches.js';
import { cellSql, type Cell } from './cell.js';
import type { Farewell, Principal } from './declaration.js';
import type { BoundaryPolicy } from './policy.js';
import { columnOf, conditionsSql, literal } from './row-conditions.js';
import { changeView, farewellColumn, partColumn, settingTerm } from './view-names.js';
import { policySql, subjectColumns, tableOf, typeOfColumn, viewSql, type Gate } from './view-sql.js';

/**
 * The change log of a record type for one viewer class: one row per event that changed what this viewer may see. Rows
 * and cells of an image take the right of the branch the image falls into; a change of withheld cells alone is no event
 * here, and a row that left the scope shows nothing but its identity. The log is read by position, a bounded tail, so
 * an OR of branches costs no index.
 */
export function changeSql(
  policy: BoundaryPolicy,
  tables: ReadonlyMap<string, Table>,
  principal: Principal,
  table: Table,
  gate: Gate,
  watched: readonly string[],
): string {
  const branches = policy.allBranches(principal, table.type);
  const record = policy.records.get(table.type);
  const identity = columnOf(table, record?.identity ?? '');
  const inBranch = (branch: Branch, image: string): string => conditionsSql(branch, (property) => `(${image} ->> '${columnOf(table, property)}')`, settingTerm);
  const inScope = (of: readonly Branch[], image: string): string => of.map((branch) => `(${inBranch(branch, image)})`).join(' OR ');
  const branchOf = (of: readonly Branch[], image: string, before = ''): string => `CASE ${before}${of.map((branch, i) => `WHEN ${inBranch(branch, image)} THEN ${i}`).join(' ')} END`;
  const lasting = branches.map(withoutEnd);
  // What the day has ended and this change has not: it is seen no more, and whoever ends it tells so, once.
  const ending = lasting.filter((branch, i) => branch.where.length < (branches[i]?.where.length ?? 0));
  const isOver = ending.length === 0 ? '' : `WHEN (${inScope(ending, 'f.after')}) AND (${inScope(branches, 'f.after')}) IS NOT TRUE THEN NULL `;

  const cells = imageCells(policy, tables, table);
  const internal = subjectColumns(policy, table);
  // Members of an image are texts until the outermost cast.
  const shownText = (cell: Cell, { path }: ImageCell, image: string): string =>
    cellSql(cell, { expression: path(image), type: 'text', column: (property) => `(${image} ->> '${columnOf(table, property)}')`, term: settingTerm });
  const shown = (image: ImageCell, side: 'before' | 'after'): string => {
    const cases = branches.flatMap((branch, i) => {
      const cell = image.cellOf(branch);
      return cell === null ? [] : [`WHEN ${i} THEN ${shownText(cell, image, `e.${side}`)}`];
    });
    return cases.length === 0 ? `NULL::${image.type}` : `(CASE e.branch_${side} ${cases.join(' ')} END)::${image.type}`;
  };
  const columns = [
    ...cells.map((image) => `${shown(image, 'after')} AS ${image.name}`),
    ...cells.filter(({ name }) => watched.includes(name)).map((image) => `${shown(image, 'before')} AS was_${image.name}`),
  ];
  const differs = branches.map((branch, i) => {
    // Nobody is shown who the subject is by its internal id: another one, after a merger, is no change.
    const compared = cells.filter(({ name, cellOf }) => cellOf(branch) !== null && !internal.includes(name));
    const rowOf = (image: string): string => `ROW(${compared.map((cell) => shownText(cell.cellOf(branch), cell, image)).join(', ')})`;
    return `WHEN ${i} THEN ${rowOf('e.before')} IS DISTINCT FROM ${rowOf('e.after')}`;
  });
  const query = `  SELECT t.first_position, e.ordinal,
    e.branch_before IS NOT NULL AS seen_before, e.branch_after IS NOT NULL AS seen_after,
    CASE WHEN e.branch_after IS NOT NULL THEN e.after ->> '${identity}'
         WHEN e.branch_before IS NOT NULL THEN e.before ->> '${identity}' END AS identity,
    ${farewellSql(record?.farewell, table)}${columns.join(',\n    ')}
  FROM hub.feed_transaction t
  JOIN LATERAL (SELECT f.ordinal, f.before, f.after, ${branchOf(lasting, 'f.before', isOver)} AS branch_before, ${branchOf(branches, 'f.after')} AS branch_after
                FROM hub.feed_event f WHERE f.transaction_id = t.id AND f.month = t.month AND f.entity = '${table.type}') e ON true
  WHERE t.first_position IS NOT NULL AND (e.branch_before IS DISTINCT FROM e.branch_after OR CASE e.branch_after ${differs.join(' ')} END)`;
  return [
    policySql(gate, 'hub.feed_event', `entity = '${table.type}' AND (${inScope(lasting, 'before')} OR ${inScope(branches, 'after')})`),
    `GRANT SELECT ON hub.feed_transaction TO ${gate.role};`,
    viewSql(changeView(principal, table), query, gate),
  ].join('\n');
}

/**
 * The scope of an image before a change. That a date has passed since makes no event by itself: who ends the record then,
 * as the clock does, tells those who saw it until that day.
 */
function withoutEnd(branch: Branch): Branch {
  return { ...branch, where: branch.where.filter((condition) => !('day' in condition) || condition.day === 'reached') };
}

function farewellSql(farewell: Farewell | undefined, table: Table): string {
  if (!farewell) return '';
  const left = `e.after ->> '${columnOf(table, farewell.property)}'`;
  return `CASE WHEN e.branch_after IS NULL AND ${left} IN (${farewell.oneOf.map(literal).join(', ')}) THEN ${left} END AS ${farewellColumn},\n    `;
}

/** A cell of an image: where it stands in the JSON and what right a branch has on it. */
interface ImageCell {
  readonly name: string;
  readonly type: string;
  readonly path: (image: string) => string;
  readonly cellOf: (branch: Branch) => Cell;
}

function imageCells(policy: BoundaryPolicy, tables: ReadonlyMap<string, Table>, table: Table): ImageCell[] {
  const cells: ImageCell[] = subjectColumns(policy, table).map((column) => ({
    name: column, type: typeOfColumn(table, column), path: (image) => `(${image} ->> '${column}')`, cellOf: () => ({ shown: 'full' }),
  }));
  for (const [property, toOne] of table.toOne) {
    const part = tableOf(tables, toOne.target);
    const foreign = toOne.foreignColumn;
    cells.push({ name: foreign, type: typeOfColumn(table, foreign), path: (image) => `(${image} ->> '${foreign}')`, cellOf: (branch) => policy.cell(branch, table.type, property) });
    if (policy.recordOf(part.type) !== table.type) continue;
    for (const [field, info] of part.columns) {
      if (info.column === part.primaryKey || !policy.declares(`${part.type}.${field}`)) continue;
      const path = (image: string): string => `(${image} -> '${property}' ->> '${info.column}')`;
      cells.push({ name: partColumn(property, info.column), type: info.type, path, cellOf: (branch) => policy.cell(branch, part.type, field) });
    }
  }
  for (const [field, info] of table.columns) {
    if (!policy.declares(`${table.type}.${field}`)) continue;
    const path = (image: string): string => memberSql(image, info);
    cells.push({ name: info.column, type: info.type, path, cellOf: (branch) => policy.cell(branch, table.type, field) });
  }
  return cells;
}

/** A member of an image as text. An array of codes stands there as JSON, and is text as PostgreSQL writes its own. */
function memberSql(image: string, { column, type }: ColumnInfo): string {
  const text = `(${image} ->> '${column}')`;
  return type.endsWith('[]') ? `translate(${text}, '[]" ', '{}')` : text;
}
