import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The registry: agencies, subjects, permits, their actions, and the ledger of imports. */
export class Registry1795305600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE SCHEMA hub;

      CREATE TABLE hub.agency (
        code text PRIMARY KEY,
        kind text NOT NULL,
        jurisdiction text NOT NULL,
        district text,
        name_zh text NOT NULL,
        name_en text NOT NULL,
        valid_from date,
        valid_to date CHECK (valid_to >= valid_from),
        successor text,
        part_of text
      );

      -- A natural person's number is never here: rows of this table are written into the change log as they are.
      CREATE TABLE hub.subject (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON')),
        name text NOT NULL CHECK (name <> ''),
        uscc text UNIQUE,
        identifier_scheme text,
        identifier text,
        identity_mask text,
        merged_into bigint REFERENCES hub.subject CHECK (merged_into <> id),
        UNIQUE (identifier_scheme, identifier),
        CHECK ((identifier_scheme IS NULL) = (identifier IS NULL))
      );
      -- A-60: rows that know a subject by its organisation code only.
      CREATE INDEX subject_by_organisation_code ON hub.subject (substr(uscc, 9, 9));
      CREATE INDEX subject_merged_into ON hub.subject (merged_into) WHERE merged_into IS NOT NULL;

      -- The keys that sealed values of this database may be sealed with, by number; the newest one seals. Fingerprints
      -- prove that a key ring is the right one and tell no key.
      CREATE TABLE hub.identifier_key (
        number int PRIMARY KEY CHECK (number > 0),
        fingerprint text NOT NULL,
        made_at timestamptz NOT NULL DEFAULT clock_timestamp()
      );

      -- Identifiers beside the credit code. Open ones carry a value, personal ones a seal and a keyed look-up hash. A key
      -- cannot go while a seal names it.
      CREATE TABLE hub.subject_identifier (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject_id bigint NOT NULL REFERENCES hub.subject,
        scheme text NOT NULL,
        value text,
        sealed text,
        lookup text,
        key_number int GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        CHECK (CASE
          WHEN scheme IN ('ORGANISATION_CODE', 'REGISTRATION_NO', 'INSTITUTION_NO', 'SOCIETY_NO', 'TAX_NO')
            THEN num_nonnulls(value) = 1 AND num_nonnulls(sealed, lookup) = 0
          WHEN scheme IN ('CITIZEN_NO', 'PASSPORT', 'HONGKONG_MACAO_PERMIT', 'TAIWAN_PERMIT', 'PERMANENT_RESIDENCE', 'OTHER_DOCUMENT')
            THEN value IS NULL AND num_nonnulls(sealed, lookup, key_number) = 3
          ELSE false END)
      );
      CREATE UNIQUE INDEX subject_identifier_open ON hub.subject_identifier (scheme, value, subject_id) WHERE value IS NOT NULL;
      -- One number, one person.
      CREATE UNIQUE INDEX subject_identifier_personal ON hub.subject_identifier (scheme, lookup) WHERE lookup IS NOT NULL;
      CREATE INDEX subject_identifier_key ON hub.subject_identifier (key_number) WHERE key_number IS NOT NULL;

      -- Former names and codes, and what became of merged subjects. Codes of organisations only: see hub.subject.
      CREATE TABLE hub.subject_code_history (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        subject_id bigint NOT NULL REFERENCES hub.subject,
        change text NOT NULL CHECK (change IN ('NAME', 'MERGED', 'ORGANISATION_CODE', 'REGISTRATION_NO', 'INSTITUTION_NO', 'SOCIETY_NO', 'TAX_NO')),
        former text NOT NULL,
        held_from date,
        held_until date,
        document_scheme text,
        document_no text,
        UNIQUE (subject_id, change, former)
      );

      CREATE TABLE hub.import_batch (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- The batch as others know it: the number would tell how many there were.
        reference uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        profile text NOT NULL,
        file_name text NOT NULL,
        file_digest text NOT NULL,
        header text[] NOT NULL,
        -- The batch whose rejected and doubtful rows were mended in this file.
        mends bigint REFERENCES hub.import_batch,
        started_at timestamptz NOT NULL,
        finished_at timestamptz,
        ledger jsonb
      );
      CREATE INDEX import_batch_file ON hub.import_batch (file_digest, id);

      CREATE TABLE hub.import_rejection (
        batch_id bigint NOT NULL REFERENCES hub.import_batch,
        line bigint NOT NULL,
        field text NOT NULL,
        code text NOT NULL,
        reason text NOT NULL,
        PRIMARY KEY (batch_id, line, field)
      );

      -- Doubtful rows are a work list: nothing is stored until somebody accepts. The row is sealed by the key ring; its
      -- document stands in the clear, so that a later row of the same document can take its place.
      CREATE TABLE hub.import_doubt (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        reference uuid NOT NULL DEFAULT gen_random_uuid() UNIQUE,
        batch_id bigint NOT NULL REFERENCES hub.import_batch,
        line bigint NOT NULL,
        jurisdiction text NOT NULL,
        identifier_scheme text NOT NULL,
        document_no text NOT NULL,
        -- Keyed hash of the row: the same row again is the same doubt.
        fingerprint text NOT NULL UNIQUE,
        sealed text NOT NULL,
        key_number int NOT NULL GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        findings jsonb NOT NULL,
        state text NOT NULL DEFAULT 'OPEN' CHECK (state IN ('OPEN', 'ACCEPTED', 'REFUSED', 'SUPERSEDED')),
        opened_at timestamptz NOT NULL,
        settled_at timestamptz,
        settled_by text,
        note text,
        CHECK ((state = 'OPEN') = (settled_at IS NULL) AND (settled_at IS NULL) = (settled_by IS NULL))
      );
      CREATE INDEX import_doubt_open ON hub.import_doubt (document_no) WHERE state = 'OPEN';

      -- The cells of rejected and doubtful rows, sealed, for the file in which they are mended.
      CREATE TABLE hub.import_bad_row (
        batch_id bigint NOT NULL REFERENCES hub.import_batch,
        line bigint NOT NULL,
        doubt_id bigint REFERENCES hub.import_doubt,
        sealed text NOT NULL,
        key_number int NOT NULL GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        PRIMARY KEY (batch_id, line)
      );
      -- What a rotation has still to do, and whether a key may go.
      CREATE INDEX import_bad_row_key ON hub.import_bad_row (key_number);
      CREATE INDEX import_doubt_key ON hub.import_doubt (key_number);

      -- Rows of a (number, holder) taken so far in an import whose rows are parts of a number. Kept after the import only
      -- where rows were held back: the parts of a mended file go on behind those of the first.
      CREATE TABLE hub.import_part_count (
        batch_id bigint NOT NULL REFERENCES hub.import_batch,
        numbered text NOT NULL,
        document_no text NOT NULL,
        holder_id bigint NOT NULL,
        rows int NOT NULL,
        PRIMARY KEY (batch_id, document_no, holder_id, numbered)
      );

      CREATE TABLE hub.permit (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        jurisdiction text NOT NULL,
        item text NOT NULL,
        identifier_scheme text NOT NULL,
        document_no text NOT NULL CHECK (document_no <> ''),
        document_part int NOT NULL DEFAULT 1 CHECK (document_part >= 1),
        document_title text,
        certificate_name text,
        certificate_no text,
        permit_kind text,
        holder_id bigint NOT NULL REFERENCES hub.subject,
        decided_by text NOT NULL REFERENCES hub.agency,
        legal_authority text NOT NULL REFERENCES hub.agency,
        location text NOT NULL,
        district text NOT NULL,
        outcome text NOT NULL CHECK (outcome IN ('GRANTED', 'REFUSED')),
        status text CHECK (status IN ('VALID', 'INVALID', 'REVOKED', 'CANCELLED')),
        decided_on date NOT NULL,
        valid_from date,
        valid_to date CHECK (valid_to >= valid_from),
        content text,
        legal_representative text,
        remarks text,
        batch_id bigint REFERENCES hub.import_batch,
        revision int NOT NULL DEFAULT 1,
        updated_at timestamptz NOT NULL,
        -- Who delivered, and the number of its version where it counts them.
        source_agency text REFERENCES hub.agency,
        source_version bigint,
        received_at timestamptz NOT NULL DEFAULT now(),
        -- When and in which batch PERMIT_BASIC (A-58) changed last: changes of withheld cells do not show in them.
        basic_updated_at timestamptz NOT NULL DEFAULT now(),
        basic_batch uuid NOT NULL DEFAULT '00000000-0000-0000-0000-000000000000',
        UNIQUE (jurisdiction, identifier_scheme, document_no, document_part),
        UNIQUE (id, jurisdiction, item, decided_by, district)
      );
      -- A relation of the boundary is an equality on one of these leading columns; the newest page is read off the index.
      CREATE INDEX permit_document_no ON hub.permit (document_no);
      CREATE INDEX permit_by_district ON hub.permit (district, decided_on DESC, id DESC);
      -- Approval bureaus share the items of XT-5.2.2a only: without this a page would be picked out of all items (B-06).
      CREATE INDEX permit_shared_by_district ON hub.permit (district, decided_on DESC, id DESC)
        WHERE jurisdiction = 'CN-TJ' AND item IN ('P02', 'P03', 'P04', 'P08', 'P09', 'P10');
      CREATE INDEX permit_by_decider ON hub.permit (decided_by, decided_on DESC, id DESC);
      CREATE INDEX permit_by_jurisdiction ON hub.permit (jurisdiction, decided_on DESC, id DESC);
      -- XT-4.1.2c, A-03: numbers of dispatch certificates are unique over all issuers.
      CREATE INDEX permit_dispatch_certificate ON hub.permit (certificate_no)
        WHERE jurisdiction = 'CN-TJ' AND item = 'P01' AND certificate_no IS NOT NULL;
      CREATE INDEX permit_by_holder ON hub.permit (holder_id, item);
      CREATE INDEX permit_certificate_no ON hub.permit (certificate_no) WHERE certificate_no IS NOT NULL;
      -- Holders of a scope, each once, are read off these in order.
      CREATE INDEX permit_holder_by_district ON hub.permit (district, holder_id);
      CREATE INDEX permit_holder_by_decider ON hub.permit (decided_by, holder_id);
      CREATE INDEX permit_holder_by_jurisdiction ON hub.permit (jurisdiction, holder_id);

      CREATE TABLE hub.permit_action (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        permit_id bigint NOT NULL,
        jurisdiction text NOT NULL,
        item text NOT NULL,
        decided_by text NOT NULL,
        district text NOT NULL,
        action text NOT NULL CHECK (action IN ('GRANT', 'REFUSAL', 'BRANCH_FILING', 'CHANGE', 'ANNUAL_REPORT', 'RENEWAL',
                                               'CANCELLATION', 'REVOCATION')),
        acted_on date NOT NULL,
        FOREIGN KEY (permit_id, jurisdiction, item, decided_by, district)
          REFERENCES hub.permit (id, jurisdiction, item, decided_by, district) ON UPDATE CASCADE ON DELETE CASCADE
      );
      CREATE INDEX permit_action_of_permit ON hub.permit_action (permit_id, acted_on, id);

      -- Rows of a register that are no decisions yet or never became one: received, withdrawn, remanded.
      CREATE TABLE hub.permit_application (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        jurisdiction text NOT NULL,
        item text NOT NULL,
        identifier_scheme text NOT NULL,
        application_no text NOT NULL CHECK (application_no <> ''),
        application_part int NOT NULL DEFAULT 1 CHECK (application_part >= 1),
        applicant_id bigint NOT NULL REFERENCES hub.subject,
        state text NOT NULL,
        state_on date NOT NULL,
        batch_id bigint REFERENCES hub.import_batch,
        UNIQUE (jurisdiction, identifier_scheme, application_no, application_part)
      );

      -- Identity numbers that stand with a permit, sealed: a seal opens in its own row only.
      CREATE TABLE hub.permit_identifier (
        permit_id bigint NOT NULL REFERENCES hub.permit ON DELETE CASCADE,
        role text NOT NULL CHECK (role IN ('LEGAL_REPRESENTATIVE', 'HOLDER')),
        scheme text NOT NULL
          CHECK (scheme IN ('CITIZEN_NO', 'PASSPORT', 'HONGKONG_MACAO_PERMIT', 'TAIWAN_PERMIT', 'PERMANENT_RESIDENCE', 'OTHER_DOCUMENT')),
        sealed text NOT NULL,
        lookup text NOT NULL,
        key_number int NOT NULL GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        PRIMARY KEY (permit_id, role)
      );
      CREATE INDEX permit_identifier_key ON hub.permit_identifier (key_number);
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
