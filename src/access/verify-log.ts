import { createHash, type KeyObject } from 'node:crypto';
import type { ClientBase } from 'pg';
import type { HubDatabase } from '../database/database.js';
import { chainHash } from './access-chain.js';

/** Result of a verification; `fault` names the first bad place. */
export interface LogVerification {
  readonly chains: number;
  readonly entries: bigint;
  readonly fault: { readonly chain: number; readonly position: string; readonly reason: string } | null;
}

/** Entries read at a time; keeps memory flat however long the log is. */
const pageOfEntries = 5_000;

/**
 * Reads every chain from its start and recomputes its hashes: finds an entry that was edited, removed, reordered or
 * inserted, a tail that was cut, and a plan description that no longer matches its digest.
 */
export async function verifyLog(database: HubDatabase, key: KeyObject): Promise<LogVerification> {
  const client = await database.pool().connect();
  try {
    // One snapshot for heads, plans and entries: what a hub writes meanwhile is no fault.
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    return await verifySnapshot(client, key);
  } finally {
    client.release(true); // ends the transaction with its connection
  }
}

async function verifySnapshot(client: ClientBase, key: KeyObject): Promise<LogVerification> {
  const heads = await client.query<{ chain: number; position: string; hash: string }>(
    'SELECT chain, position::text, hash FROM hub.access_chain ORDER BY chain',
  );
  const plans = new Set<string>();
  let entries = 0n;
  const fault = (chain: number, position: string, reason: string): LogVerification => ({
    chains: heads.rows.length,
    entries,
    fault: { chain, position, reason },
  });
  for (const plan of (await client.query<{ digest: string; description: string }>('SELECT digest, description FROM hub.access_plan')).rows) {
    if (createHash('sha256').update(plan.description).digest('hex') !== plan.digest) return fault(0, plan.digest, 'plan description was changed');
    plans.add(plan.digest);
  }
  for (const head of heads.rows) {
    let previous = '';
    let position = 0n;
    for (;;) {
      const page = await client.query<{ position: string; entry: string; hash: string }>(
        'SELECT e.position::text, e.entry, e.hash FROM hub.access_entry e WHERE e.chain = $1 AND e.position > $2 ORDER BY e.position LIMIT $3',
        [head.chain, String(position), pageOfEntries],
      );
      for (const row of page.rows) {
        if (BigInt(row.position) !== position + 1n) return fault(head.chain, String(position + 1n), 'entry is missing');
        position += 1n;
        if (chainHash(key, previous, head.chain, position, row.entry) !== row.hash) return fault(head.chain, row.position, 'entry or its place was changed');
        const plan = planOf(row.entry);
        if (plan !== null && !plans.has(plan)) return fault(head.chain, row.position, 'plan description is missing');
        previous = row.hash;
        if (row.position === head.position && row.hash !== head.hash) return fault(head.chain, row.position, 'entry does not agree with the stored head');
        entries += 1n;
      }
      if (page.rows.length < pageOfEntries) break;
    }
    if (position < BigInt(head.position)) return fault(head.chain, String(position + 1n), 'tail was cut');
  }
  const orphan = await client.query<{ chain: number; position: string }>(
    'SELECT e.chain, e.position::text FROM hub.access_entry e WHERE NOT EXISTS (SELECT FROM hub.access_chain c WHERE c.chain = e.chain) LIMIT 1',
  );
  const [row] = orphan.rows;
  return row ? fault(row.chain, row.position, 'entry of a chain without a head') : { chains: heads.rows.length, entries, fault: null };
}

function planOf(entry: string): string | null {
  const parsed: unknown = JSON.parse(entry);
  return parsed !== null && typeof parsed === 'object' && 'plan' in parsed && typeof parsed.plan === 'string' ? parsed.plan : null;
}
