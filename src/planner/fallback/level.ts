import DataLoader from 'dataloader';
import type { FieldNode } from 'graphql';
import { cellSql, forStanding } from '../../boundary/cell.js';
import { branchView, partColumn } from '../../boundary/view-names.js';
import type { Branch } from '../../boundary/branches.js';
import { columnOf, conditionsSql, type Term } from '../../boundary/row-conditions.js';
import type { Row, Statement } from '../../database/envelope.js';
import type { ColumnInfo, Table } from '../../database/tables.js';
import { namedStatement } from '../../database/packed-rows.js';
import { bind, Parameters, textArray, type ValueSource } from '../parameters.js';
import { largestNestedList, type ReadDeclaration } from '../read.js';
import { RecordPage, type RootContext } from '../record-page.js';
import type { Variables } from '../selection.js';
import type { Run } from './loaded.js';

/** Where the keys of a batch stand among the variables of a run: no variable can be named like this. */
const batchKeys = ' keys';

const keySource: ValueSource = { from: 'call', read: (_viewer, variables) => textArray(variables[batchKeys] ?? []) };

/** Rows of a key; the first column of a batch's statement holds it. */
export type RowsLoader = DataLoader<string, readonly Row[]>;

/** A statement that reads rows for a batch of keys, or for none, made once with the plan. */
export class BatchStatement {
  readonly #statement: Statement;
  readonly #sources: readonly ValueSource[];
  readonly adHoc: boolean;

  constructor(text: string, { sources }: Parameters, adHoc: boolean) {
    this.#statement = namedStatement(text);
    this.#sources = sources;
    this.adHoc = adHoc;
  }

