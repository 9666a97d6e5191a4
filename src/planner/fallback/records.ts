import { getNamedType, isObjectType, isSpecifiedScalarType, type FieldNode, type GraphQLResolveInfo } from 'graphql';
import type { Row } from '../../database/envelope.js';
import type { ColumnEncoding, ColumnInfo, Table } from '../../database/tables.js';
import type { Keyset } from '../keyset.js';
import type { ReadDeclaration } from '../read.js';
import type { RootContext } from '../record-page.js';
import { RowCells } from '../../database/row-cells.js';
import { codesOf, isoInstant } from '../row-writer.js';
import { collectFields, subSelections } from '../selection.js';
import { columnsOf, type BatchStatement, type RecordLevel, type RowsLoader } from './level.js';
import type { Tally } from '../list-sink.js';
import { Loaded, Shown, type Run } from './loaded.js';

/** What a field loads. */
export type Level =
  | { readonly form: 'records'; readonly read: ReadDeclaration; readonly level: RecordLevel; readonly keyset: Keyset }
  | { readonly form: 'entries'; readonly target: Table; readonly legs: readonly BatchStatement[] }
  | { readonly form: 'vocabulary'; readonly property: string; readonly target: Table; readonly statement: BatchStatement };

/** By the first node of a field. */
export interface Levels {
  readonly of: ReadonlyMap<FieldNode, Level>;
}

/** The loaders of one run, and what it counts. */
export class Sources {
  /** The first error of a statement: it is that of the whole answer, as it would be of a planned one. */
  failure: { readonly error: unknown } | null = null;
  readonly context: RootContext;
  readonly run: Run;
  readonly tally: Tally;
  readonly #levels: Levels;
  readonly #loaders = new Map<BatchStatement, RowsLoader>();

  constructor(context: RootContext, levels: Levels, run: Run, tally: Tally) {
    this.context = context;
    this.run = run;
    this.tally = tally;
    this.#levels = levels;
  }

  level({ fieldNodes }: GraphQLResolveInfo): Level | undefined {
    const [node] = fieldNodes;
    return node && this.#levels.of.get(node);
  }

  /** Rows of a key, or of all where a statement knows no parent. */
  async rows(statement: BatchStatement, key: string | null): Promise<readonly Row[]> {
    try {
      if (key === null) return await statement.rows(this.run);
      let loader = this.#loaders.get(statement);
      if (!loader) this.#loaders.set(statement, (loader = statement.loader(this.run)));
      return await loader.load(key);
    } catch (error) {
      this.failure ??= { error };
      throw error;
    }
  }

  /** The answer of a field that reads records: a connection, a record, a part of one. */
  async read({ read, level, keyset }: Extract<Level, { form: 'records' }>, key: string | null, info: GraphQLResolveInfo): Promise<Loaded | null> {
    const all = level.records(await this.rows(level.statement, key));
    const { form } = level.page;
    const rows = form === null ? all.slice(0, 1) : all.slice(0, form.size);
    const holder = subjectKey(this.context, level);
    for (const row of rows) {
      this.tally.records += 1;
      const subject = holder === null ? null : level.cell(row, holder);
      if (subject !== null) this.tally.subjects.push(subject);
    }
    if (form !== null) return new LoadedConnection(this, { read, level, keyset }, { key, rows, more: all.length > form.size });
    const [row] = rows;
    return row ? this.record(read, level, row, info) : null;
  }

  record(read: ReadDeclaration, level: RecordLevel, row: Row, info: GraphQLResolveInfo): Loaded {
    const record = new LoadedRecord(this, level, row);
    return this.counted(read.part === undefined ? record : record.part(read.part), info);
  }

  /** An object counts when anything of it is written. */
  counted<T extends Loaded>(object: T, info: GraphQLResolveInfo, times = 1): T {
    const type = this.context.schema.getType(object.typeName);
    if (isObjectType(type) && collectFields(type, subSelections(info.fieldNodes), info.fragments, info.variableValues).size > 0) this.tally.objects += times;
    return object;
  }
}

/** Where the evidence finds whose record it is. */
function subjectKey({ policy }: RootContext, { page }: RecordLevel): string | null {
  for (const [name, { target }] of page.table.toOne) if (policy.recordOf(target) === page.table.type) return `key of ${name}`;
  return null;
}

