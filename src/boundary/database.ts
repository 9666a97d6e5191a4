import type { Table } from '../database/tables.js';
import type { Branch } from './branches.js';
import { cellSql, isFull } from './cell.js';
import { changeSql } from './change-views.js';
import type { Principal } from './declaration.js';
import { classRights, viewersOf, visibleRows, visibleSql, type OperationView } from './operation-view.js';
import type { BoundaryPolicy } from './policy.js';
import { columnOf, conditionsSql } from './row-conditions.js';
import { bareName, branchView, gateRole, lookUpView, partColumn, readerRole, settingTerm } from './view-names.js';
import { gateSql, policySql, sourceOf, subjectColumns, tableOf, typeOfColumn, viewSql, type Gate } from './view-sql.js';

/**
 * The database layer of the boundary: per viewer class a reader role with rights on views only; per branch a gate role
 * that owns the views, holds the rights on the tables and is judged by row security. The views carry the masks.
 *
 * The views are not security-barrier views: a barrier keeps PostgreSQL from reading the newest page off an index
 * (docs/decisions/2026-11-22-views-over-row-security.md has the measurement). They need no barrier because they filter
 * nothing themselves: rows are filtered by row security on the table, which orders leaky functions after it, and joined
 * parts are fenced by OFFSET 0, so that no caller's expression sees a part of a row that is not visible.
 *
 * All statements of the database layer, in order, from nothing: the body of a boundary migration. `watched`: columns by
 * record type that the views of the changes show as they were before, too, for the filters of subscriptions.
 */
export function boundarySql(
  policy: BoundaryPolicy,
  tables: ReadonlyMap<string, Table>,
  operations: readonly OperationView[],
  watched: ReadonlyMap<string, readonly string[]> = new Map(),
): { readonly roles: readonly string[]; readonly sql: string } {
  const roles = new Set<string>(['concordat_writer']);
  const out: string[] = [resetSql, writerSql(policy, tables), openViewsSql(policy)];
  for (const principal of policy.principals) {
    const reader = readerRole(principal);
    roles.add(reader);
    out.push(`GRANT USAGE ON SCHEMA shared TO ${reader};`, `GRANT SELECT ON shared.agency, shared.feed_head, shared.feed_start TO ${reader};`);
    for (const record of policy.records.values()) {
      const table = tableOf(tables, record.type);
      for (const branch of policy.allBranches(principal, record.type)) {
        const gate = { role: gateRole(principal, branch.name), reader };
        if (roles.has(gate.role)) throw new Error(`Boundary: ${principal} has two relations ${branch.name}`);
        roles.add(gate.role);
        out.push(gateSql(gate), ...branchSql(policy, tables, principal, table, branch, gate));
      }
      if (policy.allBranches(principal, record.type).length === 0) continue;
      // A role for each record type: what reads the changes of one is judged by its policy alone.
      const changes = { role: gateRole(principal, `${bareName(table)}_changes`), reader };
      const keys = { role: gateRole(principal, 'keys'), reader };
      roles.add(changes.role).add(keys.role);
      out.push(gateSql(changes), changeSql(policy, tables, principal, table, changes, watched.get(table.type) ?? []));
      out.push(gateSql(keys), keySql(policy, tables, principal, table, keys));
    }
  }
  for (const operation of operations) {
    for (const principal of viewersOf(policy, operation)) {
      const gate = { role: gateRole(principal, operation.name), reader: readerRole(principal) };
      roles.add(gate.role).add(gate.reader);
      // A class may have operations alone, such as the auditor's.
      if (!policy.principals.includes(principal)) out.push(`GRANT USAGE ON SCHEMA shared TO ${gate.reader};`);
      out.push(gateSql(gate), operationSql(policy, tables, operation, principal, gate));
    }
  }
  // Needed to take the views over, and no longer.
  out.push(...[...roles].filter((role) => role.startsWith('concordat_gate_')).map((role) => `REVOKE CREATE ON SCHEMA shared FROM ${role};`));
  return { roles: [...roles], sql: out.join('\n\n') };
}

const resetSql = `DROP SCHEMA IF EXISTS shared CASCADE;
CREATE SCHEMA shared;
DO $$
DECLARE stale record;
BEGIN
  FOR stale IN SELECT schemaname, tablename, policyname FROM pg_policies WHERE schemaname = 'hub' LOOP
    EXECUTE format('DROP POLICY %I ON %I.%I', stale.policyname, stale.schemaname, stale.tablename);
  END LOOP;
END $$;`;

