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

// First, which permit an event is of: by the transaction that holds its position. Then the duties that were in the log by
// then. An entry the log no longer keeps is older than every event that is still handed out; one without a position yet is
// behind all of them. Rows are locked in one order.
const deliveredSql = `
  WITH handed AS (
    SELECT g.agency, e.entity_id AS permit_id, g.position, g.at
      FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS g(agency, position, at)
      CROSS JOIN LATERAL (SELECT t.id, t.month, t.first_position FROM hub.feed_transaction t WHERE t.first_position <= g.position
                           ORDER BY t.first_position DESC LIMIT 1) t
      JOIN hub.feed_event e ON e.transaction_id = t.id AND e.month = t.month AND e.ordinal = g.position - t.first_position AND e.entity = 'Permit'),
  settled AS (
    SELECT DISTINCT ON (d.action_id) d.action_id, h.position, h.at
      FROM handed h JOIN hub.delivery_duty d ON d.permit_id = h.permit_id AND d.receiver = h.agency AND d.delivered_at IS NULL
      LEFT JOIN hub.feed_transaction t ON t.id = d.entry
     WHERE t.id IS NULL OR t.first_position <= h.position
     ORDER BY d.action_id, h.position),
  locked AS (
    SELECT s.* FROM settled s JOIN hub.delivery_duty d USING (action_id) ORDER BY s.action_id FOR UPDATE OF d)
  UPDATE hub.delivery_duty d SET delivered_at = l.at, delivered_position = l.position
    FROM locked l WHERE d.action_id = l.action_id AND d.delivered_at IS NULL`;

// What the receiver has by its own words: what was handed out before the place, and what was committed before it, by
// whatever way it came (a snapshot).
const acknowledgedSql = `
  WITH settled AS (
    SELECT d.action_id FROM hub.delivery_duty d LEFT JOIN hub.feed_transaction t ON t.id = d.entry
     WHERE d.receiver = $1 AND d.acknowledged_at IS NULL
       AND (d.delivered_position < $2::bigint OR t.id IS NULL OR t.first_position + t.events <= $2::bigint)
     ORDER BY d.action_id FOR UPDATE OF d)
  UPDATE hub.delivery_duty d SET acknowledged_at = $3 FROM settled s WHERE d.action_id = s.action_id`;