/** Query, with the one root that is resolved. */
export class RootOfAnswer extends Loaded {
  readonly typeName = 'Query';
  readonly #sources: Sources;

  constructor(sources: Sources) {
    super();
    this.#sources = sources;
  }

  field(info: GraphQLResolveInfo): unknown {
    const level = this.#sources.level(info);
    return level?.form === 'records' ? this.#sources.read(level, null, info) : null;
  }
}

interface PageRows {
  readonly key: string | null;
  readonly rows: readonly Row[];
  readonly more: boolean;
}

class LoadedConnection extends Loaded {
  readonly typeName = 'Connection';
  readonly #sources: Sources;
  readonly #of: Omit<Extract<Level, { form: 'records' }>, 'form'>;
  readonly #page: PageRows;
  readonly #rows: readonly Row[];

  constructor(sources: Sources, of: Omit<Extract<Level, { form: 'records' }>, 'form'>, page: PageRows) {
    super();
    this.#sources = sources;
    this.#of = of;
    this.#page = page;
    this.#rows = of.level.page.form?.backward === true ? [...page.rows].reverse() : page.rows;
  }

  field(info: GraphQLResolveInfo): unknown {
    const { read, level } = this.#of;
    if (info.fieldName === 'nodes') return this.#rows.map((row) => this.#sources.record(read, level, row, info));
    if (info.fieldName === 'edges') return this.#rows.map((row) => new LoadedEdge(this.#sources, this.#of, row));
    if (info.fieldName === 'pageInfo') return this.#pageInfo();
    if (info.fieldName === 'totalCount') return this.#total();
    return undefined;
  }

