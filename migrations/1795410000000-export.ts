import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Export jobs and the pages of their files. No reader role has a right on either: the hub alone opens them. */
export class Export1795410000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub.export_job (
        id text PRIMARY KEY,
        agency text NOT NULL,
        account text NOT NULL,
        role text,
        -- Viewer class, standing and boundary the job was requested with; it ends when they are no longer the same.
        principal text NOT NULL,
        purpose text,
        case_no text,
        boundary text NOT NULL,
        format text NOT NULL CHECK (format IN ('NDJSON', 'CSV')),
        idempotency_key text NOT NULL,
        -- Keyed hash of the request: the same key with another request is refused.
        fingerprint text NOT NULL,
        -- The request (its variables are values somebody asks about) and the key of the file's pages.
        sealed text NOT NULL,
        key_number int NOT NULL GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        state text NOT NULL DEFAULT 'QUEUED' CHECK (state IN ('QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELLED', 'EXPIRED')),
        error text,
        requested_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        expires_at timestamptz,
        -- Legal day all pages are read on, and the sealed place in the change log from before the first of them.
        day text,
        position text,
        -- How far the file has come: one more page row and these columns are one statement.
        cursor text,
        pages int NOT NULL DEFAULT 0,
        records bigint NOT NULL DEFAULT 0,
        total bigint,
        bytes bigint NOT NULL DEFAULT 0,
        stored bigint NOT NULL DEFAULT 0,
        digest text,
        -- Who works on it. Times are the database's: hubs on several machines share one clock.
        worker text,
        lease_until timestamptz,
        attempts int NOT NULL DEFAULT 0,
        not_before timestamptz,
        UNIQUE (agency, account, idempotency_key),
        CHECK ((state = 'RUNNING') = (worker IS NOT NULL) AND (worker IS NULL) = (lease_until IS NULL)),
        CHECK (state <> 'READY' OR digest IS NOT NULL)
      );
      -- One export of an agency at a time, whichever hub runs it.
      CREATE UNIQUE INDEX export_job_running ON hub.export_job (agency) WHERE state = 'RUNNING';
      CREATE INDEX export_job_open ON hub.export_job (requested_at) WHERE state IN ('QUEUED', 'RUNNING');
      CREATE INDEX export_job_expiry ON hub.export_job (expires_at) WHERE state = 'READY';
      CREATE INDEX export_job_agency ON hub.export_job (agency, principal, requested_at, id);
      CREATE INDEX export_job_key ON hub.export_job (key_number);

      CREATE TABLE hub.export_page (
        job text NOT NULL REFERENCES hub.export_job ON DELETE CASCADE,
        number int NOT NULL,
        -- Place in the file: first byte and length, before compression and sealing.
        start bigint NOT NULL,
        bytes int NOT NULL,
        records int NOT NULL,
        subjects bigint[] NOT NULL,
        content bytea NOT NULL,
        PRIMARY KEY (job, number)
      );
      -- Cipher text does not compress.
      ALTER TABLE hub.export_page ALTER COLUMN content SET STORAGE EXTERNAL;
      GRANT SELECT, INSERT, UPDATE, DELETE ON hub.export_job, hub.export_page TO concordat_writer;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
