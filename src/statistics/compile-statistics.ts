import type { FieldNode, GraphQLObjectType } from 'graphql';
import type { Branch } from '../boundary/branches.js';
import { branchView, partColumn } from '../boundary/view-names.js';
import { columnOf, conditionsSql, literal, type Term } from '../boundary/row-conditions.js';
import type { Row } from '../database/envelope.js';
import type { Table } from '../database/tables.js';
import { askedConditions } from '../planner/asked-conditions.js';
import { namedStatement } from '../database/packed-rows.js';
import type { CompiledRead } from '../planner/compile-read.js';
import { WholeSink } from '../planner/list-sink.js';
import type { OwnOperand, OwnRead } from '../planner/own-read.js';
import { Parameters } from '../planner/parameters.js';
import type { RootContext } from '../planner/record-page.js';
import { collectFields, subSelections, type Selection } from '../planner/selection.js';
import { askedStatistics, figureProperties, objectBehind, shownMeasures, type AskedStatistics } from './asked.js';
import { functions, type Dimension, type Figure, type Quantity, type StatisticsDeclaration, type Summary } from './declaration.js';

/** The read behind a declared statistic: its operands for the boundary, and one statement over the branch views. */
export function statisticsRead(declaration: StatisticsDeclaration): OwnRead {
  const read: OwnRead = {
    field: `Query.${declaration.field}`,
    type: declaration.type,
    form: 'own',
    filters: declaration.filters,
    order: [],
    operands: (asked) => {
      const { dimensions, having, orderBy, shown } = askedStatistics(declaration, asked);
      const { unit, measures } = shownMeasures(declaration, shown);
      const use = (form: OwnOperand['form'], argument: string | null, properties: readonly string[]): OwnOperand[] =>
        properties.map((property) => ({ form, argument, property }));
      return [
        ...use('GROUP', 'groupBy', dimensions.map(({ property }) => property)),
        ...use('FILTER', 'having', having.flatMap(({ figure }) => figureProperties(declaration, figure))),
        ...use('ORDER', 'orderBy', orderBy.flatMap(({ by }) => ('figure' in by ? figureProperties(declaration, by.figure) : []))),
        ...use('MEASURE', null, [...(unit ? [declaration.unit.property] : []), ...measures.flatMap(({ field }) => figureProperties(declaration, { of: field, summary: 'count' }))]),
      ];
    },
    compile: (context, nodes) => compileStatistics(context, declaration, read, nodes),
  };
  return read;
}

/**
 * Every branch is one leg over its own view; their UNION keeps a record that several legs bring once, because every
 * operand is read in full in each of them, so that its rows are equal. Groups come in the order asked, ties broken by
 * the dimensions, one more than shown to tell whether more follow.
 */
