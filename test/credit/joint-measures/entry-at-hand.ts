import type { Session } from '../../feed/registry-rows.js';

const steps = {
  INFORM: ['INFORMED', 'RESPONSIBLE_ORGAN'], DECIDE: ['DECIDED', 'RESPONSIBLE_ORGAN'], PUBLISH: ['PUBLISHED', 'RESPONSIBLE_ORGAN'], OBJECT: ['OBJECTED', 'SUBJECT'],
  REPAIR: ['REPAIRED', 'RESPONSIBLE_ORGAN'], REVOKE: ['REVOKED', 'RESPONSIBLE_ORGAN'], EXPIRE: ['EXPIRED', 'CLOCK'],
} as const;
export type EntryStepAtHand = keyof typeof steps;

interface EntryAtHand {
  readonly list?: string;
  readonly kind?: string;
  readonly validTo: string | null;
}

/** Brings an entry onto the list past the register, published on 2026-01-12. Returns its id. The organ is the number's. */
export async function publishedEntry(session: Session, entryNo: string, subject: string, { list = 'BLACK', kind = 'ORGANISATION', validTo }: EntryAtHand): Promise<string> {
  const [organ = ''] = entryNo.split('/');
  // One statement: an entry and its first step name each other.
  const { rows } = await session.query<{ id: string }>(
    `WITH entry AS (
       INSERT INTO hub.list_entry (jurisdiction, list, entry_no, ground, legal_basis, document_no, reason, responsible_organ, subject_id, subject_kind, subject_name, subject_folded, proposed_on)
       VALUES (CASE WHEN $2 LIKE 'XM%' THEN 'CN-FJ-350200' ELSE 'CN-TJ' END, $3, $1, 'G', 'L', 'D', 'R', $2, $4, $5, 'N', 'N', '2026-01-05') RETURNING id
     ), step AS (
       INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       SELECT id, 1, 'PROPOSE', 'NEW', 'PROPOSED', 'RESPONSIBLE_ORGAN', $2, '2026-01-05', '{YZ-3.5c}' FROM entry
     ) SELECT id FROM entry`,
    [entryNo, organ, list, subject, kind],
  );
  const id = rows[0]?.id ?? '';
  for (const step of ['INFORM', 'DECIDE', 'PUBLISH'] as const) await takeEntryStep(session, id, step, '2026-01-12', validTo);
  return id;
}

/** Takes a step of an entry past the register, as one statement; throws where the database refuses it. */
export async function takeEntryStep(session: Session, id: string, step: EntryStepAtHand, on: string, validTo: string | null = null): Promise<void> {
  const [to, by] = steps[step];
  await session.query(
    `WITH before AS (SELECT state FROM hub.list_entry WHERE id = $1), entry AS (
       UPDATE hub.list_entry SET state = $2, steps = steps + 1,
              informed_on = CASE WHEN $2 = 'INFORMED' THEN date '2026-01-06' ELSE informed_on END,
              defence_until = CASE WHEN $2 = 'INFORMED' THEN date '2026-01-09' ELSE defence_until END,
              decided_on = CASE WHEN $2 = 'DECIDED' THEN $4::date ELSE decided_on END,
              valid_from = CASE WHEN $2 = 'DECIDED' THEN $4::date ELSE valid_from END,
              valid_to = CASE WHEN $2 = 'DECIDED' THEN $5::date ELSE valid_to END,
              published_on = CASE WHEN $2 = 'PUBLISHED' THEN $4::date ELSE published_on END,
              ended_on = CASE WHEN $2 IN ('REPAIRED', 'EXPIRED', 'REVOKED') THEN $4::date END
        WHERE id = $1 RETURNING id, steps, responsible_organ
     )
     INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
     SELECT e.id, e.steps, $3, b.state, $2, $6, CASE $6 WHEN 'RESPONSIBLE_ORGAN' THEN e.responsible_organ END, $4::date, '{A-49}' FROM entry e, before b`,
    [id, to, step, on, validTo, by],
  );
}
