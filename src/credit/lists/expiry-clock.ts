import { faultOf, type Log } from '../../log.js';
import type { Clock } from '../../measures/clock.js';
import { Turns } from '../../turns.js';
import type { ListRegister } from './list-register.js';

/** Entries ended in one transaction: some 50 ms, for which the organs' own steps wait. */
const atOnce = 500;

/** Entries over are looked for at least this often, in milliseconds, for clocks are set and hubs sleep. */
const lookMs = 60_000;

/** Legal days begin at 16:00 UTC (Asia/Shanghai has no summer time). */
const dayMs = 24 * 3_600_000;
const dayBeginsMs = 16 * 3_600_000;

/**
 * Ends entries whose period is over: at start, as soon as a new legal day begins, and once a minute. Several hubs may do
 * so at once. Without it an ended entry is still shown to nobody; what waits is the word to those who follow the lists.
 */
export class ExpiryClock {
  readonly #register: Pick<ListRegister, 'expire'>;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns: Turns;

  constructor(register: Pick<ListRegister, 'expire'>, clock: Clock, log: Log) {
    this.#register = register;
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
    try {
      while ((await this.#register.expire(atOnce)) === atOnce);
    } catch (error) {
      this.#log.warn('list-expiry', '期满名单记录暂未处理，稍后再试 · Entries that are over could not be ended; tried again later', { fault: faultOf(error) });
    }
  }

  #untilNextDay(): number {
    const sinceBegin = (this.#clock.now().getTime() - dayBeginsMs) % dayMs;
    return dayMs - sinceBegin;
  }
}
