import type { LimitSettings } from './settings.js';

/** Subscriptions of one WebSocket connection at once: more of them wait for each other in one socket. */
export const subscriptionsPerConnection = 50;

/** What is counted for each agency, over all its accounts and tokens. */
export type StreamCount = 'connections' | 'subscriptions';

/**
 * Connections and subscriptions an agency holds at this process. Each costs some 10 to 40 kB of memory whether anything
 * happens or not, and an agency that opens them without end would take the places of all others.
 */
export class StreamQuota {
  readonly #settings: LimitSettings;
  readonly #held = { connections: new Map<string, number>(), subscriptions: new Map<string, number>() };

  constructor(settings: LimitSettings) {
    this.#settings = settings;
  }

  /** Takes a place and returns what gives it back, once; null when the agency holds all it may. */
  take(agency: string, count: StreamCount): (() => void) | null {
    const held = this.#held[count];
    const now = held.get(agency) ?? 0;
    if (now >= this.#settings.of(agency)[count]) return null;
    held.set(agency, now + 1);
    let given = false;
    return () => {
      if (given) return;
      given = true;
      const left = (held.get(agency) ?? 1) - 1;
      if (left === 0) held.delete(agency);
      else held.set(agency, left);
    };
  }
}
