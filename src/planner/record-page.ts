import type { FieldNode } from 'graphql';
import type { Branch } from '../boundary/branches.js';
import { branchView } from '../boundary/view-names.js';
import { columnOf, conditionsSql, type Term } from '../boundary/row-conditions.js';
import type { Table, ToOne } from '../database/tables.js';
import { argumentReader } from './arguments.js';
import { askedConditions, type AskedConditions } from './asked-conditions.js';
import { Keyset } from './keyset.js';
import type { ReadContext } from './object-compiler.js';
import { orderingOf, type Ordering } from './order.js';
import { pageRequest } from './page.js';
import type { Parameters, ValueSource } from './parameters.js';
import type { PageForm } from './read-writer.js';
import type { ReadDeclaration } from './read.js';
import type { Sql } from './where.js';

/** What a read is compiled against. */
export interface RootContext extends ReadContext {
  /** Largest page this identity may ask for. */
  readonly pageLimit: number;
}

/**
 * The keys a nested list hangs on: a page and the column of its records that holds them, or keys that are bound, as a
 * loader has them.
 */
export type ParentKeys =
  | { readonly page: RecordPage; readonly column: string }
  | { readonly bound: ValueSource };

/**
 * The records one field reads, as SQL: which rows of which views, in which order, how many. Each branch of the viewer
 * class is a leg of its own, shaped like an index; legs may overlap, and each brings its own page, so that the page of
 * their union is in it. A nested list is read per key of its parent's page, which its statement repeats: all statements
 * of an operation leave together and see one snapshot.
 */
export class RecordPage {
  readonly table: Table;
  readonly branches: readonly Branch[];
  /** The part in the records' place, when the read answers with parts. */
  readonly part: ToOne | null;
  readonly ordering: Ordering;
  /** Null for a read of one record. */
  readonly form: PageForm | null;
  /** Whether conditions, order or totals go beyond what one index is known to serve. */
  readonly isAdHoc: boolean;
  /** Column that holds the parent's key; null for a root. */
  readonly link: string | null;
  readonly #context: RootContext;
  readonly #parent: ParentKeys | null;
  readonly #cursors: readonly Sql[];
  readonly #asked: AskedConditions;

  constructor(context: RootContext, read: ReadDeclaration, node: FieldNode, parent: ParentKeys | null) {
    const table = context.tables.get(read.type);
    this.branches = context.policy.branches(context.standing, read.type);
    if (!table || this.branches.length === 0) throw new Error(`Planner: nothing to read for ${read.field}`);
    this.table = table;
    this.#context = context;
    this.#parent = parent;
    this.link = read.via === undefined ? null : (table.toOne.get(read.via)?.foreignColumn ?? null);
    this.part = read.part === undefined ? null : (table.toOne.get(read.part) ?? null);
    this.ordering = orderingOf(read, table, node, context.variables);
    this.#asked = askedConditions(context, read, table, node);

    const page = read.form === 'connection' ? pageRequest(node, context.variables, context.pageLimit) : null;
    const keyset = new Keyset(read.field, this.ordering, [], context.seal);
    const cursors = page === null ? [] : (['after', 'before'] as const).map((side) => ({ side, cursor: argumentReader(node, side) }));
    const given = cursors.filter(({ cursor }) => typeof cursor(context.variables) === 'string');
    this.#cursors = given.map(({ side, cursor }) => keyset.condition(side, cursor));
    this.form = page && { ...page, after: given.some(({ side }) => side === 'after'), before: given.some(({ side }) => side === 'before') };
    this.isAdHoc = this.#asked.isAdHoc || !this.ordering.declared;
  }

  /** Order of the rows as they are read: turned round for a page from the end. */
  get direction(): readonly { readonly column: string; readonly direction: 'ASC' | 'DESC' }[] {
    return this.ordering.by.map(({ column, descending }) => ({ column, direction: descending === (this.form?.backward === true) ? 'ASC' : 'DESC' }));
  }