function compileStatistics(context: RootContext, declaration: StatisticsDeclaration, read: OwnRead, nodes: readonly FieldNode[]): CompiledRead {
  const table = context.tables.get(read.type);
  const [node] = nodes;
  const branches = context.policy.branches(context.standing, read.type);
  if (!table || !node || branches.length === 0) throw new Error(`Statistics: nothing to read for Query.${read.field}`);
  const asked = askedStatistics(declaration, { ...context, nodes });
  const parameters = new Parameters();
  const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
  const conditions = askedConditions(context, read, table, node);

  const sources = new Sources(context, table, term);
  const groups = asked.dimensions.map((dimension) => sources.add(sources.dimension(dimension)));
  const figures = new Map<string, number>();
  const figureSql = (figure: Figure): string => {
    if (figure === 'count') return 'count(*)';
    if (figure === 'unit') return `count(DISTINCT ${sources.add(sources.own(declaration.unit.property))})`;
    const measure = declaration.measures.find(({ field }) => field === figure.of);
    if (!measure) throw new Error(`Statistics: no measure ${figure.of}`);
    return summarySql(figure.summary, sources.add(sources.quantity(measure.quantity)));
  };
  const figureAt = (figure: Figure): number => {
    const sql = figureSql(figure);
    const at = figures.get(sql) ?? groups.length + figures.size;
    figures.set(sql, at);
    return at;
  };
  const write = answerWriter(context, declaration, asked, nodes, figureAt);
  const number = (value: number): string => parameters.add({ from: 'call', read: () => String(value) }, 'numeric');
  const having = asked.having.flatMap(({ figure, atLeast, atMost }) => [
    ...(atLeast === null ? [] : [`${figureSql(figure)} >= ${number(atLeast)}`]),
    ...(atMost === null ? [] : [`${figureSql(figure)} <= ${number(atMost)}`]),
  ]);
  const order = asked.orderBy.map(({ by, direction }) =>
    `${'figure' in by ? figureSql(by.figure) : (groups[asked.dimensions.indexOf(by.dimension)] ?? '')} ${direction} NULLS LAST`);

  const legs = branches.map((branch) => {
    const scope = conditionsSql(branch, (property) => `r.${columnOf(table, property)}`, term);
    const where = [scope, ...conditions.sql.map((condition) => condition(parameters, branch))];
    const columns = [`r.${table.primaryKey}`, ...sources.columns(branch)].join(', ');
    return `SELECT ${columns} FROM ${branchView(context.standing.principal, table, branch, sources.parts || conditions.parts)} r WHERE ${where.join(' AND ')}`;
  });
  const text = [
    `SELECT ${[...groups, ...figures.keys(), ...(groups.length + figures.size === 0 ? ['count(*)'] : [])].join(', ')} FROM (${legs.join(' UNION ')}) s`,
    // Without a dimension there is one group, of nothing at all too.
    `GROUP BY ${groups.length === 0 ? '()' : groups.join(', ')}`,
    ...(having.length > 0 ? [`HAVING ${having.join(' AND ')}`] : []),
    ...(groups.length > 0 ? [`ORDER BY ${[...order, ...groups.map((group) => `${group} NULLS LAST`)].join(', ')}`] : []),
    `LIMIT ${asked.first + 1}`,
  ].join(' ');
  return {
    statements: [{ statement: namedStatement(text), values: parameters.sources }],
    adHoc: true,
    start: () => {
      const sink = new WholeSink();
      return {
        sinks: [sink],
        written: () => {
          const groups = Math.min(sink.rows.length, asked.first);
          return { bytes: Buffer.from(write(sink.rows)), records: groups, objects: groups, subjects: [] };
        },
      };
    },
  };
}

function summarySql(summary: Summary, column: string): string {
  if (summary === 'average') return `trim_scale(round(avg(${column}), 4))`;
  return `${summary}(${column})`;
}

type Source = (branch: Branch) => string;

/** What the legs must deliver beside the key, each under one name. */
class Sources {
  /** Whether parts (the holder) are read. */
  parts = false;
  readonly #context: RootContext;
  readonly #table: Table;
  readonly #term: (term: Term) => string;
  readonly #named = new Map<string, { readonly name: string; readonly source: Source }>();

  constructor(context: RootContext, table: Table, term: (term: Term) => string) {
    this.#context = context;
    this.#table = table;
    this.#term = term;
  }

  add({ key, source }: { readonly key: string; readonly source: Source }): string {
    const known = this.#named.get(key) ?? { name: `c${this.#named.size}`, source };
    this.#named.set(key, known);
    return `s.${known.name}`;
  }

