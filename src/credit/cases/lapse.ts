import type { ClientBase } from 'pg';
import { caseRules } from '../../measures/credit/credit-case.js';

/** An entry that ends otherwise while its case is open, and the number of the step by which it does. */
interface Ending {
  readonly id: string;
  readonly ordinal: number;
}

/**
 * Closes the open cases of entries that are revoked by their organ (`organ`) or whose period is over (null): there is
 * nothing left to decide. The entries are locked and unmarked by the caller, who writes their steps behind.
 */
export async function lapseCases(client: ClientBase, endings: readonly Ending[], organ: string | null, on: string): Promise<void> {
  const { to } = caseRules.LAPSE;
  await client.query(
    `WITH moved AS (
       UPDATE hub.credit_case c SET state = $3, steps = c.steps + 1, closed_on = greatest($4::date, c.filed_on, c.accepted_on, c.reviewed_on)
         FROM unnest($1::bigint[], $2::int[]) AS e(id, ordinal) JOIN hub.credit_case b ON b.open_on = e.id
        WHERE c.id = b.id
        RETURNING c.id, c.steps, c.kind, c.entry_id, c.jurisdiction, c.responsible_organ, c.filed_by, c.closed_on, b.state AS from_state, e.ordinal)
     INSERT INTO hub.credit_case_step (case_id, ordinal, kind, entry_id, jurisdiction, responsible_organ, filed_by, step, from_state, to_state, taken_by, agency, on_day, clauses, entry_ordinal)
     SELECT id, steps, kind, entry_id, jurisdiction, responsible_organ, filed_by, 'LAPSE', from_state, $3, CASE WHEN $5::text IS NULL THEN 'CLOCK' ELSE 'RESPONSIBLE_ORGAN' END,
            $5::text, closed_on, '{YZ-3.5e,A-49}', ordinal FROM moved`,
    [endings.map(({ id }) => id), endings.map(({ ordinal }) => ordinal), to, on, organ],
  );
}
