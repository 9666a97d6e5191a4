import type { Pool } from 'pg';
import type { Webhook } from './webhook.js';

/**
 * Challenges of one webhook within an hour: one every five minutes while somebody mends the receiver. Each is a request
 * to whoever the name leads to, before anybody there has agreed to any.
 */
export const challengesPerWebhook = 12;

/** Challenges of an agency within an hour, removed webhooks included: each of the twenty it may have, three times. */
export const challengesPerAgency = 60;

const windowSeconds = 60 * 60;

interface Sent {
  readonly webhook: string;
  /** Seconds until it counts no more. */
  readonly left: number;
}

/**
 * Counts a challenge that is about to be sent, by all hubs of the database. Where none may be, returns the seconds until
 * one may. What counts no more is cleared with each count, so of an agency there are never more rows than it has
 * challenges within an hour; nobody else sweeps the table.
 */
export async function countChallenge(pool: Pool, { id, agency }: Pick<Webhook, 'id' | 'agency'>): Promise<number | null> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    // Without the lock challenges asked for at once would all find a place left.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.webhook_challenge ' || $1, 0))`, [agency]);
    await client.query('DELETE FROM hub.webhook_challenge WHERE agency = $1 AND at <= clock_timestamp() - make_interval(secs => $2)', [agency, windowSeconds]);
    const { rows } = await client.query<Sent>(
      'SELECT webhook, extract(epoch FROM at - clock_timestamp())::float8 + $2 AS left FROM hub.webhook_challenge WHERE agency = $1 ORDER BY at DESC',
      [agency, windowSeconds],
    );
    const wait = Math.max(waitOf(rows, challengesPerAgency), waitOf(rows.filter(({ webhook }) => webhook === id), challengesPerWebhook));
    if (wait === 0) await client.query('INSERT INTO hub.webhook_challenge (agency, webhook, at) VALUES ($1, $2, clock_timestamp())', [agency, id]);
    await client.query('COMMIT');
    return wait === 0 ? null : wait;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  } finally {
    client.release();
  }
}

/** Whole seconds until fewer than `most` count; `sent` newest first. */
function waitOf(sent: readonly Sent[], most: number): number {
  const oldest = sent[most - 1];
  return oldest ? Math.max(1, Math.ceil(oldest.left)) : 0;
}
