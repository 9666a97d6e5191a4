import type { ClientBase } from 'pg';
import type { KeyRing } from '../../access/key-ring.js';
import { entryOrigins, type EntryState } from '../../measures/credit/list-entry.js';
import { matchKeyOf, subjectKey, type HolderRecord, type SubjectKind } from '../../subjects/holder.js';
import { foldedName } from '../../subjects/names/folded-name.js';
import { resolveSubjects } from '../../subjects/subject-writer.js';
import type { CreditList, Severity } from './codes.js';

/** An entry as an official register of another jurisdiction shows it. Days are `YYYY-MM-DD`; what it does not state is null. */
export interface AdoptedEntry {
  readonly organ: string;
  readonly jurisdiction: string;
  /** Without the organ's code. */
  readonly number: string;
  readonly list: CreditList;
  readonly ground: string;
  readonly legalBasis: string;
  readonly documentNo: string;
  readonly severity: Severity | null;
  readonly reason: string;
  readonly district: string | null;
  readonly subjectKind: SubjectKind;
  readonly subjectName: string;
  readonly subjectCode: string | null;
  /** The scheme in which the register's naming of a subject is unique, and that naming. */
  readonly subjectScheme: string;
  readonly subjectIdentifier: string;
  readonly validFrom: string;
  /** Null for an entry without end. */
  readonly validTo: string | null;
  /** The official lists that carry it, one at least. */
  readonly sources: readonly string[];
  readonly note: string | null;
  /** The register took it back; when, it does not say. */
  readonly revoked: boolean;
  /** The term that another official list states. */
  readonly otherTerm: { readonly validFrom: string; readonly validTo: string | null } | null;
}

/** What became of an entry: `differs` names the columns in which what is stored says otherwise; then nothing was written. */
export type Adoption = { readonly fate: 'stored' | 'updated' | 'duplicate' } | { readonly fate: 'differs'; readonly columns: readonly string[] };

interface StoredAdoption {
  readonly id: string;
  readonly steps: number;
  readonly state: EntryState;
  readonly sources: readonly string[];
  readonly differing: readonly string[];
}

/** Columns that a later edition of a register has to repeat, with the values of an entry. */
function contentOf(entry: AdoptedEntry): Readonly<Record<string, string | null>> {
  return {
    list: entry.list, ground: entry.ground, legal_basis: entry.legalBasis, document_no: entry.documentNo, severity: entry.severity, reason: entry.reason,
    district: entry.district, subject_kind: entry.subjectKind, subject_name: entry.subjectName, subject_code: entry.subjectCode,
    valid_from: entry.validFrom, valid_to: entry.validTo, source_note: entry.note,
    other_valid_from: entry.otherTerm?.validFrom ?? null, other_valid_to: entry.otherTerm?.validTo ?? null,
  };
}

const storedSql = (columns: readonly string[]): string => `
  SELECT e.id, e.steps, e.state, e.official_sources AS sources,
         array_remove(ARRAY[${columns.map((name, index) => `CASE WHEN e.${name}::text IS DISTINCT FROM $${index + 2}::text THEN '${name}' END`).join(', ')}], NULL) AS differing
    FROM hub.list_entry e WHERE e.entry_no = $1 FOR UPDATE`;

/**
 * Adopts an entry in the caller's transaction, which holds the lock of imports. The same again changes nothing; sources
 * that carry it too are added, and a revocation told later is taken. `today` is the day on which the hub learns of it.
 */
export async function adoptEntry(client: ClientBase, keyRing: KeyRing, entry: AdoptedEntry, today: string): Promise<Adoption> {
  const content = contentOf(entry);
  const names = Object.keys(content);
  const { rows } = await client.query<StoredAdoption>(storedSql(names), [`${entry.organ}/${entry.number}`, ...Object.values(content)]);
  const [stored] = rows;
  if (!stored) {
    await insertEntry(client, keyRing, entry, content, today);
    return { fate: 'stored' };
  }
  const isRevoked = stored.state === 'REVOKED';
  // What was taken back cannot come again under its number, and what is over is not taken back any more.
  const turned = isRevoked === entry.revoked || stored.state === 'PUBLISHED' ? [] : ['state'];
  const differing = [...stored.differing, ...turned];
  if (differing.length > 0) return { fate: 'differs', columns: differing };
  const further = entry.sources.filter((source) => !stored.sources.includes(source));
  if (further.length > 0) await client.query('UPDATE hub.list_entry SET official_sources = official_sources || $2::text[] WHERE id = $1', [stored.id, further]);
  const revoking = entry.revoked && !isRevoked;
  if (revoking) await revoke(client, stored.id, stored.steps + 1, entry, today);
  return { fate: revoking || further.length > 0 ? 'updated' : 'duplicate' };
}

async function insertEntry(client: ClientBase, keyRing: KeyRing, entry: AdoptedEntry, content: Readonly<Record<string, string | null>>, today: string): Promise<void> {
  const columns: Readonly<Record<string, unknown>> = {
    ...content,
    entry_no: `${entry.organ}/${entry.number}`, jurisdiction: entry.jurisdiction, responsible_organ: entry.organ, state: entryOrigins.ADOPT.to,
    official_sources: entry.sources, subject_id: await subjectOf(client, keyRing, entry), subject_folded: foldedName(entry.subjectName),
  };
  const names = Object.keys(columns);
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO hub.list_entry (${names.join(', ')}) VALUES (${names.map((_, index) => `$${index + 1}`).join(', ')}) RETURNING id`,
    Object.values(columns),
  );
  const id = rows[0]?.id ?? '';
  await writeStep(client, id, { ordinal: 1, step: 'ADOPT', from: 'NEW', to: entryOrigins.ADOPT.to }, entry, entry.validFrom);
  if (entry.revoked) await revoke(client, id, 2, entry, today);
}

async function revoke(client: ClientBase, id: string, ordinal: number, entry: AdoptedEntry, today: string): Promise<void> {
  await client.query(`UPDATE hub.list_entry SET state = 'REVOKED', steps = $2 WHERE id = $1`, [id, ordinal]);
  await writeStep(client, id, { ordinal, step: 'REVOKE', from: 'PUBLISHED', to: 'REVOKED' }, entry, today);
}

async function writeStep(
  client: ClientBase,
  id: string,
  { ordinal, step, from, to }: { readonly ordinal: number; readonly step: string; readonly from: string; readonly to: string },
  { organ, documentNo, note }: AdoptedEntry,
  on: string,
): Promise<void> {
  await client.query(
    `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses, document_no, note)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8::date, $9::text[], $10, $11)`,
    [id, ordinal, step, from, to, entryOrigins.ADOPT.by[0], organ, on, entryOrigins.ADOPT.clauses, documentNo, note],
  );
}

/** The register's own naming, as its permits use it: a subject of both is one. */
async function subjectOf(client: ClientBase, keyRing: KeyRing, { subjectKind: kind, subjectName: name, subjectScheme, subjectIdentifier }: AdoptedEntry): Promise<string> {
  const holder: HolderRecord = { kind, name, uscc: null, identifierScheme: subjectScheme, identifier: subjectIdentifier };
  const { ids } = await resolveSubjects(client, [{ holder, document: null }], keyRing);
  const id = ids.get(subjectKey(holder));
  if (id === undefined) throw new Error(`no subject was found or made by ${matchKeyOf(holder).by}`);
  return id;
}
