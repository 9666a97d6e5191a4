import type { Pool } from 'pg';
import { z } from 'zod';
import type { Approval } from './target.js';

/** How long a hub process counts as there after it was last seen, in seconds: it says so every minute. */
const seenSeconds = 24 * 60 * 60;

const row = z.object({
  agency: z.string(),
  host: z.string(),
  port: z.number(),
  ranges: z.array(z.string()),
  plain_http: z.boolean(),
  approved_by: z.string(),
  approved_at: z.date(),
  withdrawn_by: z.string().nullable(),
  withdrawn_at: z.date().nullable(),
});

const withdrawal = 'UPDATE hub.webhook_approval SET withdrawn_by = $4, withdrawn_at = now() WHERE agency = $1 AND host = $2 AND port = $3 AND withdrawn_at IS NULL';

/** An approval with who gave it, and who took it back or put another in its place. */
export interface GivenApproval extends Approval {
  readonly approvedBy: string;
  readonly approvedAt: Date;
  readonly withdrawn: { readonly by: string; readonly at: Date } | null;
}

/** Where an agency's webhooks may lead, and where no webhook may. */
export class ApprovalStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** The approvals that stand for an agency: all a delivery may go by. */
  async standing(agency: string): Promise<readonly GivenApproval[]> {
    return this.#read('agency = $1 AND withdrawn_at IS NULL', [agency]);
  }

  /** All approvals that were ever given, or those of one agency, with who gave them and who took them back. */
  async history(agency: string | null): Promise<readonly GivenApproval[]> {
    return this.#read('$1::text IS NULL OR agency = $1', [agency]);
  }

  /** Approves a host and port, in place of what was approved for them before; that stays as withdrawn by the same hand. */
  async approve({ agency, host, port, ranges, plainHttp }: Approval, approvedBy: string): Promise<void> {
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      // Two that approve the same host at once would both find nothing to replace.
      await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.webhook_approval', 0))`);
      await client.query(withdrawal, [agency, host, port, approvedBy]);
      await client.query('INSERT INTO hub.webhook_approval (agency, host, port, ranges, plain_http, approved_by) VALUES ($1, $2, $3, $4, $5, $6)', [agency, host, port, ranges, plainHttp, approvedBy]);
      await client.query('COMMIT');
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
    await this.#interrupt(agency);
  }

  /** Takes an approval back; false where none stands. */
  async withdraw({ agency, host, port }: Pick<Approval, 'agency' | 'host' | 'port'>, by: string): Promise<boolean> {
    const { rowCount } = await this.#pool.query(withdrawal, [agency, host, port, by]);
    await this.#interrupt(agency);
    return (rowCount ?? 0) > 0;
  }

  /** Notes the addresses of this hub process. */
  async seen(addresses: readonly string[]): Promise<void> {
    await this.#pool.query(
      `INSERT INTO hub.webhook_own_address (address, seen_at) SELECT DISTINCT a, now() FROM unnest($1::text[]) a
       ON CONFLICT (address) DO UPDATE SET seen_at = now()`,
      [addresses],
    );
    await this.#pool.query('DELETE FROM hub.webhook_own_address WHERE seen_at < now() - make_interval(secs => $1)', [seenSeconds]);
  }

  /** Addresses of all hub processes on this database. */
  async ownAddresses(): Promise<readonly string[]> {
    const { rows } = await this.#pool.query<{ address: string }>('SELECT address FROM hub.webhook_own_address');
    return rows.map(({ address }) => address);
  }

  async #read(which: string, values: readonly unknown[]): Promise<readonly GivenApproval[]> {
    const { rows } = await this.#pool.query(`SELECT * FROM hub.webhook_approval WHERE ${which} ORDER BY agency, host, port, approved_at, id`, [...values]);
    return rows.map((read) => {
      const { plain_http: plainHttp, approved_by: approvedBy, approved_at: approvedAt, withdrawn_by: by, withdrawn_at: at, ...rest } = row.parse(read);
      return { ...rest, plainHttp, approvedBy, approvedAt, withdrawn: by === null || at === null ? null : { by, at } };
    });
  }

  /** Whoever delivers for the agency just now finds its claim gone before the next message. */
  async #interrupt(agency: string): Promise<void> {
    await this.#pool.query('UPDATE hub.webhook SET worker = NULL, lease_until = NULL WHERE agency = $1', [agency]);
  }
}
