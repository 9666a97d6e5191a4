import { createHash } from 'node:crypto';
import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Branch } from '../boundary/branches.js';
import { cellSql, forStanding } from '../boundary/cell.js';
import { branchView, lookUpView } from '../boundary/database.js';
import { columnOf, conditionsSql, type Term } from '../boundary/row-conditions.js';
import type { Table } from '../database/tables.js';
import { argumentReader } from './arguments.js';
import type { Statement } from '../database/envelope.js';
import { Keyset } from './keyset.js';
import { fieldObject, NotPlannable, ObjectCompiler, type ReadContext } from './object-compiler.js';
import { Parameters, type ValueSource } from './parameters.js';
import { pageRequest } from './page.js';
import { largestNestedList, type ReadDeclaration } from './read.js';
import { connectionWriter, firstWriter, type ConnectionMember, type EdgeMember, type ReadWriter } from './read-writer.js';
import type { ObjectWriter } from './row-writer.js';
import { collectFields, subSelections } from './selection.js';

const opposite = { ASC: 'DESC', DESC: 'ASC' } as const;

/** What a root field is compiled against. */
export interface RootContext extends ReadContext {
  /** Largest page this identity may ask for. */
  readonly pageLimit: number;
}

/** A compiled read: one prepared statement, where its values come from, and the writer of its answer. */
export interface CompiledRead {
  readonly statement: Statement;
  readonly values: readonly ValueSource[];
  readonly write: ReadWriter;
  /** Of no known small cost: it runs on a connection of its own. */
  readonly adHoc?: boolean;
}

/**
 * Compiles one root field into one statement. Every branch of the viewer class becomes one leg that reads its own view,
 * narrowed by the boundary's conditions, the caller's filters and the keyset, newest page first off one index; parts and
 * nested lists are joined behind that page. Legs may overlap: each brings its own first page, so the first page of their
 * union is in it; a record that two legs bring is written as the earlier one, with the stronger rights, shows it.
 */
export function compileRead(context: RootContext, read: ReadDeclaration, nodes: readonly FieldNode[]): CompiledRead {
  const table = context.tables.get(read.type);
  const [node] = nodes;
  const query = context.schema.getQueryType();
  const { principal, purpose } = context.standing;
  const branches = context.policy.branches(context.standing, read.type);
  if (!table || !node || !query || branches.length === 0) throw new Error(`Planner: nothing to read for Query.${read.field}`);

  const parameters = new Parameters();
  const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
  const compiler = new ObjectCompiler(context, table, (type, field, info, alias) => (branch) => {
    // Conditions on dates are on the record's own columns, in a nested list on those of its rows.
    const dated = alias === 'r' ? table : (context.tables.get(type) ?? table);
    const column = (property: string): string => `${alias}.${columnOf(dated, property)}`;
    return cellSql(forStanding(context.policy.cell(branch, type, field), purpose), { expression: `${alias}.${info.column}`, type: info.type, column, term });
  });
  // The parts of the records in the records' place: the key of the part is the record's foreign key.
  const part = read.part === undefined ? null : (table.toOne.get(read.part) ?? null);
  const key = compiler.ownColumn(part?.foreignColumn ?? table.primaryKey);
  // Whose record it is, for the evidence, also where the selection does not ask; the view shows it where the boundary does.
  const owner = part ?? [...table.toOne.values()].find(({ target }) => context.policy.recordOf(target) === table.type);
  const subject = owner ? compiler.ownColumn(owner.foreignColumn) : null;
  const objectOf = (at: readonly FieldNode[]): ObjectWriter => (read.part === undefined ? compiler.object(at) : compiler.part(read.part, at));
  const page = read.form === 'connection' ? pageRequest(node, context.variables, context.pageLimit) : null;
  const order = read.order.map(({ property, direction }) => ({
    column: columnOf(table, property),
    direction: page?.backward === true ? opposite[direction] : direction,
  }));
  const orderPositions = order.map(({ column }) => compiler.ownColumn(column));
  const keyset = new Keyset(read, table, orderPositions, context.seal);
  const members = page === null ? [] : connectionMembers(objectOf, context, fieldObject(query, read.field), nodes);
  const object = page === null ? objectOf(nodes) : null;

  const conditions = [...filterConditions(context, read, table, node, parameters)];
  const cursors = { after: false, before: false };
  for (const side of page === null ? [] : (['after', 'before'] as const)) {
    const cursor = argumentReader(node, side);
    if (typeof cursor(context.variables) !== 'string') continue;
    cursors[side] = true;
    conditions.push(keyset.condition(side, cursor, parameters));
  }

  const scope = (branch: Branch, of: Table, alias: string): string =>
    conditionsSql(branch, (property) => `${alias}.${columnOf(of, property)}`, term);
  const ordering = order.map(({ column, direction }) => `${column} ${direction}`);
  const nestedOrder = compiler.nested?.order ?? [];
  const nestedPositions = nestedOrder.map((column) => compiler.position(`c.${column}`));

  const legs = branches.map((branch, leg) => {
    const inner = [...compiler.inner].map(([name, expression]) => `${expression(branch)} AS ${name}`).join(', ');
    const where = [scope(branch, table, 'r'), ...conditions].join(' AND ');
    const sorted = ` ORDER BY ${ordering.map((by) => `r.${by}`).join(', ')}`;
    const limit = page === null ? (part ? sorted : '') : `${sorted} LIMIT ${page.size + 1}`;
    const distinct = part ? `DISTINCT ON (r.${part.foreignColumn}) ` : '';
    const own = compiler.columns.map((expression) => expression(branch)).join(', ');
    const columns = branches.length === 1 ? own : `${own}, ${leg}`;
    const view = branchView(principal, table, branch, compiler.parts);
    const lead = `SELECT ${columns} FROM (SELECT ${distinct}${inner} FROM ${view} r WHERE ${where}${limit}) p${compiler.joins.join('')}`;
    if (!compiler.nested) return lead;
    const { target, foreignColumn, columns: nested } = compiler.nested;
    const list = [...nested].map(([column, expression]) => `${expression(branch)} AS ${column}`).join(', ');
    return (
      `${lead} LEFT JOIN LATERAL (SELECT ${list} FROM ${branchView(principal, target, branch)} x ` +
      `WHERE x.${foreignColumn} = p.${table.primaryKey} AND ${scope(branch, target, 'x')} ` +
      `ORDER BY ${nestedOrder.map((column) => `x.${column}`).join(', ')} LIMIT ${largestNestedList}) c ON true`
    );
  });
  // A join behind a LIMIT sub-select does not keep its order: it is asked for again outside.
  const outer = legs.length === 1
    ? [...ordering.map((by) => `p.${by}`), ...nestedOrder.map((column) => `c.${column}`)]
    : [...order.map(({ direction }, i) => `${(orderPositions[i] ?? 0) + 1} ${direction}`), ...[compiler.columns.length, ...nestedPositions].map((p) => String(p + 1))];
  const body = legs.length === 1 ? legs.join('') : legs.map((leg) => `(${leg})`).join(' UNION ALL ');
  const text = `${body} ORDER BY ${outer.join(', ')}`;
  const runs = { key, leg: legs.length === 1 ? null : compiler.columns.length };
  const write = object ? firstWriter(object, runs, subject) : connectionWriter(members, runs, { size: 1, backward: false, ...page, ...cursors }, keyset, subject);
  return { statement: namedStatement(text), values: parameters.sources, write };
}

