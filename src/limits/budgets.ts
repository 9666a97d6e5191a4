import type { Clock } from '../measures/clock.js';
import type { BudgetSetting } from './settings.js';

/** What is left of a budget, for headers. */
export interface Balance {
  readonly burst: number;
  /** Seconds in which an empty budget is full again. */
  readonly windowSeconds: number;
  readonly remaining: number;
  /** Seconds until it is full. */
  readonly resetSeconds: number;
}

interface Bucket {
  readonly setting: BudgetSetting;
  tokens: number;
  /** Milliseconds since 1970. */
  at: number;
}

/**
 * Budgets of agencies, in objects: a token bucket each, all accounts and tokens of the agency together, because a budget
 * per token is none. Held in this process: several hubs each hold their own.
 */
export class Budgets {
  readonly #settingOf: (agency: string) => BudgetSetting;
  readonly #clock: Clock;
  /** One entry per agency of the register: bounded by it. */
  readonly #buckets = new Map<string, Bucket>();

  constructor(settingOf: (agency: string) => BudgetSetting, clock: Clock) {
    this.#settingOf = settingOf;
    this.#clock = clock;
  }

  /** Takes objects out of a budget; returns 0, or takes nothing and returns the seconds until there are as many. */
  take(agency: string, objects: number): number {
    const bucket = this.#bucket(agency);
    if (bucket.tokens >= objects) {
      bucket.tokens -= objects;
      return 0;
    }
    return Math.max(1, Math.ceil(((objects - bucket.tokens) * 60) / bucket.setting.perMinute));
  }

  /** Takes without asking: what was spent before it could be known. */
  spend(agency: string, objects: number): void {
    this.#bucket(agency).tokens -= objects;
  }

  /** Gives back what was taken and not used. */
  giveBack(agency: string, objects: number): void {
    const bucket = this.#bucket(agency);
    bucket.tokens = Math.min(bucket.setting.burst, bucket.tokens + objects);
  }

  balance(agency: string): Balance {
    const { setting, tokens } = this.#bucket(agency);
    const { burst, perMinute } = setting;
    return {
      burst,
      windowSeconds: Math.ceil((burst * 60) / perMinute),
      remaining: Math.max(0, Math.floor(tokens)),
      resetSeconds: Math.ceil(((burst - tokens) * 60) / perMinute),
    };
  }

  #bucket(agency: string): Bucket {
    const now = this.#clock.now().getTime();
    let bucket = this.#buckets.get(agency);
    if (!bucket) {
      const setting = this.#settingOf(agency);
      bucket = { setting, tokens: setting.burst, at: now };
      this.#buckets.set(agency, bucket);
    } else if (now > bucket.at) {
      bucket.tokens = Math.min(bucket.setting.burst, bucket.tokens + ((now - bucket.at) * bucket.setting.perMinute) / 60_000);
      bucket.at = now;
    }
    return bucket;
  }
}