  /** The page of one leg: `columns` of its rows `r`, one more than the page holds where `more` is wanted. */
  select(branch: Branch, parameters: Parameters, columns: string, options: { readonly parts: boolean; readonly more: boolean }): string {
    const sorted = ` ORDER BY ${this.direction.map(({ column, direction }) => `r.${column} ${direction}`).join(', ')}`;
    const limit = this.form === null ? (this.part ? sorted : '') : `${sorted} LIMIT ${this.form.size + (options.more ? 1 : 0)}`;
    const distinct = this.part ? `DISTINCT ON (r.${this.part.foreignColumn}) ` : '';
    const conditions = [...this.#asked.sql, ...this.#cursors];
    return `SELECT ${distinct}${columns} FROM ${this.#rows(branch, parameters, conditions, options.parts)}${limit}`;
  }

  /**
   * The pages of one leg below all parents at once, shaped as `select` gives them: rows ranked within the key of their
   * parent. Against a sub-select per parent it takes a fifth off 100 subjects with their permits.
   */
  ranked(branch: Branch, parameters: Parameters, columns: string, options: { readonly parts: boolean; readonly more: boolean }): string {
    const order = this.direction.map(({ column, direction }) => `r.${column} ${direction}`).join(', ');
    const place = `row_number() OVER (PARTITION BY r.${this.link ?? ''} ORDER BY ${order}) AS place`;
    const below = `r.${this.link ?? ''} = ANY (ARRAY(SELECT s.k FROM ${this.parents(parameters)}))`;
    const rows = this.#rows(branch, parameters, [...this.#asked.sql, ...this.#cursors], options.parts, below);
    return `SELECT * FROM (SELECT ${columns}, ${place} FROM ${rows}) ranked WHERE place <= ${(this.form?.size ?? 1) + (options.more ? 1 : 0)}`;
  }

  /** `FROM … ` of a child's statement: the keys `s.k` its lists hang on. Empty for a root. */
  parents(parameters: Parameters): string {
    if (!this.#parent) return '';
    if ('page' in this.#parent) return `(${this.#parent.page.keys(this.#parent.column, parameters)}) s`;
    const type = [...this.table.columns.values()].find(({ column }) => column === this.link)?.type ?? 'text';
    return `unnest(${parameters.add(this.#parent.bound, `${type}[]`)}) s(k)`;
  }

  /** Each value once that a column has in the page. */
  keys(column: string, parameters: Parameters): string {
    const legs = this.branches.map((branch) => {
      const leg = this.select(branch, parameters, `r.${column} AS k`, { parts: false, more: false });
      return this.#parent ? `SELECT p.k FROM ${this.parents(parameters)} CROSS JOIN LATERAL (${leg}) p` : `(${leg})`;
    });
    return `SELECT DISTINCT q.k FROM (${legs.join(' UNION ALL ')}) q WHERE q.k IS NOT NULL`;
  }

  /** Parent key (null for a root) and how many records the list has, whatever the page. */
  total(parameters: Parameters): string {
    const counted = this.part?.foreignColumn ?? this.table.primaryKey;
    const legs = this.branches.map((branch) => `SELECT r.${counted} AS k FROM ${this.#rows(branch, parameters, this.#asked.sql, false)}`);
    // A record seen through two branches, and a holder of two records, count once.
    const distinct = this.part !== null || legs.length > 1;
    const count = `(SELECT count(${distinct ? 'DISTINCT q.k' : 'q.k'}) FROM (${legs.join(' UNION ALL ')}) q)`;
    return this.#parent ? `SELECT s.k, ${count} FROM ${this.parents(parameters)}` : `SELECT NULL, ${count}`;
  }

  /** A view and the conditions on its rows. */
  #rows(branch: Branch, parameters: Parameters, conditions: readonly Sql[], parts: boolean, below = this.link === null ? null : `r.${this.link} = s.k`): string {
    const { principal } = this.#context.standing;
    const term = (of: Term): string => parameters.add({ from: 'viewer', term: of }, 'text');
    const where = [
      ...(below === null ? [] : [below]),
      conditionsSql(branch, (property) => `r.${columnOf(this.table, property)}`, term),
      ...conditions.map((condition) => condition(parameters, branch)),
    ];
    return `${branchView(principal, this.table, branch, parts || this.#asked.parts)} r WHERE ${where.join(' AND ')}`;
  }
}
