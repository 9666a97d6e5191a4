import type { HubDatabase } from '../../database/database.js';
import { readRecorded, type RecordedOperation } from '../../boundary/change/replay.js';

/** The operations of the access log: each plan once, with how often it was answered. No value and no answer is among it. */
export async function recordedOperations(database: HubDatabase): Promise<readonly RecordedOperation[]> {
  const { rows } = await database.pool().query<{ description: string; runs: number }>(
    `SELECT p.description, coalesce(e.runs, 0)::int AS runs
     FROM hub.access_plan p
     LEFT JOIN (SELECT entry::jsonb ->> 'plan' AS plan, count(*) AS runs FROM hub.access_entry GROUP BY 1) e ON e.plan = p.digest
     ORDER BY runs DESC, p.digest`,
  );
  return rows.map(({ description, runs }) => ({ ...readRecorded(description), runs }));
}
