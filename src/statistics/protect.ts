import { setImmediate as nextTurn } from 'node:timers/promises';
import { boundsOf } from './bounds.js';
import { familiesOf, holdersAt, keyOf, type CountedCell, type Family, type Place } from './cube.js';

/** What protects a published cube. */
export interface Protection {
  /** Every number is rounded to a multiple of this, each by itself; 1 leaves it as it is. */
  readonly base: number;
  /** A cell of fewer units is not there. */
  readonly fewest: number;
  /** p% rule: the units beside the two largest must have at least this share of the largest one's number. */
  readonly dominance: number;
  /** Whether further numbers are withheld so that those withheld cannot be worked out. */
  readonly audited: boolean;
}

/**
 * In force: base 3 and three enterprises (B-11); p = 10 in the p% rule, which with two or fewer units always withholds
 * (Hundepool et al., Statistical Disclosure Control, Wiley 2012, §4.2.2; Cox 1981).
 */
export const protection: Protection = { base: 3, fewest: 3, dominance: 0.1, audited: true };

/** A cell as it is published; null is a number that one unit dominates or that would give away another. */
export interface PublishedCell {
  readonly place: Place;
  readonly numbers: readonly (number | null)[];
}

/**
 * The published form of a complete cube. A cell of fewer than `fewest` units is not there at all, like one of none: a mark
 * would say that somebody is in it. The same cube always gives the same numbers, so that asking again tells nothing more.
 */
export function protect(counted: readonly CountedCell[], rules: Protection = protection): readonly PublishedCell[] {
  const steps = protecting(counted, rules);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** The same, with other work let in between its steps: a cube of 700 uneven cells takes two to four seconds in all. */
export async function protectInTurns(counted: readonly CountedCell[]): Promise<readonly PublishedCell[]> {
  const steps = protecting(counted, protection);
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
    await nextTurn();
  }
}

function* protecting(counted: readonly CountedCell[], rules: Protection): Generator<undefined, readonly PublishedCell[]> {
  // In an order of their own: which of two equal numbers is withheld must not depend on how they were counted.
  const cells = counted.map((cell) => ({ key: keyOf(cell.place), cell })).sort((a, b) => (a.key < b.key ? -1 : 1)).map(({ cell }) => cell);
  const families = familiesOf(cells);
  const shown = cells.map(({ totals, largest }) => totals.map((total, i) => !isRevealing(total, largest[i] ?? [0, 0], rules)));
  cells.forEach((cell, i) => {
    if ((cell.totals[holdersAt] ?? 0) < rules.fewest) shown[i] = cell.totals.map(() => false);
  });
  if (rules.audited) yield* withhold(cells, families, shown, rules);
  return cells.flatMap(({ place, totals }, i) =>
    shown[i]?.[holdersAt] === true ? [{ place, numbers: totals.map((total, n) => (shown[i]?.[n] === true ? rounded(total, rules.base) : null)) }] : []);
}

/** To the nearest multiple: with base 3 a number is at most one away from what is published. */
export function rounded(value: number, base: number): number {
  return Math.round(value / base) * base;
}

/** The p% rule: the second largest unit could work the largest one out to within p %. */
function isRevealing(total: number, [first, second]: readonly [number, number], { dominance, fewest }: Protection): boolean {
  return fewest > 1 && total - first - second < dominance * first;
}

/**
 * Secondary suppression. It does not count on the rounding: whoever knew every published number exactly, and which cells
 * are empty, must not be sure that anybody is in a cell of fewer than `fewest` units, nor work out a dominated number more
 * closely than the p% rule allows. Whatever would tell is withheld, smallest number first, until nothing does.
 */
function* withhold(cells: readonly CountedCell[], families: readonly Family[], shown: boolean[][], rules: Protection): Generator<undefined> {
  const around = cells.map((): number[] => []);
  for (const { parent, children } of families) for (const child of children) around[child]?.push(parent, ...children);
  const numbers = cells[0]?.totals.length ?? 0;
  const total = (cell: number, number: number): number => cells[cell]?.totals[number] ?? 0;
  const isShown = (cell: number, number: number): boolean => shown[cell]?.[number] === true;
  const hide = (cell: number, number: number): void => {
    shown[cell] = (shown[cell] ?? []).map((was, n) => was && number !== holdersAt && n !== number);
  };
  /** The smallest number of these cells that is shown is withheld; false where none is. */
  const hideSmallest = (among: readonly number[], number: number): boolean => {
    const [smallest] = among.filter((cell) => isShown(cell, number)).sort((a, b) => total(a, number) - total(b, number) || a - b);
    if (smallest !== undefined) hide(smallest, number);
    return smallest !== undefined;
  };
  for (let changed = true; changed; ) {
    changed = false;
    yield;
    // What is left of a published total when its published cells are taken off must pass as a cell would.
    for (const { parent, children } of families) {
      for (let number = 0; number < numbers; number += 1) {
        while (isShown(parent, number)) {
          const left = children.filter((child) => !isShown(child, number));
          if (left.length === 0 || left.length === children.length || !isRevealing(...restOf(left.map((child) => cells[child]), number), rules)) break;
          changed = hideSmallest(children, number) || changed;
        }
      }
    }
    const known = Array.from({ length: numbers }, (_, number) => cells.map((_cell, cell) => (isShown(cell, number) ? total(cell, number) : null)));
    const { least, most } = boundsOf(families, known);
    cells.forEach((cell, i) => {
      for (let number = 0; number < numbers; number += 1) {
        const few = (cell.totals[holdersAt] ?? 0) < rules.fewest;
        const [low, high] = [least[number]?.[i] ?? 0, most[number]?.[i] ?? Infinity];
        const value = total(i, number);
        const [first] = cell.largest[number] ?? [0];
        const dominated = isRevealing(value, cell.largest[number] ?? [0, 0], rules);
        const worked = few ? low > 0 : dominated && (high - value < rules.dominance * first || value - low < rules.dominance * first);
        if (!worked || isShown(i, number)) continue;
        changed = hideSmallest(around[i] ?? [], number) || hideSmallest(cells.map((_cell, at) => at), number) || changed;
      }
    });
  }
}

/** Total and largest two of several cells, at worst: the same two units lead in each of them. */
function restOf(cells: readonly (CountedCell | undefined)[], number: number): readonly [number, readonly [number, number]] {
  const sum = (of: (cell: CountedCell) => number): number => cells.reduce((all, cell) => all + (cell ? of(cell) : 0), 0);
  return [sum(({ totals }) => totals[number] ?? 0), [sum(({ largest }) => largest[number]?.[0] ?? 0), sum(({ largest }) => largest[number]?.[1] ?? 0)]];
}