/** A statement named by a digest of its text. */
export function namedStatement(text: string): Statement {
  return { name: `r${createHash('sha256').update(text).digest('base64url').slice(0, 40)}`, text };
}

/** The caller's filters as conditions on the record `r`; absent ones are none. */
export function* filterConditions(context: RootContext, read: ReadDeclaration, table: Table, node: FieldNode, parameters: Parameters): Iterable<string> {
  for (const [path, filter] of Object.entries(read.filters)) {
    const reader = argumentReader(node, path);
    const value = reader(context.variables);
    if (value === undefined || value === null) continue;
    const { column, type, lookUp } = filterColumn(context, table, filter.property);
    const source: ValueSource = filter.nodeId
      ? { from: 'call', read: (_viewer, variables) => nodeKey(context, reader(variables)) }
      : { from: 'argument', reader };
    const operand = parameters.add(source, type);
    yield lookUp === null
      ? `r.${column} ${filter.compare} ${operand}`
      : `r.${column} = (SELECT k.${lookUp.key} FROM ${lookUp.view} k WHERE k.${lookUp.column} = ${operand})`;
  }
}

/** The internal number behind a node id; the caller has made sure that it is an id of the right type. */
function nodeKey(context: RootContext, id: unknown): string {
  return (typeof id === 'string' ? context.ids.decode(id)?.key : undefined) ?? '';
}

interface FilterColumn {
  readonly column: string;
  /** SQL type of the operand. */
  readonly type: string;
  /** Where the operand names a part by its look-up field: the view that gives its key. */
  readonly lookUp: { readonly view: string; readonly key: string; readonly column: string } | null;
}

function filterColumn(context: RootContext, table: Table, property: string): FilterColumn {
  const own = table.columns.get(property);
  if (own) return { column: own.column, type: own.type, lookUp: null };
  const [name = '', field = ''] = property.split('.');
  const toOne = table.toOne.get(name);
  const part = toOne && context.tables.get(toOne.target);
  const info = part?.columns.get(field);
  if (!toOne || !part || !info) throw new Error(`Planner: no column for filter ${property}`);
  if (info.column === part.primaryKey) return { column: toOne.foreignColumn, type: info.type, lookUp: null };
  if (context.policy.lookUpOf(part.type) !== field) throw new Error(`Boundary: ${part.type}.${field} is no look-up field`);
  const view = lookUpView(context.standing.principal, part);
  return { column: toOne.foreignColumn, type: info.type, lookUp: { view, key: part.primaryKey, column: info.column } };
}

/** Members of a connection; nodes and edges share the output columns of one object compiler. */
function connectionMembers(
  objectOf: (nodes: readonly FieldNode[]) => ObjectWriter,
  context: ReadContext,
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
): readonly ConnectionMember[] {
  const fieldsOf = (of: GraphQLObjectType, at: readonly FieldNode[]): [string, string, readonly FieldNode[]][] =>
    [...collectFields(of, subSelections(at), context.fragments, context.variables)].map(([key, below]) => [key, below[0]?.name.value ?? '', below]);
  const edge = (at: readonly FieldNode[]): EdgeMember[] =>
    fieldsOf(fieldObject(type, 'edges'), at).map(([key, name, below]) => {
      if (name === '__typename') return { key, constant: JSON.stringify(fieldObject(type, 'edges').name) };
      if (name === 'cursor') return { key, cursor: true };
      if (name === 'node') return { key, node: objectOf(below) };
      throw new NotPlannable(name);
    });
  return fieldsOf(type, nodes).map(([key, name, below]) => {
    if (name === '__typename') return { key, constant: JSON.stringify(type.name) };
    if (name === 'nodes') return { key, nodes: objectOf(below) };
    if (name === 'edges') return { key, edges: edge(below) };
    if (name === 'pageInfo') return { key, pageInfo: fieldsOf(fieldObject(type, 'pageInfo'), below).map(([k, n]) => [k, n] as const) };
    throw new NotPlannable(name);
  });
}
