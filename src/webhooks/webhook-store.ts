import type { Pool, PoolClient } from 'pg';
import { z } from 'zod';
import { prepareSealing } from '../access/key-register.js';
import type { KeyRing } from '../access/key-ring.js';
import type { FeedPlace } from '../feed/cursor.js';
import { suspensions, webhookStates, type Webhook } from './webhook.js';

const row = z.object({
  id: z.string(),
  agency: z.string(),
  account: z.string(),
  label: z.string(),
  host: z.string(),
  sealed: z.string(),
  state: z.enum(webhookStates),
  suspension: z.enum(suspensions).nullable(),
  registered_at: z.date(),
  revision: z.number(),
  epoch: z.string().nullable(),
  position: z.coerce.bigint().nullable(),
  number: z.coerce.number().nullable(),
  authority: z.string().nullable(),
  attempts: z.number(),
  refusals: z.number(),
  failing_since: z.date().nullable(),
  not_before: z.date().nullable(),
  dead_in_row: z.number(),
  delivered_at: z.date().nullable(),
});

export function webhookOf(read: unknown): Webhook {
  const { id, agency, account, label, host, sealed, state, suspension, revision, authority, attempts, refusals, epoch, position, number, ...rest } = row.parse(read);
  const place: FeedPlace | null = epoch === null || position === null || number === null ? null : { epoch, position, number };
  return {
    id, agency, account, label, host, sealed, state, suspension, revision, authority, attempts, refusals, place,
    registeredAt: rest.registered_at.getTime(),
    failingSince: rest.failing_since?.getTime() ?? null,
    nextAttemptAt: rest.not_before?.getTime() ?? null,
    deadInRow: rest.dead_in_row,
    deliveredAt: rest.delivered_at?.getTime() ?? null,
  };
}

/** A text of another form names no webhook, and PostgreSQL holds not every text. */
export const idForm = /^[0-9a-f-]{36}$/;

/** Ends the claim of whoever works on a webhook and what it has failed at: its next message is due at once. */
const afresh = 'attempts = 0, refusals = 0, failing_since = NULL, not_before = NULL, dead_in_row = 0, worker = NULL, lease_until = NULL, revision = revision + 1';

/** Webhooks as their agencies manage them. */
export class WebhookStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** Registers a webhook; `seal` is called with the current key of the ring. False where the agency has `most` already. */
  async add(hook: Pick<Webhook, 'id' | 'agency' | 'account' | 'label' | 'host'>, most: number, keyRing: KeyRing, seal: () => string): Promise<boolean> {
    return this.#sealing(keyRing, async (client) => {
      // The count is of this moment alone, unless those who register for one agency do so one after the other.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.webhook ' || $1, 0))`, [hook.agency]);
      const { rowCount } = await client.query(
        `INSERT INTO hub.webhook (id, agency, account, label, host, sealed)
         SELECT $1, $2, $3, $4, $5, $6 WHERE (SELECT count(*) FROM hub.webhook WHERE agency = $2) < $7`,
        [hook.id, hook.agency, hook.account, hook.label, hook.host, seal(), most],
      );
      return rowCount === 1;
    });
  }

  async find(id: string, agency: string): Promise<Webhook | null> {
    if (!idForm.test(id)) return null;
    const { rows } = await this.#pool.query('SELECT * FROM hub.webhook WHERE id = $1 AND agency = $2', [id, agency]);
    return rows[0] ? webhookOf(rows[0]) : null;
  }

  /** Oldest first. */
  async list(agency: string): Promise<readonly Webhook[]> {
    const { rows } = await this.#pool.query('SELECT * FROM hub.webhook WHERE agency = $1 ORDER BY registered_at, id', [agency]);
    return rows.map(webhookOf);
  }

  /** Writes a seal anew, where nobody has since `revision`. Whoever delivers with the old one finds its claim gone. */
  reseal({ id, revision }: Pick<Webhook, 'id' | 'revision'>, keyRing: KeyRing, seal: () => string): Promise<boolean> {
    return this.#sealing(keyRing, async (client) => {
      const { rowCount } = await client.query('UPDATE hub.webhook SET sealed = $3, revision = revision + 1, worker = NULL, lease_until = NULL WHERE id = $1 AND revision = $2', [id, revision, seal()]);
      return rowCount === 1;
    });
  }

  /** Makes a PENDING or resting webhook ACTIVE; `place` and `authority` count where it has none yet. */
  async activate({ id, revision }: Pick<Webhook, 'id' | 'revision'>, place: FeedPlace, authority: string): Promise<boolean> {
    return this.#changed(
      `UPDATE hub.webhook SET state = 'ACTIVE', suspension = NULL, epoch = coalesce(epoch, $3), position = coalesce(position, $4), number = coalesce(number, $5),
              authority = coalesce(authority, $6), ${afresh}
       WHERE id = $1 AND revision = $2`,
      [id, revision, place.epoch, String(place.position), place.number, authority],
    );
  }

  async pause(id: string): Promise<boolean> {
    return this.#changed(`UPDATE hub.webhook SET state = 'PAUSED', suspension = NULL, ${afresh} WHERE id = $1 AND state IN ('ACTIVE', 'SUSPENDED')`, [id]);
  }

  /** Sends from another place on. One that was suspended because its place is gone rests until it is resumed. */
  async moveTo(id: string, place: FeedPlace, authority: string): Promise<boolean> {
    return this.#changed(
      // What was failing when the place was moved is not lost: it may be asked for as a dead letter.
      `WITH left_behind AS (UPDATE hub.webhook_delivery SET state = 'DEAD' WHERE webhook = $1 AND state = 'FAILING')
       UPDATE hub.webhook SET epoch = $2, position = $3, number = $4, authority = $5,
              state = CASE WHEN suspension IN ('CURSOR_EPOCH', 'CURSOR_TOO_OLD') THEN 'PAUSED' ELSE state END,
              suspension = CASE WHEN suspension IN ('CURSOR_EPOCH', 'CURSOR_TOO_OLD') THEN NULL ELSE suspension END, ${afresh}
       WHERE id = $1 AND state <> 'PENDING'`,
      [id, place.epoch, String(place.position), place.number, authority],
    );
  }

  /** Deletes a webhook with the account of its messages; the evidence of them stays. */
  async remove(id: string): Promise<boolean> {
    return this.#changed('DELETE FROM hub.webhook WHERE id = $1', [id]);
  }

  async #changed(sql: string, values: unknown[]): Promise<boolean> {
    return ((await this.#pool.query(sql, values)).rowCount ?? 0) > 0;
  }

  async #sealing<T>(keyRing: KeyRing, work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await prepareSealing(client, keyRing);
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }
}