  async #total(): Promise<number> {
    const { total } = this.#of.level;
    const [row] = total ? await this.#sources.rows(total, this.#page.key) : [];
    return Number(row?.[1] ?? 0);
  }

  #pageInfo(): object {
    const { form } = this.#of.level.page;
    const { more } = this.#page;
    const cursor = (row: Row | undefined): string | null => (row ? this.#of.keyset.cursor(RowCells.of(row), this.#sources.run.viewer) : null);
    return {
      hasNextPage: form?.backward === true ? form.before : more,
      hasPreviousPage: form?.backward === true ? more : form?.after === true,
      startCursor: cursor(this.#rows[0]),
      endCursor: cursor(this.#rows.at(-1)),
    };
  }
}

class LoadedEdge extends Loaded {
  readonly typeName = 'Edge';
  readonly #sources: Sources;
  readonly #of: Omit<Extract<Level, { form: 'records' }>, 'form'>;
  readonly #row: Row;

  constructor(sources: Sources, of: Omit<Extract<Level, { form: 'records' }>, 'form'>, row: Row) {
    super();
    this.#sources = sources;
    this.#of = of;
    this.#row = row;
  }

  field(info: GraphQLResolveInfo): unknown {
    if (info.fieldName === 'cursor') return this.#of.keyset.cursor(RowCells.of(this.#row), this.#sources.run.viewer);
    if (info.fieldName === 'node') return this.#sources.record(this.#of.read, this.#of.level, this.#row, info);
    return undefined;
  }
}

/** An object of a type with a table: its columns, and what is loaded for it. */
abstract class LoadedRow extends Loaded {
  protected readonly sources: Sources;
  protected readonly table: Table;

  constructor(sources: Sources, table: Table) {
    super();
    this.sources = sources;
    this.table = table;
  }

  get typeName(): string {
    return this.table.type;
  }

  /** The text of a column as the viewer may see it. */
  protected abstract cell(property: string): string | null;

  /** The key that fields below load by. */
  protected abstract keyOf(level: Level): string | null;

  override get values(): Readonly<Record<string, unknown>> {
    return Object.fromEntries([...columnsOf(this.sources.context, this.table)].map(([name, info]) => [name, this.#shown(name, info)?.value ?? null]));
  }

  field(info: GraphQLResolveInfo): unknown {
    const name = info.fieldName;
    if (!this.sources.context.allowed.has(`${this.typeName}.${name}`)) return null;
    const level = this.sources.level(info);
    if (level) return this.#load(level, info);
    const column = this.table.columns.get(name);
    if (!column || !columnsOf(this.sources.context, this.table).has(name)) return this.other(name, info);
    const shown = this.#shown(name, column);
    // A list is serialised code by code.
    if (Array.isArray(shown?.value)) return shown.value.map((code: unknown) => new Shown(code));
    return isSpecifiedScalarType(getNamedType(info.returnType)) ? (shown?.value ?? null) : shown;
  }

  /** A field that is neither loaded nor a column. */
  protected other(_name: string, _info: GraphQLResolveInfo): unknown {
    return undefined;
  }

  /** Which branch shows it. */
  protected get leg(): number {
    return 0;
  }

  #shown(name: string, { column, encoding }: ColumnInfo): Shown | null {
    const cell = this.cell(name);
    if (cell === null) return null;
    const isId = column === this.table.primaryKey && this.hasId;
    return new Shown(isId ? this.sources.context.ids.encode(this.typeName, cell) : shownAs[encoding](cell));
  }

  /** Whether its key is shown as a global id. */
  protected get hasId(): boolean {
    return true;
  }

  async #load(level: Level, info: GraphQLResolveInfo): Promise<unknown> {
    const key = this.keyOf(level);
    if (level.form === 'records') return this.sources.read(level, key ?? '', info);
    if (level.form === 'vocabulary') {
      const [row] = key === null ? [] : await this.sources.rows(level.statement, key);
      return key === null ? null : this.sources.counted(new LoadedWord(this.sources, level.target, row ?? []), info);
    }
    const statement = level.legs[this.leg];
    const rows = statement && key !== null ? await this.sources.rows(statement, key) : [];
    return rows.map((row) => this.sources.counted(new LoadedWord(this.sources, level.target, row), info));
  }
}

const shownAs: Readonly<Record<ColumnEncoding, (cell: string) => unknown>> = {
  string: (cell) => cell,
  number: Number,
  instant: isoInstant,
  boolean: (cell) => cell === 't',
  codes: codesOf,
};

class LoadedRecord extends LoadedRow {
  readonly #level: RecordLevel;
  readonly #row: Row;

  constructor(sources: Sources, level: RecordLevel, row: Row) {
    super(sources, level.page.table);
    this.#level = level;
    this.#row = row;
  }

  part(property: string): LoadedPart {
    const target = this.sources.context.tables.get(this.table.toOne.get(property)?.target ?? '');
    if (!target) throw new Error(`Planner: ${this.table.type} has no part ${property}`);
    return new LoadedPart(this.sources, target, (name) => this.#level.cell(this.#row, name), property);
  }

  protected cell(property: string): string | null {
    return this.#level.cell(this.#row, property);
  }

  protected override get leg(): number {
    return Number(this.#level.cell(this.#row, 'leg') ?? 0);
  }

  protected keyOf(level: Level): string | null {
    return this.#level.cell(this.#row, level.form === 'vocabulary' ? `key of ${level.property}` : 'key');
  }

  protected override other(name: string, info: GraphQLResolveInfo): unknown {
    if (!this.table.toOne.has(name)) return undefined;
    return this.cell(`key of ${name}`) === null ? null : this.sources.counted(this.part(name), info);
  }
}

/** A part of a record (the holder of a permit), with the rights of the record it is read through. */
class LoadedPart extends LoadedRow {
  readonly #cellOf: (name: string) => string | null;
  readonly #property: string;

  constructor(sources: Sources, table: Table, cellOf: (name: string) => string | null, property: string) {
    super(sources, table);
    this.#cellOf = cellOf;
    this.#property = property;
  }

  protected cell(property: string): string | null {
    const isKey = this.table.columns.get(property)?.column === this.table.primaryKey;
    return this.#cellOf(isKey ? `key of ${this.#property}` : `${this.#property}.${property}`);
  }

  protected keyOf(): string | null {
    return this.#cellOf(`key of ${this.#property}`);
  }
}

/** A row of a table without rows of its own to load: an entry of a list, a word of the open vocabulary. */
class LoadedWord extends LoadedRow {
  readonly #cells: ReadonlyMap<string, string | null>;

  constructor(sources: Sources, table: Table, row: Row) {
    super(sources, table);
    this.#cells = new Map([...columnsOf(sources.context, table).keys()].map((name, i) => [name, row[i + 1] ?? null]));
  }

  protected cell(property: string): string | null {
    return this.#cells.get(property) ?? null;
  }

  protected override get hasId(): boolean {
    return false;
  }

  protected keyOf(): string | null {
    return null;
  }
}
