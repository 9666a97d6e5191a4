import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Credit records of Xiamen in their three categories, and the steps they took (XM-3.6.4a, XM-3.6.4c). As with the entries
 * of the lists, a life is a chain of rows that foreign keys hold together. No column leads from a record to an entry of a
 * list or back: a listing is a decision of its own.
 */
export class CreditRecords1795499610000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- src/measures/credit/credit-record.ts as rows; a test holds the two against each other.
      CREATE TABLE hub.credit_record_rule (
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL CHECK (taken_by IN ('RESPONSIBLE_ORGAN', 'CLOCK')),
        PRIMARY KEY (step, from_state),
        UNIQUE (step, from_state, to_state, taken_by)
      );
      INSERT INTO hub.credit_record_rule (step, from_state, to_state, taken_by) VALUES
        ('RECORD', 'NEW', 'RECORDED', 'RESPONSIBLE_ORGAN'),
        ('INFORM', 'RECORDED', 'INFORMED', 'RESPONSIBLE_ORGAN'),
        ('CONFIRM', 'INFORMED', 'CONFIRMED', 'RESPONSIBLE_ORGAN'),
        ('REPAIR', 'CONFIRMED', 'REPAIRED', 'RESPONSIBLE_ORGAN'),
        ('EXPIRE', 'CONFIRMED', 'EXPIRED', 'CLOCK'),
        ('WITHDRAW', 'RECORDED', 'WITHDRAWN', 'RESPONSIBLE_ORGAN'),
        ('WITHDRAW', 'INFORMED', 'WITHDRAWN', 'RESPONSIBLE_ORGAN'),
        ('WITHDRAW', 'CONFIRMED', 'WITHDRAWN', 'RESPONSIBLE_ORGAN');

      CREATE TABLE hub.credit_record (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- The clauses are Xiamen's; Tianjin has no such categories.
        jurisdiction text NOT NULL CHECK (jurisdiction = 'CN-FJ-350200'),
        -- The unit's code and its own number, so that no unit can learn by a conflict what another one has.
        record_no text NOT NULL UNIQUE,
        category text NOT NULL CHECK (category IN ('GOOD', 'WARNING', 'REMINDER')),
        inspection_no text NOT NULL,
        ground text NOT NULL,
        legal_basis text NOT NULL,
        document_no text NOT NULL,
        problem text,
        handling text NOT NULL,
        responsible_organ text NOT NULL REFERENCES hub.agency CHECK (starts_with(responsible_organ, 'XM_')),
        district text,
        -- Who it is about, and the name and code the decision uses, which later renames do not change.
        subject_id bigint NOT NULL REFERENCES hub.subject,
        subject_kind text NOT NULL,
        subject_name text NOT NULL,
        subject_code text,
        -- Penalties of the decision; from them and its day come severity and period (src/measures/credit/publicity-period.ts).
        penalties text[] NOT NULL CHECK (penalties <@ ARRAY['WARNING', 'CRITICISM', 'SIMPLE_PROCEDURE', 'FINE', 'CONFISCATION', 'SUSPENSION', 'DOWNGRADE',
                                                            'VERY_LARGE_FINE', 'LICENCE_REVOCATION', 'RESTRICTION']),
        safety_field boolean NOT NULL DEFAULT false,
        gravest boolean NOT NULL DEFAULT false,
        severity text CHECK (severity IN ('MINOR', 'ORDINARY', 'SERIOUS')),
        decided_on date NOT NULL,
        public_from date,
        public_until date,
        -- First day on which it is over; NULL for a record without end.
        over_on date GENERATED ALWAYS AS (public_until + 1) STORED,
        repair_from date,
        informed_on date,
        defence_until date,
        heard boolean NOT NULL DEFAULT false,
        confirmed_on date,
        -- PUBLIC_CREDIT: Xiamen's credit division found it to be public credit information; nobody else may (B-41, XM-3.6.3b).
        channel text NOT NULL DEFAULT 'INTERNAL' CHECK (channel IN ('INTERNAL', 'PUBLIC_CREDIT')),
        released_by text CHECK (released_by = 'XM_CREDIT_DIV'),
        released_on date,
        -- Of a natural person it says why (B-43, XM-3.6.3e).
        release_reason text,
        state text NOT NULL DEFAULT 'RECORDED',
        steps int NOT NULL DEFAULT 1 CHECK (steps >= 1),
        ended_on date,
        received_at timestamptz NOT NULL DEFAULT now(),
        CHECK (starts_with(record_no, responsible_organ || '/')),
        CHECK (category <> 'GOOD' OR cardinality(penalties) = 0),
        CHECK ((severity IS NULL) = (cardinality(penalties) = 0)),
        CHECK (severity IS NOT NULL OR (public_until IS NULL AND repair_from IS NULL)),
        CHECK ((public_from IS NULL) = (public_until IS NULL) AND public_from = decided_on AND public_until >= public_from),
        CHECK ((informed_on IS NULL) = (defence_until IS NULL) AND defence_until >= informed_on),
        -- Nothing is confirmed before the notice and the defence it opens (XM-3.6.4a).
        CHECK (state IN ('RECORDED', 'INFORMED', 'WITHDRAWN') OR (confirmed_on IS NOT NULL AND informed_on IS NOT NULL)),
        CHECK (state NOT IN ('RECORDED', 'INFORMED') OR confirmed_on IS NULL),
        CHECK (confirmed_on IS NULL OR (informed_on IS NOT NULL AND confirmed_on >= informed_on AND confirmed_on >= decided_on AND (heard OR confirmed_on > defence_until))),
        CHECK ((state IN ('REPAIRED', 'EXPIRED', 'WITHDRAWN')) = (ended_on IS NOT NULL)),
        CHECK (ended_on >= confirmed_on),
        CHECK (state <> 'EXPIRED' OR (public_until IS NOT NULL AND ended_on > public_until)),
        CHECK ((released_by IS NULL) = (released_on IS NULL) AND (channel = 'PUBLIC_CREDIT') = (released_by IS NOT NULL)),
        -- Confirmed, and for as long as a paper says; good information has no last day.
        CHECK (released_on IS NULL OR (confirmed_on IS NOT NULL AND released_on >= confirmed_on AND (category = 'GOOD' OR (public_until IS NOT NULL AND released_on <= public_until)))),
        CHECK (released_on IS NULL OR subject_kind <> 'NATURAL_PERSON' OR btrim(coalesce(release_reason, '')) <> '')
      );
      COMMENT ON TABLE hub.credit_record IS 'Credit records of Xiamen: good, warning and reminder information of confirmed inspection results';
      CREATE INDEX credit_record_newest ON hub.credit_record (jurisdiction, id DESC);
      CREATE INDEX credit_record_of_organ ON hub.credit_record (responsible_organ, id DESC);
      CREATE INDEX credit_record_released ON hub.credit_record (channel, id DESC);
      CREATE INDEX credit_record_by_category ON hub.credit_record (category, id DESC);
      CREATE INDEX credit_record_by_state ON hub.credit_record (state, id DESC);
      CREATE INDEX credit_record_by_ground ON hub.credit_record (ground, id DESC);
      CREATE INDEX credit_record_by_district ON hub.credit_record (district, id DESC);
      CREATE INDEX credit_record_by_code ON hub.credit_record (subject_code, id DESC);
      CREATE INDEX credit_record_of_subject ON hub.credit_record (subject_id, id DESC);
      CREATE INDEX credit_record_by_confirmation ON hub.credit_record (confirmed_on, id);
      CREATE INDEX credit_record_by_last_day ON hub.credit_record (public_until, id);
      CREATE INDEX credit_record_in_file ON hub.credit_record (over_on, id) WHERE state = 'CONFIRMED';

      CREATE TABLE hub.credit_record_step (
        record_id bigint NOT NULL,
        ordinal int NOT NULL,
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL,
        -- The unit that took it; NULL for the clock.
        organ text REFERENCES hub.agency,
        -- Day on which it takes effect, and when the hub learnt of it.
        on_day date NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        clauses text[] NOT NULL CHECK (cardinality(clauses) > 0),
        document_no text,
        note text,
        -- Of what was asked for, so that the same again is known as such.
        request_digest text,
        previous int GENERATED ALWAYS AS (nullif(ordinal - 1, 0)) STORED,
        PRIMARY KEY (record_id, ordinal),
        UNIQUE (record_id, ordinal, to_state),
        CHECK ((ordinal = 1) = (step = 'RECORD')),
        CHECK ((taken_by = 'RESPONSIBLE_ORGAN') = (organ IS NOT NULL)),
        FOREIGN KEY (record_id) REFERENCES hub.credit_record,
        FOREIGN KEY (step, from_state, to_state, taken_by) REFERENCES hub.credit_record_rule (step, from_state, to_state, taken_by),
        -- It starts where the one before it ended; by the key there is one behind each.
        FOREIGN KEY (record_id, previous, from_state) REFERENCES hub.credit_record_step (record_id, ordinal, to_state)
      );
      -- Where a record stands is where its last step led: a record and its step are written in one transaction.
      ALTER TABLE hub.credit_record ADD CONSTRAINT credit_record_stands FOREIGN KEY (id, steps, state)
        REFERENCES hub.credit_record_step (record_id, ordinal, to_state) DEFERRABLE INITIALLY DEFERRED;

      CREATE FUNCTION hub.credit_record_moves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.steps <> OLD.steps AND NEW.steps <> OLD.steps + 1 THEN
          RAISE EXCEPTION 'a record moves by one step at a time' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.steps = OLD.steps AND NEW.state <> OLD.state THEN
          RAISE EXCEPTION 'the state of a record changes by a step' USING ERRCODE = 'check_violation';
        END IF;
        -- What is wrong in these is withdrawn and recorded anew: a period that moves by hand would end at nobody's day.
        IF (NEW.record_no, NEW.responsible_organ, NEW.jurisdiction, NEW.category, NEW.penalties, NEW.decided_on, NEW.public_from, NEW.public_until, NEW.repair_from)
           IS DISTINCT FROM (OLD.record_no, OLD.responsible_organ, OLD.jurisdiction, OLD.category, OLD.penalties, OLD.decided_on, OLD.public_from, OLD.public_until, OLD.repair_from) THEN
          RAISE EXCEPTION 'number, organ, category and period of a record stay' USING ERRCODE = 'check_violation';
        END IF;
        -- Found to be public credit information, it is so on one day and by one reason; only what is in the file is found so.
        IF OLD.channel = 'PUBLIC_CREDIT' AND (NEW.channel, NEW.released_on, NEW.release_reason) IS DISTINCT FROM (OLD.channel, OLD.released_on, OLD.release_reason)
           OR OLD.channel = 'INTERNAL' AND NEW.channel = 'PUBLIC_CREDIT' AND (OLD.state, NEW.state) IS DISTINCT FROM ('CONFIRMED', 'CONFIRMED') THEN
          RAISE EXCEPTION 'a confirmed record is released, once' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER credit_record_moves BEFORE UPDATE ON hub.credit_record FOR EACH ROW EXECUTE FUNCTION hub.credit_record_moves();

      -- A step is taken by the unit that answers for the record, and moves the record with it.
      CREATE FUNCTION hub.credit_record_stepped() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE record record;
      BEGIN
        SELECT responsible_organ, steps, state INTO record FROM hub.credit_record WHERE id = NEW.record_id FOR UPDATE;
        IF NEW.organ IS NOT NULL AND NEW.organ <> record.responsible_organ THEN
          RAISE EXCEPTION 'a step is taken by the unit that answers for the record' USING ERRCODE = 'check_violation';
        END IF;
        IF (record.steps, record.state) IS DISTINCT FROM (NEW.ordinal, NEW.to_state) THEN
          RAISE EXCEPTION 'a record stands where its last step led' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER credit_record_stepped AFTER INSERT ON hub.credit_record_step
        DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hub.credit_record_stepped();

      CREATE TRIGGER feed_insert AFTER INSERT ON hub.credit_record REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('CreditRecord');
      CREATE TRIGGER feed_update AFTER UPDATE ON hub.credit_record REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record_update('CreditRecord');
      CREATE TRIGGER feed_delete AFTER DELETE ON hub.credit_record REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('CreditRecord');
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
