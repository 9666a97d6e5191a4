import type { ClientBase } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import { writeCodeHistory, type FormerCode } from './code-history.js';
import { findSubjects } from './find-subjects.js';
import { identifiersOf, type HolderMention, type NamingDocument } from './holder.js';
import { isOpen, isPersonal, maskIdentifier, type Identifier } from './identifiers/schemes.js';
import { matchHolders, type AssignedCode, type KnownSubjects, type MatchFinding, type Target } from './match-holders.js';
import { foldedNameColumns, foldedNames, nameSubjectsSql } from './names/subject-names.js';
import { writeSubjectIdentifiers, type SubjectIdentifier } from './sealed-identifiers.js';

/** What became of the holders of a batch. Every mention's `subjectKey` is either in `ids` or in `findings`. */
export interface ResolvedSubjects {
  readonly ids: ReadonlyMap<string, string>;
  /** Holders whose identifier does not tell who they are: nothing was stored for them. */
  readonly findings: ReadonlyMap<string, MatchFinding>;
  /** The mentions that changed a name or kind already stored. */
  readonly renamedBy: ReadonlySet<HolderMention>;
}

/** A target of which the id is known. */
interface Resolved {
  readonly id: string;
  readonly target: Target;
}

const insertColumns: readonly SqlColumn<Target>[] = [
  { name: 'kind', type: 'text', value: ({ leading }) => leading.holder.kind },
  { name: 'name', type: 'text', value: ({ leading }) => leading.holder.name },
  { name: 'uscc', type: 'text', value: ({ match }) => (match.by === 'USCC' ? match.value : null) },
  { name: 'identifier_scheme', type: 'text', value: ({ match }) => (match.by === 'OWN' ? match.scheme : null) },
  { name: 'identifier', type: 'text', value: ({ match }) => (match.by === 'OWN' ? match.value : null) },
  { name: 'identity_mask', type: 'text', value: ({ leading }) => maskOf(leading) },
];

// Ids are given out in the order of the rows, and ascend: that is how a row finds its id again.
const insertSql = `
  WITH made AS (
    INSERT INTO hub.subject (${columnNames(insertColumns)})
    SELECT ${columnNames(insertColumns)} FROM ${unnestSql(insertColumns)} WITH ORDINALITY AS i(${columnNames(insertColumns)}, n) ORDER BY n
    RETURNING id, name),
  named AS (${nameSubjectsSql('made', insertColumns.length + 1)})
  SELECT id FROM made ORDER BY id`;

const assignColumns: readonly SqlColumn<{ readonly id: string; readonly code: AssignedCode }>[] = [
  { name: 'id', type: 'bigint', value: ({ id }) => id },
  { name: 'uscc', type: 'text', value: ({ code }) => code.uscc },
];

const assignSql = `
  UPDATE hub.subject s SET uscc = i.uscc FROM ${unnestSql(assignColumns)} AS i(${columnNames(assignColumns)}) WHERE s.id = i.id`;

interface OwnIdentifier extends Identifier {
  readonly subjectId: string;
}

const openColumns: readonly SqlColumn<OwnIdentifier>[] = [
  { name: 'subject_id', type: 'bigint', value: ({ subjectId }) => subjectId },
  { name: 'scheme', type: 'text', value: ({ scheme }) => scheme },
  { name: 'value', type: 'text', value: ({ value }) => value },
];

const openSql = `
  INSERT INTO hub.subject_identifier (${columnNames(openColumns)})
  SELECT ${columnNames(openColumns)} FROM ${unnestSql(openColumns)} AS i(${columnNames(openColumns)})
  ON CONFLICT DO NOTHING`;

interface Renaming extends Resolved {
  readonly document: NamingDocument;
}

const renameColumns: readonly SqlColumn<Renaming>[] = [
  { name: 'id', type: 'bigint', value: ({ id }) => id },
  { name: 'kind', type: 'text', value: ({ target }) => target.leading.holder.kind },
  { name: 'name', type: 'text', value: ({ target }) => target.leading.holder.name },
  { name: 'decided_on', type: 'date', value: ({ document }) => document.decidedOn },
  { name: 'scheme', type: 'text', value: ({ document }) => document.identifierScheme },
  { name: 'document_no', type: 'text', value: ({ document }) => document.documentNo },
  { name: 'document_part', type: 'int', value: ({ document }) => document.documentPart },
];

// A name on an older document than one already stored is history: without this test two names in one file would
// replace each other at every import. The order of documents is (date, number, part).
const renameSql = `
  WITH renamed AS (
  UPDATE hub.subject s SET kind = i.kind, name = i.name
    FROM ${unnestSql(renameColumns)} AS i(${columnNames(renameColumns)})
   WHERE s.id = i.id
     AND NOT EXISTS (
       SELECT FROM hub.permit p
        WHERE p.holder_id = i.id
          AND (p.decided_on, p.document_no COLLATE "C", p.document_part) > (i.decided_on, i.document_no COLLATE "C", i.document_part)
          AND (p.identifier_scheme, p.document_no) IS DISTINCT FROM (i.scheme, i.document_no))
  RETURNING s.id, s.name),
  named AS (${nameSubjectsSql('renamed', renameColumns.length + 1)})
  SELECT id FROM renamed`;

/**
 * Finds or makes the subjects of a batch and brings name and kind to what the newest document says; former names and
 * codes go into the history. What matches whom is told in `matchKeyOf` and `matchHolders`.
 *
 * Inside the caller's transaction, which holds the intake's lock: nobody else may make subjects between look-up and
 * insertion. One statement for a batch of known holders, two with new ones, at most ten whatever the size; none that
 * changes nothing. Throws StartUpError KEYS_MISSING when the key ring is not the database's.
 */
