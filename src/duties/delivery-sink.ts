import type { Pool, PoolClient } from 'pg';
import type { FeedPlace } from '../feed/cursor.js';
import type { DeliverySink } from '../feed/receipts.js';
import { agencies } from '../measures/agencies.js';

/** Who can be owed a delivery (XT-5.1.2c, A-07): the human-resources bureaux of districts. */
const receivers: ReadonlySet<string> = new Set(agencies.filter(({ kind }) => kind === 'DISTRICT_HRSS').map(({ code }) => code));

interface Handing {
  readonly agency: string;
  readonly positions: readonly bigint[];
  readonly at: Date;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/**
 * Settles duties of delivery: an event of the permit, at or behind the entry that told of the action, is handed out:
 * *delivered*. The receiver's cursor is acknowledged: *acknowledged*. Hand-outs that come while a statement is under way
 * are written by the next one together, as evidence entries are, so that a thousand a second are not a thousand commits.
 */
export class DutySink implements DeliverySink {
  readonly #pool: Pool;
  #waiting: Handing[] = [];
  #writing = false;

  /** `pool`: the owner's; row security shows a duty to readers of its own side alone. */
  constructor(pool: Pool) {
    this.#pool = pool;
  }

  concerns(agency: string, recordType: string): boolean {
    return recordType === 'Permit' && receivers.has(agency);
  }

  handedOut(agency: string, _recordType: string, positions: readonly bigint[], at: Date): Promise<void> {
    return new Promise((done, failed) => {
      this.#waiting.push({ agency, positions, at, done, failed });
      if (!this.#writing) void this.#write();
    });
  }

  async acknowledged(client: Pick<PoolClient, 'query'>, agency: string, _recordType: string, place: FeedPlace, at: Date): Promise<number> {
    const { rowCount } = await client.query(acknowledgedSql, [agency, String(place.position), at]);
    return rowCount ?? 0;
  }

  async #write(): Promise<void> {
    this.#writing = true;
    while (this.#waiting.length > 0) {
      const taken = this.#waiting;
      this.#waiting = [];
      const rows = taken.flatMap(({ agency, positions, at }) => positions.map((position) => ({ agency, position: String(position), at })));
      try {
        await this.#pool.query(deliveredSql, [rows.map(({ agency }) => agency), rows.map(({ position }) => position), rows.map(({ at }) => at)]);
        for (const { done } of taken) done();
      } catch (error) {
        for (const { failed } of taken) failed(error);
      }
    }
    this.#writing = false;
  }
}

const deliveredSql = 'SELECT hub.deliver_duties($1::text[], $2::bigint[], $3::timestamptz[])';

// What the receiver has by its own words: what was handed out before the place, and what was committed before it, by
// whatever way it came (a snapshot).
const acknowledgedSql = `
  WITH settled AS (
    SELECT d.action_id FROM hub.delivery_duty d LEFT JOIN hub.feed_transaction t ON t.id = d.entry
     WHERE d.receiver = $1 AND d.acknowledged_at IS NULL
       AND (d.delivered_position < $2::bigint OR t.id IS NULL OR t.first_position + t.events <= $2::bigint)
     ORDER BY d.action_id FOR UPDATE OF d)
  UPDATE hub.delivery_duty d SET acknowledged_at = $3 FROM settled s WHERE d.action_id = s.action_id`;
