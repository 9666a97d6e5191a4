import type { Pool } from 'pg';
import { z } from 'zod';
import type { FeedPlace } from '../feed/cursor.js';
import { deliveryStates, type Delivery, type Suspension, type Webhook } from './webhook.js';
import { webhookOf } from './webhook-store.js';

/** How long a claim holds without being renewed, in seconds: what a killed hub delays its webhooks by. */
export const leaseSeconds = 6;

/** A message under way: its name, and the place behind it. */
export interface Message {
  readonly event: string;
  /** Behind the message. Its own position is one less: a place is the next position to look at. */
  readonly place: FeedPlace;
}

/** How an attempt ended: an HTTP status, or why there was none. */
export interface Attempt {
  readonly status: number | null;
  readonly fault: string | null;
}

/** A dead letter that is to be sent again. */
export interface QueuedMessage extends Message {
  readonly attempts: number;
}

const deliveryRow = z.object({
  webhook: z.string(),
  event: z.string(),
  number: z.coerce.number(),
  state: z.enum(deliveryStates),
  attempts: z.number(),
  first_at: z.date(),
  last_at: z.date(),
  status: z.number().nullable(),
  fault: z.string().nullable(),
});

export function deliveryOf(read: unknown): Delivery {
  const { first_at, last_at, ...rest } = deliveryRow.parse(read);
  return { ...rest, firstAt: first_at.getTime(), lastAt: last_at.getTime() };
}

/** Notes an attempt at a message: $1 webhook, $2 worker, $3 event, $4 epoch, $5 position, $6 number, $7 status, $8 fault. */
const noted = (state: string): string =>
  `INSERT INTO hub.webhook_delivery (webhook, agency, event, epoch, position, number, state, attempts, first_at, last_at, status, fault)
   SELECT held.id, held.agency, $3::text, $4::uuid, $5::bigint, $6::bigint, ${state}, 1, now(), now(), $7::int, $8::text FROM held
   ON CONFLICT (webhook, event) DO UPDATE SET state = excluded.state, attempts = webhook_delivery.attempts + 1, last_at = now(), status = excluded.status,
     fault = excluded.fault, number = excluded.number`;

/** Behind a message that has its end: the webhook goes on with the next one. */
const onward = `epoch = $4::uuid, position = $5::bigint + 1, number = $6::bigint, attempts = 0, refusals = 0, failing_since = NULL, not_before = NULL,
  lease_until = now() + make_interval(secs => ${leaseSeconds})`;

/**
 * Webhooks as those who deliver see them. What became of a message and the place behind it are one statement, and each
 * holds for the claim's owner alone: a hub that lost its claim, or was killed, repeats a message at worst.
 */
