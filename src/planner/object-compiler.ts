import { getNamedType, isObjectType, type FieldNode, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import type { NodeIds } from '../access/node-ids.js';
import { partColumn } from '../boundary/view-names.js';
import type { Branch } from '../boundary/branches.js';
import type { BoundaryPolicy, Standing } from '../boundary/policy.js';
import type { ColumnInfo, Table } from '../database/tables.js';
import type { KeysetSeal } from './keyset.js';
import type { ReadDeclaration } from './read.js';
import { objectWriter, type Member, type NestedWriter, type ObjectWriter } from './row-writer.js';
import { collectFields, subSelections, type Fragments, type Variables } from './selection.js';

/** What a read is compiled against; the same for all reads of an operation. */
export interface ReadContext {
  readonly schema: GraphQLSchema;
  readonly policy: BoundaryPolicy;
  readonly tables: ReadonlyMap<string, Table>;
  /** Fields that read records, by coordinate: roots, and connections of other types. */
  readonly reads: ReadonlyMap<string, ReadDeclaration>;
  readonly standing: Standing;
  readonly fragments: Fragments;
  readonly variables: Variables;
  readonly seal: KeysetSeal;
  readonly ids: NodeIds;
  /** Coordinates this viewer class may use; anything else becomes null with an error. */
  readonly allowed: ReadonlySet<string>;
}

/** A column as SQL, per branch because rights differ by branch. */
export type Expression = (branch: Branch) => string;

/** The right on a cell, applied to a column of `alias`. */
export type CellExpression = (type: string, field: string, info: ColumnInfo, alias: string) => Expression;

/** Compiles a connection of the records; `column` of them holds the key it hangs on. */
export type NestedReadCompiler = (read: ReadDeclaration, owner: GraphQLObjectType, nodes: readonly FieldNode[], column: string) => NestedWriter;

/** A nested list that a selection asks for. */
export interface NestedList {
  readonly target: Table;
  readonly foreignColumn: string;
  readonly columns: ReadonlyMap<string, Expression>;
  /** Columns that order it: its first date, then its key. */
  readonly order: readonly string[];
}

/** Raised for a selection the planner does not cover. */
export class NotPlannable extends Error {}

/**
 * Compiles the selection on a record into an object writer, and gathers on the way what its statement must deliver:
 * output columns, columns of the page's sub-select `p`, joins, and at most one nested list `c`.
 */
export class ObjectCompiler {
  readonly columns: Expression[] = [];
  readonly inner = new Map<string, Expression>();
  readonly joins: string[] = [];
  nested: NestedList | null = null;
  /** Whether parts (the holder of a permit) are selected. */
  parts = false;
  readonly #context: ReadContext;
  readonly #table: Table;
  readonly #cell: CellExpression;
  readonly #compileNested: NestedReadCompiler;
  readonly #index = new Map<string, number>();

  constructor(context: ReadContext, table: Table, cell: CellExpression, compileNested: NestedReadCompiler) {
    this.#context = context;
    this.#table = table;
    this.#cell = cell;
    this.#compileNested = compileNested;
  }

  /** The writer of a record selected by `nodes`. */
  object(nodes: readonly FieldNode[]): ObjectWriter {
    const type = this.#objectType(this.#table.type);
    return this.#members(type, nodes, (name, key, below) => {
      const read = this.#context.reads.get(`${type.name}.${name}`);
      if (read) return this.#connection(key, read, type, below, this.#table.primaryKey);
      const info = this.#table.columns.get(name);
      if (info?.column === this.#table.primaryKey) return this.#idMember(key, type.name, info.column);
      if (info) return { key, column: this.ownColumn(info.column, this.#cell(type.name, name, info, 'r')), encoding: info.encoding };
      const toOne = this.#table.toOne.get(name);
      if (toOne) {
        const object = this.#toOne(name, toOne.target, toOne.foreignColumn, below);
        return { key, object, presence: this.ownColumn(toOne.foreignColumn) };
      }
      const toMany = this.#table.toMany.get(name);
      if (toMany) return { key, ...this.#toMany(toMany.target, toMany.foreignColumn, below) };
      throw new NotPlannable(`${type.name}.${name}`);
    });
  }

  /** The writer of a part of the record, selected in the record's place. */
  part(property: string, nodes: readonly FieldNode[]): ObjectWriter {
    const toOne = this.#table.toOne.get(property);
    if (!toOne) throw new NotPlannable(property);
    return this.#toOne(property, toOne.target, toOne.foreignColumn, nodes);
  }

  #connection(key: string, read: ReadDeclaration, owner: GraphQLObjectType, nodes: readonly FieldNode[], column: string): Member {
    return { key, connection: this.#compileNested(read, owner, nodes, column), parent: this.ownColumn(column) };
  }

  #idMember(key: string, type: string, column: string): Member {
    const { ids } = this.#context;
    return { key, column: this.ownColumn(column), text: (cell) => ids.encode(type, cell) };
  }

  /** Output position of a column of the record itself, by default as the view shows it. */
  ownColumn(column: string, expression: Expression = () => `r.${column}`): number {
    if (!this.inner.has(column)) this.inner.set(column, expression);
    return this.#output(`p.${column}`);
  }

  /** Output position of an expression that is already there, for ordering a union by position. */
  position(sql: string): number {
    return this.#output(sql);
  }

  #toOne(property: string, target: string, foreignColumn: string, nodes: readonly FieldNode[]): ObjectWriter {
    const table = this.#tableOf(target);
    const isPart = this.#context.policy.recordOf(target) === this.#table.type;
    if (isPart) this.parts = true;
    else {
      if (!this.inner.has(foreignColumn)) this.inner.set(foreignColumn, () => `r.${foreignColumn}`);
      const join = ` LEFT JOIN shared.${bareName(table)} ${property} ON ${property}.${table.primaryKey} = p.${foreignColumn}`;
      if (!this.joins.includes(join)) this.joins.push(join);
    }
    const type = this.#objectType(target);
    return this.#members(type, nodes, (name, key, below) => {
      const read = this.#context.reads.get(`${target}.${name}`);
      if (read) return this.#connection(key, read, type, below, foreignColumn);
      const info = table.columns.get(name);
      if (!info) throw new NotPlannable(`${target}.${name}`);
      if (!isPart) return { key, column: this.#output(`${property}.${info.column}`), encoding: info.encoding };
      if (info.column === table.primaryKey) return this.#idMember(key, target, foreignColumn);
      const column = partColumn(property, info.column);
      return { key, column: this.ownColumn(column, this.#cell(target, name, { ...info, column }, 'r')), encoding: info.encoding };
    });
  }

  #toMany(target: string, foreignColumn: string, nodes: readonly FieldNode[]): { list: ObjectWriter; presence: number } {
    const table = this.#tableOf(target);
    if (this.nested && this.nested.target !== table) throw new NotPlannable('two nested lists in one read');
    const date = [...table.columns.values()].find((column) => column.type === 'date');
    const order = date ? [date.column, table.primaryKey] : [table.primaryKey];
    const columns = new Map<string, Expression>(this.nested?.columns ?? order.map((column) => [column, () => `x.${column}`]));
    const list = this.#members(this.#objectType(target), nodes, (name, key) => {
      const info = table.columns.get(name);
      if (!info) throw new NotPlannable(`${target}.${name}`);
      columns.set(info.column, this.#cell(target, name, info, 'x'));
      return { key, column: this.#output(`c.${info.column}`), encoding: info.encoding };
    });
    this.nested = { target: table, foreignColumn, columns, order };
    return { list, presence: this.#output(`c.${table.primaryKey}`) };
  }

  #members(
    type: GraphQLObjectType,
    nodes: readonly FieldNode[],
    member: (name: string, key: string, below: readonly FieldNode[]) => Member,
  ): ObjectWriter {
    const { fragments, variables, allowed } = this.#context;
    const members: Member[] = [];
    for (const [key, below] of collectFields(type, subSelections(nodes), fragments, variables)) {
      const name = below[0]?.name.value ?? '';
      if (name === '__typename') members.push({ key, constant: JSON.stringify(type.name) });
      else if (!allowed.has(`${type.name}.${name}`)) members.push({ key, constant: 'null' });
      else members.push(member(name, key, below));
    }
    return objectWriter(members);
  }

  #output(sql: string): number {
    const known = this.#index.get(sql);
    if (known !== undefined) return known;
    this.#index.set(sql, this.columns.length);
    return this.columns.push(() => sql) - 1;
  }

  #tableOf(type: string): Table {
    const table = this.#context.tables.get(type);
    if (!table) throw new NotPlannable(type);
    return table;
  }

  #objectType(type: string): GraphQLObjectType {
    const object = this.#context.schema.getType(type);
    if (!isObjectType(object)) throw new NotPlannable(type);
    return object;
  }
}

/** The object type a field of `type` leads to. */
export function fieldObject(type: GraphQLObjectType, field: string): GraphQLObjectType {
  const target = type.getFields()[field]?.type;
  const named = target && getNamedType(target);
  if (!isObjectType(named)) throw new Error(`Planner: ${type.name}.${field} is no object`);
  return named;
}

function bareName(table: Table): string {
  return table.name.slice(table.name.indexOf('.') + 1);
}
