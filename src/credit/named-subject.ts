import type { ClientBase } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import { matchKeyOf, subjectKey, type HolderRecord, type SubjectKind } from '../subjects/holder.js';
import { innerOrganisationCode } from '../subjects/identifiers/credit-code.js';
import { resolveSubjects } from '../subjects/subject-writer.js';

/** Serialises with imports, because subjects are found or made: to be held by whoever calls `namedSubject`. */
export const subjectLock = `SELECT pg_advisory_xact_lock(hashtextextended('hub.permit_intake', 0))`;

/** Whom an entry or a record is about, as its document names them. */
export interface NamedSubject {
  readonly subjectKind: SubjectKind;
  readonly subjectName: string;
  readonly subjectCode: string | null;
}

/**
 * The hub's id of a named subject, found or made, inside the caller's transaction. Without a code the subject is known by
 * what names it alone (`own`): a name identifies nobody.
 */
export async function namedSubject(
  client: ClientBase,
  keyRing: KeyRing,
  { subjectKind: kind, subjectName: name, subjectCode: uscc }: NamedSubject,
  own: { readonly identifierScheme: 'LIST_ENTRY' | 'CREDIT_RECORD'; readonly identifier: string },
): Promise<string> {
  if (uscc !== null) {
    // By reading alone where the register knows it: what is not confirmed is nobody else's to see, so it changes nothing others see.
    const { rows } = await client.query<{ id: string }>(
      `SELECT coalesce(s.merged_into, s.id) AS id FROM hub.subject s WHERE s.uscc = $1
       UNION ALL SELECT coalesce(s.merged_into, s.id) FROM hub.subject_identifier i JOIN hub.subject s ON s.id = i.subject_id
       WHERE i.scheme = 'ORGANISATION_CODE' AND i.value = $2 AND s.uscc IS NULL LIMIT 1`,
      [uscc, innerOrganisationCode(uscc)],
    );
    if (rows[0]) return rows[0].id;
  }
  const holder: HolderRecord = { kind, name, uscc, ...(uscc === null ? own : { identifierScheme: null, identifier: null }) };
  const { ids } = await resolveSubjects(client, [{ holder, document: null }], keyRing);
  const id = ids.get(subjectKey(holder));
  if (id === undefined) throw new Error(`no subject was found or made by ${matchKeyOf(holder).by}`);
  return id;
}
