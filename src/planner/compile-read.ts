import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import { cellSql, forStanding } from '../boundary/cell.js';
import { branchView } from '../boundary/view-names.js';
import { columnOf, conditionsSql, type Term } from '../boundary/row-conditions.js';
import type { RowSink, Statement } from '../database/envelope.js';
import { namedStatement, packedStatement, type PackedStatement } from '../database/packed-rows.js';
import { Keyset } from './keyset.js';
import { ListSink, TotalSink, type ListForm, type Sinks } from './list-sink.js';
import { fieldObject, NotPlannable, ObjectCompiler } from './object-compiler.js';
import { Parameters, type ValueSource } from './parameters.js';
import { largestNestedList, type ReadDeclaration } from './read.js';
import { ConnectionWriter, FirstWriter, type ConnectionMember, type EdgeMember } from './read-writer.js';
import { RecordPage, type ParentKeys, type RootContext } from './record-page.js';
import type { NestedWriter, ObjectWriter } from './row-writer.js';
import { collectFields, subSelections } from './selection.js';

/** The JSON of a root field, and what cost and evidence record of it. */
export interface WrittenRead {
  readonly bytes: Buffer;
  readonly records: number;
  readonly objects: number;
  readonly subjects: readonly string[];
}

export interface CompiledStatement {
  readonly statement: Statement;
  readonly packing?: PackedStatement;
  readonly values: readonly ValueSource[];
}

/** One answer of a read under way: where the rows of each statement go, and what has become of them at the end. */
export interface ReadRun {
  readonly sinks: readonly RowSink[];
  written(): WrittenRead;
  /** The bytes of the answer were copied and are not looked at any more. A run that broke off is left to the collector. */
  release?(): void;
}

/** A compiled read: prepared statements for one snapshot, where their values come from, and the writer of the answer. */
export interface CompiledRead {
  /** In the order of sending: what hangs on a list comes before it. */
  readonly statements: readonly CompiledStatement[];
  /** Whether it asks beyond what one index is known to serve: it then runs on a connection of its own. */
  readonly adHoc: boolean;
  start(viewer: Viewer): ReadRun;
}

/**
 * Compiles one root field: a statement for its records, with parts and open vocabulary joined and at most one list of
 * theirs beside them, and one more for each connection below and for each total. Flat rows are cheapest to read and
 * write; a level of its own per connection keeps the rows from multiplying (the reference measurements have both forms).
 */
export function compileRead(context: RootContext, read: ReadDeclaration, nodes: readonly FieldNode[]): CompiledRead {
  const query = context.schema.getQueryType();
  if (!query) throw new Error('Planner: the schema has no queries');
  const compiler = new ReadCompiler(context);
  compiler.list(read, query, nodes, null);
  const compiled = compiler.statements();
  return {
    statements: [...compiled].reverse(),
    adHoc: compiler.isAdHoc,
    start: (viewer) => {
      const sinks: Sinks = compiled.map(({ form }) => (form ? new ListSink(viewer, form, () => sinks) : new TotalSink()));
      const [root] = sinks;
      return {
        sinks: [...sinks].reverse(),
        written: () => {
          if (!(root instanceof ListSink)) throw new Error('Planner: a read begins with its list');
          const { records, objects, subjects } = root.tally;
          return { bytes: root.bytes, records, objects, subjects };
        },
        release: () => {
          for (const sink of sinks) if (sink instanceof ListSink) sink.release();
        },
      };
    },
  };
}

/** A statement and how its rows are written; without a form they are totals. */
interface StatementPlan extends CompiledStatement {
  readonly form: ListForm | null;
}

class ReadCompiler {
  isAdHoc = false;
  readonly #context: RootContext;
  readonly #statements: (StatementPlan | null)[] = [];

  constructor(context: RootContext) {
    this.#context = context;
  }

