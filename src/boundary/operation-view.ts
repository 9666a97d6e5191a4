import type { Table } from '../database/tables.js';
import { cellSql, isFull } from './cell.js';
import type { Principal } from './declaration.js';
import type { BoundaryPolicy } from './policy.js';
import { columnOf, conditionsSql, type Term } from './row-conditions.js';

/** Everybody who sees records of a type and reads these coordinates in full in all of them. */
export interface ReadersOf {
  readonly record: string;
  readonly inFull: readonly string[];
}

/** Row security of an operation view: the rows of the record type that the viewer class sees, by whatever relation. */
export const visibleRows = Symbol('visible rows');

/** What the query of a view may ask of the rights of its viewer class. */
export interface ClassRights {
  /**
   * A field of a part (`alias`: its table in the query) as the class sees it through any visible record; NULL where it is
   * withheld. Coordinate as `Subject.identityMask`.
   */
  readonly cell: (coordinate: string, alias: string) => string;
}

/** A view of a declared operation, made by its capability: a query under its own gate, parameters in settings. */
export interface OperationView {
  readonly name: string;
  readonly viewers: readonly Principal[] | ReadersOf;
  /** SELECT of the view; its row filter is part of it. */
  readonly query: string | ((rights: ClassRights) => string);
  /** Row security on tables the query reads: table → condition. */
  readonly policies: Readonly<Record<string, string | typeof visibleRows>>;
  /** Further tables it reads without row security. */
  readonly reads: readonly string[];
  /** False for a view that filters no rows itself: row security does, and without a barrier pages are read off an index. */
  readonly barrier?: false;
}

/** The viewer classes a view is made for. */
export function viewersOf(policy: BoundaryPolicy, { viewers }: OperationView): readonly Principal[] {
  if (!('record' in viewers)) return viewers.flatMap((kind) => policy.classesOf(kind));
  return policy.principals.filter((principal) => {
    const branches = policy.allBranches(principal, viewers.record);
    return branches.length > 0 && branches.every((branch) => viewers.inFull.every((coordinate) => isFull(policy.cell(branch, ...split(coordinate)))));
  });
}

/** The rows of a record type that a class sees: the conditions of its branches, any of which will do. */
export function visibleSql(policy: BoundaryPolicy, principal: Principal, table: Table, term: (term: Term) => string): string {
  return policy
    .allBranches(principal, table.type)
    .map((branch) => `(${conditionsSql(branch, (property) => columnOf(table, property), term)})`)
    .join(' OR ');
}

/** The rights of a class on the parts of records, as a view asks for them. */
export function classRights(
  policy: BoundaryPolicy,
  tables: ReadonlyMap<string, Table>,
  principal: Principal,
  term: (term: Term) => string,
): ClassRights {
  return {
    cell: (coordinate, alias) => {
      const [type, field] = split(coordinate);
      const part = tables.get(type);
      const info = part?.columns.get(field);
      const record = tables.get(policy.recordOf(type) ?? '');
      const toOne = [...(record?.toOne.values() ?? [])].find(({ target }) => target === type);
      if (!part || !info || !record || !toOne) throw new Error(`Boundary: ${coordinate} is no field of a part`);
      const column = (property: string): string => `r.${columnOf(record, property)}`;
      const shown = policy.allBranches(principal, record.type).flatMap((branch) => {
        const cell = policy.cell(branch, type, field);
        if (cell === null) return [];
        const value = cellSql(cell, { expression: `${alias}.${info.column}`, type: info.type, column, term });
        return [
          `(SELECT ${value} FROM ${record.name} r WHERE r.${toOne.foreignColumn} = ${alias}.${part.primaryKey} ` +
            `AND ${conditionsSql(branch, column, term)} AND ${value} IS NOT NULL LIMIT 1)`,
        ];
      });
      return shown.length === 0 ? `NULL::${info.type}` : `coalesce(${shown.join(', ')})`;
    },
  };
}

function split(coordinate: string): readonly [type: string, field: string] {
  const [type = '', field = ''] = coordinate.split('.');
  return [type, field];
}
