import type { ClientBase } from 'pg';
import { columnArrays, columnNames, unnestSql, type SqlColumn } from '../database/column-arrays.js';
import type { RowFate } from './ledger.js';
import type { PermitRecord } from './permit-record.js';
import type { KeyRing } from '../access/key-ring.js';
import { subjectKey, type HolderMention } from '../subjects/holder.js';
import { writePermitIdentifiers, type PermitIdentifiers } from '../subjects/sealed-identifiers.js';
import { resolveSubjects } from '../subjects/subject-writer.js';

/** What is written together with every row of a batch. */
export interface BatchStamp {
  readonly batchId: string;
  readonly at: Date;
}

interface HeldPermit {
  readonly permit: PermitRecord;
  readonly holderId: string;
}

interface StoredPermit extends HeldPermit {
  readonly id: string;
}

const keyColumns: readonly SqlColumn<HeldPermit>[] = [
  { name: 'jurisdiction', type: 'text', value: ({ permit }) => permit.jurisdiction },
  { name: 'identifier_scheme', type: 'text', value: ({ permit }) => permit.identifierScheme },
  { name: 'document_no', type: 'text', value: ({ permit }) => permit.documentNo },
  { name: 'document_part', type: 'int', value: ({ permit }) => permit.documentPart },
];

const contentColumns: readonly SqlColumn<HeldPermit>[] = [
  { name: 'item', type: 'text', value: ({ permit }) => permit.item },
  { name: 'document_title', type: 'text', value: ({ permit }) => permit.documentTitle },
  { name: 'certificate_name', type: 'text', value: ({ permit }) => permit.certificateName },
  { name: 'certificate_no', type: 'text', value: ({ permit }) => permit.certificateNo },
  { name: 'permit_kind', type: 'text', value: ({ permit }) => permit.permitKind },
  { name: 'holder_id', type: 'bigint', value: ({ holderId }) => holderId },
  { name: 'decided_by', type: 'text', value: ({ permit }) => permit.decidedBy },
  { name: 'legal_authority', type: 'text', value: ({ permit }) => permit.legalAuthority },
  { name: 'location', type: 'text', value: ({ permit }) => permit.location },
  { name: 'district', type: 'text', value: ({ permit }) => permit.district },
  { name: 'outcome', type: 'text', value: ({ permit }) => permit.outcome },
  { name: 'status', type: 'text', value: ({ permit }) => permit.status },
  { name: 'decided_on', type: 'date', value: ({ permit }) => permit.decidedOn },
  { name: 'valid_from', type: 'date', value: ({ permit }) => permit.validFrom },
  { name: 'valid_to', type: 'date', value: ({ permit }) => permit.validTo },
  { name: 'content', type: 'text', value: ({ permit }) => permit.content },
  { name: 'legal_representative', type: 'text', value: ({ permit }) => permit.legalRepresentative },
  { name: 'remarks', type: 'text', value: ({ permit }) => permit.remarks },
];

const allColumns = [...keyColumns, ...contentColumns];
const updateColumns: readonly SqlColumn<StoredPermit>[] = [
  { name: 'id', type: 'bigint', value: ({ id }) => id },
  ...contentColumns,
];

const findSql = `
  SELECT i.n, p.id, (${columnNames(contentColumns, 'p.')}) IS DISTINCT FROM (${columnNames(contentColumns, 'i.')}) AS changed
    FROM ${unnestSql(allColumns)} WITH ORDINALITY AS i(${columnNames(allColumns)}, n)
    JOIN hub.permit p ON ${keyColumns.map(({ name }) => `p.${name} = i.${name}`).join(' AND ')}
     FOR UPDATE OF p`;

// A decision and the action that records it are born in one statement.
const insertSql = `
  WITH decided AS (
    INSERT INTO hub.permit (${columnNames(allColumns)}, batch_id, updated_at)
    SELECT ${columnNames(allColumns, 'i.')}, $1::bigint, $2::timestamptz
      FROM ${unnestSql(allColumns, 3)} WITH ORDINALITY AS i(${columnNames(allColumns)}, n) ORDER BY i.n
    RETURNING id, jurisdiction, item, decided_by, district, outcome, decided_on)
  INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
  SELECT id, jurisdiction, item, decided_by, district, CASE outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, decided_on
    FROM decided ORDER BY id
  RETURNING permit_id`;

const updateSql = `
  UPDATE hub.permit p
     SET (${columnNames(contentColumns)}) = ROW(${columnNames(contentColumns, 'i.')}),
         batch_id = $1::bigint, updated_at = $2::timestamptz, revision = p.revision + 1
    FROM ${unnestSql(updateColumns, 3)} AS i(${columnNames(updateColumns)})
   WHERE p.id = i.id`;

