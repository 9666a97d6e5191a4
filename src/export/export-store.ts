import type { Pool } from 'pg';
import { z } from 'zod';
import { prepareSealing } from '../access/key-register.js';
import type { KeyRing } from '../access/key-ring.js';
import { isCode } from '../database/binaries.js';
import { exportFormats, exportStates, type ExportErrorCode, type ExportJob, type ExportPage } from './export-job.js';

/** Who may see a job: the agency that asked, in the viewer class in which it asked. */
export interface ExportOwner {
  readonly agency: string;
  readonly principal: string;
}

/** A job to be queued. */
export interface NewExport extends ExportOwner, Pick<ExportJob, 'id' | 'account' | 'role' | 'purpose' | 'caseNo' | 'boundary' | 'format'> {
  readonly idempotencyKey: string;
  readonly fingerprint: string;
}

/** A place in the list of jobs, newest first. */
export interface ExportPlace {
  readonly requestedAt: number;
  readonly id: string;
}

const row = z.object({
  id: z.string(),
  agency: z.string(),
  account: z.string(),
  role: z.string().nullable(),
  principal: z.string(),
  purpose: z.string().nullable(),
  case_no: z.string().nullable(),
  boundary: z.string(),
  format: z.enum(exportFormats),
  state: z.enum(exportStates),
  error: z.enum(['EXPORT_AUTHORITY_CHANGED', 'EXPORT_DAY_CHANGED', 'EXPORT_TOO_LARGE', 'EXPORT_FAILED']).nullable(),
  requested_at: z.date(),
  started_at: z.date().nullable(),
  finished_at: z.date().nullable(),
  expires_at: z.date().nullable(),
  day: z.string().nullable(),
  position: z.string().nullable(),
  cursor: z.string().nullable(),
  pages: z.number(),
  records: z.coerce.number(),
  total: z.coerce.number().nullable(),
  bytes: z.coerce.number(),
  stored: z.coerce.number(),
  digest: z.string().nullable(),
  attempts: z.number(),
  sealed: z.string(),
});

function jobOf(read: unknown): ExportJob {
  const { case_no: caseNo, requested_at, started_at, finished_at, expires_at, ...rest } = row.parse(read);
  const time = (date: Date | null): number | null => date?.getTime() ?? null;
  return { ...rest, caseNo, requestedAt: requested_at.getTime(), startedAt: time(started_at), finishedAt: time(finished_at), expiresAt: time(expires_at) };
}

/** A text of another form names no job, and PostgreSQL holds not every text. */
const idForm = /^[0-9a-f-]{36}$/;

/** A file that nobody may have any more is deleted in the statement that says so. */
const withoutPages = (update: string): string =>
  `WITH ended AS (${update} RETURNING *), gone AS (DELETE FROM hub.export_page p USING ended e WHERE p.job = e.id) SELECT * FROM ended`;

/**
 * Jobs and their pages, in the database: a page row and the progress of its job are one statement, so a hub that is
 * killed leaves no half of a page, and any hub on the same database takes over and serves the file.
 */
export class ExportStore {
  readonly #pool: Pool;

  constructor(pool: Pool) {
    this.#pool = pool;
  }

  /**
   * Queues a job, or finds the one of the same key. `seal` is called with the current key of the ring. Null where the
   * agency has `most` jobs waiting or running already.
   */
  async request(job: NewExport, at: Date, most: number, keyRing: KeyRing, seal: () => string): Promise<{ readonly job: ExportJob; readonly fingerprint: string } | null> {
    const known = async (): Promise<{ readonly job: ExportJob; readonly fingerprint: string } | null> => {
      const { rows } = await this.#pool.query<{ fingerprint: string }>(
        'SELECT * FROM hub.export_job WHERE agency = $1 AND account = $2 AND idempotency_key = $3',
        [job.agency, job.account, job.idempotencyKey],
      );
      return rows[0] ? { job: jobOf(rows[0]), fingerprint: rows[0].fingerprint } : null;
    };
    const before = await known();
    if (before) return before;
    const client = await this.#pool.connect();
    try {
      await client.query('BEGIN');
      await prepareSealing(client, keyRing);
      const { rows } = await client.query(
        `INSERT INTO hub.export_job (id, agency, account, role, principal, purpose, case_no, boundary, format, idempotency_key, fingerprint, sealed, requested_at)
         SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13
         WHERE (SELECT count(*) FROM hub.export_job WHERE agency = $2 AND state IN ('QUEUED', 'RUNNING')) < $14
         ON CONFLICT (agency, account, idempotency_key) DO NOTHING RETURNING *`,
        [
          job.id, job.agency, job.account, job.role, job.principal, job.purpose, job.caseNo, job.boundary, job.format, job.idempotencyKey,
          job.fingerprint, seal(), at, most,
        ],
      );
      await client.query('COMMIT');
      if (rows[0]) return { job: jobOf(rows[0]), fingerprint: job.fingerprint };
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
    return known();
  }