/** Tables under row security: records, what is reached only through them, and the log of their changes. */
function securedTables(policy: BoundaryPolicy, tables: ReadonlyMap<string, Table>): string[] {
  return [...[...tables.values()].filter(({ type }) => policy.recordOf(type) !== null).map(({ name }) => name), 'hub.feed_event'];
}

/** The writer sees every row of the registry; row security is on for everyone but the owner. */
function writerSql(policy: BoundaryPolicy, tables: ReadonlyMap<string, Table>): string {
  return [
    'GRANT USAGE ON SCHEMA hub TO concordat_writer;',
    'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA hub TO concordat_writer;',
    'REVOKE UPDATE, DELETE ON hub.access_entry, hub.access_plan FROM concordat_writer;',
    // Events come from its triggers; positions and the end of the log are given by the owner.
    'REVOKE UPDATE, DELETE ON hub.feed_event, hub.feed_transaction FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.feed_head FROM concordat_writer;',
    // What happened to an entry of the lists is added to, never rewritten.
    'REVOKE UPDATE, DELETE ON hub.list_entry_step FROM concordat_writer;',
    'REVOKE DELETE ON hub.list_entry FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.list_entry_rule FROM concordat_writer;',
    // Nor is what happened to a credit record.
    'REVOKE UPDATE, DELETE ON hub.credit_record_step FROM concordat_writer;',
    'REVOKE DELETE ON hub.credit_record FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.credit_record_rule FROM concordat_writer;',
    // Nor what happened to a joint measure.
    'REVOKE UPDATE, DELETE ON hub.joint_measure_step FROM concordat_writer;',
    'REVOKE DELETE ON hub.joint_measure FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.joint_measure_rule, hub.joint_measure_item FROM concordat_writer;',
    'REVOKE UPDATE, DELETE ON hub.credit_case_step, hub.credit_case_change FROM concordat_writer;',
    'REVOKE DELETE ON hub.credit_case FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.credit_case_rule, hub.credit_case_effect FROM concordat_writer;',
    'REVOKE INSERT, UPDATE, DELETE ON hub.access_read, hub.access_subject, hub.access_register FROM concordat_writer;',
    ...securedTables(policy, tables).flatMap((name) => [
      `ALTER TABLE ${name} ENABLE ROW LEVEL SECURITY;`,
      `CREATE POLICY writer ON ${name} TO concordat_writer USING (true) WITH CHECK (true);`,
    ]),
  ].join('\n');
}

/** Vocabulary is open to every reader. */
function openViewsSql(policy: BoundaryPolicy): string {
  const open = policy.declarations.find((declaration) => declaration.form === 'open' && declaration.type === 'Agency');
  if (!open) throw new Error('Boundary: agencies are expected to be open vocabulary');
  return [
    'CREATE VIEW shared.agency AS SELECT code, kind, jurisdiction, district, name_zh, name_en, valid_from, valid_to, successor, part_of FROM hub.agency;',
    'CREATE VIEW shared.feed_head AS SELECT epoch, position, low_water FROM hub.feed_head;',
    'CREATE VIEW shared.feed_start AS SELECT first_position FROM hub.feed_transaction WHERE first_position IS NOT NULL;',
  ].join('\n');
}

function branchSql(
  policy: BoundaryPolicy,
  tables: ReadonlyMap<string, Table>,
  principal: Principal,
  table: Table,
  branch: Branch,
  gate: Gate,
): string[] {
  const condition = (of: Table): string => conditionsSql(branch, (property) => columnOf(of, property), settingTerm);
  const columns = columnsSql(policy, table, branch, subjectColumns(policy, table));
  const out = [
    policySql(gate, table.name, condition(table)),
    viewSql(branchView(principal, table, branch), `  SELECT ${columns.join(', ')}\n  FROM ${table.name} r`, gate),
  ];
  const parts: string[] = [];
  const fences: string[] = [];
  for (const [property, toOne] of table.toOne) {
    if (policy.recordOf(toOne.target) !== table.type) continue;
    const part = tableOf(tables, toOne.target);
    // Its key is the record's own foreign column.
    const cells = [...part.columns]
      .filter(([field, info]) => info.column !== part.primaryKey && policy.declares(`${part.type}.${field}`))
      .map(([field, info]) => ({ info, cell: policy.cell(branch, part.type, field) }));
    parts.push(...cells.map(({ info, cell }) => `${cellSql(cell, sourceOf(table, info, property))} AS ${partColumn(property, info.column)}`));
    const shown = cells.filter(({ cell }) => cell !== null);
    fences.push(
      `  LEFT JOIN LATERAL (SELECT ${shown.map(({ info }) => `x.${info.column}`).join(', ')} FROM ${part.name} x ` +
        `WHERE x.${part.primaryKey} = r.${toOne.foreignColumn} OFFSET 0) ${property} ON true`,
    );
    out.push(policySql(gate, part.name, 'true'));
  }
  const query = `  SELECT ${[...columns, ...parts].join(', ')}\n  FROM ${table.name} r\n${fences.join('\n')}`;
  out.push(viewSql(branchView(principal, table, branch, true), query, gate));
  for (const toMany of table.toMany.values()) {
    const part = tableOf(tables, toMany.target);
    out.push(policySql(gate, part.name, condition(part)));
    const shown = columnsSql(policy, part, branch, [toMany.foreignColumn, ...branch.where.map(({ property }) => columnOf(part, property))]);
    out.push(viewSql(branchView(principal, part, branch), `  SELECT ${shown.join(', ')}\n  FROM ${part.name} r`, gate));
  }
  return out;
}

