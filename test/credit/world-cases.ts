import type { EntryRow } from './list-judge.js';

/** A case of a world behind a step of an entry, or behind its mark, as rows of the tables. */
export interface CaseRows {
  readonly row: { readonly id: number };
  readonly steps: readonly object[];
}

export const caseColumns = [
  'id', 'case_no', 'kind', 'entry_id', 'entry_no', 'jurisdiction', 'responsible_organ', 'subject_id', 'filed_by', 'filed_on', 'grounds', 'promise_given', 'state', 'steps',
  'acceptance_due', 'organ_due', 'answer_due', 'due_provisional', 'accepted_on', 'reviewed_on', 'closed_on', 'outcome',
] as const;
export const caseStepColumns = [
  'case_id', 'ordinal', 'kind', 'entry_id', 'jurisdiction', 'responsible_organ', 'filed_by', 'step', 'from_state', 'to_state', 'taken_by', 'agency', 'on_day', 'recorded_at', 'clauses', 'entry_ordinal',
] as const;

const day = '2026-02-01';

type CaseStepName = 'FILE' | 'ACCEPT' | 'REVIEW' | 'GRANT' | 'WITHDRAW' | 'LAPSE';
const leadsTo = { FILE: 'FILED', ACCEPT: 'ACCEPTED', REVIEW: 'REVIEWED', GRANT: 'GRANTED', WITHDRAW: 'WITHDRAWN', LAPSE: 'LAPSED' } as const;

/** A step of a case; `entryOrdinal`: the step of the entry it takes with it. */
export function caseStep(id: number, kind: string, entry: EntryRow, ordinal: number, step: CaseStepName, from: string, by: string, entryOrdinal: number | null): object {
  const { id: entry_id, jurisdiction, responsible_organ } = entry;
  const centre = jurisdiction === 'CN-TJ' ? 'CREDIT_PLATFORM' : 'XM_CREDIT_DIV';
  return {
    case_id: id, ordinal, kind, entry_id, jurisdiction, responsible_organ, filed_by: responsible_organ, step, from_state: from, to_state: leadsTo[step], taken_by: by,
    agency: by === 'CLOCK' ? null : by === 'CREDIT_CENTRE' ? centre : responsible_organ, on_day: day, recorded_at: '2026-02-01T00:00:00Z', clauses: ['YZ-3.5e'], entry_ordinal: entryOrdinal,
  };
}

function rowOf(id: number, kind: 'OBJECTION' | 'REPAIR', entry: EntryRow, granted: boolean): CaseRows['row'] & object {
  const { id: entry_id, entry_no, jurisdiction, responsible_organ, subject_id } = entry;
  const on = granted ? day : null;
  return {
    id, case_no: `${responsible_organ}/case ${id}`, kind, entry_id, entry_no, jurisdiction, responsible_organ, subject_id, filed_by: responsible_organ, filed_on: day, grounds: 'G',
    promise_given: kind === 'REPAIR', state: granted ? 'GRANTED' : 'FILED', steps: granted ? 4 : 1, acceptance_due: day, organ_due: day, answer_due: day, due_provisional: false,
    accepted_on: on, reviewed_on: on, closed_on: on, outcome: granted ? 'REPAIRED' : null,
  } as CaseRows['row'];
}

/** An open case; of an objection `entryOrdinal` is the step OBJECT. */
export function openCase(id: number, kind: 'OBJECTION' | 'REPAIR', entry: EntryRow, entryOrdinal: number | null): CaseRows {
  return { row: rowOf(id, kind, entry, false), steps: [caseStep(id, kind, entry, 1, 'FILE', 'NEW', 'SUBJECT', entryOrdinal)] };
}

/** The case behind a repair, whose step is `entryOrdinal`. */
export function grantedRepair(id: number, entry: EntryRow, entryOrdinal: number): CaseRows {
  const step = (ordinal: number, name: CaseStepName, from: string, by: string, effect: number | null = null): object => caseStep(id, 'REPAIR', entry, ordinal, name, from, by, effect);
  return {
    row: rowOf(id, 'REPAIR', entry, true),
    steps: [step(1, 'FILE', 'NEW', 'SUBJECT'), step(2, 'ACCEPT', 'FILED', 'CREDIT_CENTRE'), step(3, 'REVIEW', 'ACCEPTED', 'CREDIT_CENTRE'), step(4, 'GRANT', 'REVIEWED', 'RESPONSIBLE_ORGAN', entryOrdinal)],
  };
}
