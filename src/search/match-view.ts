import { visibleRows, type OperationView } from '../boundary/operation-view.js';
import { searchedInFull } from './search-view.js';

/** An entry as the view takes it: only texts to compare for equality, folded and normalised. */
export interface MatchKeys {
  /** Place in the batch. */
  readonly n: number;
  readonly name?: string | undefined;
  readonly uscc?: string | undefined;
  readonly organisation?: string | undefined;
  readonly registration?: string | undefined;
}

/** What of an entry a subject was found by. */
export type FoundBy = 'NAME' | 'USCC' | 'ORGANISATION_CODE' | 'REGISTRATION_NO';

/** Columns of the view. */
export const matchColumns = ['n', 'found_by', 'id', 'kind', 'name', 'uscc', 'identity_mask'] as const;

/**
 * Candidates an answer shows (`SubjectMatch.candidates` in src/limits/weights.ts); one more is looked for, to tell
 * whether there are others.
 */
export const mostCandidates = 3;

const isVisible = (subject: string): string => `EXISTS (SELECT FROM hub.permit p WHERE p.holder_id = ${subject} OFFSET 0)`;

/** The surviving subject of a merger takes the place of the merged one: codes lead to where the permits are. */
const survivor = 'coalesce(s.merged_into, s.id)';

/**
 * The database side of the matching: one statement for a whole batch. Every leg is a look-up by equality on its own
 * index; only what is found is asked for a visible permit.
 */
export const matchView: OperationView = {
  name: 'subject_match',
  viewers: { record: 'Permit', inFull: searchedInFull },
  policies: { 'hub.permit': visibleRows },
  reads: ['hub.subject', 'hub.subject_name', 'hub.subject_identifier'],
  query: ({ cell }) => `  WITH entry AS MATERIALIZED (
    SELECT * FROM jsonb_to_recordset(current_setting('hub.match_entries', true)::jsonb)
      AS e(n int, name text, uscc text, organisation text, registration text)),
  found AS (
    SELECT e.n, 'USCC' AS found_by, ${survivor} AS id FROM entry e JOIN hub.subject s ON s.uscc = e.uscc
    UNION ALL
    SELECT e.n, 'ORGANISATION_CODE', ${survivor} FROM entry e JOIN hub.subject s ON substr(s.uscc, 9, 9) = e.organisation
    UNION ALL
    SELECT e.n, i.scheme, ${survivor}
      FROM entry e JOIN hub.subject_identifier i ON i.scheme = 'ORGANISATION_CODE' AND i.value = e.organisation JOIN hub.subject s ON s.id = i.subject_id
    UNION ALL
    SELECT e.n, i.scheme, ${survivor}
      FROM entry e JOIN hub.subject_identifier i ON i.scheme = 'REGISTRATION_NO' AND i.value = e.registration JOIN hub.subject s ON s.id = i.subject_id
    UNION ALL
    SELECT e.n, 'NAME', f.subject_id FROM entry e CROSS JOIN LATERAL (
      SELECT x.subject_id FROM hub.subject_name x WHERE x.folded = e.name AND ${isVisible('x.subject_id')}
      ORDER BY x.subject_id LIMIT ${mostCandidates + 1}) f)
  SELECT f.n, f.found_by, s.id, s.kind, s.name, s.uscc, ${cell('Subject.identityMask', 's')} AS identity_mask
  FROM found f JOIN hub.subject s ON s.id = f.id WHERE ${isVisible('s.id')}`,
};
