/**
 * Work done again and again in the background, one turn at a time, from `start` to `close`. A turn sees to its own
 * faults; the process does not wait for the next one.
 */
export class Turns {
  readonly #turn: () => void | Promise<void>;
  readonly #restMs: (spentMs: number) => number;
  #timer: NodeJS.Timeout | null = null;
  #working: Promise<void> | null = null;
  #closed = false;

  /** `rest`: milliseconds between the end of a turn and the next, or what they are after a turn that took so long. */
  constructor(turn: () => void | Promise<void>, rest: number | ((spentMs: number) => number)) {
    this.#turn = turn;
    this.#restMs = typeof rest === 'number' ? () => rest : rest;
  }

  /** The first turn, `afterMs` from now. */
  start(afterMs: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#working = this.#oneTurn();
    }, afterMs).unref();
  }

  async #oneTurn(): Promise<void> {
    const begin = performance.now();
    await this.#turn();
    this.start(this.#restMs(performance.now() - begin));
  }

  /** No further turn; resolves when the one under way is done. */
  async close(): Promise<void> {
    this.#closed = true;
    if (this.#timer) clearTimeout(this.#timer);
    await this.#working;
  }
}
