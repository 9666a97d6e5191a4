import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../measures/clock.js';
import type { FeedPlace } from './cursor.js';
import type { Consumer } from './receipts.js';
import { slowReader, tokenExpired } from './stream-ended.js';
import type { StreamFrame, Subscriber } from './stream-frame.js';
import type { Subscription } from './subscription.js';

/** A stream that runs: its subscription, its connection, and how far it was served. */
export class StreamMember {
  readonly id = randomUUID();
  /** Behind the last event it was given; null before it is open. */
  place: FeedPlace | null = null;
  readonly #clock: Clock;

  /** `ending`: aborted, with a StreamEnded as its reason, when the hub ends the stream. */
  constructor(
    readonly subscription: Subscription,
    readonly subscriber: Subscriber,
    readonly ending: AbortSignal,
    readonly consumer: Consumer,
    clock: Clock,
  ) {
    this.#clock = clock;
  }

  isGone(): boolean {
    return this.subscriber.gone.aborted;
  }

  /** Asked before whatever is given. Throws StreamEnded: the token's end, or what the hub ended the stream for. */
  check(now = this.#clock.now().getTime()): void {
    if (now >= this.subscription.viewer.expiresAt) throw tokenExpired();
    this.ending.throwIfAborted();
  }

  /** Gives frames, one or more, in their order; `place` lies behind them. The receipt is the caller's. */
  give(frames: readonly StreamFrame[], place: FeedPlace): void {
    this.subscriber.send(frames);
    this.place = place;
  }

  /**
   * Waits until the connection has taken what it was given. Throws StreamEnded SLOW_READER when that takes longer than
   * `patienceMs`, and what `check` throws.
   */
  async drained(patienceMs: number): Promise<void> {
    if (this.subscriber.waiting === 0 || this.isGone()) return;
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, this.ending, this.subscriber.gone]);
    try {
      const late = delay(patienceMs, 'late' as const, { signal, ref: false }).catch(() => 'ended' as const);
      const how = await Promise.race([this.subscriber.drained().then(() => 'taken' as const), late]);
      if (this.isGone()) return;
      this.check();
      if (how === 'late') throw slowReader();
    } finally {
      stop.abort();
    }
  }
}
