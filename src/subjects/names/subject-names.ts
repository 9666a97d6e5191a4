import type pg from 'pg';
import type { SqlColumn } from '../../database/column-arrays.js';
import { columnArrays, columnNames, unnestSql } from '../../database/column-arrays.js';
import { foldedName, foldingVersion, pinyinKey } from './folded-name.js';

/** A name with what is stored of it for the search. */
export interface FoldedName {
  readonly name: string;
  readonly folded: string;
  readonly sort: string;
}

/** A subject whose name is to be folded. */
interface NamedSubject {
  readonly id: string;
  readonly name: string;
}

/** Each of the names once, folded. */
export function foldedNames(names: Iterable<string>): FoldedName[] {
  return [...new Set(names)].map((name) => {
    const folded = foldedName(name);
    return { name, folded, sort: pinyinKey(folded) };
  });
}

export const foldedNameColumns: readonly SqlColumn<FoldedName>[] = [
  { name: 'name', type: 'text', value: ({ name }) => name },
  { name: 'folded', type: 'text', value: ({ folded }) => folded },
  { name: 'sort', type: 'text', value: ({ sort }) => sort },
];

/**
 * `INSERT …` to stand in the statement that writes the subjects: stores the folded names of the rows of `subjects`, a
 * query of (id, name). Parameters from `from` on (1-based) are the arrays of `foldedNameColumns`.
 */
export function nameSubjectsSql(subjects: string, from: number): string {
  return `INSERT INTO hub.subject_name AS known (subject_id, name, folded, sort, version)
    SELECT s.id, s.name, f.folded, f.sort, ${foldingVersion}
      FROM ${subjects} s JOIN ${unnestSql(foldedNameColumns, from)} AS f(${columnNames(foldedNameColumns)}) ON f.name = s.name
    ON CONFLICT (subject_id) DO UPDATE SET name = excluded.name, folded = excluded.folded, sort = excluded.sort, version = excluded.version
      WHERE (known.name, known.folded, known.sort, known.version)
            IS DISTINCT FROM (excluded.name, excluded.folded, excluded.sort, excluded.version)`;
}

/** Names folded in one transaction: about 0.3 s. */
const foldedAtOnce = 5_000;

const unfoldedSql = `
  SELECT s.id, s.name FROM hub.subject s LEFT JOIN hub.subject_name f ON f.subject_id = s.id
   WHERE s.id > $1 AND (f.subject_id IS NULL OR f.name <> s.name OR f.version <> ${foldingVersion})
   ORDER BY s.id LIMIT ${foldedAtOnce}`;

/**
 * Folds the names that are not, or were by another version: those from before the search, and those a tool wrote while
 * the triggers rested. After it every subject can be found. Each batch is a transaction of its own, so that a start that
 * was killed goes on where it stopped; `say` is told after each. About 15,000 names a second.
 */
export async function foldStoredNames(client: Pick<pg.ClientBase, 'query'>, say: (folded: number) => void): Promise<void> {
  for (let after = '0', folded = 0; ; ) {
    const { rows } = await client.query<NamedSubject>(unfoldedSql, [after]);
    const last = rows.at(-1);
    if (!last) return;
    await client.query(`WITH rows AS (SELECT id, name FROM hub.subject WHERE id = ANY ($1::bigint[]) FOR SHARE) ${nameSubjectsSql('rows', 2)}`, [
      rows.map(({ id }) => id),
      ...columnArrays(foldedNameColumns, foldedNames(rows.map(({ name }) => name))),
    ]);
    after = last.id;
    folded += rows.length;
    say(folded);
  }
}
