import type { CountedCell, Place } from '../../src/statistics/cube.js';
import type { Random } from '../boundary/random.js';

/** One permit as the cube sees it: the enterprise, its values by dimension, how many actions. */
export interface Fact {
  readonly unit: number;
  readonly values: readonly string[];
  readonly actions: number;
}

export interface Registry {
  /** What each dimension may be; known to everybody. */
  readonly domains: readonly (readonly string[])[];
  readonly facts: readonly Fact[];
}

/** A registry of uneven cells: many of one to five enterprises, some with several permits or most of the actions. */
export function randomRegistry(random: Random, sizes: readonly number[]): Registry {
  const domains = sizes.map((size, i) => Array.from({ length: size }, (_, value) => `${String.fromCharCode(97 + i)}${value}`));
  const facts: Fact[] = [];
  let unit = 0;
  for (const values of placesOf(domains)) {
    const units = random.chance(0.35) ? random.int(0, 2) : random.chance(0.6) ? random.int(3, 6) : random.int(7, 25);
    for (let i = 0; i < units; i += 1) {
      // Now and then an enterprise that has permits in other cells too.
      const own = unit > 0 && random.chance(0.1) ? random.int(1, unit) : (unit += 1);
      const permits = random.chance(0.85) ? 1 : random.int(2, 4);
      for (let n = 0; n < permits; n += 1) facts.push({ unit: own, values, actions: random.chance(0.05) ? random.int(10, 60) : random.int(0, 3) });
    }
  }
  return { domains, facts };
}

/** Every combination of values. */
export function placesOf(domains: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return domains.reduce<readonly (readonly string[])[]>((places, domain) => places.flatMap((place) => domain.map((value) => [...place, value])), [[]]);
}

/** The cube counted by hand: every subset of the dimensions, no cell in which nobody is. */
export function countByHand({ facts, domains }: Registry): readonly CountedCell[] {
  const cells = new Map<string, { readonly place: Place; readonly units: Map<number, [number, number]> }>();
  for (const { unit, values, actions } of facts) {
    for (let subset = 0; subset < 2 ** domains.length; subset += 1) {
      const place = values.map((value, i) => ((subset >> i) & 1 ? value : undefined));
      const key = place.map((value) => value ?? '*').join(' ');
      const cell = cells.get(key) ?? { place, units: new Map<number, [number, number]>() };
      const [permits, acts] = cell.units.get(unit) ?? [0, 0];
      cell.units.set(unit, [permits + 1, acts + actions]);
      cells.set(key, cell);
    }
  }
  return [...cells.values()].map(({ place, units }) => {
    const shares = [...units.values()].map(([permits, actions]) => [1, permits, actions]);
    const column = (at: number): number[] => shares.map((share) => share[at] ?? 0).sort((a, b) => b - a);
    return {
      place,
      totals: [0, 1, 2].map((at) => column(at).reduce((sum, value) => sum + value, 0)),
      largest: [0, 1, 2].map((at) => [column(at)[0] ?? 0, column(at)[1] ?? 0] as const),
    };
  });
}