  columns(branch: Branch): readonly string[] {
    return [...this.#named.values()].map(({ name, source }) => `${source(branch)} AS ${name}`);
  }

  /** The record's own column, or the key of what it points to. */
  own(property: string) {
    const column = `r.${this.#table.toOne.get(property)?.foreignColumn ?? columnOf(this.#table, property)}`;
    return { key: column, source: () => column };
  }

  dimension({ property, period }: Dimension) {
    const column = this.#columnOf(property);
    const sql = period === undefined ? column : `to_char(${column}, ${literal(periodFormats[period])})`;
    return { key: sql, source: () => sql };
  }

  quantity(quantity: Quantity): { readonly key: string; readonly source: Source } {
    if ('date' in quantity) return this.own(quantity.date);
    if ('days' in quantity) {
      const [from, to] = quantity.days.map((property) => `r.${columnOf(this.#table, property)}`);
      const sql = `CASE WHEN ${to ?? ''} <> DATE ${literal(quantity.endless)} THEN ${to ?? ''} - ${from ?? ''} + 1 END`;
      return { key: sql, source: () => sql };
    }
    const list = this.#table.toMany.get(quantity.rows);
    const target = list && this.#context.tables.get(list.target);
    if (!list || !target) throw new Error(`Statistics: ${quantity.rows} is no list`);
    const source = (branch: Branch): string => {
      const scope = conditionsSql(branch, (property) => `x.${columnOf(target, property)}`, this.#term);
      const view = branchView(this.#context.standing.principal, target, branch);
      return `(SELECT count(*) FROM ${view} x WHERE x.${list.foreignColumn} = r.${this.#table.primaryKey} AND ${scope})`;
    };
    return { key: `rows ${quantity.rows}`, source };
  }

  #columnOf(property: string): string {
    const [name = '', field] = property.split('.');
    const toOne = this.#table.toOne.get(name);
    const target = toOne && this.#context.tables.get(toOne.target);
    if (field === undefined || !toOne || !target) return `r.${columnOf(this.#table, property)}`;
    if (columnOf(target, field) === target.primaryKey) return `r.${toOne.foreignColumn}`;
    if (this.#context.policy.recordOf(target.type) !== this.#table.type) throw new Error(`Statistics: ${property} is no part of the record`);
    this.parts = true;
    return `r.${partColumn(name, columnOf(target, field))}`;
  }
}

const periodFormats = { YEAR: 'YYYY', QUARTER: 'YYYY-"Q"Q', MONTH: 'YYYY-MM' } as const;

type Cell = (row: Row) => string;

const text = (at: number): Cell => (row) => JSON.stringify(row[at] ?? null);
const number = (at: number): Cell => (row) => row[at] ?? 'null';
const none: Cell = () => 'null';

/** The JSON of an answer: its members in the order of the selection; figures are gathered on the way. */
function answerWriter(
  context: RootContext,
  declaration: StatisticsDeclaration,
  asked: AskedStatistics,
  nodes: readonly FieldNode[],
  figureAt: (figure: Figure) => number,
): (rows: readonly Row[]) => string {
  const { fragments, variables } = context;
  const answer = objectBehind(context.schema.getQueryType(), declaration.field);
  const members = [...collectFields(answer, subSelections(nodes), fragments, variables)].map(([key, below]) => {
    const name = below[0]?.name.value ?? '';
    const prefix = `${JSON.stringify(key)}:`;
    if (name === '__typename') return () => `${prefix}${JSON.stringify(answer.name)}`;
    if (!context.allowed.has(`${answer.name}.${name}`)) return () => `${prefix}null`;
    if (name === 'hasMore') return (rows: readonly Row[]) => `${prefix}${rows.length > asked.first}`;
    const group = objectBehind(answer, 'groups');
    const cells = groupCells(context, declaration, asked, group, collectFields(group, subSelections(below), fragments, variables), figureAt);
    return (rows: readonly Row[]) => `${prefix}[${rows.slice(0, asked.first).map((row) => `{${cells.map((cell) => cell(row)).join(',')}}`).join(',')}]`;
  });
  return (rows) => `{${members.map((member) => member(rows)).join(',')}}`;
}

function groupCells(
  context: RootContext,
  declaration: StatisticsDeclaration,
  asked: AskedStatistics,
  group: GraphQLObjectType,
  selection: Selection,
  figureAt: (figure: Figure) => number,
): readonly Cell[] {
  return [...selection].map(([key, below]) => {
    const name = below[0]?.name.value ?? '';
    const cell = ((): Cell => {
      if (name === '__typename') return () => JSON.stringify(group.name);
      if (!context.allowed.has(`${group.name}.${name}`)) return none;
      if (name === 'count') return number(figureAt(name));
      if (name === declaration.unit.field) return number(figureAt('unit'));
      const measure = declaration.measures.find(({ field }) => field === name);
      if (measure) {
        const object = objectBehind(group, name);
        return summaryCell(context, object, collectFields(object, subSelections(below), context.fragments, context.variables), (summary) =>
          ('date' in measure.quantity ? text : number)(figureAt({ of: name, summary })));
      }
      const at = asked.dimensions.findIndex(({ field }) => field === name);
      return at < 0 ? none : text(at);
    })();
    return (row) => `${JSON.stringify(key)}:${cell(row)}`;
  });
}

function summaryCell(context: RootContext, object: GraphQLObjectType, selection: Selection, cellOf: (summary: Summary) => Cell): Cell {
  const members = [...selection].map(([key, below]): Cell => {
    const name = below[0]?.name.value ?? '';
    const summary = functions.find((one) => one === name);
    const cell = name === '__typename' ? (): string => JSON.stringify(object.name) : summary && context.allowed.has(`${object.name}.${name}`) ? cellOf(summary) : none;
    return (row) => `${JSON.stringify(key)}:${cell(row)}`;
  });
  return (row) => `{${members.map((member) => member(row)).join(',')}}`;
}
