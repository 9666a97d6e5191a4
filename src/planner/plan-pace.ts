import { LRUCache } from 'lru-cache';
import type { BoundStatement } from '../database/envelope.js';

/** A group that takes longer on a pipelined connection is slow, milliseconds: a hundred times a page off an index. */
export const slowMs = 100;

/** So often a plan may be slow … */
export const slowRuns = 3;

/** … where each quick run makes up for this much of a slow one: a moment in which everything stands still demotes nothing. */
const forgiveness = 1 / 16;

/** After an hour a demoted plan is tried again: caches are warm, statistics are new. */
const demotedMs = 3_600_000;

const remembered = 2_000;

/**
 * Which plans, believed small, have proved slow. Known by their statements: a plan of one statement wherever it runs, one
 * of several by their combination, because the time of one within its group is not to be seen from here.
 */
export class PlanPace {
  readonly #demoted = new LRUCache<string, true>({ max: remembered, ttl: demotedMs });
  readonly #slow = new LRUCache<string, number>({ max: remembered });

  /** Whether these statements must not run where others wait behind them. */
  isSlow(statements: readonly BoundStatement[]): boolean {
    if (this.#demoted.size === 0) return false;
    return statements.some(({ statement }) => this.#demoted.has(statement.name)) || this.#demoted.has(keyOf(statements));
  }

  /** Takes down how long the statements kept a pipelined connection, milliseconds. */
  ran(statements: readonly BoundStatement[], milliseconds: number): void {
    const slow = milliseconds > slowMs;
    if (!slow && this.#slow.size === 0) return;
    const key = keyOf(statements);
    const runs = Math.max(0, (this.#slow.get(key) ?? 0) + (slow ? 1 : -forgiveness));
    if (runs >= slowRuns) this.demote(statements);
    else if (runs > 0) this.#slow.set(key, runs);
    else this.#slow.delete(key);
  }

  demote(statements: readonly BoundStatement[]): void {
    const key = keyOf(statements);
    this.#slow.delete(key);
    this.#demoted.set(key, true);
  }
}

function keyOf(statements: readonly BoundStatement[]): string {
  return statements.map(({ statement }) => statement.name).join(' ');
}
