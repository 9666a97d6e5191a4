import type { PoolClient } from 'pg';
import type { ListRegister, ListStep } from '../../credit/lists/list-register.js';
import { ListRefusal } from '../../credit/refusal.js';
import type { EntryState } from '../../measures/credit/list-entry.js';
import type { FindingCode } from '../findings.js';
import type { ProposedRecord } from './list-record.js';

/** A finding before its column has its name. */
export interface FieldFinding {
  readonly field: string;
  readonly code: FindingCode;
  readonly clauses: readonly string[];
}

/** What became of an entry; where there are findings, nothing was written. */
export type Entering = { readonly fate: 'stored' | 'updated' | 'duplicate'; readonly findings?: undefined } | { readonly fate?: undefined; readonly findings: readonly FieldFinding[] };

interface StoredEntry {
  readonly state: EntryState;
  /** How it ended, also when it was removed since; null while it has not. */
  readonly ended: string | null;
  readonly facts: Readonly<Record<string, string | null>>;
}

/** Fields of a row with the columns that hold them; those of the second group are known only from the step on that records them. */
const proposalColumns = {
  list: 'list', ground: 'ground', legalBasis: 'legal_basis', documentNo: 'document_no', severity: 'severity', reason: 'reason', district: 'district',
  subjectKind: 'subject_kind', subjectName: 'subject_name', subjectCode: 'subject_code',
} as const;
const stepColumns = {
  INFORM: { informedOn: 'informed_on', defenceUntil: 'defence_until' },
  DECIDE: { decidedOn: 'decided_on', validFrom: 'valid_from', validTo: 'valid_to', repairFrom: 'repair_from', heard: 'heard' },
  PUBLISH: { publishedOn: 'published_on' },
} as const;
const allColumns = { ...proposalColumns, ...stepColumns.INFORM, ...stepColumns.DECIDE, ...stepColumns.PUBLISH };

type StepName = keyof typeof stepColumns;
const inOrder: readonly StepName[] = ['INFORM', 'DECIDE', 'PUBLISH'];

/** The first of these steps that an entry still has before it, by where it stands. */
const nextStep: Readonly<Partial<Record<EntryState, StepName>>> = { PROPOSED: 'INFORM', INFORMED: 'DECIDE', DECIDED: 'PUBLISH' };

/**
 * Brings an entry of an organ onto its list by the steps of the register, in the caller's transaction, which holds the lock
 * of imports: those that the hub has already are compared, the others are taken with the days of the row. `stated` are
 * the fields the file states; of the others it says nothing.
 */
export async function enterEntry(client: PoolClient, register: ListRegister, entry: ProposedRecord, stated: ReadonlySet<string>): Promise<Entering> {
  const entryNo = `${entry.organ}/${entry.number}`;
  const stored = await storedEntry(client, entryNo);
  const differing = stored ? differingFields(stored, entry, stated) : [];
  if (differing.length > 0) return { findings: differing };
  // Published here for the first time, who follows the lists would be told of it; and nobody but the organ may see what has ended.
  if (entry.end && (!stored || nextStep[stored.state] !== undefined)) return { findings: [{ field: 'endKind', code: 'LIST_ENTRY_OVER', clauses: ['YZ-3.5e'] }] };
  // A repair goes by a case, through the single window: a file cannot stand for what its organ and its centre decided.
  if (entry.end?.kind === 'REPAIRED' && stored?.ended !== 'REPAIRED') return { findings: [{ field: 'endKind', code: 'LIST_REPAIR_BY_CASE', clauses: ['YZ-3.5e'] }] };
  await client.query('SAVEPOINT list_row');
  try {
    const written = await takeSteps(register.within(client), entryNo, entry, stored);
    await client.query('RELEASE SAVEPOINT list_row');
    return { fate: stored ? (written > 0 ? 'updated' : 'duplicate') : 'stored' };
  } catch (error) {
    if (!(error instanceof ListRefusal)) throw error;
    await client.query('ROLLBACK TO SAVEPOINT list_row');
    return { findings: [findingOf(error)] };
  }
}