  rows(run: Run, keys: readonly string[] = []): Promise<readonly Row[]> {
    return run.send({ statement: this.#statement, values: this.#values(run, keys) }, this.adHoc);
  }

  /**
   * What would be refused (a cursor, a character) is refused whether or not there is a parent to load for: an answer must
   * not tell that from an error.
   */
  async check(run: Run): Promise<void> {
    if (this.#values(run, []).some((value) => value?.includes('\0') === true)) await this.rows(run);
  }

  loader(run: Run): RowsLoader {
    return new DataLoader(async (keys: readonly string[]) => {
      const rows = await this.rows(run, keys);
      const byKey = new Map<string, Row[]>(keys.map((key) => [key, []]));
      for (const row of rows) byKey.get(row[0] ?? '')?.push(row);
      return keys.map((key) => byKey.get(key) ?? []);
    });
  }

  #values(run: Run, keys: readonly string[]): (string | null)[] {
    const variables: Variables = { ...run.variables, [batchKeys]: keys };
    return bind(this.#sources, run.viewer, variables);
  }
}

/** Columns a record is loaded with: by property, and by the property of a part. */
type Columns = ReadonlyMap<string, ColumnInfo>;

/** The records one field reads, loaded for a batch of parents: their keys, order, and all fields of theirs that have a column. */
export class RecordLevel {
  readonly page: RecordPage;
  readonly statement: BatchStatement;
  readonly total: BatchStatement | null;
  /** Positions of the columns of the order. */
  readonly order: readonly number[];
  readonly #positions = new Map<string, number>();

  /** `total`: whether it is asked for. */
  constructor(context: RootContext, read: ReadDeclaration, node: FieldNode, total: boolean) {
    const parent = read.via === undefined ? null : { bound: keySource };
    this.page = new RecordPage(context, read, node, parent);
    const { table, branches, ordering, direction } = this.page;
    const parameters = new Parameters();
    const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
    const outputs: ((branch: Branch) => string)[] = [];
    const output = (name: string, sql: (branch: Branch) => string): void => void this.#positions.set(name, outputs.push(sql));
    const shown = (type: string, field: string, info: ColumnInfo) => (branch: Branch) =>
      cellSql(forStanding(context.policy.cell(branch, type, field), context.standing.purpose), {
        expression: `r.${info.column}`, type: info.type, column: (property) => `r.${columnOf(table, property)}`, term,
      });
    for (const [i, { column }] of ordering.by.entries()) output(`order ${i}`, () => `r.${column}`);
    output('key', () => `r.${table.primaryKey}`);
    for (const [name, info] of columnsOf(context, table)) output(name, shown(table.type, name, info));
    for (const [name, { target, foreignColumn }] of table.toOne) {
      const part = context.tables.get(target);
      const isPart = part !== undefined && context.policy.recordOf(target) === table.type;
      if (!isPart && !hasField(context, table.type, name)) continue;
      output(`key of ${name}`, () => `r.${foreignColumn}`);
      if (!isPart) continue;
      for (const [field, info] of columnsOf(context, part)) {
        if (info.column !== part.primaryKey) output(`${name}.${field}`, shown(target, field, { ...info, column: partColumn(name, info.column) }));
      }
    }
    this.order = ordering.by.map((_, i) => this.#positions.get(`order ${i}`) ?? 0);
    const legs = branches.map((branch, leg) => {
      const columns = outputs.map((sql, i) => `${sql(branch)} AS v${i + 1}`).join(', ');
      const rows = this.page.select(branch, parameters, columns, { parts: true, more: true });
      return parent ? `(SELECT s.k, p.*, ${leg} FROM ${this.page.parents(parameters)} CROSS JOIN LATERAL (${rows}) p)` : `(SELECT NULL, p.*, ${leg} FROM (${rows}) p)`;
    });
    const sorted = [...(parent ? ['1'] : []), ...direction.map((by, i) => `${(this.order[i] ?? 0) + 1} ${by.direction}`), `${outputs.length + 2}`];
    this.statement = new BatchStatement(`${legs.join(' UNION ALL ')} ORDER BY ${sorted.join(', ')}`, parameters, this.page.isAdHoc || total);
    this.#positions.set('leg', outputs.length + 1);
    const counted = new Parameters();
    this.total = total ? new BatchStatement(this.page.total(counted), counted, true) : null;
  }

  /** A cell of a row by property, by the property of a part, or `key`, `key of …`, `leg`. */
  cell(row: Row, name: string): string | null {
    const position = this.#positions.get(name);
    return position === undefined ? null : (row[position] ?? null);
  }

  has(name: string): boolean {
    return this.#positions.has(name);
  }

  /** The first row of each record: further ones come through other branches. */
  records(rows: readonly Row[]): readonly Row[] {
    const key = this.page.part === null ? 'key' : `key of ${this.#partName()}`;
    return rows.filter((row, i) => i === 0 || this.cell(row, key) !== this.cell(rows[i - 1] ?? [], key));
  }

  #partName(): string {
    return [...this.page.table.toOne].find(([, toOne]) => toOne === this.page.part)?.[0] ?? '';
  }
}

/** Columns behind the fields a type has in the schema: only those have a boundary. */
export function columnsOf(context: RootContext, table: Table): Columns {
  return new Map([...table.columns].filter(([name]) => hasField(context, table.type, name)));
}

function hasField(context: RootContext, type: string, field: string): boolean {
  const object = context.schema.getType(type);
  return object !== undefined && 'getFields' in object && field in object.getFields();
}

/** Open vocabulary by its key. */
export function vocabularyStatement(context: RootContext, table: Table): BatchStatement {
  const parameters = new Parameters();
  const columns = [...columnsOf(context, table).values()].map(({ column }) => `a.${column}`);
  const type = [...table.columns.values()].find(({ column }) => column === table.primaryKey)?.type ?? 'text';
  const keys = parameters.add(keySource, `${type}[]`);
  return new BatchStatement(`SELECT a.${table.primaryKey}, ${columns.join(', ')} FROM shared.${bareName(table)} a WHERE a.${table.primaryKey} = ANY(${keys})`, parameters, false);
}

/** The entries of a list of records seen through a branch, as many as an answer holds. */
export function entriesStatement(context: RootContext, table: Table, target: Table, foreignColumn: string, branch: Branch): BatchStatement {
  const parameters = new Parameters();
  const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
  const column = (property: string): string => `x.${columnOf(target, property)}`;
  const cells = [...columnsOf(context, target)].map(([field, info]) =>
    cellSql(forStanding(context.policy.cell(branch, target.type, field), context.standing.purpose), { expression: `x.${info.column}`, type: info.type, column, term }));
  const date = [...target.columns.values()].find(({ type }) => type === 'date');
  const order = [...(date ? [`x.${date.column}`] : []), `x.${target.primaryKey}`].join(', ');
  const type = [...table.columns.values()].find((info) => info.column === table.primaryKey)?.type ?? 'text';
  const text =
    `SELECT c.* FROM unnest(${parameters.add(keySource, `${type}[]`)}) s(k) CROSS JOIN LATERAL (SELECT s.k, ${cells.join(', ')}, row_number() OVER (ORDER BY ${order}) AS place ` +
    `FROM ${branchView(context.standing.principal, target, branch)} x WHERE x.${foreignColumn} = s.k AND ${conditionsSql(branch, column, term)} ` +
    `ORDER BY ${order} LIMIT ${largestNestedList}) c ORDER BY c.k, c.place`;
  return new BatchStatement(text, parameters, false);
}

function bareName(table: Table): string {
  return table.name.slice(table.name.indexOf('.') + 1);
}
