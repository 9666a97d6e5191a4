import type { ClientBase } from 'pg';
import type { CaseKind } from '../../measures/credit/credit-case.js';
import type { EntryFacts, EntryState, EntryStep, StepActor } from '../../measures/credit/list-entry.js';
import type { CreditList } from './codes.js';

/** An entry as it is stored, locked until the transaction ends. */
export interface StoredEntry extends EntryFacts {
  readonly id: string;
  readonly entryNo: string;
  readonly jurisdiction: string;
  readonly list: CreditList;
  readonly subjectId: string;
  readonly steps: number;
  readonly publishedOn: string | null;
  readonly repairFrom: string | null;
  /** What its open case asks for, and the case. */
  readonly openCase: CaseKind | null;
  readonly openCaseId: string | null;
}

/** Entries are locked before their cases, everywhere. */
export async function lockedEntry(client: ClientBase, where: { readonly entryNo: string } | { readonly id: string }): Promise<StoredEntry | null> {
  const [column, value] = 'id' in where ? ['id', where.id] : ['entry_no', where.entryNo];
  const { rows } = await client.query<StoredEntry>(
    `SELECT id, entry_no AS "entryNo", jurisdiction, list, subject_id AS "subjectId", steps, state, responsible_organ AS "responsibleOrgan", heard,
            informed_on::text AS "informedOn", defence_until::text AS "defenceUntil", valid_from::text AS "validFrom", valid_to::text AS "validTo",
            repair_from::text AS "repairFrom", published_on::text AS "publishedOn", open_case AS "openCase", open_case_id AS "openCaseId"
       FROM hub.list_entry WHERE ${column} = $1 FOR UPDATE`,
    [value],
  );
  return rows[0] ?? null;
}

interface StepRow {
  readonly id: string;
  readonly ordinal: number;
  readonly step: EntryStep | 'PROPOSE';
  readonly from: EntryState | 'NEW';
  readonly to: EntryState;
  readonly takenBy: StepActor;
  /** The organ that answers for the entry, where it took the step; a case says who took those of others. */
  readonly organ: string | null;
  readonly on: string;
  readonly clauses: readonly string[];
  readonly documentNo?: string | null;
  readonly note?: string | null;
  readonly digest?: string | null;
}

/** Adds a step to the chain of an entry that has moved already; behind it stands the step of a case that named it before, if one did. */
export async function writeEntryStep(client: ClientBase, { id, ordinal, step, from, to, takenBy, organ, on, clauses, documentNo = null, note = null, digest = null }: StepRow): Promise<void> {
  await client.query(
    `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses, document_no, note, request_digest,
                                      case_id, case_ordinal, case_kind, case_step)
     SELECT $1::bigint, $2::int, $3, $4, $5, $6, $7, $8::date, $9::text[], $10, $11, $12, c.case_id, c.ordinal, c.kind, c.step
       FROM (SELECT) AS one LEFT JOIN hub.credit_case_step c ON c.entry_id = $1::bigint AND c.entry_ordinal = $2::int`,
    [id, ordinal, step, from, to, takenBy, organ, on, clauses, documentNo, note, digest],
  );
}
