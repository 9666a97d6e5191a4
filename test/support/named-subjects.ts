/**
 * A change of hub.subject with the names it needs beside it: a name is not written without its folded form. `change` is
 * an INSERT or UPDATE without RETURNING; answers with the keys. Names stay as they are: for tests that search none.
 */
export function namedSubjects(change: string): string {
  return `WITH changed AS (${change} RETURNING id, name),
    named AS (
      INSERT INTO hub.subject_name (subject_id, name, folded, sort, version) SELECT id, name, name, name, 0 FROM changed
      ON CONFLICT (subject_id) DO UPDATE SET name = excluded.name, folded = excluded.folded, sort = excluded.sort)
    SELECT id FROM changed`;
}
