import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import type { NamingDocument } from './holder.js';
import type { OpenScheme } from './identifiers/schemes.js';

/** A name or code that a subject had before, or that of a subject merged into another. */
export interface FormerCode {
  readonly subjectId: string;
  /** What changed: the name, the code the subject was known by, or its independence. */
  readonly change: 'NAME' | 'MERGED' | OpenScheme;
  readonly former: string;
  /** Earliest day a document is known to use it, `YYYY-MM-DD`. */
  readonly heldFrom: string | null;
  /** Day of the document that ended it, `YYYY-MM-DD`. */
  readonly heldUntil: string | null;
  /** The document this is known from; null for an application. */
  readonly document: NamingDocument | null;
}

const columns: readonly SqlColumn<FormerCode>[] = [
  { name: 'subject_id', type: 'bigint', value: ({ subjectId }) => subjectId },
  { name: 'change', type: 'text', value: ({ change }) => change },
  { name: 'former', type: 'text', value: ({ former }) => former },
  { name: 'held_from', type: 'date', value: ({ heldFrom }) => heldFrom },
  { name: 'held_until', type: 'date', value: ({ heldUntil }) => heldUntil },
  { name: 'document_scheme', type: 'text', value: ({ document }) => document?.identifierScheme ?? null },
  { name: 'document_no', type: 'text', value: ({ document }) => document?.documentNo ?? null },
];

// Dates only widen, so that documents may come in any order and again.
const writeSql = `
  INSERT INTO hub.subject_code_history AS h (${columnNames(columns)})
  SELECT ${columnNames(columns)} FROM ${unnestSql(columns)} AS i(${columnNames(columns)})
  ON CONFLICT (subject_id, change, former) DO UPDATE
     SET held_from = least(h.held_from, excluded.held_from), held_until = greatest(h.held_until, excluded.held_until)
   WHERE (least(h.held_from, excluded.held_from), greatest(h.held_until, excluded.held_until))
         IS DISTINCT FROM (h.held_from, h.held_until)`;

/** Adds to the history of names and codes inside the caller's transaction; what is known already changes nothing. */
export async function writeCodeHistory(client: ClientBase, entries: readonly FormerCode[]): Promise<void> {
  const merged = new Map<string, FormerCode>();
  for (const entry of entries) {
    const key = `${entry.subjectId}\n${entry.change}\n${entry.former}`;
    const before = merged.get(key);
    merged.set(key, before ? widened(before, entry) : entry);
  }
  if (merged.size > 0) await client.query(writeSql, columnArrays(columns, [...merged.values()]));
}

function widened(one: FormerCode, other: FormerCode): FormerCode {
  const from = [one.heldFrom, other.heldFrom].flatMap((day) => day ?? []).sort();
  const until = [one.heldUntil, other.heldUntil].flatMap((day) => day ?? []).sort();
  const earlier = (other.document?.decidedOn ?? '') < (one.document?.decidedOn ?? '') ? other : one;
  return { ...earlier, heldFrom: from[0] ?? null, heldUntil: until.at(-1) ?? null };
}
