import type { ColumnInfo, Table } from '../database/tables.js';
import type { Branch } from './branches.js';
import { cellSql, isFull, type Cell } from './cell.js';
import type { Farewell, Principal } from './declaration.js';
import { classRights, viewersOf, visibleRows, visibleSql, type OperationView } from './operation-view.js';
import type { BoundaryPolicy } from './policy.js';
import { columnOf, conditionsSql, literal, type Term } from './row-conditions.js';

/**
 * The database layer of the boundary: per viewer class a reader role with rights on views only; per branch a gate role
 * that owns the views, holds the rights on the tables and is judged by row security. The views carry the masks.
 *
 * The views are not security-barrier views: a barrier keeps PostgreSQL from reading the newest page off an index
 * (docs/decisions/2026-11-22-views-over-row-security.md has the measurement). They need no barrier because they filter
 * nothing themselves: rows are filtered by row security on the table, which orders leaky functions after it, and joined
 * parts are fenced by OFFSET 0, so that no caller's expression sees a part of a row that is not visible.
 */

/** Reader role of a viewer class: the role under which its statements run. */
export function readerRole(principal: Principal): string {
  return `concordat_reader_${principal.toLowerCase()}`;
}

export function gateRole(principal: Principal, gate: string): string {
  return `concordat_gate_${principal.toLowerCase()}_${snakeCase(gate)}`;
}

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** Name of the view on which a branch is read; `withParts` adds the joined parts (the holder of a permit). */
export function branchView(principal: Principal, table: Table, branch: Branch, withParts = false): string {
  return `shared.${bareName(table)}${withParts ? '_with_parts' : ''}__${principal.toLowerCase()}__${snakeCase(branch.name)}`;
}

/** Name of the view by which a viewer class finds the key of a visible record's part by its look-up field. */
export function lookUpView(principal: Principal, part: Table): string {
  return `shared.${bareName(part)}_key__${principal.toLowerCase()}`;
}

/** Name of the view on the change log of a record type for a viewer class. */
export function changeView(principal: Principal, table: Table): string {
  return `shared.${bareName(table)}_change__${principal.toLowerCase()}`;
}

/** Column of that view: what an event of leaving may say. */
export const farewellColumn = 'farewell';

/** Name of a table without its schema. */
function bareName(table: Table): string {
  return table.name.slice(table.name.indexOf('.') + 1);
}

/** Column of a joined part in a `_with_parts` view. */
export function partColumn(property: string, column: string): string {
  return `${property}_${column}`;
}

export type { OperationView } from './operation-view.js';

/** A term of the viewer as the setting of the envelope that carries it. */
export function settingTerm(term: Term): string {
  // `true`: an unset setting is NULL and matches no row, so a statement outside the hub's envelope sees nothing.
  return `current_setting('${settingOf(term)}', true)`;
}

/** Name of the setting of a term. */
export function settingOf(term: Term): string {
  return `hub.${snakeCase(term)}`;
}

/** Longest name of PostgreSQL, in bytes; ours are ASCII. */
const longestName = 63;

interface Gate {
  readonly role: string;
  readonly reader: string;
}

/**
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

function gateSql(gate: Gate): string {
  return `GRANT USAGE ON SCHEMA hub TO ${gate.role};\nGRANT USAGE, CREATE ON SCHEMA shared TO ${gate.role};`;
}

function viewSql(name: string, query: string, gate: Gate, options = ''): string {
  // PostgreSQL would cut the rest off, and two views could become one.
  if (name.length > longestName + 'shared.'.length) throw new Error(`Boundary: the name of view ${name} is too long`);
  // Granted before it changes hands: the owner of the database takes roles on but does not inherit their rights.
  return `CREATE VIEW ${name}${options} AS\n${query};\nGRANT SELECT ON ${name} TO ${gate.reader};\nALTER VIEW ${name} OWNER TO ${gate.role};`;
}

function policySql(gate: Gate, table: string, condition: string): string {
  return `GRANT SELECT ON ${table} TO ${gate.role};\nCREATE POLICY ${gate.role} ON ${table} FOR SELECT TO ${gate.role}\n  USING (${condition});`;
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

/** A column in a view: conditions on dates are on the record's own columns, terms are settings. */
function sourceOf(table: Table, info: Pick<ColumnInfo, 'column' | 'type'>, alias: string): Parameters<typeof cellSql>[1] {
  return { expression: `${alias}.${info.column}`, type: info.type, column: (property) => `r.${columnOf(table, property)}`, term: settingTerm };
}

/** The column of a record's subject: no field of the schema, so that only the hub reads it, for the evidence. */
function subjectColumns(policy: BoundaryPolicy, table: Table): readonly string[] {
  const subject = policy.records.get(table.type)?.subject;
  return subject === undefined ? [] : [columnOf(table, subject)];
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
 * The change log of a record type for one viewer class: one row per event that changed what this viewer may see. Rows
 * and cells of an image take the right of the branch the image falls into; a change of withheld cells alone is no event
 * here, and a row that left the scope shows nothing but its identity. The log is read by position, a bounded tail, so
 * an OR of branches costs no index.
 */
function changeSql(
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
    const path = (image: string): string => `(${image} ->> '${info.column}')`;
    cells.push({ name: info.column, type: info.type, path, cellOf: (branch) => policy.cell(branch, table.type, field) });
  }
  return cells;
}

function typeOfColumn(table: Table, column: string): string {
  const info = [...table.columns.values()].find((candidate) => candidate.column === column);
  if (!info) throw new Error(`Boundary: ${table.type} maps no column ${column}`);
  return info.type;
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

function tableOf(tables: ReadonlyMap<string, Table>, type: string): Table {
  const table = tables.get(type);
  if (!table) throw new Error(`Boundary: ${type} has no table`);
  return table;
}
