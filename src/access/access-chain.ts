import { createHmac, type KeyObject } from 'node:crypto';
import pg from 'pg';
import type { HubDatabase } from '../database/database.js';
import { pipelined, submit, type BoundStatement, type Statement } from '../database/envelope.js';
import type { AccessRecord } from './access-record.js';
import type { PlanIdentity } from './plan-identity.js';

const planStatement: Statement = {
  name: 'access-plan',
  text: 'INSERT INTO hub.access_plan (digest, description) VALUES ($1::text, $2::text) ON CONFLICT DO NOTHING',
};

// A batch travels as one text of lines, hash and entry split by a tab (JSON holds neither tabs nor line breaks): half the
// cost of three arrays on both sides. The primary key refuses a batch that starts where another one already wrote.
const entryStatement: Statement = {
  name: 'access-entry',
  text: `INSERT INTO hub.access_entry (chain, position, entry, hash)
         SELECT $1::int, $2::bigint + place, split_part(line, E'\\t', 2), split_part(line, E'\\t', 1)
         FROM string_to_table($3::text, E'\\n') WITH ORDINALITY AS batch (line, place) WHERE line <> ''`,
};

// Only forwards: an anchor that comes late must not take back a newer one.
const anchorStatement: Statement = {
  name: 'access-anchor',
  text: 'UPDATE hub.access_chain SET position = $2::bigint, hash = $3::text WHERE chain = $1::int AND position < $2::bigint',
};

/** How often the head is stored. With every batch it cost a tenth of the point look-ups; a cut tail is found behind it. */
const anchorMs = 1_000;

/** Advisory lock class of the chains: one connection holds one chain. */
const chainLockClass = 0x636f6e63;

/**
 * One hash chain of the access log. Every entry is chained to the one before by a keyed hash, so that an edited, removed
 * or reordered entry is found (`hub verify-log`); the head is stored every second and at the end as an anchor, so that a
 * cut tail is found too. A connection takes the first chain nobody holds and goes on behind its last entry; processes
 * never wait for each other.
 */
export class AccessChain {
  readonly #database: HubDatabase;
  readonly #key: KeyObject;
  readonly #knownPlans = new Set<string>();
  #client: pg.Client | null = null;
  #chain = 0;
  #position = 0n;
  #head = '';
  #anchor: NodeJS.Timeout | null = null;

  constructor(database: HubDatabase, key: KeyObject) {
    this.#database = database;
    this.#key = key;
  }

  /** Makes the records durable, in order; after a failure the chain is read anew, for the commit may have happened. */
  async commit(records: readonly AccessRecord[]): Promise<void> {
    const client = this.#client ?? (await this.connect());
    let head = this.#head;
    let position = this.#position;
    let lines = '';
    const plans = new Map<string, PlanIdentity>();
    for (const record of records) {
      position += 1n;
      if (record.plan && !this.#knownPlans.has(record.plan.digest)) plans.set(record.plan.digest, record.plan);
      const entry = entryText(record, this.#key);
      head = chainHash(this.#key, head, this.#chain, position, entry);
      lines += `${head}\t${entry}\n`;
    }
    const statements: BoundStatement[] = [...plans.values()].map(({ digest, description }) => ({ statement: planStatement, values: [digest, description] }));
    statements.push({ statement: entryStatement, values: [String(this.#chain), String(this.#position), lines] });
    try {
      // One Sync is one transaction: plans and entries become durable together, with synchronous_commit on.
      await submit(client, statements);
    } catch (error) {
      this.#client = null;
      client.end().catch(() => undefined);
      throw error;
    }
    for (const digest of plans.keys()) this.#knownPlans.add(digest);
    this.#head = head;
    this.#position = position;
    this.#anchor ??= setTimeout(() => void this.#storeHead(), anchorMs).unref();
  }

  /** Whether a chain is held; a lost connection gives it back. */
  get connected(): boolean {
    return this.#client !== null;
  }

  async close(): Promise<void> {
    await this.#storeHead();
    await this.#client?.end();
    this.#client = null;
  }

  /** Stores the head as an anchor; when that fails the next batch arms the timer again. */
  async #storeHead(): Promise<void> {
    if (this.#anchor) clearTimeout(this.#anchor);
    this.#anchor = null;
    if (!this.#client || this.#position === 0n) return;
    const values = [String(this.#chain), String(this.#position), this.#head];
    await submit(this.#client, [{ statement: anchorStatement, values }]).catch(() => undefined);
  }

  /** Connects, takes the first chain no other process holds, and finds where it ends. */
  async connect(): Promise<pg.Client> {
    const client = new pg.Client(pipelined(this.#database.clientConfig('concordat_writer')));
    client.on('error', () => {
      if (this.#client === client) this.#client = null;
    });
    await client.connect();
    try {
      await client.query('SET synchronous_commit = on');
      for (let chain = 1; ; chain += 1) {
        const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [chainLockClass, chain]);
        if (!rows[0]?.held) continue;
        await client.query(`INSERT INTO hub.access_chain (chain, position, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING`, [chain]);
        // Behind the last entry, or behind the anchor when entries below it are gone: then the gap shows.
        const head = await client.query<{ position: string; hash: string }>(
          `SELECT last.position::text, last.hash FROM (
             SELECT c.position, c.hash FROM hub.access_chain c WHERE c.chain = $1
             UNION ALL
             (SELECT e.position, e.hash FROM hub.access_entry e WHERE e.chain = $1 ORDER BY e.position DESC LIMIT 1)
           ) last ORDER BY last.position DESC LIMIT 1`,
          [chain],
        );
        this.#chain = chain;
        this.#position = BigInt(head.rows[0]?.position ?? '0');
        this.#head = head.rows[0]?.hash ?? '';
        this.#client = client;
        return client;
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }
}

/** The canonical text of an entry: what is hashed is what is stored. */
function entryText(record: AccessRecord, key: KeyObject): string {
  return JSON.stringify({
    agency: record.viewer.agency,
    account: record.viewer.account,
    role: record.viewer.role,
    purpose: record.purpose,
    case: record.caseNo,
    document: record.document,
    operation: record.operation,
    plan: record.plan?.digest ?? null,
    boundary: record.boundary,
    status: record.status,
    records: record.records,
    result: createHmac('sha256', key).update(record.body).digest('base64url'),
    received: record.receivedAt,
    answered: record.answeredAt,
  });
}

/** Hash of an entry over the hash before it, its place and its text. */
export function chainHash(key: KeyObject, previous: string, chain: number, position: bigint, entry: string): string {
  return createHmac('sha256', key).update(`${previous}\n${chain}\n${position}\n`).update(entry).digest('base64url');
}
