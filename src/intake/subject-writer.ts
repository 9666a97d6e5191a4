import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from './column-arrays.js';
import type { HolderRecord, PermitRecord } from './permit-record.js';

/** A holder as a document names it: among several, the newest document has the word on name and kind. */
export interface HolderMention {
  readonly holder: HolderRecord;
  /** The naming decision; null for an application, which never renames. */
  readonly document: PermitRecord | null;
}

/** Ids of the subjects by `subjectKey`, and the mentions that changed a name or kind already stored. */
export interface ResolvedSubjects {
  readonly ids: ReadonlyMap<string, string>;
  readonly renamedBy: ReadonlySet<HolderMention>;
}

/** What a holder is matched by: its credit code, else its identifier in its own scheme. */
export function subjectKey(holder: Pick<HolderRecord, 'uscc' | 'identifierScheme' | 'identifier'>): string {
  return holder.uscc === null ? `${holder.identifierScheme ?? ''}\n${holder.identifier ?? ''}` : `\n${holder.uscc}`;
}

const keyColumns: readonly SqlColumn<HolderRecord>[] = [
  { name: 'uscc', type: 'text', value: ({ uscc }) => uscc },
  { name: 'identifier_scheme', type: 'text', value: ({ identifierScheme }) => identifierScheme },
  { name: 'identifier', type: 'text', value: ({ identifier }) => identifier },
];

const insertColumns: readonly SqlColumn<HolderRecord>[] = [
  { name: 'kind', type: 'text', value: ({ kind }) => kind },
  { name: 'name', type: 'text', value: ({ name }) => name },
  ...keyColumns,
];

interface Renaming {
  readonly id: string;
  readonly mention: HolderMention;
  readonly document: PermitRecord;
}

const renameColumns: readonly SqlColumn<Renaming>[] = [
  { name: 'id', type: 'bigint', value: ({ id }) => id },
  { name: 'kind', type: 'text', value: ({ mention }) => mention.holder.kind },
  { name: 'name', type: 'text', value: ({ mention }) => mention.holder.name },
  { name: 'decided_on', type: 'date', value: ({ document }) => document.decidedOn },
  { name: 'scheme', type: 'text', value: ({ document }) => document.identifierScheme },
  { name: 'document_no', type: 'text', value: ({ document }) => document.documentNo },
  { name: 'document_part', type: 'int', value: ({ document }) => document.documentPart },
];

// Two look-ups by equality, each on its unique index; an OR over both would read the table.
const findSql = `
  WITH wanted AS (SELECT * FROM ${unnestSql(keyColumns)} AS k(${columnNames(keyColumns)}))
  SELECT s.id, s.kind, s.name, s.uscc, s.identifier_scheme, s.identifier
    FROM wanted JOIN hub.subject s ON s.uscc = wanted.uscc
  UNION ALL
  SELECT s.id, s.kind, s.name, s.uscc, s.identifier_scheme, s.identifier
    FROM wanted JOIN hub.subject s ON s.identifier_scheme = wanted.identifier_scheme AND s.identifier = wanted.identifier
   WHERE wanted.uscc IS NULL`;

const insertSql = `
  INSERT INTO hub.subject (${columnNames(insertColumns)})
  SELECT ${columnNames(insertColumns)} FROM ${unnestSql(insertColumns)} WITH ORDINALITY AS i(${columnNames(insertColumns)}, n) ORDER BY n
  RETURNING id, kind, name, uscc, identifier_scheme, identifier`;

// A name on an older document than one already stored is history: without this test two names in one file would
// replace each other at every import. The order of documents is (date, number, part).
const renameSql = `
  UPDATE hub.subject s SET kind = i.kind, name = i.name
    FROM ${unnestSql(renameColumns)} AS i(${columnNames(renameColumns)})
   WHERE s.id = i.id
     AND NOT EXISTS (
       SELECT FROM hub.permit p
        WHERE p.holder_id = i.id
          AND (p.decided_on, p.document_no COLLATE "C", p.document_part) > (i.decided_on, i.document_no COLLATE "C", i.document_part)
          AND (p.identifier_scheme, p.document_no) IS DISTINCT FROM (i.scheme, i.document_no))
  RETURNING s.id`;

interface SubjectRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly uscc: string | null;
  readonly identifier_scheme: string | null;
  readonly identifier: string | null;
}

/**
 * Finds or makes the subjects of a batch, inside the caller's transaction, and brings name and kind to what the newest
 * document says. At most three statements, whatever the size; none that changes nothing.
 */
export async function resolveSubjects(client: ClientBase, mentions: readonly HolderMention[]): Promise<ResolvedSubjects> {
  const leading = new Map<string, HolderMention>();
  for (const mention of mentions) {
    const key = subjectKey(mention.holder);
    const before = leading.get(key);
    if (!before || isNewer(mention.document, before.document)) leading.set(key, mention);
  }
  const ids = new Map<string, string>();
  const renamings = new Map<string, Renaming>();
  const holders = [...leading.values()].map(({ holder }) => holder);
  const found = await client.query<SubjectRow>({ name: 'intake-subjects', text: findSql, values: columnArrays(keyColumns, holders) });
  for (const row of found.rows) {
    const key = keyOf(row);
    ids.set(key, row.id);
    const mention = leading.get(key);
    if (!mention?.document || (mention.holder.name === row.name && mention.holder.kind === row.kind)) continue;
    renamings.set(row.id, { id: row.id, mention, document: mention.document });
  }
  const missing = holders.filter((holder) => !ids.has(subjectKey(holder)));
  if (missing.length > 0) {
    const inserted = await client.query<SubjectRow>(insertSql, columnArrays(insertColumns, missing));
    for (const row of inserted.rows) ids.set(keyOf(row), row.id);
  }
  const renamedBy = new Set<HolderMention>();
  if (renamings.size > 0) {
    const renamed = await client.query<{ id: string }>(renameSql, columnArrays(renameColumns, [...renamings.values()]));
    for (const { id } of renamed.rows) {
      const renaming = renamings.get(id);
      if (renaming) renamedBy.add(renaming.mention);
    }
  }
  return { ids, renamedBy };
}

function keyOf({ uscc, identifier_scheme: identifierScheme, identifier }: SubjectRow): string {
  return subjectKey({ uscc, identifierScheme, identifier });
}

function isNewer(document: PermitRecord | null, other: PermitRecord | null): boolean {
  if (!document || !other) return document !== null;
  if (document.decidedOn !== other.decidedOn) return document.decidedOn > other.decidedOn;
  if (document.documentNo !== other.documentNo) return Buffer.compare(Buffer.from(document.documentNo), Buffer.from(other.documentNo)) > 0;
  return (document.documentPart ?? 1) > (other.documentPart ?? 1);
}
