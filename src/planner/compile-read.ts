import { createHash } from 'node:crypto';
import type { FieldNode, GraphQLObjectType } from 'graphql';
import { branchView, cellSql } from '../boundary/database.js';
import type { Branch } from '../boundary/policy.js';
import { columnOf, conditionsSql } from '../boundary/row-conditions.js';
import type { Table } from '../database/tables.js';
import { argumentReader } from './arguments.js';
import type { Statement } from '../database/envelope.js';
import { Keyset } from './keyset.js';
import { fieldObject, NotPlannable, ObjectCompiler, type ReadContext } from './object-compiler.js';
import { Parameters, type ValueSource } from './parameters.js';
import { pageRequest } from './page.js';
import { largestNestedList, type ReadDeclaration } from './read.js';
import { connectionWriter, firstWriter, type ConnectionMember, type EdgeMember, type ReadWriter } from './read-writer.js';
import { collectFields, subSelections, type Variables } from './selection.js';

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
  const branches = context.policy.branches(context.principal, read.type);
  if (!table || !node || !query || branches.length === 0) throw new Error(`Planner: nothing to read for Query.${read.field}`);

  const compiler = new ObjectCompiler(context, table, (type, field, info, alias) => (branch) =>
    cellSql(context.policy.cell(branch, type, field), info, alias),
  );
  const key = compiler.ownColumn(table.primaryKey);
  const page = read.form === 'connection' ? pageRequest(node, context.variables, context.pageLimit) : null;
  const order = read.order.map(({ property, direction }) => ({
    column: columnOf(table, property),
    direction: page?.backward === true ? opposite[direction] : direction,
  }));
  const orderPositions = order.map(({ column }) => compiler.ownColumn(column));
  const keyset = new Keyset(read, table, orderPositions, context.seal);
  const members = page === null ? [] : connectionMembers(compiler, context, fieldObject(query, read.field), nodes);
  const object = page === null ? compiler.object(nodes) : null;

  const parameters = new Parameters();
  const conditions = [...filterConditions(read, table, node, context.variables, parameters)];
  const cursors = { after: false, before: false };
  for (const side of page === null ? [] : (['after', 'before'] as const)) {
    const cursor = argumentReader(node, side);
    if (typeof cursor(context.variables) !== 'string') continue;
    cursors[side] = true;
    conditions.push(keyset.condition(side, cursor, parameters));
  }

  const scope = (branch: Branch, of: Table, alias: string): string =>
    conditionsSql(branch.where, (p) => `${alias}.${columnOf(of, p)}`, (term) => parameters.add({ from: 'viewer', term }, 'text'));
  const ordering = order.map(({ column, direction }) => `${column} ${direction}`);
  const nestedOrder = compiler.nested?.order ?? [];
  const nestedPositions = nestedOrder.map((column) => compiler.position(`c.${column}`));

  const legs = branches.map((branch, leg) => {
    const inner = [...compiler.inner].map(([name, expression]) => `${expression(branch)} AS ${name}`).join(', ');
    const where = [scope(branch, table, 'r'), ...conditions].join(' AND ');
    const limit = page === null ? '' : ` ORDER BY ${ordering.map((by) => `r.${by}`).join(', ')} LIMIT ${page.size + 1}`;
    const own = compiler.columns.map((expression) => expression(branch)).join(', ');
    const columns = branches.length === 1 ? own : `${own}, ${leg}`;
    const view = branchView(context.principal, table, branch, compiler.parts);
    const lead = `SELECT ${columns} FROM (SELECT ${inner} FROM ${view} r WHERE ${where}${limit}) p${compiler.joins.join('')}`;
    if (!compiler.nested) return lead;
    const { target, foreignColumn, columns: nested } = compiler.nested;
    const list = [...nested].map(([column, expression]) => `${expression(branch)} AS ${column}`).join(', ');
    return (
      `${lead} LEFT JOIN LATERAL (SELECT ${list} FROM ${branchView(context.principal, target, branch)} x ` +
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
  const write = object ? firstWriter(object, runs) : connectionWriter(members, runs, { size: 1, backward: false, ...page, ...cursors }, keyset);
  return { statement: namedStatement(text), values: parameters.sources, write };
}

/** A statement named by a digest of its text. */
export function namedStatement(text: string): Statement {
  return { name: `r${createHash('sha256').update(text).digest('base64url').slice(0, 40)}`, text };
}

function* filterConditions(
  read: ReadDeclaration,
  table: Table,
  node: FieldNode,
  variables: Variables,
  parameters: Parameters,
): Iterable<string> {
  for (const [path, filter] of Object.entries(read.filters)) {
    const reader = argumentReader(node, path);
    const value = reader(variables);
    if (value === undefined || value === null) continue;
    const info = table.columns.get(filter.property);
    if (!info) throw new Error(`Planner: no column for filter ${path}`);
    yield `r.${info.column} ${filter.compare} ${parameters.add({ from: 'argument', reader }, info.type)}`;
  }
}

/** Members of a connection; nodes and edges share the output columns of one object compiler. */
function connectionMembers(
  compiler: ObjectCompiler,
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
      if (name === 'node') return { key, node: compiler.object(below) };
      throw new NotPlannable(name);
    });
  return fieldsOf(type, nodes).map(([key, name, below]) => {
    if (name === '__typename') return { key, constant: JSON.stringify(type.name) };
    if (name === 'nodes') return { key, nodes: compiler.object(below) };
    if (name === 'edges') return { key, edges: edge(below) };
    if (name === 'pageInfo') return { key, pageInfo: fieldsOf(fieldObject(type, 'pageInfo'), below).map(([k, n]) => [k, n] as const) };
    throw new NotPlannable(name);
  });
}
