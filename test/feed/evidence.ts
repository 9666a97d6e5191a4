import { createHmac, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { Session } from './registry-rows.js';

const entrySchema = z.object({
  agency: z.string(),
  status: z.number(),
  records: z.number(),
  operation: z.string().nullable(),
  plan: z.string().nullable(),
  result: z.string(),
});
export type Entry = z.infer<typeof entrySchema>;

/** All entries of the access log, chain by chain. */
export async function accessEntries(session: Session): Promise<Entry[]> {
  const { rows } = await session.query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY chain, position');
  return rows.map(({ entry }) => entrySchema.parse(JSON.parse(entry)));
}

/**
 * The released bodies the log has no entry for: each body needs one of its own, so bodies are counted, and equal ones
 * need as many entries as they were released times. Empty when the evidence is complete.
 */
export function withoutEvidence(released: Iterable<string>, entries: readonly Entry[], auditKey: KeyObject): string[] {
  const count = new Map<string, number>();
  for (const { result } of entries) count.set(result, (count.get(result) ?? 0) + 1);
  const missing: string[] = [];
  for (const body of released) {
    const digest = createHmac('sha256', auditKey).update(body).digest('base64url');
    const left = count.get(digest) ?? 0;
    if (left === 0) missing.push(body);
    else count.set(digest, left - 1);
  }
  return missing;
}