export class DeliveryStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Takes the webhook that waits longest of those with something to look at; null when there is none. */
  async claim(worker: string): Promise<Webhook | null> {
    const { rows } = await this.#pool.query(
      `UPDATE hub.webhook SET worker = $1, lease_until = now() + make_interval(secs => ${leaseSeconds}), taken_at = now()
       WHERE id = (
         SELECT w.id FROM hub.webhook w, hub.feed_head h
         WHERE w.state = 'ACTIVE' AND (w.lease_until IS NULL OR w.lease_until < now()) AND (w.not_before IS NULL OR w.not_before <= now())
           AND (w.position <= h.position OR w.epoch <> h.epoch
                OR EXISTS (SELECT FROM hub.webhook_delivery d WHERE d.webhook = w.id AND d.state = 'QUEUED'))
         ORDER BY w.taken_at NULLS FIRST LIMIT 1 FOR UPDATE OF w SKIP LOCKED)
       RETURNING *`,
      [worker],
    );
    return rows[0] ? webhookOf(rows[0]) : null;
  }

  /** Keeps a claim for another while; false when it is lost, for example because the webhook was paused. */
  renew(id: string, worker: string): Promise<boolean> {
    return this.#mine(`UPDATE hub.webhook SET lease_until = now() + make_interval(secs => ${leaseSeconds}) WHERE id = $1 AND worker = $2`, [id, worker]);
  }

  /** Gives a claim back. */
  release(id: string, worker: string): Promise<boolean> {
    return this.#mine('UPDATE hub.webhook SET worker = NULL, lease_until = NULL WHERE id = $1 AND worker = $2', [id, worker]);
  }

  /** Gives a claim back after a fault of the hub: nothing failed at the receiver. */
  postponed(id: string, worker: string, afterMs: number): Promise<boolean> {
    return this.#mine('UPDATE hub.webhook SET worker = NULL, lease_until = NULL, not_before = now() + make_interval(secs => $3::float8) WHERE id = $1 AND worker = $2', [
      id, worker, afterMs / 1_000,
    ]);
  }

  /** Goes on behind what was looked at and not shown. */
  advance(id: string, worker: string, { epoch, position, number }: FeedPlace): Promise<boolean> {
    return this.#mine('UPDATE hub.webhook SET epoch = $3, position = $4, number = $5 WHERE id = $1 AND worker = $2', [id, worker, epoch, String(position), number]);
  }

  /** The receiver knows that its rights have changed. */
  authorityTold(id: string, worker: string, authority: string): Promise<boolean> {
    return this.#mine(
      `UPDATE hub.webhook SET authority = $3, attempts = 0, refusals = 0, failing_since = NULL, not_before = NULL WHERE id = $1 AND worker = $2`,
      [id, worker, authority],
    );
  }

  delivered(id: string, worker: string, message: Message, attempt: Attempt): Promise<boolean> {
    return this.#noted(`${onward}, dead_in_row = 0, delivered_at = now()`, `'DELIVERED'`, id, worker, message, attempt);
  }

  /** Gives a message up; it stays as a dead letter, and the next one has its turn. */
  dead(id: string, worker: string, message: Message, attempt: Attempt): Promise<boolean> {
    return this.#noted(`${onward}, dead_in_row = dead_in_row + 1`, `'DEAD'`, id, worker, message, attempt);
  }

  /** Notes a failure and gives the claim back, to be taken again behind the wait. */
  failing(id: string, worker: string, message: Message, attempt: Attempt, afterMs: number, refusals: number): Promise<boolean> {
    return this.#noted(
      `attempts = attempts + 1, refusals = $10::int, failing_since = coalesce(failing_since, now()), not_before = now() + make_interval(secs => $9::float8), worker = NULL, lease_until = NULL`,
      `'FAILING'`, id, worker, message, attempt, [afterMs / 1_000, refusals],
    );
  }

  /** Notes a failure behind which nothing is tried any more. */
  failingAndSuspended(id: string, worker: string, message: Message, attempt: Attempt, why: Suspension): Promise<boolean> {
    return this.#noted(
      `state = 'SUSPENDED', suspension = $9, attempts = attempts + 1, worker = NULL, lease_until = NULL, revision = revision + 1`,
      `'FAILING'`, id, worker, message, attempt, [why],
    );
  }

  /** A failure of a message that is no event: a notice, or a target that is refused before there is one. */
  failed(id: string, worker: string, afterMs: number): Promise<boolean> {
    return this.#mine(
      `UPDATE hub.webhook SET attempts = attempts + 1, failing_since = coalesce(failing_since, now()), not_before = now() + make_interval(secs => $3::float8),
              worker = NULL, lease_until = NULL
       WHERE id = $1 AND worker = $2`,
      [id, worker, afterMs / 1_000],
    );
  }

  suspend(id: string, worker: string, why: Suspension): Promise<boolean> {
    return this.#mine(
      `UPDATE hub.webhook SET state = 'SUSPENDED', suspension = $3, worker = NULL, lease_until = NULL, revision = revision + 1 WHERE id = $1 AND worker = $2`,
      [id, worker, why],
    );
  }

  /** The oldest dead letter that is to be sent again. */
  async queued(id: string): Promise<QueuedMessage | null> {
    const { rows } = await this.#pool.query<{ event: string; epoch: string; position: string; number: string; attempts: number }>(
      `SELECT event, epoch, position, number, attempts FROM hub.webhook_delivery WHERE webhook = $1 AND state = 'QUEUED' ORDER BY position LIMIT 1`,
      [id],
    );
    const [row] = rows;
    return row ? { event: row.event, attempts: row.attempts, place: { epoch: row.epoch, position: BigInt(row.position) + 1n, number: Number(row.number) } } : null;
  }

  /** How the second sending of a dead letter ended; the place of the webhook is not touched by it. */
  resent(id: string, worker: string, event: string, state: 'DELIVERED' | 'DEAD', { status, fault }: Attempt): Promise<boolean> {
    return this.#mine(
      `WITH held AS (SELECT id FROM hub.webhook WHERE id = $1 AND worker = $2 FOR UPDATE)
       UPDATE hub.webhook_delivery d SET state = $4, attempts = d.attempts + 1, last_at = now(), status = $5, fault = $6
       FROM held WHERE d.webhook = held.id AND d.event = $3 AND d.state = 'QUEUED'`,
      [id, worker, event, state, status, fault],
    );
  }

  /** Has dead letters of a webhook sent again: the named one, or all. Returns how many. */
  async queueAgain(id: string, event: string | null): Promise<number> {
    const { rowCount } = await this.#pool.query(
      `UPDATE hub.webhook_delivery SET state = 'QUEUED' WHERE webhook = $1 AND state = 'DEAD' AND ($2::text IS NULL OR event = $2)`,
      [id, event],
    );
    return rowCount ?? 0;
  }

  /** Forgets messages that arrived so long ago; dead letters stay until they are sent. */
  async sweep(forgottenSeconds: number): Promise<void> {
    await this.#pool.query(`DELETE FROM hub.webhook_delivery WHERE state = 'DELIVERED' AND last_at < now() - make_interval(secs => $1)`, [forgottenSeconds]);
  }

  #noted(set: string, state: string, id: string, worker: string, message: Message, attempt: Attempt, more: readonly unknown[] = []): Promise<boolean> {
    const { event, place } = message;
    return this.#mine(`WITH held AS (UPDATE hub.webhook SET ${set} WHERE id = $1 AND worker = $2 RETURNING id, agency) ${noted(state)}`, [
      id, worker, event, place.epoch, String(place.position - 1n), place.number, attempt.status, attempt.fault, ...more,
    ]);
  }

  async #mine(sql: string, values: unknown[]): Promise<boolean> {
    return ((await this.#pool.query(sql, values)).rowCount ?? 0) > 0;
  }
}
