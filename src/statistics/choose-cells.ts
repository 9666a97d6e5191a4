import type { Row } from '../database/envelope.js';

/** A published cell as it was read: values by dimension, numbers by name; both may be null. */
export interface ReadCell {
  readonly values: Readonly<Record<string, string | null>>;
  readonly numbers: Readonly<Record<string, number | null>>;
}

/** What is asked of a publication. Dimensions and figures are those of the cube by name. */
export interface CellQuestion {
  readonly groupBy: readonly string[];
  /** Values of a dimension; the cells are told apart by it too. */
  readonly where: Readonly<Record<string, readonly (string | null)[]>>;
  readonly having: readonly { readonly figure: string; readonly atLeast: number | null; readonly atMost: number | null }[];
  readonly orderBy: readonly { readonly by: string; readonly direction: 'ASC' | 'DESC' }[];
}

/**
 * The dimensions by which the cells of a question are told apart: those it groups and those it filters by. A filter picks
 * cells; it never adds them up, so that no question makes a number that is not published.
 */
export function tellingDimensions(all: readonly string[], { groupBy, where }: Pick<CellQuestion, 'groupBy' | 'where'>): readonly string[] {
  return all.filter((name) => groupBy.includes(name) || where[name] !== undefined);
}

/** Picks and orders among published cells, by published numbers alone; ties by the dimensions. A withheld number is in no bounds and comes last. */
export function chooseCells(cells: readonly ReadCell[], { where, having, orderBy }: CellQuestion, dimensions: readonly string[]): readonly ReadCell[] {
  return cells
    .filter(({ values }) => Object.entries(where).every(([name, wanted]) => wanted.includes(values[name] ?? null)))
    .filter(({ numbers }) => having.every(({ figure, atLeast, atMost }) => {
      const number = numbers[figure] ?? null;
      if (atLeast === null && atMost === null) return true;
      return number !== null && (atLeast === null || number >= atLeast) && (atMost === null || number <= atMost);
    }))
    .sort((a, b) => {
      for (const { by, direction } of [...orderBy, ...dimensions.map((name) => ({ by: name, direction: 'ASC' as const }))]) {
        const order = compare(a.values[by] ?? a.numbers[by] ?? null, b.values[by] ?? b.numbers[by] ?? null, direction);
        if (order !== 0) return order;
      }
      return 0;
    });
}

function compare(a: string | number | null, b: string | number | null, direction: 'ASC' | 'DESC'): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return (a < b ? -1 : 1) * (direction === 'ASC' ? 1 : -1);
}

/** A row of cell values and numbers, each a JSON array, as a cell. */
export function readCell([cell = null, numbers = null]: Row, dimensions: readonly string[], figures: readonly string[]): ReadCell {
  const [values, amounts] = [listOf(cell), listOf(numbers)];
  return {
    values: Object.fromEntries(dimensions.map((name, i) => [name, typeof values[i] === 'string' ? values[i] : null])),
    numbers: Object.fromEntries(figures.map((name, i) => [name, typeof amounts[i] === 'number' ? amounts[i] : null])),
  };
}

function listOf(json: string | null): readonly unknown[] {
  const value: unknown = json === null ? null : JSON.parse(json);
  return Array.isArray(value) ? value : [];
}
