import { faultOf, type Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import { Turns } from '../turns.js';

/** Ended in one transaction: some 50 ms, for which the organs' own steps wait. */
const atOnce = 500;

/** What is over is looked for at least this often, in milliseconds, for clocks are set and hubs sleep. */
const lookMs = 60_000;

/** Legal days begin at 16:00 UTC (Asia/Shanghai has no summer time). */
const dayMs = 24 * 3_600_000;
const dayBeginsMs = 16 * 3_600_000;

/** Ends what is over today, at most `most` of it, and says how many it ended. */
export interface Expiring {
  expire(most: number): Promise<number>;
}

/**
 * Ends entries of the lists and credit records whose period is over: at start, as soon as a new legal day begins, and once
 * a minute. Several hubs may do so at once. Without it what is over is still shown to nobody; what waits is the word to
 * those who follow. One register that fails does not keep the others waiting.
 */
export class ExpiryClock {
  readonly #registers: readonly Expiring[];
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns: Turns;

  constructor(registers: readonly Expiring[], clock: Clock, log: Log) {
    this.#registers = registers;
    this.#clock = clock;
    this.#log = log;
    this.#turns = new Turns(() => this.#turn(), () => Math.min(lookMs, this.#untilNextDay()));
  }

  start(): void {
    this.#turns.start(0);
  }

  /** Nothing further; resolves when what is under way is done. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  async #turn(): Promise<void> {
    for (const register of this.#registers) {
      try {
        while ((await register.expire(atOnce)) === atOnce);
      } catch (error) {
        this.#log.warn('credit-expiry', '期满的名单记录或信用信息暂未处理，稍后再试 · Entries or records that are over could not be ended; tried again later', { fault: faultOf(error) });
      }
    }
  }

  #untilNextDay(): number {
    const sinceBegin = (this.#clock.now().getTime() - dayBeginsMs) % dayMs;
    return dayMs - sinceBegin;
  }
}
