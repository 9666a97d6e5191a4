import { GraphQLError } from 'graphql';
import type { Branch } from '../boundary/branches.js';
import { branchView, partColumn } from '../boundary/view-names.js';
import { columnOf, conditionsSql, type Term } from '../boundary/row-conditions.js';
import type { BoundaryPolicy, Standing } from '../boundary/policy.js';
import type { ColumnInfo, Table } from '../database/tables.js';
import type { Input } from './input.js';
import { textArray, type Parameters, type ValueSource } from './parameters.js';

/** Part of a statement, for one branch of the viewer class; its values join the statement's parameters. */
export type Sql = (parameters: Parameters, branch: Branch) => string;

/** A field a condition compares, with the path of the argument that names it. */
export interface ConditionUse {
  readonly type: string;
  readonly field: string;
  readonly path: string;
}

/** A condition read from its argument: the fields it compares, for the boundary, and the SQL on the alias it was made for. */
export interface Where {
  readonly uses: readonly ConditionUse[];
  readonly sql: Sql;
  /** Whether columns of a part (the holder) occur, so that the view with parts is read. */
  readonly parts: boolean;
}

/** What conditions are read against. */
export interface WhereContext {
  readonly tables: ReadonlyMap<string, Table>;
  readonly policy: BoundaryPolicy;
  readonly standing: Standing;
}

/**
 * Reads a `where` argument: its members are the properties of the record, its to-one relations, its lists (`some`, `none`,
 * `every`) and `and`, `or`, `not`; members of one object must all hold. Two-valued: a record fits a condition or it does
 * not, and `not`, `ne`, `notIn` are exact complements, also where a cell is null. Throws GraphQLError BAD_USER_INPUT for
 * null as a value to compare with.
 */
export function readWhere(context: WhereContext, table: Table, input: Input, alias = 'r', path = 'where'): Where {
  return allOf(
    input.members().map(([name, member]) => {
      const at = `${path}.${name}`;
      if (member.value === null) throw nullOperand(at);
      if (name === 'and') return allOf(elements(context, table, member, alias, at));
      if (name === 'or') return anyOf(elements(context, table, member, alias, at));
      if (name === 'not') return negated(readWhere(context, table, member, alias, at));
      const info = table.columns.get(name);
      if (info) return compared(member, { type: table.type, field: name, path: at }, `${alias}.${info.column}`, info);
      const toOne = table.toOne.get(name);
      const target = toOne && context.tables.get(toOne.target);
      if (toOne && target) return throughOne(context, table, name, toOne.foreignColumn, target, member, alias, at);
      const toMany = table.toMany.get(name);
      const list = toMany && context.tables.get(toMany.target);
      if (toMany && list) return throughMany(context, table, name, toMany.foreignColumn, list, member, alias, at);
      throw new Error(`Planner: ${table.type} has no property ${name} to compare`);
    }),
  );
}

function elements(context: WhereContext, table: Table, list: Input, alias: string, path: string): Where[] {
  return list.elements().map((one, i) => readWhere(context, table, one, alias, `${path}.${i}`));
}

function joined(parts: readonly Where[], sql: Sql): Where {
  return { uses: parts.flatMap(({ uses }) => uses), parts: parts.some((part) => part.parts), sql };
}

function allOf(parts: readonly Where[]): Where {
  return joined(parts, (parameters, branch) => (parts.length === 0 ? 'true' : `(${parts.map(({ sql }) => sql(parameters, branch)).join(' AND ')})`));
}

function anyOf(parts: readonly Where[]): Where {
  return joined(parts, (parameters, branch) => (parts.length === 0 ? 'false' : `(${parts.map(({ sql }) => sql(parameters, branch)).join(' OR ')})`));
}

function negated(part: Where): Where {
  return joined([part], (parameters, branch) => `(${part.sql(parameters, branch)}) IS NOT TRUE`);
}

