import type { Place } from '../../src/statistics/cube.js';
import { placesOf, type Registry } from './registry.js';

/** A question as an analyst may put it; `where` lists values of a dimension. */
export interface Probe {
  readonly groupBy: readonly number[];
  readonly where: Readonly<Record<number, readonly string[]>>;
  readonly atLeast?: number;
}

/** One line of an answer: the cells it speaks of as lists of values per dimension (null: any), and the number of permits. */
export interface Line {
  readonly of: readonly (readonly string[] | null)[];
  readonly count: number | null;
}

/** Whoever answers the probes: the product, or one with a fault. */
export type Publisher = (probe: Probe) => readonly Line[];

/** What the attacker knows of how the numbers are made; it knows the faults too. */
export interface Knowledge {
  /** Least and most a number may be that is published as this, for a cell or a total. */
  readonly between: (published: number, line: Line) => readonly [number, number];
  /** `having` looks at the numbers before they are rounded. */
  readonly exactHaving: boolean;
}

/**
 * Somebody who asks everything there is and puts the answers together. It knows the values every dimension may have and
 * the rules of protection, and nothing of the registry. What it is sure of stands per set of finest cells: least and most
 * permits. Every number of an answer bounds one set; then unions, complements and differences of all sets bound each
 * other until nothing gets tighter. Imports nothing of the protection.
 */
export class Attacker {
  readonly #finest: readonly (readonly string[])[];
  readonly #domains: Registry['domains'];
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  probes = 0;

  constructor(domains: Registry['domains']) {
    this.#domains = domains;
    this.#finest = placesOf(domains);
    this.#least = new Float64Array(2 ** this.#finest.length);
    this.#most = new Float64Array(2 ** this.#finest.length).fill(Infinity);
    this.#most[0] = 0;
  }

  /** Asks every question, each twice. Throws where a repeat is answered otherwise: noise that is drawn anew averages out. */
  ask(publisher: Publisher, { between, exactHaving }: Knowledge): void {
    for (const probe of this.#questions()) {
      const lines = publisher(probe);
      if (JSON.stringify(publisher(probe)) !== JSON.stringify(lines)) throw new Error('asking again is answered otherwise');
      this.probes += 2;
      for (const line of lines) {
        if (line.count === null) continue;
        const set = this.#setOf(line.of);
        this.#note(set, between(line.count, line));
        if (Object.keys(probe.where).length > 0) continue;
        const found = this.#search(publisher, probe, line);
        this.#note(set, exactHaving ? [found, found] : between(found, line));
      }
    }
    this.#infer();
  }

  /** Least and most permits of a cell that the attacker is sure of. */
  sureOf(place: Place): readonly [number, number] {
    const set = this.#setOf(place.map((value) => (value == null ? null : [value])));
    return [this.#least[set] ?? 0, this.#most[set] ?? Infinity];
  }

  /** Every grouping, alone and with one to all values of each dimension filtered: trackers, complements, unions. */
  *#questions(): Iterable<Probe> {
    const dimensions = this.#domains.map((_, i) => i);
    for (const groupBy of subsetsOf(dimensions)) {
      yield { groupBy, where: {} };
      for (const [dimension, domain] of this.#domains.entries()) {
        for (const values of subsetsOf(domain)) if (values.length > 0) yield { groupBy, where: { [dimension]: values } };
        for (const [other, second] of this.#domains.entries()) {
          if (other <= dimension) continue;
          for (const a of domain) for (const b of second) yield { groupBy, where: { [dimension]: [a], [other]: [b] } };
        }
      }
    }
  }

  /** The number of a line by halving: the largest bound under which the line is still there. */
  #search(publisher: Publisher, probe: Probe, line: Line): number {
    let [low, high] = [0, 1_000];
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      this.probes += 1;
      const there = publisher({ ...probe, atLeast: middle }).some(({ of }) => JSON.stringify(of) === JSON.stringify(line.of));
      if (there) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  #setOf(of: Line['of']): number {
    return this.#finest.reduce((set, place, i) => (place.every((value, d) => of[d]?.includes(value) ?? true) ? set | (1 << i) : set), 0);
  }

  #note(set: number, [low, high]: readonly [number, number]): void {
    this.#least[set] = Math.max(this.#least[set] ?? 0, low);
    this.#most[set] = Math.min(this.#most[set] ?? Infinity, high);
  }

  #infer(): void {
    const [least, most] = [this.#least, this.#most];
    for (let tighter = true; tighter; ) {
      tighter = false;
      const note = (set: number, low: number, high: number): void => {
        if (low > (least[set] ?? 0)) [least[set], tighter] = [low, true];
        if (high < (most[set] ?? Infinity)) [most[set], tighter] = [high, true];
      };
      for (let whole = 1; whole < least.length; whole += 1) {
        // Every way to cut a set in two.
        for (let part = (whole - 1) & whole; part > 0; part = (part - 1) & whole) {
          const rest = whole ^ part;
          note(whole, (least[part] ?? 0) + (least[rest] ?? 0), (most[part] ?? 0) + (most[rest] ?? 0));
          note(part, (least[whole] ?? 0) - (most[rest] ?? 0), (most[whole] ?? 0) - (least[rest] ?? 0));
        }
      }
    }
  }
}

function subsetsOf<T>(values: readonly T[]): readonly (readonly T[])[] {
  return Array.from({ length: 2 ** values.length }, (_, set) => values.filter((_value, i) => (set >> i) & 1));
}