  async find(id: string, { agency, principal }: ExportOwner): Promise<ExportJob | null> {
    if (!idForm.test(id)) return null;
    const { rows } = await this.#pool.query('SELECT * FROM hub.export_job WHERE id = $1 AND agency = $2 AND principal = $3', [id, agency, principal]);
    return rows[0] ? jobOf(rows[0]) : null;
  }

  /** Newest first; those behind or before a place, and of these `size`, nearest to it first. */
  async list({ agency, principal }: ExportOwner, size: number, place: { readonly side: 'after' | 'before'; readonly at: ExportPlace | null }): Promise<readonly ExportJob[]> {
    const backward = place.side === 'before';
    const direction = backward ? 'ASC' : 'DESC';
    const { rows } = await this.#pool.query(
      `SELECT * FROM hub.export_job WHERE agency = $1 AND principal = $2
         AND ($3::timestamptz IS NULL OR (requested_at, id) ${backward ? '>' : '<'} ($3, $4))
       ORDER BY requested_at ${direction}, id ${direction} LIMIT $5`,
      [agency, principal, place.at && new Date(place.at.requestedAt), place.at?.id ?? '', size],
    );
    return rows.map(jobOf);
  }

  /** Cancels a job that has no file yet; one that ended stays as it is. */
  async cancel(id: string, owner: ExportOwner): Promise<ExportJob | null> {
    if (!idForm.test(id)) return null;
    const { rows } = await this.#pool.query(
      withoutPages(
        `UPDATE hub.export_job SET state = 'CANCELLED', worker = NULL, lease_until = NULL, finished_at = now()
         WHERE id = $1 AND agency = $2 AND principal = $3 AND state IN ('QUEUED', 'RUNNING')`,
      ),
      [id, owner.agency, owner.principal],
    );
    return rows[0] ? jobOf(rows[0]) : this.find(id, owner);
  }

  /** Takes the oldest job that waits or whose hub no longer renews its lease; null when there is none. */
  async claim(worker: string, leaseSeconds: number): Promise<ExportJob | null> {
    try {
      const { rows } = await this.#pool.query(
        `UPDATE hub.export_job SET state = 'RUNNING', worker = $1, lease_until = now() + make_interval(secs => $2), attempts = attempts + 1,
                started_at = coalesce(started_at, now())
         WHERE id = (
           SELECT j.id FROM hub.export_job j
           WHERE (j.state = 'QUEUED' AND (j.not_before IS NULL OR j.not_before <= now()) OR j.state = 'RUNNING' AND j.lease_until < now())
             AND NOT EXISTS (SELECT FROM hub.export_job o WHERE o.agency = j.agency AND o.state = 'RUNNING' AND o.id <> j.id)
           ORDER BY j.requested_at, j.id LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING *`,
        [worker, leaseSeconds],
      );
      return rows[0] ? jobOf(rows[0]) : null;
    } catch (error) {
      // 23505 unique_violation: another hub has just taken another job of the same agency.
      if (isCode(error, '23505')) return null;
      throw error;
    }
  }

  /** Keeps a claim; false when it is lost, for example because the job was cancelled. */
  renew(id: string, worker: string, leaseSeconds: number): Promise<boolean> {
    return this.#mine('UPDATE hub.export_job SET lease_until = now() + make_interval(secs => $3) WHERE id = $1 AND worker = $2', [id, worker, leaseSeconds]);
  }

  /** Notes the day and the position a run begins with. */
  begin(id: string, worker: string, day: string, position: string): Promise<boolean> {
    return this.#mine('UPDATE hub.export_job SET day = $3, position = $4 WHERE id = $1 AND worker = $2', [id, worker, day, position]);
  }

  /** Adds a page with the cursor behind it. False, and nothing written, when the claim is lost. */
  append(id: string, worker: string, page: ExportPage, cursor: string | null, total: number | null, leaseSeconds: number): Promise<boolean> {
    return this.#mine(
      `WITH job AS (
         UPDATE hub.export_job SET cursor = $3, total = coalesce($4, total), pages = pages + 1, records = records + $8, bytes = bytes + $7,
                stored = stored + length($10::bytea), attempts = 0, lease_until = now() + make_interval(secs => $11)
         WHERE id = $1 AND worker = $2 AND pages = $5 AND bytes = $6 RETURNING id)
       INSERT INTO hub.export_page (job, number, start, bytes, records, subjects, content)
       SELECT id, $5, $6, $7, $8, $9, $10 FROM job`,
      [id, worker, cursor, total, page.number, page.start, page.bytes, page.records, page.subjects, page.sealed, leaseSeconds],
    );
  }

  finish(id: string, worker: string, digest: string, keptSeconds: number): Promise<boolean> {
    return this.#mine(
      `UPDATE hub.export_job SET state = 'READY', digest = $3, finished_at = now(), expires_at = now() + make_interval(secs => $4), worker = NULL,
              lease_until = NULL
       WHERE id = $1 AND worker = $2`,
      [id, worker, digest, keptSeconds],
    );
  }

  /** Gives a job back to be taken again later, from where it stands. */
  putBack(id: string, worker: string, afterSeconds: number): Promise<boolean> {
    return this.#mine(
      `UPDATE hub.export_job SET state = 'QUEUED', worker = NULL, lease_until = NULL, not_before = now() + make_interval(secs => $3),
              attempts = CASE WHEN $3 = 0 THEN 0 ELSE attempts END
       WHERE id = $1 AND worker = $2`,
      [id, worker, afterSeconds],
    );
  }

  fail(id: string, worker: string, code: ExportErrorCode): Promise<boolean> {
    return this.#mine(
      withoutPages(
        `UPDATE hub.export_job SET state = 'FAILED', error = $3, finished_at = now(), worker = NULL, lease_until = NULL, bytes = 0, stored = 0
         WHERE id = $1 AND worker = $2`,
      ),
      [id, worker, code],
    );
  }

  /** Deletes files whose time is over, and jobs that ended so long ago. */
  async sweep(forgottenSeconds: number): Promise<void> {
    await this.#pool.query(withoutPages(`UPDATE hub.export_job SET state = 'EXPIRED', stored = 0 WHERE state = 'READY' AND expires_at <= now()`));
    await this.#pool.query(
      `DELETE FROM hub.export_job WHERE state IN ('FAILED', 'CANCELLED', 'EXPIRED') AND finished_at < now() - make_interval(secs => $1)`,
      [forgottenSeconds],
    );
  }

  /** What all files together take in the database, in bytes. */
  async storedBytes(): Promise<number> {
    const { rows } = await this.#pool.query<{ sum: string }>(`SELECT coalesce(sum(stored), 0) AS sum FROM hub.export_job WHERE state IN ('QUEUED', 'RUNNING', 'READY')`);
    return Number(rows[0]?.sum ?? 0);
  }

  /** The first page that reaches beyond a byte of the file; null behind its end, and when the file is gone. */
  async pageAt(id: string, byte: number): Promise<ExportPage | null> {
    const { rows } = await this.#pool.query<Omit<ExportPage, 'start'> & { start: string }>(
      'SELECT number, start, bytes, records, subjects::text[] AS subjects, content AS sealed FROM hub.export_page WHERE job = $1 AND start + bytes > $2 ORDER BY number LIMIT 1',
      [id, byte],
    );
    return rows[0] ? { ...rows[0], start: Number(rows[0].start) } : null;
  }

  async #mine(sql: string, values: unknown[]): Promise<boolean> {
    return ((await this.#pool.query(sql, values)).rowCount ?? 0) > 0;
  }
}
