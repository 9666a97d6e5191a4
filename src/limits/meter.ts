import type { Viewer } from '../access/viewer.js';
import { systemClock, type Clock } from '../measures/clock.js';
import { Budgets } from './budgets.js';
import { budgetExhausted, costTooHigh } from './refusals.js';
import { defaultLimits, settingsOf, type LimitSettings } from './settings.js';
import type { StaticCost } from './static-cost.js';

/** Objects charged for a document that is refused: parsing and validating it costs about as much as answering with ten. */
export const refusedDocument = 10;

/** One operation under way, paid for in advance. */
export class Charge {
  readonly requested: number;
  readonly limit: number;
  #actual: number | null = null;
  readonly #fixed: number;
  readonly #giveBack: (objects: number) => void;

  constructor(cost: StaticCost, limit: number, giveBack: (objects: number) => void) {
    this.requested = cost.requested;
    this.limit = limit;
    this.#fixed = cost.fixed;
    this.#giveBack = giveBack;
  }

  /** What it cost, once that is known. */
  get actual(): number | null {
    return this.#actual;
  }

  /**
   * Pays for the objects that were written, gives back the rest, and returns `extensions.cost` as text. It holds nothing
   * that moves with the clock or with other callers: two databases that look alike to the viewer give the same bytes.
   */
  settle(objects: number): string {
    const actual = this.#fixed + objects;
    this.#actual = actual;
    this.#giveBack(this.requested - actual);
    return `{"requested":${this.requested},"actual":${actual},"limit":${this.limit}}`;
  }

  /** An operation that was refused under way has brought nothing. */
  abandon(): void {
    if (this.#actual === null) this.settle(0);
  }
}

/** Holds every operation to what its agency may ask for. */
export class Meter {
  readonly #settings: LimitSettings;
  readonly #budgets: Budgets;

  constructor(settings: LimitSettings, clock: Clock) {
    this.#settings = settings;
    this.#budgets = new Budgets((agency) => settings.of(agency).budget, clock);
  }

  static standard(): Meter {
    return new Meter(settingsOf(defaultLimits, new Map()), systemClock);
  }

  /** Takes the static cost out of the agency's budget. Throws GraphQLError COST_TOO_HIGH or BUDGET_EXHAUSTED. */
  charge({ agency }: Viewer, cost: StaticCost): Charge {
    const { operationCost } = this.#settings.of(agency);
    if (cost.requested > operationCost) throw costTooHigh(cost.requested, operationCost);
    const seconds = this.#budgets.take(agency, cost.requested);
    if (seconds > 0) throw budgetExhausted(cost.requested, seconds);
    return new Charge(cost, operationCost, (objects) => this.#budgets.giveBack(agency, objects));
  }

  /** Pays for a document that was refused before it had a cost. */
  refused({ agency }: Viewer): void {
    this.#budgets.spend(agency, refusedDocument);
  }

  /**
   * The headers of an answer: the budget by the IETF draft of RateLimit header fields, and the cost of this operation where
   * it has one. The budget is the agency's own, so nobody learns of another's.
   */
  headers({ agency }: Viewer, charge: Charge | null): [string, string][] {
    const { burst, windowSeconds, remaining, resetSeconds } = this.#budgets.balance(agency);
    const headers: [string, string][] = [
      ['ratelimit-policy', `"objects";q=${burst};w=${windowSeconds}`],
      ['ratelimit', `"objects";r=${remaining};t=${resetSeconds}`],
    ];
    if (charge) headers.push(['x-concordat-cost', `requested=${charge.requested}, actual=${charge.actual ?? 0}, limit=${charge.limit}`]);
    return headers;
  }
}
