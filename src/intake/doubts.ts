import type { ClientBase, Pool } from 'pg';
import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { SealedTable } from '../access/key-rotation.js';
import type { Finding } from './findings.js';
import { IntakeError } from './intake-error.js';
import { listRecordSchema, type ListRecord } from './lists/list-record.js';
import { permitRecordSchema, type PermitRecord } from './permit-record.js';
import type { BatchStamp } from './permit-writer.js';

/** OPEN until somebody accepts or refuses it, or a later row of the document is stored. */
export type DoubtState = 'OPEN' | 'ACCEPTED' | 'REFUSED' | 'SUPERSEDED';

/** What a doubtful row would be stored as. */
export type WaitingRecord = { readonly kind: 'permit'; readonly permit: PermitRecord } | { readonly kind: 'entry'; readonly entry: ListRecord };

/** A row that somebody must look at. */
export interface DoubtfulRow {
  readonly line: number;
  readonly record: WaitingRecord;
  readonly findings: readonly Finding[];
}

/** A doubtful row in the work list, without its content. */
export interface Doubt {
  readonly id: string;
  readonly reference: string;
  readonly state: DoubtState;
}

/** A doubt as the work list shows it. */
export interface DoubtEntry extends Doubt {
  /** Reference of the batch in which it came. */
  readonly batch: string;
  readonly line: string;
  readonly documentNo: string;
  readonly findings: readonly Finding[];
  readonly openedAt: string;
  readonly settledAt: string | null;
  readonly settledBy: string | null;
  readonly note: string | null;
}

/** A doubt with the row it is about. */
export interface OpenedDoubt extends DoubtEntry {
  readonly record: WaitingRecord;
  /** The fields its source states. */
  readonly stated: ReadonlySet<string>;
}

/**
 * Files doubtful rows in the work list, in the caller's transaction, and returns the doubt of each, by position. A row
 * that was filed before, whatever became of it, is the same doubt. An open doubt about the same document with another
 * content is superseded. `stated` are the fields that the source states.
 */
export async function fileDoubts(
  client: ClientBase,
  keyRing: KeyRing,
  rows: readonly DoubtfulRow[],
  stated: ReadonlySet<string>,
  stamp: BatchStamp,
): Promise<readonly Doubt[]> {
  if (rows.length === 0) return [];
  const prints = rows.map(({ record }) => keyRing.lookup(JSON.stringify(contentOf(record)), 'import_doubt'));
  const documents = rows.map(({ record }) => documentOf(record));
  const inserted = await client.query<{ id: string }>(
    `INSERT INTO hub.import_doubt (batch_id, opened_at, line, jurisdiction, identifier_scheme, document_no, fingerprint, sealed, findings)
     SELECT $1::bigint, $2::timestamptz, * FROM unnest($3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::jsonb[])
     ON CONFLICT (fingerprint) DO NOTHING RETURNING id`,
    [
      stamp.batchId,
      stamp.at,
      rows.map(({ line }) => line),
      documents.map(({ jurisdiction }) => jurisdiction),
      documents.map(({ identifierScheme }) => identifierScheme),
      documents.map(({ documentNo }) => documentNo),
      prints,
      rows.map(({ record }, index) => keyRing.encrypt(JSON.stringify(sealedOf(record, stated)), contextOf(prints[index] ?? ''))),
      rows.map(({ findings }) => JSON.stringify(findings)),
    ],
  );
  if (inserted.rows.length > 0) {
    await client.query(
      `UPDATE hub.import_doubt d SET state = 'SUPERSEDED', settled_at = $2, settled_by = $3
         FROM hub.import_doubt n
        WHERE n.id = ANY($1::bigint[]) AND d.state = 'OPEN' AND d.batch_id <> n.batch_id AND d.document_no = n.document_no
          AND d.jurisdiction = n.jurisdiction AND d.identifier_scheme = n.identifier_scheme`,
      [inserted.rows.map(({ id }) => id), stamp.at, byBatch(stamp)],
    );
  }
  const { rows: found } = await client.query<{ id: string; reference: string; state: DoubtState; fingerprint: string }>(
    'SELECT id, reference, state, fingerprint FROM hub.import_doubt WHERE fingerprint = ANY($1::text[])',
    [prints],
  );
  const byPrint = new Map(found.map(({ id, reference, state, fingerprint }) => [fingerprint, { id, reference, state }]));
  return prints.map((print): Doubt => {
    const doubt = byPrint.get(print);
    if (!doubt) throw new Error('A doubt that was filed is not there.');
    return doubt;
  });
}

/** Closes the open doubts about documents of which a later row was stored. */
export async function supersedeDoubts(client: ClientBase, records: readonly WaitingRecord[], stamp: BatchStamp): Promise<void> {
  if (records.length === 0) return;
  const documents = records.map(documentOf);
  await client.query(
    `UPDATE hub.import_doubt d SET state = 'SUPERSEDED', settled_at = $4, settled_by = $5
       FROM unnest($1::text[], $2::text[], $3::text[]) AS i(jurisdiction, identifier_scheme, document_no)
      WHERE d.state = 'OPEN' AND d.document_no = i.document_no
        AND d.jurisdiction = i.jurisdiction AND d.identifier_scheme = i.identifier_scheme`,
    [
      documents.map(({ jurisdiction }) => jurisdiction),
      documents.map(({ identifierScheme }) => identifierScheme),
      documents.map(({ documentNo }) => documentNo),
      stamp.at,
      byBatch(stamp),
    ],
  );
}