export async function resolveSubjects(
  client: ClientBase,
  mentions: readonly HolderMention[],
  keyRing: KeyRing,
): Promise<ResolvedSubjects> {
  if (mentions.length === 0) return { ids: new Map(), findings: new Map(), renamedBy: new Set() };
  const known = await findSubjects(client, keyRing, mentions);
  const { targets, findings } = matchHolders(mentions, known);
  const resolved = await withIds(client, new Set(targets.values()));
  await writeIdentifiers(client, keyRing, resolved, known);
  const assigned = await assignCodes(client, resolved);
  const { renamedBy, formerNames } = await rename(client, resolved);
  await writeCodeHistory(client, [...assigned, ...formerNames]);
  const ids = new Map(resolved.map(({ id, target }) => [target, id]));
  return { ids: new Map([...targets].map(([key, target]) => [key, ids.get(target) ?? ''])), findings, renamedBy };
}

async function withIds(client: ClientBase, targets: ReadonlySet<Target>): Promise<readonly Resolved[]> {
  const missing = [...targets].filter(({ stored }) => !stored);
  const made =
    missing.length === 0
      ? []
      : (await client.query<{ id: string }>({ name: 'subjects-insert', text: insertSql, values: withNames(columnArrays(insertColumns, missing), missing) })).rows;
  const ids = new Map(missing.map((target, index) => [target, made[index]?.id]));
  return [...targets].map((target) => {
    const id = target.stored?.id ?? ids.get(target);
    if (id === undefined) throw new Error('A subject was stored without an id.');
    return { id, target };
  });
}

/** Stores the identifiers not known yet. A subject that has or gets a credit code needs no organisation code. */
async function writeIdentifiers(client: ClientBase, keyRing: KeyRing, resolved: readonly Resolved[], known: KnownSubjects): Promise<void> {
  const fresh = new Map<string, OwnIdentifier>();
  for (const { id, target } of resolved) {
    const hasCode = target.match.by === 'USCC' || (target.stored?.uscc ?? null) !== null;
    for (const identifier of target.mentions.flatMap(({ holder }) => identifiersOf(holder))) {
      const { scheme, value } = identifier;
      if (scheme === 'ORGANISATION_CODE' && hasCode) continue;
      if (known.find(scheme, scheme, value).some((subject) => subject.id === id)) continue;
      fresh.set(`${id}\n${scheme}\n${value}`, { subjectId: id, scheme, value });
    }
  }
  const all = [...fresh.values()];
  const open = all.filter(isOpen);
  if (open.length > 0) await client.query({ name: 'subjects-identify', text: openSql, values: columnArrays(openColumns, open) });
  await writeSubjectIdentifiers(client, keyRing, all.filter(isPersonalOne));
}

/** Gives subjects known by an older code their credit code, and returns that older code for the history. */
async function assignCodes(client: ClientBase, resolved: readonly Resolved[]): Promise<readonly FormerCode[]> {
  const assigned = resolved.flatMap(({ id, target: { assigned: code, leading } }) => (code ? [{ id, code, document: leading.document }] : []));
  if (assigned.length === 0) return [];
  await client.query(assignSql, columnArrays(assignColumns, assigned));
  return assigned.map(({ id, code: { former }, document }) => ({
    subjectId: id,
    change: former.scheme,
    former: former.value,
    heldFrom: null,
    heldUntil: document?.decidedOn ?? null,
    document,
  }));
}

async function rename(
  client: ClientBase,
  resolved: readonly Resolved[],
): Promise<{ readonly renamedBy: ReadonlySet<HolderMention>; readonly formerNames: readonly FormerCode[] }> {
  const renamings = resolved.flatMap((found): Renaming[] => {
    const { stored, leading } = found.target;
    if (!stored || !leading.document) return [];
    if (leading.holder.name === stored.name && leading.holder.kind === stored.kind) return [];
    return [{ ...found, document: leading.document }];
  });
  const { rows } = renamings.length === 0 ? { rows: [] } : await client.query<{ id: string }>(
    renameSql,
    withNames(columnArrays(renameColumns, renamings), renamings.map(({ target }) => target)),
  );
  const done = new Set(rows.map(({ id }) => id));
  const formerNames: FormerCode[] = [];
  const renamedBy = new Set<HolderMention>();
  for (const { id, target } of resolved) {
    const { stored, leading, mentions } = target;
    const isRenamed = done.has(id);
    const name = stored && !isRenamed ? stored.name : leading.holder.name;
    if (isRenamed) renamedBy.add(leading);
    if (isRenamed && stored && stored.name !== name) {
      const heldUntil = leading.document?.decidedOn ?? null;
      formerNames.push({ subjectId: id, change: 'NAME', former: stored.name, heldFrom: null, heldUntil, document: leading.document });
    }
    for (const { holder, document } of mentions) {
      if (!document || holder.name === name) continue;
      formerNames.push({ subjectId: id, change: 'NAME', former: holder.name, heldFrom: document.decidedOn, heldUntil: null, document });
    }
  }
  return { renamedBy, formerNames };
}

/** The parameters of a statement that names these subjects, with those of `nameSubjectsSql` behind them. */
function withNames(values: readonly string[], targets: readonly Target[]): string[] {
  return [...values, ...columnArrays(foldedNameColumns, foldedNames(targets.map(({ leading }) => leading.holder.name)))];
}

function isPersonalOne(identifier: OwnIdentifier): identifier is SubjectIdentifier {
  return isPersonal(identifier);
}

function maskOf({ holder }: HolderMention): string | null {
  const personal = identifiersOf(holder).find(isPersonal);
  return personal ? maskIdentifier(personal) : null;
}