/** A comparison of one column; several operators on it must all hold. */
function compared(input: Input, use: ConditionUse, expression: string, { type }: ColumnInfo): Where {
  const conditions = input.members().map(([operator, operand]): Sql => {
    if (operand.value === null) throw nullOperand(`${use.path}.${operator}`);
    if (operator === 'isNull') return () => `${expression} IS ${operand.value === true ? '' : 'NOT '}NULL`;
    const compare = comparisons[operator];
    if (!compare) throw new Error(`Planner: no comparison ${operator}`);
    const list = operator === 'in' || operator === 'notIn';
    const source: ValueSource = list
      ? { from: 'call', read: (_viewer, variables) => textArray(operand.read(variables)) }
      : { from: 'argument', reader: operand.read };
    return (parameters) => compare(expression, parameters.add(source, list ? `${type}[]` : type));
  });
  const sql: Sql = (parameters, branch) => (conditions.length === 0 ? 'true' : conditions.map((one) => one(parameters, branch)).join(' AND '));
  return { uses: [use], parts: false, sql };
}

/** Leakproof where an index can serve (`=`, order, starts_with): others are judged after row security, row by row. */
const comparisons: Readonly<Record<string, (column: string, operand: string) => string>> = {
  eq: (column, operand) => `${column} = ${operand}`,
  ne: (column, operand) => `(${column} = ${operand}) IS NOT TRUE`,
  in: (column, operand) => `${column} = ANY(${operand})`,
  notIn: (column, operand) => `(${column} = ANY(${operand})) IS NOT TRUE`,
  lt: (column, operand) => `${column} < ${operand}`,
  lte: (column, operand) => `${column} <= ${operand}`,
  gt: (column, operand) => `${column} > ${operand}`,
  gte: (column, operand) => `${column} >= ${operand}`,
  startsWith: (column, operand) => `starts_with(${column}, ${operand})`,
  contains: (column, operand) => `strpos(${column}, ${operand}) > 0`,
};

/** A part's columns stand in the record's view; open vocabulary is looked up by its key. */
function throughOne(
  context: WhereContext, table: Table, name: string, foreignColumn: string, target: Table, input: Input, alias: string, path: string,
): Where {
  const reference = { type: table.type, field: name, path };
  if (context.policy.recordOf(target.type) === table.type) {
    const columns = new Map([...target.columns].map(([field, info]) =>
      [field, info.column === target.primaryKey ? { ...info, column: foreignColumn } : { ...info, column: partColumn(name, info.column) }] as const));
    const part = readWhere(context, { ...target, columns, toOne: new Map(), toMany: new Map() }, input, alias, path);
    return { ...part, uses: [reference, ...part.uses], parts: true };
  }
  const inner = readWhere(context, target, input, 'a', path);
  const bare = target.name.slice(target.name.indexOf('.') + 1);
  return {
    uses: [reference, ...inner.uses],
    parts: false,
    sql: (parameters, branch) =>
      `EXISTS (SELECT FROM shared.${bare} a WHERE a.${target.primaryKey} = ${alias}.${foreignColumn} AND ${inner.sql(parameters, branch)})`,
  };
}

/** `some`, `none`, `every` over the entries of a list that this branch shows. */
function throughMany(
  context: WhereContext, table: Table, name: string, foreignColumn: string, target: Table, input: Input, alias: string, path: string,
): Where {
  const quantified = input.members().map(([quantifier, member]): Where => {
    if (member.value === null) throw nullOperand(`${path}.${quantifier}`);
    const inner = readWhere(context, target, member, 'e', `${path}.${quantifier}`);
    return joined([inner], (parameters, branch) => {
      const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
      const scope = conditionsSql(branch, (property) => `e.${columnOf(target, property)}`, term);
      const condition = inner.sql(parameters, branch);
      const exists = `EXISTS (SELECT FROM ${branchView(context.standing.principal, target, branch)} e WHERE e.${foreignColumn} = ${alias}.${table.primaryKey}` +
        ` AND ${scope} AND ${quantifier === 'every' ? `(${condition}) IS NOT TRUE` : condition})`;
      return quantifier === 'some' ? exists : `NOT ${exists}`;
    });
  });
  const whole = allOf(quantified);
  return { ...whole, uses: [{ type: table.type, field: name, path }, ...whole.uses] };
}

function nullOperand(path: string): GraphQLError {
  return new GraphQLError(`${path} 不得为 null · ${path} must not be null.`, {
    extensions: { code: 'BAD_USER_INPUT', nextStep: '判断空值请用 isNull；不限则省略 · Ask for empty cells with isNull; leave the condition out to ask for all.' },
  });
}
