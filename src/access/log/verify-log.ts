import { createHash } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { HubDatabase } from '../../database/database.js';
import type { ChainLink } from './access-chain.js';
import { entryHash } from './access-entry.js';
import { JournalBroken, readJournal } from './access-journal.js';
import type { EvidenceFolder } from './evidence-folder.js';
import { isSignedBy, type Checkpoint } from './evidence-keys.js';
import type { LogFault } from './log-fault.js';
import { ChainVerifier, type VerifyKeys } from './verify-chain.js';

export interface VerifyOptions {
  readonly keys: VerifyKeys;
  /** What the hub keeps outside the database; null for an auditor who has the database alone. */
  readonly folder: EvidenceFolder | null;
  /** First and last month to verify, `YYYY-MM`; what came before `from` is taken as it stands. */
  readonly from?: string | null;
  readonly to?: string | null;
  /** Called now and then with the entries verified so far. */
  readonly onProgress?: (entries: bigint) => void;
}

/** Result of a verification; `fault` names the first bad place. */
export interface LogVerification {
  readonly chains: number;
  readonly entries: bigint;
  /** Entries of the old form that cannot be judged without their key. */
  readonly unjudged: number;
  readonly fault: LogFault | null;
}

/** Entries read at a time; keeps memory flat however long the log is. */
const pageOfEntries = 5_000;

/** What the data folder holds of one chain. */
interface Kept {
  readonly checkpoint: Checkpoint | null;
  readonly links: readonly ChainLink[];
}

interface Stored {
  readonly chain: number;
  readonly position: bigint;
  readonly hash: string;
}

/** Stops the verification with the fault it found. */
class Found extends Error {
  constructor(readonly fault: LogFault) {
    super(fault.reason);
  }
}

/**
 * Reads every chain and recomputes its hashes and signatures: finds an entry that was edited, removed, reordered, inserted,
 * forged or moved, a tail that was cut, also together with the head stored beside it, a journal that was changed, and a
 * plan description that no longer matches its digest.
 */
export async function verifyLog(database: HubDatabase, options: VerifyOptions): Promise<LogVerification> {
  const client = await database.pool().connect();
  const verification = new Verification(options);
  try {
    // First what the folder says, then one snapshot of the tables: a running hub goes on, and may be ahead of the
    // folder's word by then, never behind it.
    verification.readFolder();
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // Pages come off the index; on a log that was never analysed each would sort all of it (2,500 entries a second, not 35,000).
    await client.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off');
    return verification.result(await verification.run(client));
  } catch (error) {
    if (error instanceof Found) return verification.result(error.fault);
    throw error;
  } finally {
    client.release(true); // ends the transaction with its connection
  }
}

class Verification {
  readonly #options: VerifyOptions;
  readonly #kept = new Map<number, Kept>();
  readonly #plans = new Set<string>();
  #chains = 0;
  #entries = 0n;
  #unjudged = 0;

  constructor(options: VerifyOptions) {
    this.#options = options;
  }

  result(fault: LogFault | null): LogVerification {
    return { chains: this.#chains, entries: this.#entries, unjudged: this.#unjudged, fault };
  }

  readFolder(): void {
    const { folder, keys } = this.#options;
    for (const chain of folder?.chains() ?? []) {
      const checkpoint = readCheckpoint(folder, chain);
      if (checkpoint && (checkpoint.chain !== chain || !isSignedBy(keys.publicKey, checkpoint))) fail(chain, checkpoint.position, 'CHECKPOINT_FORGED');
      this.#kept.set(chain, { checkpoint, links: folder ? this.#journal(folder, chain) : [] });
    }
  }

  /** Entries of a journal, tied to each other; whether they continue the table's chain is seen there. */
  #journal(folder: EvidenceFolder, chain: number): readonly ChainLink[] {
    try {
      const { plans, links } = readJournal(folder, chain);
      for (const { digest, description } of plans) if (digestOf(description) === digest) this.#plans.add(digest);
      links.forEach((link, at) => {
        const before = links[at - 1];
        if (before && entryHash(before.hash, chain, link.position, link.entry) !== link.hash) fail(chain, link.position, 'JOURNAL_CHANGED');
      });
      return links;
    } catch (error) {
      if (error instanceof JournalBroken) fail(chain, error.position, 'JOURNAL_CHANGED');
      throw error;
    }
  }

  async run(client: ClientBase): Promise<LogFault | null> {
    const heads = await client.query<{ chain: number; position: string; hash: string }>('SELECT chain, position::text, hash FROM hub.access_chain ORDER BY chain');
    this.#chains = heads.rows.length;
    for (const { digest, description } of (await client.query<{ digest: string; description: string }>('SELECT digest, description FROM hub.access_plan ORDER BY digest')).rows) {
      if (digestOf(description) !== digest) return { chain: 0, position: digest, reason: 'PLAN_CHANGED' };
      this.#plans.add(digest);
    }
    for (const head of heads.rows) await this.#chain(client, { ...head, position: BigInt(head.position) });
    const known = heads.rows.map(({ chain }) => chain);
    for (const [chain, { checkpoint, links }] of this.#kept) {
      if (known.includes(chain)) continue;
      if (checkpoint) fail(chain, 1n, 'TAIL_CUT', String(checkpoint.position));
      if (links[0]) fail(chain, links[0].position, 'CHAIN_UNKNOWN');
    }
    const orphan = await client.query<{ chain: number; position: string }>(
      'SELECT e.chain, e.position::text FROM hub.access_entry e WHERE e.chain <> ALL ($1::int[]) ORDER BY e.chain, e.position LIMIT 1',
      [known],
    );
    const [row] = orphan.rows;
    return row ? { ...row, reason: 'CHAIN_UNKNOWN' } : null;
  }