/** Key columns, then every declared scalar field with its cell right applied. */
function columnsSql(policy: BoundaryPolicy, table: Table, branch: Branch, keys: readonly string[] = []): string[] {
  const kept = new Set([table.primaryKey, ...keys]);
  const columns = [...kept].map((column) => `r.${column}`);
  for (const [property, { foreignColumn }] of table.toOne) {
    if (kept.has(foreignColumn) || !policy.declares(`${table.type}.${property}`)) continue;
    kept.add(foreignColumn);
    const info = { column: foreignColumn, type: typeOfColumn(table, foreignColumn) };
    columns.push(`${cellSql(policy.cell(branch, table.type, property), sourceOf(table, info, 'r'))} AS ${foreignColumn}`);
  }
  for (const [field, info] of table.columns) {
    if (kept.has(info.column) || !policy.declares(`${table.type}.${field}`)) continue;
    kept.add(info.column);
    columns.push(`${cellSql(policy.cell(branch, table.type, field), sourceOf(table, info, 'r'))} AS ${info.column}`);
  }
  // The plan repeats the row conditions, so their columns are part of the view, also those that are no field.
  const scope = branch.where.map(({ property }) => columnOf(table, property)).filter((column) => !kept.has(column));
  return [...columns, ...scope.map((column) => `r.${column}`)];
}

/**
 * Keys of the parts of visible records by their look-up field. Row security judges both tables for one gate: a part is
 * there when a record of it is, so that asking for a code tells nothing a list of the records would not tell. One part
 * is probed, so an OR of branches costs no index.
 */
function keySql(
  policy: BoundaryPolicy,
  tables: ReadonlyMap<string, Table>,
  principal: Principal,
  table: Table,
  gate: Gate,
): string {
  const branches = policy.allBranches(principal, table.type);
  const out = [policySql(gate, table.name, visibleSql(policy, principal, table, settingTerm))];
  for (const toOne of table.toOne.values()) {
    const part = tableOf(tables, toOne.target);
    const lookUp = policy.lookUpOf(part.type);
    if (lookUp === null || !branches.every((branch) => isFull(policy.cell(branch, part.type, lookUp)))) continue;
    const bare = part.name.slice(part.name.indexOf('.') + 1);
    out.push(
      policySql(gate, part.name, `EXISTS (SELECT FROM ${table.name} r WHERE r.${toOne.foreignColumn} = ${bare}.${part.primaryKey})`),
      viewSql(lookUpView(principal, part), `  SELECT ${part.primaryKey}, ${columnOf(part, lookUp)}\n  FROM ${part.name}`, gate),
    );
  }
  return out.join('\n');
}

function operationSql(policy: BoundaryPolicy, tables: ReadonlyMap<string, Table>, operation: OperationView, principal: Principal, gate: Gate): string {
  const secured = new Set(securedTables(policy, tables));
  const { query } = operation;
  const text = typeof query === 'string' ? query : query(classRights(policy, tables, principal, settingTerm));
  return [
    ...Object.entries(operation.policies).map(([name, condition]) =>
      policySql(gate, name, condition === visibleRows ? visibleSql(policy, principal, tableNamed(tables, name), settingTerm) : condition),
    ),
    ...operation.reads.map((table) => (secured.has(table) ? policySql(gate, table, 'true') : `GRANT SELECT ON ${table} TO ${gate.role};`)),
    viewSql(`shared.${operation.name}__${principal.toLowerCase()}`, text, gate, operation.barrier === false ? '' : ' WITH (security_barrier)'),
  ].join('\n');
}

function tableNamed(tables: ReadonlyMap<string, Table>, name: string): Table {
  const table = [...tables.values()].find((candidate) => candidate.name === name);
  if (!table) throw new Error(`Boundary: ${name} is no mapped table`);
  return table;
}
