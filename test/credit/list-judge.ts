import type { Asker } from '../boundary/judge.js';

/** A row of `hub.list_entry`, in the column names of the table. Days are `YYYY-MM-DD`. */
export interface EntryRow {
  readonly id: number;
  readonly jurisdiction: string;
  readonly list: string;
  readonly entry_no: string;
  readonly ground: string;
  readonly legal_basis: string;
  readonly document_no: string;
  readonly severity: string | null;
  readonly reason: string;
  readonly responsible_organ: string;
  readonly district: string | null;
  readonly subject_id: number;
  readonly subject_kind: string;
  readonly subject_name: string;
  readonly subject_code: string | null;
  readonly channel: string;
  readonly released_by: string | null;
  readonly released_on: string | null;
  readonly release_reason: string | null;
  readonly subject_folded: string;
  readonly state: string;
  readonly steps: number;
  readonly proposed_on: string;
  readonly informed_on: string | null;
  readonly defence_until: string | null;
  readonly heard: boolean;
  readonly decided_on: string | null;
  readonly published_on: string | null;
  readonly valid_from: string | null;
  readonly valid_to: string | null;
  readonly repair_from: string | null;
  readonly ended_on: string | null;
  readonly open_case: string | null;
}

/*
 * Rows B-35 and B-38 to B-41 of the boundary table as a slow, plain judgement of one entry for one viewer. Written from
 * the table; it imports nothing of the boundary, the planner or the credit capability, so that it can contradict them.
 */

/** What a viewer may read of an entry: nothing; the basic facts; the same and the details of the case; everything. */
export type Sight = 'hidden' | 'basic' | 'details' | 'own';

/** Organs that decide entries, and so answer for them (YZ-3.5b). */
const organs = ['MUNI_HRSS', 'DISTRICT_HRSS', 'DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'XM_HRSS', 'XM_DISTRICT_HRSS', 'XM_UNIT'];
/** B-38: who is told of the black list of Tianjin, and of the red one (YZ-3.5a). */
const ofBlackList = ['BLACKLIST_DB', 'CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM', 'MUNI_HRSS', 'DISTRICT_HRSS'];
const ofRedList = ['CREDIT_PLATFORM', 'JOINT_SANCTION_PLATFORM'];
/** B-40: the human-resources system of Xiamen. */
const withinXiamen = ['XM_HRSS', 'XM_CREDIT_DIV', 'XM_DISTRICT_HRSS', 'XM_UNIT'];
/** B-35: who licenses. */
const licensing = ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL', 'MUNI_HRSS'];

const procedure = ['informedOn', 'defenceUntil', 'repairFrom', 'endedOn'];

/** B-38: reason details outside the purpose of sanctions are withheld. */
function sanctions({ purpose, caseNo = '' }: Asker): boolean {
  return purpose === 'JOINT_SANCTION' && caseNo !== '';
}

/** On the list on a day: published, objected to or not, and not over. */
function isListed({ state, valid_to: last }: EntryRow, day: string | null): boolean {
  return (state === 'PUBLISHED' || state === 'OBJECTED') && (day === null || last === null || last >= day);
}

/** `day`: the legal day, or null for a judgement of what it is, whenever it ends. */
export function sight(asker: Asker, entry: EntryRow, day: string | null): Sight {
  if (asker.role !== null) return 'hidden'; // B-39: an analyst counts; a role never adds to the agency's rights
  if (organs.includes(asker.kind) && entry.responsible_organ === asker.agency) return 'own'; // YZ-3.5b
  if (!isListed(entry, day)) return 'hidden'; // B-38: active entries
  if (entry.jurisdiction === 'CN-TJ') {
    if (entry.list === 'BLACK' && ofBlackList.includes(asker.kind)) return sanctions(asker) ? 'details' : 'basic'; // B-38
    return entry.list === 'RED' && ofRedList.includes(asker.kind) ? 'basic' : 'hidden';
  }
  if (entry.jurisdiction !== 'CN-FJ-350200') return 'hidden';
  if (asker.kind === 'XM_CITY_CREDIT') return entry.channel === 'PUBLIC_CREDIT' ? 'basic' : 'hidden'; // B-41
  return withinXiamen.includes(asker.kind) && (entry.list === 'RED' || entry.list === 'BLACK') ? 'basic' : 'hidden'; // B-40
}

/** Whether any of these rows gives this viewer anything at all. */
export function hasRights({ role, kind }: Asker): boolean {
  return role === null && [...organs, ...ofBlackList, ...withinXiamen, 'XM_CITY_CREDIT'].includes(kind);
}

export function isOrgan({ role, kind }: Asker): boolean {
  return role === null && organs.includes(kind);
}

export function mayAskGate({ role, kind }: Asker): boolean {
  return role === null && licensing.includes(kind);
}

/** Whether a field is one this viewer reads of no entry at all, so that it is refused and not merely empty. */
export function readsNowhere(asker: Asker, field: string): boolean {
  if (isOrgan(asker)) return false;
  return procedure.includes(field) || (field === 'reason' && !(ofBlackList.includes(asker.kind) && sanctions(asker)));
}

/** What an answer shows of an entry, by field of the schema; the organ by its code. Null for one that is hidden. */
export function cellsOf(asker: Asker, entry: EntryRow, day: string | null): Readonly<Record<string, unknown>> | null {
  const seen = sight(asker, entry, day);
  if (seen === 'hidden') return null;
  const own = seen === 'own';
  return {
    entryNo: entry.entry_no, jurisdiction: entry.jurisdiction, list: entry.list, ground: entry.ground, legalBasis: entry.legal_basis,
    documentNo: entry.document_no, severity: entry.severity, responsibleOrgan: entry.responsible_organ, district: entry.district,
    subjectKind: entry.subject_kind, subjectName: entry.subject_name, subjectCode: entry.subject_code, state: entry.state,
    decidedOn: entry.decided_on, publishedOn: entry.published_on, validFrom: entry.valid_from, validTo: entry.valid_to, openCase: entry.open_case,
    reason: own || seen === 'details' ? entry.reason : null,
    informedOn: own ? entry.informed_on : null, defenceUntil: own ? entry.defence_until : null,
    repairFrom: own ? entry.repair_from : null, endedOn: own ? entry.ended_on : null,
  };
}

/** The entries a viewer may see, newest first: by internal number. */
export function visibleEntries(asker: Asker, entries: readonly EntryRow[], day: string): EntryRow[] {
  return entries.filter((entry) => sight(asker, entry, day) !== 'hidden').sort((one, other) => other.id - one.id);
}

/** What blocks approval on commitment of a subject on a day: entries of Tianjin in force, published or not. */
export function gateOf(entries: readonly EntryRow[], subject: number | null, day: string): { readonly allowed: boolean; readonly grounds: readonly string[] } {
  const blocks = (list: string): boolean =>
    entries.some(
      (entry) =>
        entry.subject_id === subject && entry.jurisdiction === 'CN-TJ' && entry.list === list && ['DECIDED', 'PUBLISHED', 'OBJECTED'].includes(entry.state) &&
        entry.valid_from !== null && entry.valid_from <= day && (entry.valid_to === null || day <= entry.valid_to),
    );
  const grounds = [...(blocks('BLACK') ? ['ACTIVE_BLACKLIST_ENTRY'] : []), ...(blocks('JUDGMENT_DEBTOR') ? ['UNPERFORMED_JUDGMENT'] : [])];
  return { allowed: grounds.length === 0, grounds };
}
