import { countAt, holdersAt, type Family } from './cube.js';

/** What somebody who reads a publication can be sure of: least and most of every number of every cell. */
export interface Bounds {
  /** By number, then by cell. */
  readonly least: readonly number[][];
  readonly most: readonly number[][];
}

/**
 * Interval propagation over a cube. `known` gives the numbers taken as known, null for the others. Records and sums add
 * up over the cells of a family; a unit may be in several of them, so that a total of units lies between the largest cell
 * and the sum. The one who infers is told which cells are empty, and that a cell holds no more units than records. It ends,
 * because bounds are whole numbers that move towards the true ones and never past them.
 */
export function boundsOf(families: readonly Family[], known: readonly (readonly (number | null)[])[]): Bounds {
  const cells = known[0]?.length ?? 0;
  const least = known.map((numbers) => numbers.map((number) => number ?? 0));
  const most = known.map((numbers) => numbers.map((number) => number ?? Infinity));
  let tighter = true;
  const raise = (number: number, cell: number, to: number): void => {
    const row = least[number];
    if (row && to > (row[cell] ?? 0)) {
      row[cell] = to;
      tighter = true;
    }
  };
  const lower = (number: number, cell: number, to: number): void => {
    const row = most[number];
    if (row && to < (row[cell] ?? Infinity)) {
      row[cell] = to;
      tighter = true;
    }
  };
  const low = (number: number, cell: number): number => least[number]?.[cell] ?? 0;
  const high = (number: number, cell: number): number => most[number]?.[cell] ?? Infinity;
  while (tighter) {
    tighter = false;
    for (const { parent, children } of families) {
      for (let number = 0; number < known.length; number += 1) {
        const adds = number !== holdersAt;
        const lows = children.reduce((sum, child) => sum + low(number, child), 0);
        const highs = children.map((child) => high(number, child));
        const open = highs.filter((value) => value === Infinity).length;
        const closed = highs.reduce((sum, value) => (value === Infinity ? sum : sum + value), 0);
        if (open === 0) lower(number, parent, closed);
        if (adds) raise(number, parent, lows);
        children.forEach((child, i) => {
          const own = highs[i] ?? Infinity;
          const others = open - (own === Infinity ? 1 : 0) > 0 ? Infinity : closed - (own === Infinity ? 0 : own);
          raise(number, child, low(number, parent) - others);
          lower(number, child, adds ? high(number, parent) - (lows - low(number, child)) : high(number, parent));
          if (!adds) raise(number, parent, low(number, child));
        });
      }
    }
    for (let cell = 0; cell < cells; cell += 1) {
      raise(countAt, cell, low(holdersAt, cell));
      lower(holdersAt, cell, high(countAt, cell));
    }
  }
  return { least, most };
}
