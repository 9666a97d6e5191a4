import { GraphQLError } from 'graphql';
import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';
import type { RowCells } from '../database/row-cells.js';
import type { ArgumentReader } from './arguments.js';
import type { OrderBy, Ordering } from './order.js';
import type { Parameters, ValueSource } from './parameters.js';

/** Sealed values are filled up with spaces: the digits of an internal number would tell how many records others have. */
const sealedLength = 48;

/** Sealing as the keyset needs it. */
export type KeysetSeal = Pick<Seal, 'close' | 'open'>;

/**
 * The cursor of a connection: the order values of a row, sealed for the viewer's agency. It is the same bytes for the
 * same row, says nothing to its holder (the last value is an internal number), and opens for nobody else, and for no
 * other order.
 */
export class Keyset {
  readonly #field: string;
  readonly #ordering: Ordering;
  readonly #positions: readonly number[];
  readonly #seal: KeysetSeal;

  /** `positions`: of the order's columns in a row, for cursors; none where only conditions are made. */
  constructor(field: string, ordering: Ordering, positions: readonly number[], seal: KeysetSeal) {
    this.#field = field;
    this.#ordering = ordering;
    this.#positions = positions;
    this.#seal = seal;
  }

  cursor(row: RowCells, viewer: Viewer): string {
    const text = JSON.stringify(this.#positions.map((column) => row.cell(column)));
    return this.#seal.close(text.padEnd(Math.ceil(text.length / sealedLength) * sealedLength), this.#context(viewer), true);
  }

  /** What keeps the rows behind or before a cursor; made once for all statements that repeat it. */
  condition(side: 'after' | 'before', cursor: ArgumentReader): (parameters: Parameters) => string {
    const { by, declared } = this.#ordering;
    const compared = by.map((one, i) => {
      const source: ValueSource = { from: 'call', read: (viewer, variables) => this.#values(cursor(variables), viewer)[i] ?? null };
      return { one, source };
    });
    return (parameters) => {
      const operands = compared.map(({ one, source }) => parameters.add(source, one.type));
      if (declared) {
        const larger = (side === 'after') !== (by[0]?.descending === true);
        return `(${by.map(({ column }) => `r.${column}`).join(', ')}) ${larger ? '>' : '<'} (${operands.join(', ')})`;
      }
      const steps = by.map((one, i) => [...by.slice(0, i).map((equal, j) => same(equal, operands[j] ?? '')), beyond(one, operands[i] ?? '', side)]);
      return `(${steps.map((step) => `(${step.join(' AND ')})`).join(' OR ')})`;
    };
  }

  #values(cursor: unknown, viewer: Viewer): readonly (string | null)[] {
    const opened = typeof cursor === 'string' ? this.#seal.open(cursor, this.#context(viewer)) : null;
    const values: unknown = opened === null ? null : JSON.parse(opened);
    const isCell = (value: unknown): value is string | null => typeof value === 'string' || value === null;
    if (Array.isArray(values) && values.length === this.#ordering.by.length && values.every(isCell)) return values;
    throw new GraphQLError('游标无效或不属于本机关 · The cursor is not valid for this agency and connection.', {
      extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
    });
  }

  #context(viewer: Viewer): string {
    return `page ${this.#field} ${viewer.agency} ${viewer.principal}${this.#ordering.name === '' ? '' : ` ${this.#ordering.name}`}`;
  }
}

function same({ column }: OrderBy, operand: string): string {
  return `r.${column} IS NOT DISTINCT FROM ${operand}`;
}

/** Strictly beyond a value that may be empty; an empty cell is the largest, as PostgreSQL orders it. */
function beyond({ column, descending }: OrderBy, operand: string, side: 'after' | 'before'): string {
  const larger = (side === 'after') !== descending;
  return larger
    ? `(r.${column} > ${operand} OR (r.${column} IS NULL AND ${operand} IS NOT NULL))`
    : `(r.${column} < ${operand} OR (r.${column} IS NOT NULL AND ${operand} IS NULL))`;
}
