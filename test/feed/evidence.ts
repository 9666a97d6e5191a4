import { z } from 'zod';
import { monthOf } from '../../src/access/log/access-entry.js';
import type { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import type { Session } from './registry-rows.js';

const entrySchema = z.object({
  agency: z.string(),
  status: z.number(),
  records: z.number(),
  operation: z.string().nullable(),
  case: z.string().nullable(),
  plan: z.string().nullable(),
  result: z.string(),
  outcome: z.string(),
  subjects: z.array(z.number()),
  received: z.number(),
  started: z.number().nullable(),
  executed: z.number().nullable(),
  recorded: z.number(),
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
export function withoutEvidence(released: Iterable<string>, entries: readonly Entry[], keys: EvidenceKeys): string[] {
  const count = new Map<string, number>();
  for (const { result } of entries) count.set(result, (count.get(result) ?? 0) + 1);
  const months = [...new Set(entries.map(({ recorded }) => monthOf(recorded)))];
  const missing: string[] = [];
  for (const body of released) {
    const digest = months.map((month) => keys.digest(month, body)).find((of) => (count.get(of) ?? 0) > 0);
    if (digest === undefined) missing.push(body);
    else count.set(digest, (count.get(digest) ?? 0) - 1);
  }
  return missing;
}
