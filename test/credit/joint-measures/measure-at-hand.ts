import { measureRules, type MeasureState, type MeasureStep } from '../../../src/measures/credit/joint-measure.js';
import type { Session } from '../../feed/registry-rows.js';

/** A measure as somebody writes it past the register; what is left out is what the register would write. */
export interface MeasureAtHand {
  readonly number: string;
  readonly lead: string;
  readonly bureau: string;
  readonly code?: string;
  readonly documentNo?: string;
  readonly step?: string;
  readonly state?: string;
  readonly on?: string;
  readonly recordedOn?: string;
}

/** Begins a measure past the register, as one statement. Returns its id; throws where the database refuses it. */
export async function beginMeasure(session: Session, entry: string, { number, lead, bureau, code = 'TJ_INSPECTION', documentNo = 'D', on = '2026-01-13', ...first }: MeasureAtHand): Promise<string> {
  const { step = bureau === lead ? 'BEGIN' : 'ASK', state = bureau === lead ? 'STARTED' : 'ASKED', recordedOn = '2026-01-13' } = first;
  const { rows } = await session.query<{ id: string }>(
    `WITH measure AS (
       INSERT INTO hub.joint_measure (measure_no, number, entry_id, entry_no, entry_organ, jurisdiction, subject_id, code, kind, lead_organ, bureau, role, legal_basis, document_no, state, asked_on, started_on)
       SELECT $4 || '/' || $1 || '/' || $5, $1, $2, 'X/1', 'X', 'X', 0, $3, kind, $4, $5, CASE $5 WHEN $4 THEN 'RESPONSIBLE' ELSE 'COOPERATING' END, 'L', $6, $7, $8::date,
              CASE WHEN $7 <> 'ASKED' THEN $8::date END
       FROM hub.joint_measure_item WHERE code = $3 RETURNING id
     )
     INSERT INTO hub.joint_measure_step (measure_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, recorded_on, clauses)
     SELECT id, 1, $9, 'NEW', $7, 'LEAD', $4, $8::date, $10::date, '{YZ-3.5d}' FROM measure RETURNING measure_id AS id`,
    [number, entry, code, lead, bureau, documentNo, state, on, step, recordedOn],
  );
  return rows[0]?.id ?? '';
}

/** Takes any step of a measure between any states past the register, with every cell the new state asks for. */
export async function forceStep(session: Session, id: string, step: MeasureStep, from: MeasureState, to: MeasureState): Promise<void> {
  await session.query(
    `WITH measure AS (
       UPDATE hub.joint_measure SET state = $2, steps = steps + 1,
              started_on = CASE WHEN $2 IN ('STARTED', 'TO_LIFT', 'LIFTED') THEN coalesce(started_on, date '2026-01-14') END,
              to_lift_since = CASE WHEN $2 = 'TO_LIFT' THEN coalesce(to_lift_since, date '2026-02-01') WHEN $2 = 'LIFTED' THEN to_lift_since END,
              lift_reason = CASE WHEN $2 IN ('TO_LIFT', 'LAPSED') THEN coalesce(lift_reason, 'REVOKED') WHEN $2 = 'LIFTED' THEN coalesce(lift_reason, 'BY_BUREAU') END,
              lifted_on = CASE WHEN $2 = 'LIFTED' THEN date '2026-02-02' END
        WHERE id = $1 RETURNING id, steps, lead_organ, bureau
     )
     INSERT INTO hub.joint_measure_step (measure_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, recorded_on, clauses)
     SELECT id, steps, $3, $4, $2, $5::text, CASE $5::text WHEN 'LEAD' THEN lead_organ WHEN 'BUREAU' THEN bureau END, '2026-01-14', '2026-01-14', '{A-49}' FROM measure`,
    [id, to, step, from, measureRules[step].by],
  );
}
