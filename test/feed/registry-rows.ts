import type { Pool, ClientBase } from 'pg';
import { namedSubjects } from '../support/named-subjects.js';

/** A connection or a pool: whatever runs a statement. */
export type Session = Pick<ClientBase | Pool, 'query'>;

/** A permit as the feed tests write it; everything else is the same for all of them. */
export interface PermitRow {
  readonly documentNo: string;
  readonly holderId: string;
  readonly item?: string;
  readonly district?: string;
  readonly decidedBy?: string;
  readonly certificateNo?: string;
  readonly content?: string;
}

/** Adds a holder and returns its key. */
export async function addSubject(session: Session, name: string): Promise<string> {
  const { rows } = await session.query<{ id: string }>(
    namedSubjects(`INSERT INTO hub.subject (kind, name) VALUES ('ORGANISATION', $1)`),
    [name],
  );
  return rows[0]?.id ?? '';
}

/** Adds permits in one statement and returns their images, the holder left out. */
export async function addPermits(session: Session, permits: readonly PermitRow[]): Promise<Record<string, unknown>[]> {
  const { rows } = await session.query<{ image: Record<string, unknown> }>(
    `INSERT INTO hub.permit (jurisdiction, item, identifier_scheme, document_no, certificate_no, holder_id, decided_by,
                             legal_authority, location, district, outcome, status, decided_on, content, updated_at)
     SELECT 'CN-TJ', r.item, 'CN-XKWSH', r.document_no, r.certificate_no, r.holder_id, r.decided_by, r.decided_by, r.district,
            r.district, 'GRANTED', 'VALID', date '2026-03-02', r.content, timestamptz '2026-03-02 09:00+08'
     FROM jsonb_to_recordset($1::jsonb)
       AS r(item text, document_no text, certificate_no text, holder_id bigint, decided_by text, district text, content text)
     RETURNING to_jsonb(permit) AS image`,
    [
      JSON.stringify(
        permits.map((permit) => ({
          item: permit.item ?? 'P01',
          document_no: permit.documentNo,
          certificate_no: permit.certificateNo ?? null,
          holder_id: permit.holderId,
          decided_by: permit.decidedBy ?? 'HEPING_APPROVAL',
          district: permit.district ?? '120101',
          content: permit.content ?? null,
        })),
      ),
    ],
  );
  return rows.map(({ image }) => image);
}

/** Runs `work` between BEGIN and COMMIT on one session. */
export async function inTransaction<T>(session: Session, work: () => Promise<T>): Promise<T> {
  await session.query('BEGIN');
  try {
    const result = await work();
    await session.query('COMMIT');
    return result;
  } catch (error) {
    await session.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}