// A corrected decision date or outcome moves the action that recorded the decision with it.
const realignSql = `
  UPDATE hub.permit_action a
     SET action = CASE p.outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, acted_on = p.decided_on
    FROM hub.permit p
   WHERE p.id = ANY($1::bigint[]) AND a.permit_id = p.id AND a.action IN ('GRANT', 'REFUSAL')
     AND (a.action, a.acted_on) IS DISTINCT FROM
         (CASE p.outcome WHEN 'GRANTED' THEN 'GRANT' ELSE 'REFUSAL' END, p.decided_on)`;

/**
 * Stores the permits of a batch in order, inside the caller's transaction, with sets instead of rows: at most eight
 * statements for a batch without repeated documents. New ones get the action of their decision; changed ones a
 * revision; identical ones are not touched. Returns the fate of each, by position; one whose holder is ambiguous is
 * rejected.
 */
export async function writePermits(
  client: ClientBase,
  permits: readonly PermitRecord[],
  stamp: BatchStamp,
  keyRing: KeyRing,
): Promise<readonly RowFate[]> {
  const written: RowFate[] = [];
  for (const round of rounds(permits)) written.push(...(await writeRound(client, round, stamp, keyRing)));
  return written;
}

/** Splits before each repetition of a document: a statement over sets cannot store and then change the same row. */
function rounds(permits: readonly PermitRecord[]): readonly (readonly PermitRecord[])[] {
  const all: PermitRecord[][] = [];
  let documents = new Set<string>();
  for (const permit of permits) {
    const key = [permit.jurisdiction, permit.identifierScheme, permit.documentNo, permit.documentPart].join('\n');
    const round = all.at(-1);
    if (round && !documents.has(key)) round.push(permit);
    else {
      all.push([permit]);
      documents = new Set();
    }
    documents.add(key);
  }
  return all;
}

async function writeRound(
  client: ClientBase,
  permits: readonly PermitRecord[],
  { batchId, at }: BatchStamp,
  keyRing: KeyRing,
): Promise<readonly RowFate[]> {
  const mentions = permits.map((permit): HolderMention => ({ holder: permit.holder, document: permit }));
  const { ids, renamedBy } = await resolveSubjects(client, mentions, keyRing);
  const holderIds = permits.map(({ holder }) => ids.get(subjectKey(holder)));
  const held = permits.map((permit, index): HeldPermit => ({ permit, holderId: holderIds[index] ?? '' }));
  const known = held.filter(({ holderId }) => holderId !== '');
  const found = await client.query<{ n: string; id: string; changed: boolean }>({
    name: 'intake-permits',
    text: findSql,
    values: columnArrays(allColumns, known),
  });
  const rows = new Map(found.rows.map((row) => [known[Number(row.n) - 1], row]));
  const numbered = held.flatMap((permit) => identityNumbersOf(permit, rows.get(permit)?.id));
  const renumbered = await writePermitIdentifiers(client, keyRing, numbered);

  const fates = held.map((permit, index): RowFate => {
    const mention = mentions[index];
    const row = rows.get(permit);
    if (permit.holderId === '') return 'rejected';
    if (!row) return 'stored';
    // The holder's name and the identity numbers are part of what the row says, though they are kept elsewhere.
    return row.changed || renumbered.has(row.id) || (mention && renamedBy.has(mention)) ? 'updated' : 'duplicate';
  });
  const fresh = held.filter((_, index) => fates[index] === 'stored');
  if (fresh.length > 0) {
    const inserted = await client.query<{ permit_id: string }>({
      name: 'intake-permits-insert',
      text: insertSql,
      values: [batchId, at, ...columnArrays(allColumns, fresh)],
    });
    const freshIds = inserted.rows.map(({ permit_id: id }) => id).sort((one, other) => Number(one) - Number(other));
    await writePermitIdentifiers(client, keyRing, fresh.flatMap((permit, index) => identityNumbersOf(permit, freshIds[index])), true);
  }
  const changed = held.flatMap((permit, index): StoredPermit[] => {
    const row = rows.get(permit);
    return row && fates[index] === 'updated' ? [{ ...permit, id: row.id }] : [];
  });
  if (changed.length > 0) {
    await client.query(updateSql, [batchId, at, ...columnArrays(updateColumns, changed)]);
    await client.query(realignSql, [changed.map(({ id }) => id)]);
  }
  return fates;
}

function identityNumbersOf({ permit }: HeldPermit, permitId: string | undefined): readonly PermitIdentifiers[] {
  return permitId === undefined ? [] : [{ permitId, identifiers: permit.identityNumbers ?? [] }];
}
