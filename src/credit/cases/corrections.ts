import type { ClientBase } from 'pg';
import { foldedName } from '../../subjects/names/folded-name.js';
import { isLegalDate } from '../../measures/clock.js';
import { Severity } from '../lists/codes.js';
import { ListRefusal } from '../refusal.js';
import type { CorrectableField } from './codes.js';

/** A field of an entry and the value an objection asks for; null to leave it empty. */
export interface AskedChange {
  readonly field: CorrectableField;
  readonly value: string | null;
}

const columns: Readonly<Record<CorrectableField, string>> = {
  GROUND: 'ground', LEGAL_BASIS: 'legal_basis', DOCUMENT_NO: 'document_no', SEVERITY: 'severity', DISTRICT: 'district', SUBJECT_NAME: 'subject_name', VALID_TO: 'valid_to',
};

const mayBeEmpty: ReadonlySet<CorrectableField> = new Set(['SEVERITY', 'DISTRICT', 'VALID_TO']);

/** Throws ListRefusal CASE_FIELD_UNFIT for values no entry could hold, and for a field that is named twice. */
export function assertFitting(changes: readonly AskedChange[]): void {
  const unfit = changes.filter(({ field, value }, i) => !fits(field, value) || changes.findIndex((other) => other.field === field) !== i);
  if (unfit.length > 0) throw new ListRefusal('CASE_FIELD_UNFIT', ['YZ-3.5e'], unfit.map(({ field }) => `changes.${field}`));
}

function fits(field: CorrectableField, value: string | null): boolean {
  if (value === null) return mayBeEmpty.has(field);
  if (value.trim() === '') return false;
  if (field === 'VALID_TO') return isLegalDate(value);
  return field !== 'SEVERITY' || Object.hasOwn(Severity, value);
}

/** The values the entry has now, by field. */
async function valuesNow(client: ClientBase, entry: string): Promise<Readonly<Record<string, string | null>>> {
  const list = Object.entries(columns).map(([field, column]) => `${column}::text AS "${field}"`).join(', ');
  const { rows } = await client.query<Record<string, string | null>>(`SELECT ${list} FROM hub.list_entry WHERE id = $1`, [entry]);
  return rows[0] ?? {};
}

/** Keeps what a case asks for beside what the entry says now. Throws ListRefusal CASE_NOTHING_TO_CORRECT for a value it has already. */
export async function keepChanges(client: ClientBase, caseId: string, entry: string, changes: readonly AskedChange[]): Promise<void> {
  if (changes.length === 0) return;
  const now = await valuesNow(client, entry);
  const idle = changes.filter(({ field, value }) => now[field] === value);
  if (idle.length > 0) throw new ListRefusal('CASE_NOTHING_TO_CORRECT', ['YZ-3.5e'], idle.map(({ field }) => `changes.${field}`));
  await client.query(
    `INSERT INTO hub.credit_case_change (case_id, entry_id, jurisdiction, responsible_organ, filed_by, field, old_value, new_value)
     SELECT c.id, c.entry_id, c.jurisdiction, c.responsible_organ, c.filed_by, a.field, a.old_value, a.new_value
       FROM hub.credit_case c, unnest($2::text[], $3::text[], $4::text[]) AS a(field, old_value, new_value) WHERE c.id = $1`,
    [caseId, changes.map(({ field }) => field), changes.map(({ field }) => now[field] ?? null), changes.map(({ value }) => value)],
  );
}

/** What a case asks for. */
export async function changesOf(client: ClientBase, caseId: string): Promise<readonly AskedChange[]> {
  const { rows } = await client.query<AskedChange>('SELECT field, new_value AS value FROM hub.credit_case_change WHERE case_id = $1 ORDER BY id', [caseId]);
  return rows;
}

/** The assignments that correct an entry: for `SET`, with values from the given position on; empty without changes. */
export function assignments(changes: readonly AskedChange[], from: number): { readonly sql: string; readonly values: readonly (string | null)[] } {
  const set = changes.flatMap(({ field, value }): [string, string | null][] => [
    [columns[field], value],
    ...(field === 'SUBJECT_NAME' && value !== null ? [['subject_folded', foldedName(value)] as [string, string]] : []),
  ]);
  return {
    sql: set.map(([column], i) => `, ${column} = $${from + i}${column === 'valid_to' ? '::date' : ''}`).join(''),
    values: set.map(([, value]) => value),
  };
}
