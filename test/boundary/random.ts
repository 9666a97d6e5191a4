/** A seeded source of choices (mulberry32), so that a failing round can be repeated from its printed seed. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A fraction in [0, 1). */
  fraction(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  }

  /** A whole number from `low` to `high`, both included. */
  int(low: number, high: number): number {
    return low + Math.floor(this.fraction() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  pick<T>(values: readonly T[]): T {
    const value = values[this.int(0, values.length - 1)];
    if (value === undefined) throw new Error('nothing to pick from');
    return value;
  }

  /** Each value with the given probability, in order. */
  some<T>(values: readonly T[], probability: number): T[] {
    return values.filter(() => this.chance(probability));
  }

  /** A text that is awkward for JSON, SQL or a careless mask. */
  text(): string {
    const pieces = ['王小明', '李', '欧阳 ', 'O\'Neill', '"quoted"', '\\', 'a\nb', '\t', '😀', '\u2028', '\u007f', '天津市', '$1', '%', '{}', '（有限）公司'];
    return Array.from({ length: this.int(1, 3) }, () => this.pick(pieces)).join('');
  }
}
