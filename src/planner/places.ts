import { queueFull, queueTimeout, requestAbandoned } from './read-error.js';

export interface PlaceLimits {
  /** Places in all, and those one agency may hold at a time. */
  readonly places: number;
  readonly perAgency: number;
  /** Calls that may wait, in all and of one agency; and for how long, milliseconds. */
  readonly waiting: number;
  readonly waitingPerAgency: number;
  readonly waitMs: number;
}

interface Waiting {
  readonly enter: () => void;
  readonly refuse: (error: Error) => void;
}

/**
 * A bounded number of places with a bounded queue. Agencies take turns: whoever sends a hundred calls waits behind its
 * own, not others behind it. Within an agency the oldest is first.
 */
export class Places {
  readonly #limits: PlaceLimits;
  readonly #held = new Map<string, number>();
  /** Queues by agency, the one whose turn is next first. */
  readonly #queues = new Map<string, Waiting[]>();
  #taken = 0;
  #waiting = 0;
  #closed = false;

  constructor(limits: PlaceLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a place, which must be given back. Throws ReadError QUEUE_FULL, QUEUE_TIMEOUT, and REQUEST_ABANDONED once
   * `signal` is aborted.
   */
  async take(agency: string, signal?: AbortSignal): Promise<void> {
    if (this.#closed || signal?.aborted === true) throw requestAbandoned();
    if (this.#admits(agency)) {
      this.#enter(agency);
      return;
    }
    const queue = this.#queues.get(agency) ?? [];
    if (this.#waiting >= this.#limits.waiting || queue.length >= this.#limits.waitingPerAgency) throw queueFull();
    await this.#wait(agency, queue, signal);
  }

  give(agency: string): void {
    this.#taken -= 1;
    const held = (this.#held.get(agency) ?? 1) - 1;
    if (held > 0) this.#held.set(agency, held);
    else this.#held.delete(agency);
    this.#admitNext();
  }

  /** Refuses those who wait, and everybody from now on. */
  close(): void {
    this.#closed = true;
    for (const queue of [...this.#queues.values()]) for (const waiting of [...queue]) waiting.refuse(requestAbandoned());
  }

  #admits(agency: string): boolean {
    return this.#taken < this.#limits.places && (this.#held.get(agency) ?? 0) < this.#limits.perAgency;
  }

  #enter(agency: string): void {
    this.#taken += 1;
    this.#held.set(agency, (this.#held.get(agency) ?? 0) + 1);
  }

  /** One call of the first agency that may hold another place; that agency goes to the end. */
  #admitNext(): void {
    for (const [agency, queue] of this.#queues) {
      if (!this.#admits(agency)) continue;
      this.#queues.delete(agency);
      this.#queues.set(agency, queue);
      queue[0]?.enter();
      return;
    }
  }

  #wait(agency: string, queue: Waiting[], signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const leave = (): void => {
        clearTimeout(patience);
        signal?.removeEventListener('abort', abandon);
        queue.splice(queue.indexOf(waiting), 1);
        this.#waiting -= 1;
        if (queue.length === 0) this.#queues.delete(agency);
      };
      const waiting: Waiting = {
        enter: () => {
          leave();
          this.#enter(agency);
          resolve();
        },
        refuse: (error) => {
          leave();
          reject(error);
        },
      };
      const abandon = (): void => waiting.refuse(requestAbandoned());
      const patience = setTimeout(() => waiting.refuse(queueTimeout()), this.#limits.waitMs);
      signal?.addEventListener('abort', abandon, { once: true });
      queue.push(waiting);
      this.#queues.set(agency, queue);
      this.#waiting += 1;
    });
  }
}