  /** In the order of the selection: a list before what hangs on it. */
  statements(): readonly StatementPlan[] {
    return this.#statements.map((statement) => {
      if (!statement) throw new Error('Planner: a statement was announced and not made');
      return statement;
    });
  }

  /** Compiles the records a field of `owner` reads, and everything below them. */
  list(read: ReadDeclaration, owner: GraphQLObjectType, nodes: readonly FieldNode[], parent: ParentKeys | null): number {
    const context = this.#context;
    const [node] = nodes;
    if (!node) throw new Error(`Planner: ${read.field} is not selected`);
    const statement = this.#statements.push(null) - 1;
    const page = new RecordPage(context, read, node, parent);
    this.isAdHoc ||= page.isAdHoc;
    const { table, part } = page;
    const parameters = new Parameters();
    const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
    const compiler = new ObjectCompiler(
      context,
      table,
      (type, field, info, alias) => (branch) => {
        // Conditions on dates are on the record's own columns, in a nested list on those of its rows.
        const dated = alias === 'r' ? table : (context.tables.get(type) ?? table);
        const column = (property: string): string => `${alias}.${columnOf(dated, property)}`;
        const cell = forStanding(context.policy.cell(branch, type, field), context.standing.purpose);
        return cellSql(cell, { expression: `${alias}.${info.column}`, type: info.type, column, term });
      },
      (below, type, at, column) => this.#nested(below, type, at, { page, column }),
    );
    // The parts of the records in the records' place: the key of the part is the record's foreign key.
    const key = compiler.ownColumn(part?.foreignColumn ?? table.primaryKey);
    // Whose record it is, for the evidence, also where the selection does not ask; the view shows it where the boundary does.
    const holder = part ?? [...table.toOne.values()].find(({ target }) => context.policy.recordOf(target) === table.type);
    const subjectOf = context.policy.records.get(table.type)?.subject;
    const subjectColumn = holder?.foreignColumn ?? (subjectOf === undefined ? null : columnOf(table, subjectOf));
    const subject = subjectColumn === null ? null : compiler.ownColumn(subjectColumn);
    const orderPositions = page.ordering.by.map(({ column }) => compiler.ownColumn(column));
    const objectOf = (at: readonly FieldNode[]): ObjectWriter => (read.part === undefined ? compiler.object(at) : compiler.part(read.part, at));
    const members = page.form === null ? [] : this.#connectionMembers(objectOf, fieldObject(owner, node.name.value), nodes, page);
    const object = page.form === null ? objectOf(nodes) : null;
    const parentKey = page.link === null ? null : compiler.ownColumn(page.link);
    const text = rowsText(context, page, compiler, parameters, { order: orderPositions, parentKey });
    const keyset = new Keyset(read.field, page.ordering, orderPositions, context.seal);
    const form = page.form ?? onePage;
    this.#statements[statement] = {
      ...packedRows(text, compiler.columns.length + (page.branches.length === 1 ? 0 : 1), parameters),
      form: {
        records: { runs: { key, leg: page.branches.length === 1 ? null : compiler.columns.length }, subject },
        parentKey,
        size: form.size,
        writer: () => (object ? new FirstWriter(object) : new ConnectionWriter(members, form, keyset)),
      },
    };
    return statement;
  }

  /** A connection of every record of a page, as a statement of its own. */
  #nested(read: ReadDeclaration, owner: GraphQLObjectType, nodes: readonly FieldNode[], parent: ParentKeys): NestedWriter {
    const statement = this.list(read, owner, nodes, parent);
    return (out, context, key) => context.nested(out, statement, key);
  }

  /** Members of a connection; nodes and edges share the output columns of one object compiler. */
  #connectionMembers(
    objectOf: (nodes: readonly FieldNode[]) => ObjectWriter,
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    page: RecordPage,
  ): readonly ConnectionMember[] {
    const { fragments, variables } = this.#context;
    const fieldsOf = (of: GraphQLObjectType, at: readonly FieldNode[]): [string, string, readonly FieldNode[]][] =>
      [...collectFields(of, subSelections(at), fragments, variables)].map(([key, below]) => [key, below[0]?.name.value ?? '', below]);
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
      if (name === 'totalCount') return { key, total: this.#total(page) };
      throw new NotPlannable(name);
    });
  }

  /** A total is a statement of its own, made only when it is asked for. */
  #total(page: RecordPage): number {
    this.isAdHoc = true;
    const parameters = new Parameters();
    return this.#statements.push({ ...compiledStatement(page.total(parameters), parameters), form: null }) - 1;
  }
}

const onePage = { size: 1, backward: false, after: false, before: false };

/** Where the rows of a statement are ordered by: the list's order, and the parent's key of a nested list. */
interface OrderPositions {
  readonly order: readonly number[];
  readonly parentKey: number | null;
}

/** The rows of a list: every leg's page, what is joined to it, and the entries of a list beside. */
function rowsText(context: RootContext, page: RecordPage, compiler: ObjectCompiler, parameters: Parameters, positions: OrderPositions): string {
  const { branches, table } = page;
  const { nested } = compiler;
  const { principal } = context.standing;
  const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
  const nestedPositions = (nested?.order ?? []).map((column) => compiler.position(`c.${column}`));
  const legs = branches.map((branch, leg) => {
    const inner = [...compiler.inner].map(([name, expression]) => `${expression(branch)} AS ${name}`).join(', ');
    const own = compiler.columns.map((expression) => expression(branch)).join(', ');
    const columns = branches.length === 1 ? own : `${own}, ${leg}`;
    const options = { parts: compiler.parts, more: true };
    const rows = page.link === null ? page.select(branch, parameters, inner, options) : page.ranked(branch, parameters, inner, options);
    const lead = `SELECT ${columns} FROM (${rows}) p${compiler.joins.join('')}`;
    if (!nested) return lead;
    const list = [...nested.columns].map(([column, expression]) => `${expression(branch)} AS ${column}`).join(', ');
    const scope = conditionsSql(branch, (property) => `x.${columnOf(nested.target, property)}`, term);
    return (
      `${lead} LEFT JOIN LATERAL (SELECT ${list} FROM ${branchView(principal, nested.target, branch)} x ` +
      `WHERE x.${nested.foreignColumn} = p.${table.primaryKey} AND ${scope} ` +
      `ORDER BY ${nested.order.map((column) => `x.${column}`).join(', ')} LIMIT ${largestNestedList}) c ON true`
    );
  });
  // A join behind a LIMIT sub-select does not keep its order: it is asked for again outside.
  const { direction } = page;
  const outer = branches.length === 1
    ? [
        ...(page.link === null ? [] : [`p.${page.link}`]),
        ...direction.map((by) => `p.${by.column} ${by.direction}`),
        ...(nested?.order ?? []).map((column) => `c.${column}`),
      ]
    : [
        ...(positions.parentKey === null ? [] : [`${positions.parentKey + 1}`]),
        ...direction.map((by, i) => `${(positions.order[i] ?? 0) + 1} ${by.direction}`),
        ...[compiler.columns.length, ...nestedPositions].map((position) => String(position + 1)),
      ];
  const body = branches.length === 1 ? legs.join('') : legs.map((leg) => `(${leg})`).join(' UNION ALL ');
  return `${body} ORDER BY ${outer.join(', ')}`;
}

function compiledStatement(text: string, { sources }: Parameters): CompiledStatement {
  return { statement: namedStatement(text), values: sources };
}

function packedRows(text: string, columns: number, { sources }: Parameters): CompiledStatement {
  const packing = packedStatement(text, columns);
  return { statement: packing.packed, packing, values: sources };
}
