import pg from 'pg';
import type { HubDatabase } from '../../database/database.js';
import { pipelined, submit, type BoundStatement, type Statement } from '../../database/envelope.js';
import type { ChainHead, ChainLink } from './access-chain.js';
import type { PlanIdentity } from './plan-identity.js';

const planStatement: Statement = {
  name: 'access-plan',
  text: 'INSERT INTO hub.access_plan (digest, description) VALUES ($1::text, $2::text) ON CONFLICT DO NOTHING',
};

// Entries travel as one text of lines, their parts split by tabs (JSON holds neither tabs nor line breaks): half the cost
// of arrays on both sides. Within a month the primary key refuses what starts where another batch already wrote.
const entryStatement: Statement = {
  name: 'access-entry',
  text: `INSERT INTO hub.access_entry (month, chain, position, entry, hash, signature)
         SELECT $1::date, $2::int, $3::bigint + place, split_part(line, E'\\t', 3), split_part(line, E'\\t', 1), nullif(split_part(line, E'\\t', 2), '')
         FROM string_to_table($4::text, E'\\n') WITH ORDINALITY AS batch (line, place) WHERE line <> ''`,
};

// Only forwards: an anchor that comes late must not take back a newer one.
const anchorStatement: Statement = {
  name: 'access-anchor',
  text: 'UPDATE hub.access_chain SET position = $2::bigint, hash = $3::text WHERE chain = $1::int AND position < $2::bigint',
};

/** Advisory lock class of the chains: one connection holds one chain. */
const chainLockClass = 0x636f6e63;

/**
 * One chain in the table, held by one connection. A chain belongs to the data folder whose process took it first: what
 * the folder still has to carry must not be overtaken by another machine.
 */
export class AccessTable {
  readonly #client: pg.Client;
  #lost = false;

  private constructor(
    client: pg.Client,
    readonly chain: number,
  ) {
    this.#client = client;
    client.on('error', () => (this.#lost = true));
    client.on('end', () => (this.#lost = true));
  }

  /**
   * Takes a chain of the folder: the wanted one, or null when another process holds it; without a wish the first one that
   * it accepts, else a new one. Throws when the database cannot be reached.
   */
  static async take(database: HubDatabase, folder: string, wish: number): Promise<AccessTable | null>;
  static async take(database: HubDatabase, folder: string, wish: (chain: number) => boolean): Promise<AccessTable>;
  static async take(database: HubDatabase, folder: string, wish: number | ((chain: number) => boolean)): Promise<AccessTable | null> {
    const client = new pg.Client(pipelined(database.clientConfig('concordat_writer')));
    client.on('error', () => undefined); // until the table listens itself
    await client.connect();
    try {
      await client.query('SET synchronous_commit = on');
      const { rows } = await client.query<{ chain: number; folder: string | null }>('SELECT chain, folder FROM hub.access_chain ORDER BY chain');
      const owners = new Map(rows.map((row) => [row.chain, row.folder]));
      for (let chain = typeof wish === 'number' ? wish : 1; ; chain += 1) {
        // Chains from before folders had ids belong to nobody yet.
        if ((owners.get(chain) ?? folder) === folder && (await lock(client, chain))) {
          const { rowCount } = await client.query(
            `INSERT INTO hub.access_chain AS c (chain, position, hash, folder) VALUES ($1, 0, '', $2)
             ON CONFLICT (chain) DO UPDATE SET folder = $2 WHERE coalesce(c.folder, $2) = $2`,
            [chain, folder],
          );
          if (rowCount === 1 && (typeof wish === 'number' || wish(chain))) return new AccessTable(client, chain);
          await client.query('SELECT pg_advisory_unlock($1, $2)', [chainLockClass, chain]);
        }
        if (typeof wish === 'number') {
          await client.end();
          return null;
        }
      }
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
  }

  get lost(): boolean {
    return this.#lost;
  }

  /** The last entry, or the anchor where entries below it are gone: then the gap shows. */
  async head(): Promise<ChainHead> {
    const { rows } = await this.#client.query<{ position: string; hash: string }>(
      `SELECT last.position::text, last.hash FROM (
         SELECT c.position, c.hash FROM hub.access_chain c WHERE c.chain = $1
         UNION ALL
         (SELECT e.position, e.hash FROM hub.access_entry e WHERE e.chain = $1 ORDER BY e.position DESC LIMIT 1)
       ) last ORDER BY last.position DESC LIMIT 1`,
      [this.chain],
    );
    return { chain: this.chain, position: BigInt(rows[0]?.position ?? '0'), hash: rows[0]?.hash ?? '' };
  }

  /**
   * Inserts entries that follow each other. One Sync is one transaction: plans and entries become durable together. After
   * a failure the connection is given up, for the commit may have happened.
   */
  async insert(plans: readonly PlanIdentity[], links: readonly ChainLink[]): Promise<void> {
    const statements: BoundStatement[] = plans.map(({ digest, description }) => ({ statement: planStatement, values: [digest, description] }));
    for (let from = 0; from < links.length; ) {
      const first = links[from];
      if (!first) break;
      let lines = '';
      let to = from;
      for (let link = links[to]; link?.month === first.month; link = links[(to += 1)]) {
        lines += `${link.hash}\t${link.signature ?? ''}\t${link.entry}\n`;
      }
      statements.push({ statement: entryStatement, values: [`${first.month}-01`, String(this.chain), String(first.position - 1n), lines] });
      from = to;
    }
    try {
      await submit(this.#client, statements);
    } catch (error) {
      this.giveUp();
      throw error;
    }
  }

  /** Stores a head as the anchor behind which a cut tail shows; a failure leaves the older one. */
  async anchor(head: ChainHead): Promise<void> {
    const values = [String(this.chain), String(head.position), head.hash];
    await submit(this.#client, [{ statement: anchorStatement, values }]).catch(() => undefined);
  }

  giveUp(): void {
    this.#lost = true;
    this.#client.end().catch(() => undefined);
  }

  async close(): Promise<void> {
    this.#lost = true;
    await this.#client.end();
  }
}

async function lock(client: pg.Client, chain: number): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>('SELECT pg_try_advisory_lock($1, $2) AS held', [chainLockClass, chain]);
  return rows[0]?.held === true;
}
