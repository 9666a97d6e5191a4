import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../measures/clock.js';
import type { FeedPlace } from './cursor.js';
import type { Consumer } from './receipts.js';
import { slowReader, tokenExpired } from './stream-ended.js';
import type { StreamFrame, Subscriber } from './stream-frame.js';
import type { Subscription } from './subscription.js';

/** A frame on its way to a stream: the place behind it, and the position of the event it brings; null where it brings none. */
export interface GivenFrame {
  readonly frame: StreamFrame;
  readonly place: FeedPlace;
  readonly position: bigint | null;
}

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
  check(): void {
    if (this.#clock.now().getTime() >= this.subscription.viewer.expiresAt) throw tokenExpired();
    this.ending.throwIfAborted();
  }

  /** Gives frames, one or more, in their order. */
  send(frames: readonly GivenFrame[]): void {
    const last = frames.at(-1);
    if (!last) return;
    this.subscriber.send(frames.map(({ frame }) => frame));
    this.place = last.place;
    this.consumer.took(frames.flatMap(({ position }) => position ?? []), last.place);
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