/** Who settles a doubt, when, and why. */
export interface Settlement {
  readonly by: string;
  readonly at: Date;
  readonly note: string | null;
}

/** Settles an open doubt. Throws IntakeError IMPORT_DOUBT_SETTLED where it is none any more. */
export async function settleDoubt(
  client: ClientBase | Pool,
  reference: string,
  state: 'ACCEPTED' | 'REFUSED',
  { by, at, note }: Settlement,
): Promise<void> {
  const { rowCount } = await client.query(
    `UPDATE hub.import_doubt SET state = $2, settled_at = $3, settled_by = $4, note = $5 WHERE reference = $1 AND state = 'OPEN'`,
    [reference, state, at, by, note],
  );
  if (rowCount === 0) {
    throw new IntakeError('IMPORT_DOUBT_SETTLED', {
      zh: '该存疑行已处理，请用 hub doubts list 查看待办。',
      en: 'This doubtful row has been settled already: see hub doubts list for what is open.',
    });
  }
}

interface DoubtRow {
  readonly id: string;
  readonly reference: string;
  readonly batch: string;
  readonly line: string;
  readonly document_no: string;
  readonly findings: readonly Finding[];
  readonly state: DoubtState;
  readonly opened_at: Date;
  readonly settled_at: Date | null;
  readonly settled_by: string | null;
  readonly note: string | null;
  readonly fingerprint: string;
  readonly sealed: string;
}

const selectSql = `
  SELECT d.id, d.reference, b.reference AS batch, d.line, d.document_no, d.findings, d.state, d.opened_at, d.settled_at,
         d.settled_by, d.note, d.fingerprint, d.sealed
    FROM hub.import_doubt d JOIN hub.import_batch b ON b.id = d.batch_id`;

/** The work list, oldest first: doubts in a state (all without one), from a batch if named, at most `limit`. */
export async function listDoubts(
  client: ClientBase | Pool,
  { state, limit }: { readonly state: DoubtState | null; readonly limit: number },
): Promise<readonly DoubtEntry[]> {
  const { rows } = await client.query<DoubtRow>(`${selectSql} WHERE $1::text IS NULL OR d.state = $1 ORDER BY d.id LIMIT $2`, [state, limit]);
  return rows.map(entryOf);
}

const stated = z.array(z.string());
const sealedSchema = z.union([
  z.object({ permit: permitRecordSchema, stated }).transform(({ permit, stated }) => ({ record: { kind: 'permit' as const, permit }, stated })),
  z.object({ entry: listRecordSchema, stated }).transform(({ entry, stated }) => ({ record: { kind: 'entry' as const, entry }, stated })),
]);

function sealedOf(record: WaitingRecord, fields: ReadonlySet<string>): object {
  return record.kind === 'permit' ? { permit: record.permit, stated: [...fields] } : { entry: record.entry, stated: [...fields] };
}

/** What the row says, of which the fingerprint is made: an entry in the order of its schema, as it comes out of its seal. */
export function contentOf(record: WaitingRecord): PermitRecord | ListRecord {
  return record.kind === 'permit' ? record.permit : listRecordSchema.parse(record.entry);
}

/** The document a row is about: a later row of it takes its place. */
function documentOf(record: WaitingRecord): { readonly jurisdiction: string; readonly identifierScheme: string; readonly documentNo: string } {
  if (record.kind === 'permit') return record.permit;
  const { jurisdiction, organ, number } = record.entry;
  return { jurisdiction, identifierScheme: 'LIST_ENTRY', documentNo: `${organ}/${number}` };
}

/** One doubt with its row. Throws IntakeError IMPORT_DOUBT_UNKNOWN, KeyRingError. */
export async function openDoubt(client: ClientBase | Pool, keyRing: KeyRing, reference: string): Promise<OpenedDoubt> {
  const known = z.uuid().safeParse(reference).success;
  const { rows } = known ? await client.query<DoubtRow>(`${selectSql} WHERE d.reference = $1`, [reference]) : { rows: [] };
  const [row] = rows;
  if (!row) {
    throw new IntakeError('IMPORT_DOUBT_UNKNOWN', {
      zh: '没有这条存疑行，请用 hub doubts list 查看编号。',
      en: 'There is no such doubtful row: see hub doubts list for the references.',
    });
  }
  const { record, stated } = sealedSchema.parse(JSON.parse(keyRing.decrypt(row.sealed, contextOf(row.fingerprint))));
  return { ...entryOf(row), record, stated: new Set(stated) };
}

function entryOf(row: DoubtRow): DoubtEntry {
  return {
    id: row.id,
    reference: row.reference,
    batch: row.batch,
    line: row.line,
    documentNo: row.document_no,
    findings: row.findings,
    state: row.state,
    openedAt: row.opened_at.toISOString(),
    settledAt: row.settled_at?.toISOString() ?? null,
    settledBy: row.settled_by,
    note: row.note,
  };
}

/** The seals of doubtful rows. */
export const doubtSeals: SealedTable = { table: 'hub.import_doubt', key: { id: 'bigint' }, place: ['t.fingerprint'], context: ([print = '']) => contextOf(print) };

function contextOf(fingerprint: string): string {
  return `import_doubt ${fingerprint}`;
}

function byBatch({ reference }: BatchStamp): string {
  return `batch ${reference}`;
}