  /** The entries of a chain in the table, then those of the journal behind them, then what must have been there. */
  async #chain(client: ClientBase, head: Stored): Promise<void> {
    const { chain } = head;
    const span = await spanOf(client, chain, this.#options);
    if (!span) return;
    const { checkpoint = null, links = [] } = this.#kept.get(chain) ?? {};
    const verifier = new ChainVerifier(chain, this.#options.keys, this.#plans, span.start);
    const take = (link: ChainLink): void => {
      const fault = verifier.next(link);
      if (fault) throw new Found(fault);
      if (link.position === head.position && link.hash !== head.hash) fail(chain, link.position, 'HEAD_CHANGED');
      if (link.position === checkpoint?.position && link.hash !== checkpoint.hash) fail(chain, link.position, 'CHECKPOINT_CHANGED');
      this.#entries += 1n;
    };
    let [position, month] = [String(span.start.position), 'infinity'];
    for (;;) {
      const page = await client.query<{ position: string; month: string; entry: string; hash: string; signature: string | null }>(
        `SELECT e.position::text, e.month::text, e.entry, e.hash, e.signature FROM hub.access_entry e
         WHERE e.chain = $1 AND (e.position, e.month) > ($2, $3) AND e.position <= $4 ORDER BY e.position, e.month LIMIT $5`,
        [chain, position, month, span.end ?? '9223372036854775807', pageOfEntries],
      );
      for (const row of page.rows) take({ ...row, position: BigInt(row.position), month: row.month.slice(0, 7) });
      this.#options.onProgress?.(this.#entries);
      if (page.rows.length < pageOfEntries) break;
      ({ position = position, month = month } = page.rows.at(-1) ?? {});
    }
    if (span.end === null) {
      const behind = verifier.position;
      for (const link of links) if (link.position > behind) take(link);
      const existed = [head.position, checkpoint?.position ?? 0n].reduce((a, b) => (a > b ? a : b));
      if (verifier.position < existed) fail(chain, verifier.position + 1n, 'TAIL_CUT', String(existed));
    }
    const fault = verifier.end();
    if (fault) throw new Found(fault);
    this.#unjudged += verifier.unjudged;
  }
}

/**
 * What of a chain lies in the months asked for: behind which entry it starts, and its last position, null where it goes on
 * to the end of the chain. Null where there is nothing.
 */
async function spanOf(
  client: ClientBase,
  chain: number,
  { from = null, to = null }: VerifyOptions,
): Promise<{ readonly start: { readonly position: bigint; readonly hash: string }; readonly end: string | null } | null> {
  const beginning = { position: 0n, hash: '' };
  if (from === null && to === null) return { start: beginning, end: null };
  const { rows } = await client.query<{ first: string | null; last: string | null; later: boolean }>(
    `SELECT min(position)::text AS first, max(position)::text AS last,
            EXISTS (SELECT FROM hub.access_entry l WHERE l.chain = $1 AND l.month > coalesce($3::date, 'infinity')) AS later
     FROM hub.access_entry WHERE chain = $1 AND month >= coalesce($2::date, '-infinity') AND month <= coalesce($3::date, 'infinity')`,
    [chain, from === null ? null : `${from}-01`, to === null ? null : `${to}-01`],
  );
  const { first = null, last = null, later = false } = rows[0] ?? {};
  if (first === null || last === null) return null;
  const end = later ? last : null;
  if (from === null || first === '1') return { start: beginning, end };
  const before = await client.query<{ hash: string }>('SELECT hash FROM hub.access_entry WHERE chain = $1 AND position = $2', [chain, String(BigInt(first) - 1n)]);
  const hash = before.rows[0]?.hash ?? fail(chain, BigInt(first) - 1n, 'ENTRY_MISSING');
  return { start: { position: BigInt(first) - 1n, hash }, end };
}

function readCheckpoint(folder: EvidenceFolder | null, chain: number): Checkpoint | null {
  try {
    return folder?.checkpoint(chain) ?? null;
  } catch {
    return fail(chain, 0n, 'CHECKPOINT_FORGED');
  }
}

function digestOf(description: string): string {
  return createHash('sha256').update(description).digest('hex');
}

function fail(chain: number, position: bigint, reason: LogFault['reason'], detail?: string): never {
  throw new Found({ chain, position: String(position), reason, ...(detail === undefined ? {} : { detail }) });
}
