import type { ClientBase } from 'pg';
import { writeCodeHistory } from './code-history.js';
import type { NamingDocument } from './holder.js';

/** Two subjects that are one, by the word of a document. */
export interface SubjectMerger {
  readonly mergedId: string;
  readonly survivingId: string;
  readonly document: NamingDocument;
  /** When it is done: the change of the permits that go over. */
  readonly at: Date;
}

/**
 * Merges a subject into another, inside the caller's transaction: it stays, points to the surviving one, and every
 * look-up by one of its codes follows; its permits, list entries, credit records and applications go over at once. Sealed identifiers stay with it,
 * because a seal is bound to its subject. Throws when one of the two does not exist, was merged itself, or both are
 * the same, so that pointers never form a chain or a circle.
 */
export async function mergeSubjects(client: ClientBase, { mergedId, survivingId, document, at }: SubjectMerger): Promise<void> {
  const { rows } = await client.query<{ id: string; name: string; merged_into: string | null }>(
    'SELECT id, name, merged_into FROM hub.subject WHERE id = ANY($1::bigint[]) ORDER BY id FOR UPDATE',
    [[mergedId, survivingId]],
  );
  const merged = rows.find(({ id }) => id === mergedId);
  if (rows.length !== 2 || !merged || rows.some(({ merged_into: into }) => into !== null)) {
    throw new Error('Two different subjects that were not merged before can be merged.');
  }
  // Those merged into it earlier point to the surviving one too: look-ups follow one step.
  await client.query('UPDATE hub.subject SET merged_into = $2 WHERE id = $1 OR merged_into = $1', [mergedId, survivingId]);
  await client.query(
    'UPDATE hub.permit SET holder_id = $2, revision = revision + 1, updated_at = $3, basic_updated_at = $3 WHERE holder_id = $1',
    [mergedId, survivingId, at],
  );
  await client.query('UPDATE hub.list_entry SET subject_id = $2 WHERE subject_id = $1', [mergedId, survivingId]);
  await client.query('UPDATE hub.credit_record SET subject_id = $2 WHERE subject_id = $1', [mergedId, survivingId]);
  await client.query('UPDATE hub.permit_application SET applicant_id = $2 WHERE applicant_id = $1', [mergedId, survivingId]);
  await writeCodeHistory(client, [
    { subjectId: mergedId, change: 'MERGED', former: merged.name, heldFrom: null, heldUntil: document.decidedOn, document },
  ]);
}
