import { GraphQLError } from 'graphql';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { Table } from '../database/tables.js';
import type { ArgumentReader } from './arguments.js';
import type { Row } from '../database/envelope.js';
import type { Parameters } from './parameters.js';
import type { ReadDeclaration } from './read.js';

/** Sealed values are filled up with spaces: the digits of an internal number would tell how many records others have. */
const sealedLength = 48;

/** Sealing as the keyset needs it. */
export type KeysetSeal = Pick<Seal, 'close' | 'open'>;

/**
 * The cursor of a connection: the order values of a row, sealed for the viewer's agency. It is the same bytes for the
 * same row, says nothing to its holder (the last value is an internal number), and opens for nobody else.
 */
export class Keyset {
  readonly #read: ReadDeclaration;
  readonly #types: readonly string[];
  readonly #columnNames: readonly string[];
  readonly #columns: readonly number[];
  readonly #seal: KeysetSeal;

  constructor(read: ReadDeclaration, table: Table, columns: readonly number[], seal: KeysetSeal) {
    this.#read = read;
    this.#columns = columns;
    this.#seal = seal;
    const infos = read.order.map(({ property }) => table.columns.get(property));
    this.#types = infos.map((info) => info?.type ?? 'text');
    this.#columnNames = infos.map((info) => info?.column ?? '');
  }

  cursor(row: Row, viewer: Viewer): string {
    const text = JSON.stringify(this.#columns.map((column) => row[column]));
    return this.#seal.close(text.padEnd(Math.ceil(text.length / sealedLength) * sealedLength), this.#context(viewer), true);
  }

  /** The row-value comparison that keeps what lies behind or before a cursor. All order columns run in one direction. */
  condition(side: 'after' | 'before', cursor: ArgumentReader, parameters: Parameters): string {
    const placeholders = this.#types.map((type, i) =>
      parameters.add({ from: 'call', read: (viewer, variables) => this.#values(cursor(variables), viewer)[i] ?? '' }, type),
    );
    const left = this.#columnNames.map((column) => `r.${column}`).join(', ');
    const descending = this.#read.order[0]?.direction === 'DESC';
    return `(${left}) ${(side === 'after') === descending ? '<' : '>'} (${placeholders.join(', ')})`;
  }

  #values(cursor: unknown, viewer: Viewer): readonly string[] {
    const opened = typeof cursor === 'string' ? this.#seal.open(cursor, this.#context(viewer)) : null;
    const values: unknown = opened === null ? null : JSON.parse(opened);
    if (Array.isArray(values) && values.length === this.#types.length && values.every((v) => typeof v === 'string')) return values;
    throw new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
      extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
    });
  }

  #context(viewer: Viewer): string {
    return `page ${this.#read.field} ${viewer.agency} ${viewer.principal}`;
  }
}
