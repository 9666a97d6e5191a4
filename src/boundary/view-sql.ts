import type { ColumnInfo, Table } from '../database/tables.js';
import type { cellSql } from './cell.js';
import type { BoundaryPolicy } from './policy.js';
import { columnOf } from './row-conditions.js';
import { settingTerm } from './view-names.js';

/** Longest name of PostgreSQL, in bytes; ours are ASCII. */
const longestName = 63;

export interface Gate {
  readonly role: string;
  readonly reader: string;
}

export function gateSql(gate: Gate): string {
  return `GRANT USAGE ON SCHEMA hub TO ${gate.role};\nGRANT USAGE, CREATE ON SCHEMA shared TO ${gate.role};`;
}

export function viewSql(name: string, query: string, gate: Gate, options = ''): string {
  // PostgreSQL would cut the rest off, and two views could become one.
  if (name.length > longestName + 'shared.'.length) throw new Error(`Boundary: the name of view ${name} is too long`);
  // Granted before it changes hands: the owner of the database takes roles on but does not inherit their rights.
  return `CREATE VIEW ${name}${options} AS\n${query};\nGRANT SELECT ON ${name} TO ${gate.reader};\nALTER VIEW ${name} OWNER TO ${gate.role};`;
}

export function policySql(gate: Gate, table: string, condition: string): string {
  return `GRANT SELECT ON ${table} TO ${gate.role};\nCREATE POLICY ${gate.role} ON ${table} FOR SELECT TO ${gate.role}\n  USING (${condition});`;
}

/** A column in a view: conditions on dates are on the record's own columns, terms are settings. */
export function sourceOf(table: Table, info: Pick<ColumnInfo, 'column' | 'type'>, alias: string): Parameters<typeof cellSql>[1] {
  return { expression: `${alias}.${info.column}`, type: info.type, column: (property) => `r.${columnOf(table, property)}`, term: settingTerm };
}

/** The column of a record's subject: no field of the schema, so that only the hub reads it, for the evidence. */
export function subjectColumns(policy: BoundaryPolicy, table: Table): readonly string[] {
  const subject = policy.records.get(table.type)?.subject;
  return subject === undefined ? [] : [columnOf(table, subject)];
}

export function typeOfColumn(table: Table, column: string): string {
  const info = [...table.columns.values()].find((candidate) => candidate.column === column);
  if (!info) throw new Error(`Boundary: ${table.type} maps no column ${column}`);
  return info.type;
}

export function tableOf(tables: ReadonlyMap<string, Table>, type: string): Table {
  const table = tables.get(type);
  if (!table) throw new Error(`Boundary: ${type} has no table`);
  return table;
}