/** Takes the steps that are still to be taken; returns how many. */
async function takeSteps(register: ListRegister, entryNo: string, entry: ProposedRecord, stored: StoredEntry | null): Promise<number> {
  const { organ, jurisdiction, number, end, informedOn, defenceUntil, heard, decidedOn, publishedOn, validFrom, validTo, repairFrom, ...rest } = entry;
  const { list, ground, legalBasis, documentNo, severity, reason, district, subjectKind, subjectName, subjectCode } = rest;
  if (!stored) {
    // The file tells no day of the proposal: it is there when the subject is informed of it.
    const proposal = { number, list, ground, legalBasis, documentNo, severity, reason, district, subjectKind, subjectName, subjectCode, proposedOn: informedOn };
    await register.propose({ code: organ, jurisdiction }, proposal);
  }
  const days: Readonly<Record<StepName, Partial<ListStep> & { readonly on: string }>> = {
    INFORM: { on: informedOn, defenceUntil },
    DECIDE: { on: decidedOn, documentNo, heard, validFrom, validTo, repairFrom },
    PUBLISH: { on: publishedOn },
  };
  const first = nextStep[stored?.state ?? 'PROPOSED'];
  const steps: ListStep[] = first === undefined ? [] : inOrder.slice(inOrder.indexOf(first)).map((step) => ({ ...bareStep, step, ...days[step] }));
  if (end?.kind === 'REVOKED' && stored?.ended == null) steps.push({ ...bareStep, on: end.on, documentNo: end.documentNo, note: end.note, step: 'REVOKE' });
  for (const step of steps) await register.take({ code: organ }, entryNo, step);
  return steps.length;
}

const bareStep: Omit<ListStep, 'step' | 'on'> = {
  documentNo: null, note: null, defenceUntil: null, heard: false, validFrom: null, validTo: null, repairFrom: null,
};

async function storedEntry(client: PoolClient, entryNo: string): Promise<StoredEntry | null> {
  const { rows } = await client.query<StoredEntry>(
    `SELECT e.state, jsonb_build_object(${Object.entries(allColumns).map(([field, column]) => `'${field}', e.${column}::text`).join(', ')}, 'endedOn', e.ended_on::text) AS facts,
            (SELECT s.to_state FROM hub.list_entry_step s WHERE s.entry_id = e.id AND s.to_state IN ('REPAIRED', 'REVOKED', 'EXPIRED')) AS ended
       FROM hub.list_entry e WHERE e.entry_no = $1 FOR UPDATE OF e`,
    [entryNo],
  );
  return rows[0] ?? null;
}

/** The fields in which a row says otherwise than what the hub was told before. */
function differingFields({ state, ended, facts }: StoredEntry, entry: ProposedRecord, stated: ReadonlySet<string>): readonly FieldFinding[] {
  const doubt = (field: string): FieldFinding => ({ field, code: 'ENTRY_DIFFERS', clauses: ['YZ-3.5b'] });
  if (state === 'DROPPED') return [doubt('*')];
  const next = nextStep[state];
  const taken = inOrder.slice(0, next === undefined ? inOrder.length : inOrder.indexOf(next));
  const known = [...Object.keys(proposalColumns), ...taken.flatMap((step) => Object.keys(stepColumns[step]))];
  const said: Readonly<Record<string, unknown>> = { ...entry, heard: String(entry.heard) };
  const differing = known.filter((field) => stated.has(field) && (said[field] ?? null) !== (facts[field] ?? null)).map(doubt);
  if (ended === null || (ended === 'EXPIRED' && entry.end === null)) return differing;
  if (entry.end === null) return [...differing, { field: 'endKind', code: 'ENTRY_ENDED', clauses: ['YZ-3.5e'] }];
  if (entry.end.kind !== ended) return [...differing, doubt('endKind')];
  return ended !== 'EXPIRED' && entry.end.on !== facts['endedOn'] ? [...differing, doubt('endedOn')] : differing;
}

/** What the register refuses, as a finding on the column that has to be mended. */
function findingOf({ code, clauses }: ListRefusal): FieldFinding {
  switch (code) {
    case 'ENTRY_DEFENCE_RUNNING':
      return { field: 'decidedOn', code: 'LIST_DEFENCE_RUNNING', clauses };
    case 'ENTRY_NOT_BEGUN':
      return { field: 'publishedOn', code: 'LIST_DAYS_UNFIT', clauses };
    case 'ENTRY_DAYS_UNFIT':
      return { field: '*', code: 'LIST_DAYS_UNFIT', clauses };
    case 'ENTRY_OVER':
      return { field: 'validTo', code: 'LIST_ENTRY_OVER', clauses };
    case 'ENTRY_DAY_TO_COME':
      return { field: '*', code: 'LIST_DAY_TO_COME', clauses };
    default:
      return { field: '*', code: 'LIST_STEP_REFUSED', clauses };
  }
}
