import { createHmac, type KeyObject } from 'node:crypto';
import pg from 'pg';
import type { HubDatabase } from '../database/database.js';
import { pipelined, submit, type BoundStatement, type Statement } from '../database/envelope.js';
import type { PlanIdentity } from './plan-identity.js';
import type { Viewer } from './viewer.js';

/** What the evidence says of one answer. No value of the answer, no value of a variable. */
export interface AccessRecord {
  readonly viewer: Viewer;
  readonly purpose: string | null;
  readonly caseNo: string | null;
  /** SHA-256 of the document, hexadecimal; null when there was none to read. */
  readonly document: string | null;
  readonly operation: string | null;
  /** The plan: names document, viewer class, boundary version and coordinates. Null for answers without a plan. */
  readonly plan: PlanIdentity | null;
  readonly boundary: string;
  readonly status: number;
  readonly records: number;
  /** The exact body released (a text stands for its UTF-8 bytes); only its keyed digest is kept. */
  readonly body: Buffer | string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}

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

const headStatement: Statement = {
  name: 'access-head',
  text: 'UPDATE hub.access_chain SET position = $2::bigint, hash = $3::text WHERE chain = $1::int',
};

interface Pending {
  readonly record: AccessRecord;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Advisory lock class of the chains: one process holds one chain. */
const chainLockClass = 0x636f6e63;

/** A batch is bounded so that one commit stays short; 500 rows take about 5 ms. */
const largestBatch = 500;

/** More answers than this waiting for evidence means the log cannot keep up: new ones are refused, not buffered. */
const longestQueue = 10_000;

/**
 * The access log. `append` resolves when the record is durable: records that arrive while one commit is under way share
 * the next (group commit). Every entry is chained to the one before by a keyed hash, and the head is stored beside the
 * entries, so that an edited, removed, reordered or cut entry is found (`hub verify-log`).
 */
export class AccessLog {
  readonly #database: HubDatabase;
  readonly #key: KeyObject;
  readonly #queue: Pending[] = [];
  readonly #knownPlans = new Set<string>();
  #client: pg.Client | null = null;
  #chain = 0;
  #position = 0n;
  #head = '';
  #writing = false;
  #closed = false;

  private constructor(database: HubDatabase, key: KeyObject) {
    this.#database = database;
    this.#key = key;
  }

  static async open(database: HubDatabase, key: KeyObject): Promise<AccessLog> {
    const log = new AccessLog(database, key);
    await log.#connect();
    return log;
  }

  append(record: AccessRecord): Promise<void> {
    if (this.#closed || this.#queue.length >= longestQueue) {
      return Promise.reject(new Error('the access log takes no further records'));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ record, resolve, reject });
      // Records of the same turn of the event loop share the first batch.
      if (!this.#writing) {
        this.#writing = true;
        setImmediate(() => void this.#write());
      }
    });
  }

  async close(): Promise<void> {
    this.#closed = true;
    while (this.#writing) await new Promise((resolve) => setImmediate(resolve));
    await this.#client?.end();
    this.#client = null;
  }

  async #write(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue.splice(0, largestBatch);
      try {
        await this.#commit(batch.map(({ record }) => record));
        for (const { resolve } of batch) resolve();
      } catch (error) {
        // Nothing of the batch may be released. The chain is read again before the next try: the commit may have
        // happened although its answer was lost.
        const client = this.#client;
        this.#client = null;
        client?.end().catch(() => undefined);
        const reason = error instanceof Error ? error : new Error('the access log failed');
        for (const { reject } of batch) reject(reason);
      }
    }
    this.#writing = false;
  }

  async #commit(records: readonly AccessRecord[]): Promise<void> {
    const client = this.#client ?? (await this.#connect());
    let head = this.#head;
    let position = this.#position;
    let lines = '';
    const plans: PlanIdentity[] = [];
    for (const record of records) {
      position += 1n;
      if (record.plan && !this.#knownPlans.has(record.plan.digest)) {
        this.#knownPlans.add(record.plan.digest);
        plans.push(record.plan);
      }
      const entry = entryText(record, this.#key);
      head = chainHash(this.#key, head, this.#chain, position, entry);
      lines += `${head}\t${entry}\n`;
    }
    // One Sync is one transaction: plans, entries and head become durable together, with synchronous_commit on.
    const statements: BoundStatement[] = plans.map(({ digest, description }) => ({ statement: planStatement, values: [digest, description] }));
    statements.push(
      { statement: entryStatement, values: [String(this.#chain), String(this.#position), lines] },
      { statement: headStatement, values: [String(this.#chain), String(position), head] },
    );
    try {
      await submit(client, statements);
    } catch (error) {
      for (const { digest } of plans) this.#knownPlans.delete(digest);
      throw error;
    }
    this.#head = head;
    this.#position = position;
  }

  /** Connects, takes the first chain no other process holds, and reads its head. */
  async #connect(): Promise<pg.Client> {
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
        const head = await client.query<{ position: string; hash: string }>(
          'SELECT position::text, hash FROM hub.access_chain WHERE chain = $1',
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
