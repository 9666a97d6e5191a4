import type { Asker } from '../../boundary/judge.js';

/** A row of `hub.credit_record`, in the column names of the table. Days are `YYYY-MM-DD`. */
export interface RecordRow {
  readonly id: number;
  readonly jurisdiction: string;
  readonly record_no: string;
  readonly category: string;
  readonly inspection_no: string;
  readonly ground: string;
  readonly legal_basis: string;
  readonly document_no: string;
  readonly problem: string | null;
  readonly handling: string;
  readonly responsible_organ: string;
  readonly district: string | null;
  readonly subject_id: number;
  readonly subject_kind: string;
  readonly subject_name: string;
  readonly subject_code: string | null;
  readonly penalties: readonly string[];
  readonly safety_field: boolean;
  readonly gravest: boolean;
  readonly severity: string | null;
  readonly decided_on: string;
  readonly public_from: string | null;
  readonly public_until: string | null;
  readonly repair_from: string | null;
  readonly informed_on: string | null;
  readonly defence_until: string | null;
  readonly heard: boolean;
  readonly confirmed_on: string | null;
  readonly channel: string;
  readonly released_by: string | null;
  readonly released_on: string | null;
  readonly release_reason: string | null;
  readonly state: string;
  readonly steps: number;
  readonly ended_on: string | null;
}

/*
 * Rows B-40, B-41 and B-43 of the boundary table as a slow, plain judgement of one credit record for one viewer. Written
 * from the table; it imports nothing of the boundary, the planner or the credit capability, so that it can contradict them.
 */

/** What a viewer may read of a record: nothing; what stands in the credit file; everything. */
export type Sight = 'hidden' | 'file' | 'own';

/** Units that inspect, and so answer for the records of their results (XM-3.6.4a). */
const units = ['XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT'];
/** B-40: the human-resources system of Xiamen. */
const within = ['XM_HRSS', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_UNIT'];

const procedure = ['informedOn', 'defenceUntil', 'repairFrom', 'endedOn'];

/** `day`: the legal day. */
export function sight({ role, kind, agency }: Asker, record: RecordRow, day: string): Sight {
  if (role !== null) return 'hidden'; // a role never adds to the agency's rights
  if (units.includes(kind) && record.responsible_organ === agency) return 'own';
  if (record.state !== 'CONFIRMED' || (record.public_until !== null && record.public_until < day)) return 'hidden'; // XM-3.6.4a: confirmed results alone
  if (within.includes(kind)) return 'file'; // B-40
  return kind === 'XM_CITY_CREDIT' && record.channel === 'PUBLIC_CREDIT' ? 'file' : 'hidden'; // B-41, B-43
}

/** Whether a viewer reads any record at all. */
export function hasRights({ role, kind }: Asker): boolean {
  return role === null && [...within, 'XM_CITY_CREDIT'].includes(kind);
}

/** Whether a field is one this viewer reads of no record at all, so that it is refused and not merely empty. */
export function readsNowhere({ kind, role }: Asker, field: string): boolean {
  return procedure.includes(field) && !(role === null && units.includes(kind));
}

/** What an answer shows of a record, by field of the schema; the unit by its code. Null for one that is hidden. */
export function cellsOf(asker: Asker, record: RecordRow, day: string): Readonly<Record<string, unknown>> | null {
  const seen = sight(asker, record, day);
  if (seen === 'hidden') return null;
  const own = seen === 'own';
  return {
    recordNo: record.record_no, jurisdiction: record.jurisdiction, category: record.category, inspectionNo: record.inspection_no, ground: record.ground,
    legalBasis: record.legal_basis, documentNo: record.document_no, problem: record.problem, handling: record.handling, responsibleOrgan: { code: record.responsible_organ },
    district: record.district, subjectKind: record.subject_kind, subjectName: record.subject_name, subjectCode: record.subject_code, penalties: record.penalties,
    severity: record.severity, state: record.state, decidedOn: record.decided_on, confirmedOn: record.confirmed_on, publicFrom: record.public_from, publicUntil: record.public_until,
    informedOn: own ? record.informed_on : null, defenceUntil: own ? record.defence_until : null,
    repairFrom: own ? record.repair_from : null, endedOn: own ? record.ended_on : null,
  };
}

/** The records a viewer may see, newest first: by internal number. */
export function visibleRecords(asker: Asker, records: readonly RecordRow[], day: string): RecordRow[] {
  return records.filter((record) => sight(asker, record, day) !== 'hidden').sort((one, other) => other.id - one.id);
}
