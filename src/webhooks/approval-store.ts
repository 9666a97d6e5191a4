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
});

/** An approval with who gave it. */
export interface GivenApproval extends Approval {
  readonly approvedBy: string;
  readonly approvedAt: Date;
}

/** Where an agency's webhooks may lead, and where no webhook may. */
export class ApprovalStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /** All approvals, or those of one agency. */
  async list(agency: string | null): Promise<readonly GivenApproval[]> {
    const { rows } = await this.#pool.query('SELECT * FROM hub.webhook_approval WHERE $1::text IS NULL OR agency = $1 ORDER BY agency, host, port', [agency]);
    return rows.map((read) => {
      const { plain_http: plainHttp, approved_by: approvedBy, approved_at: approvedAt, ...rest } = row.parse(read);
      return { ...rest, plainHttp, approvedBy, approvedAt };
    });
  }

  /** Approves a host and port, in place of what was approved for them before. */
  async approve({ agency, host, port, ranges, plainHttp }: Approval, approvedBy: string): Promise<void> {
    await this.#pool.query(
      `INSERT INTO hub.webhook_approval (agency, host, port, ranges, plain_http, approved_by) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (agency, host, port) DO UPDATE SET ranges = $4, plain_http = $5, approved_by = $6, approved_at = now()`,
      [agency, host, port, ranges, plainHttp, approvedBy],
    );
    await this.#interrupt(agency);
  }

  async withdraw({ agency, host, port }: Pick<Approval, 'agency' | 'host' | 'port'>): Promise<boolean> {
    const { rowCount } = await this.#pool.query('DELETE FROM hub.webhook_approval WHERE agency = $1 AND host = $2 AND port = $3', [agency, host, port]);
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

  /** Whoever delivers for the agency just now finds its claim gone before the next message. */
  async #interrupt(agency: string): Promise<void> {
    await this.#pool.query('UPDATE hub.webhook SET worker = NULL, lease_until = NULL WHERE agency = $1', [agency]);
  }
}
