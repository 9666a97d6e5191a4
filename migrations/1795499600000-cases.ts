import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Objection and repair cases about entries of the lists (YZ-3.5b, YZ-3.5e, A-49), and what ties them to the entries: OBJECT,
 * UPHOLD and REPAIR of an entry rest on a step of a case, a step of a case takes its entry with it, and an entry is marked
 * while a case of its own is open. All of it is held by keys. A case names its target by `entry_id`; a record of another
 * kind would be a second column beside it, of which one is set.
 */
export class Cases1795499600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- An objection ends by the organ, by the centre that does not accept it, or by its subject.
      ALTER TABLE hub.list_entry_rule DROP CONSTRAINT list_entry_rule_pkey, ADD PRIMARY KEY (step, from_state, taken_by);
      ALTER TABLE hub.list_entry_rule DROP CONSTRAINT list_entry_rule_taken_by_check,
        ADD CHECK (taken_by IN ('RESPONSIBLE_ORGAN', 'SUBJECT', 'CREDIT_CENTRE', 'CLOCK'));
      INSERT INTO hub.list_entry_rule (step, from_state, to_state, taken_by) VALUES
        ('UPHOLD', 'OBJECTED', 'PUBLISHED', 'CREDIT_CENTRE'), ('UPHOLD', 'OBJECTED', 'PUBLISHED', 'SUBJECT');
      ALTER TABLE hub.list_entry
        ADD UNIQUE (id, entry_no, jurisdiction, responsible_organ),
        ADD UNIQUE (id, subject_id),
        ADD UNIQUE (id, open_case_id);

      -- src/measures/credit/credit-case.ts as rows; a test holds the two against each other.
      CREATE TABLE hub.credit_case_rule (
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL CHECK (taken_by IN ('CREDIT_CENTRE', 'RESPONSIBLE_ORGAN', 'SUBJECT', 'CLOCK')),
        PRIMARY KEY (step, from_state, taken_by),
        UNIQUE (step, from_state, to_state, taken_by)
      );
      INSERT INTO hub.credit_case_rule (step, from_state, to_state, taken_by) VALUES
        ('FILE', 'NEW', 'FILED', 'SUBJECT'),
        ('ACCEPT', 'FILED', 'ACCEPTED', 'CREDIT_CENTRE'),
        ('DECLINE', 'FILED', 'NOT_ACCEPTED', 'CREDIT_CENTRE'),
        ('REVIEW', 'ACCEPTED', 'REVIEWED', 'CREDIT_CENTRE'),
        ('GRANT', 'REVIEWED', 'GRANTED', 'RESPONSIBLE_ORGAN'),
        ('REFUSE', 'REVIEWED', 'REFUSED', 'RESPONSIBLE_ORGAN'),
        ('EXTEND', 'ACCEPTED', 'ACCEPTED', 'CREDIT_CENTRE'),
        ('EXTEND', 'REVIEWED', 'REVIEWED', 'CREDIT_CENTRE');
      INSERT INTO hub.credit_case_rule (step, from_state, to_state, taken_by)
        SELECT r.step, s.state, r.to_state, r.taken_by
          FROM (VALUES ('WITHDRAW', 'WITHDRAWN', 'SUBJECT'), ('LAPSE', 'LAPSED', 'RESPONSIBLE_ORGAN'), ('LAPSE', 'LAPSED', 'CLOCK')) AS r (step, to_state, taken_by),
               (VALUES ('FILED'), ('ACCEPTED'), ('REVIEWED')) AS s (state);

      -- Which step of the entry a step of its case takes with it.
      CREATE TABLE hub.credit_case_effect (
        kind text NOT NULL,
        case_step text NOT NULL,
        taken_by text NOT NULL,
        entry_step text NOT NULL,
        PRIMARY KEY (kind, case_step, taken_by, entry_step)
      );
      INSERT INTO hub.credit_case_effect (kind, case_step, taken_by, entry_step) VALUES
        ('OBJECTION', 'FILE', 'SUBJECT', 'OBJECT'),
        ('OBJECTION', 'DECLINE', 'CREDIT_CENTRE', 'UPHOLD'),
        ('OBJECTION', 'REFUSE', 'RESPONSIBLE_ORGAN', 'UPHOLD'),
        ('OBJECTION', 'WITHDRAW', 'SUBJECT', 'UPHOLD'),
        ('OBJECTION', 'GRANT', 'RESPONSIBLE_ORGAN', 'UPHOLD'),
        ('OBJECTION', 'GRANT', 'RESPONSIBLE_ORGAN', 'REVOKE'),
        ('OBJECTION', 'LAPSE', 'RESPONSIBLE_ORGAN', 'REVOKE'),
        ('OBJECTION', 'LAPSE', 'CLOCK', 'EXPIRE'),
        ('REPAIR', 'GRANT', 'RESPONSIBLE_ORGAN', 'REPAIR'),
        ('REPAIR', 'LAPSE', 'RESPONSIBLE_ORGAN', 'REVOKE'),
        ('REPAIR', 'LAPSE', 'CLOCK', 'EXPIRE');

      CREATE TABLE hub.credit_case (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- The filer's code and its own number, so that nobody learns by a conflict what another one has.
        case_no text NOT NULL UNIQUE,
        kind text NOT NULL CHECK (kind IN ('OBJECTION', 'REPAIR')),
        entry_id bigint NOT NULL,
        -- Of the entry, kept equal by keys, so that the boundary judges a case by its own row.
        entry_no text NOT NULL,
        jurisdiction text NOT NULL,
        responsible_organ text NOT NULL REFERENCES hub.agency,
        subject_id bigint NOT NULL,
        filed_by text NOT NULL REFERENCES hub.agency,
        filed_on date NOT NULL,
        grounds text NOT NULL,
        promise_given boolean NOT NULL DEFAULT false,
        state text NOT NULL DEFAULT 'FILED',
        steps int NOT NULL DEFAULT 1 CHECK (steps >= 1),
        -- Counted in working days when filed, and once more when extended.
        acceptance_due date NOT NULL,
        organ_due date NOT NULL,
        answer_due date NOT NULL,
        -- The calendar of a year among them is not published yet: they are the earliest they can be (A-68).
        due_provisional boolean NOT NULL,
        extended_on date,
        accepted_on date,
        reviewed_on date,
        closed_on date,
        centre_opinion text,
        organ_opinion text,
        outcome text CHECK (outcome IN ('CORRECTED', 'REVOKED', 'REPAIRED')),
        received_at timestamptz NOT NULL DEFAULT now(),
        -- Its entry while it is open, and by the key below there is one open case of an entry.
        open_on bigint GENERATED ALWAYS AS (CASE WHEN state IN ('FILED', 'ACCEPTED', 'REVIEWED') THEN entry_id END) STORED,
        -- Day by which whoever it waits for has to act, and the first day on which that is late.
        next_due date GENERATED ALWAYS AS (CASE WHEN state = 'FILED' THEN acceptance_due WHEN state IN ('ACCEPTED', 'REVIEWED') THEN organ_due END) STORED,
        overdue_from date GENERATED ALWAYS AS (CASE WHEN state = 'FILED' THEN acceptance_due + 1 WHEN state IN ('ACCEPTED', 'REVIEWED') THEN organ_due + 1 END) STORED,
        UNIQUE (open_on),
        UNIQUE (id, open_on, kind),
        UNIQUE (id, kind, entry_id, jurisdiction, responsible_organ, filed_by),
        CHECK (starts_with(case_no, filed_by || '/')),
        -- The single window, or the organ itself on behalf of the subject.
        CHECK (filed_by = responsible_organ OR filed_by = CASE jurisdiction WHEN 'CN-TJ' THEN 'CREDIT_PLATFORM' WHEN 'CN-FJ-350200' THEN 'XM_CREDIT_DIV' END),
        CHECK (kind = 'REPAIR' OR NOT promise_given),
        CHECK ((closed_on IS NULL) = (state IN ('FILED', 'ACCEPTED', 'REVIEWED'))),
        CHECK (accepted_on >= filed_on AND reviewed_on >= accepted_on),
        CHECK (closed_on >= greatest(filed_on, accepted_on, reviewed_on)),
        CHECK (state NOT IN ('ACCEPTED', 'REVIEWED', 'GRANTED', 'REFUSED') OR accepted_on IS NOT NULL),
        CHECK (state NOT IN ('REVIEWED', 'GRANTED', 'REFUSED') OR reviewed_on IS NOT NULL),
        CHECK ((state = 'GRANTED') = (outcome IS NOT NULL) AND (outcome = 'REPAIRED') = (kind = 'REPAIR')),
        CHECK (outcome <> 'REPAIRED' OR promise_given),
        FOREIGN KEY (entry_id, entry_no, jurisdiction, responsible_organ) REFERENCES hub.list_entry (id, entry_no, jurisdiction, responsible_organ),
        FOREIGN KEY (entry_id, subject_id) REFERENCES hub.list_entry (id, subject_id) ON UPDATE CASCADE
      );
      COMMENT ON TABLE hub.credit_case IS 'Objection and repair cases, each about one entry of the lists';
      CREATE INDEX credit_case_newest ON hub.credit_case (jurisdiction, id DESC);
      CREATE INDEX credit_case_of_organ ON hub.credit_case (responsible_organ, id DESC);
      CREATE INDEX credit_case_of_entry ON hub.credit_case (entry_no, id DESC);
      CREATE INDEX credit_case_of_entry_id ON hub.credit_case (entry_id);
      CREATE INDEX credit_case_overdue ON hub.credit_case (jurisdiction, overdue_from) WHERE overdue_from IS NOT NULL;
      CREATE INDEX credit_case_overdue_of_organ ON hub.credit_case (responsible_organ, overdue_from) WHERE overdue_from IS NOT NULL;
      CREATE INDEX credit_case_due ON hub.credit_case (jurisdiction, next_due) WHERE next_due IS NOT NULL;
      CREATE INDEX credit_case_due_of_organ ON hub.credit_case (responsible_organ, next_due) WHERE next_due IS NOT NULL;

      -- The mark of an entry is that of its open case, and an open case marks its entry.
      ALTER TABLE hub.list_entry ADD CONSTRAINT list_entry_marked FOREIGN KEY (open_case_id, id, open_case)
        REFERENCES hub.credit_case (id, open_on, kind) DEFERRABLE INITIALLY DEFERRED;
      ALTER TABLE hub.credit_case ADD CONSTRAINT credit_case_marks FOREIGN KEY (open_on, id)
        REFERENCES hub.list_entry (id, open_case_id) DEFERRABLE INITIALLY DEFERRED;

      CREATE TABLE hub.credit_case_step (
        case_id bigint NOT NULL,
        ordinal int NOT NULL,
        kind text NOT NULL,
        entry_id bigint NOT NULL,
        jurisdiction text NOT NULL,
        responsible_organ text NOT NULL,
        filed_by text NOT NULL,
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL,
        -- The agency that took it; NULL for the clock.
        agency text REFERENCES hub.agency,
        on_day date NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        clauses text[] NOT NULL CHECK (cardinality(clauses) > 0),
        document_no text,
        note text,
        -- Of what was asked for, so that the same again is known as such.
        request_digest text,
        -- The step of the entry it takes with it.
        entry_ordinal int,
        previous int GENERATED ALWAYS AS (nullif(ordinal - 1, 0)) STORED,
        PRIMARY KEY (case_id, ordinal),
        UNIQUE (case_id, ordinal, to_state),
        UNIQUE (case_id, ordinal, entry_id, entry_ordinal, kind, step, taken_by),
        UNIQUE (entry_id, entry_ordinal),
        CHECK ((ordinal = 1) = (step = 'FILE')),
        CHECK ((step IN ('ACCEPT', 'REVIEW', 'EXTEND') OR (kind = 'REPAIR' AND step IN ('FILE', 'DECLINE', 'REFUSE', 'WITHDRAW'))) = (entry_ordinal IS NULL)),
        -- Who sanctions decides (YZ-3.5b); the centre of the city reviews; who filed takes back.
        CHECK (CASE taken_by WHEN 'RESPONSIBLE_ORGAN' THEN agency IS NOT DISTINCT FROM responsible_organ WHEN 'SUBJECT' THEN agency IS NOT DISTINCT FROM filed_by
                             WHEN 'CLOCK' THEN agency IS NULL
                             ELSE agency IS NOT DISTINCT FROM CASE jurisdiction WHEN 'CN-TJ' THEN 'CREDIT_PLATFORM' WHEN 'CN-FJ-350200' THEN 'XM_CREDIT_DIV' END END),
        FOREIGN KEY (case_id, kind, entry_id, jurisdiction, responsible_organ, filed_by)
          REFERENCES hub.credit_case (id, kind, entry_id, jurisdiction, responsible_organ, filed_by),
        FOREIGN KEY (step, from_state, to_state, taken_by) REFERENCES hub.credit_case_rule (step, from_state, to_state, taken_by),
        FOREIGN KEY (case_id, previous, from_state) REFERENCES hub.credit_case_step (case_id, ordinal, to_state)
      );
      -- A complex case is extended once.
      CREATE UNIQUE INDEX credit_case_extended ON hub.credit_case_step (case_id) WHERE step = 'EXTEND';
      ALTER TABLE hub.credit_case ADD CONSTRAINT credit_case_stands FOREIGN KEY (id, steps, state)
        REFERENCES hub.credit_case_step (case_id, ordinal, to_state) DEFERRABLE INITIALLY DEFERRED;

      -- Behind OBJECT, UPHOLD and REPAIR stands the step of a case that has this effect, and such a step of a case has its effect.
      ALTER TABLE hub.list_entry_step
        ADD COLUMN case_id bigint, ADD COLUMN case_ordinal int, ADD COLUMN case_kind text, ADD COLUMN case_step text,
        ADD CHECK (num_nulls(case_id, case_ordinal, case_kind, case_step) IN (0, 4)),
        ADD CONSTRAINT list_entry_step_by_case CHECK (step NOT IN ('OBJECT', 'UPHOLD', 'REPAIR') OR case_id IS NOT NULL),
        ADD UNIQUE (entry_id, ordinal, case_id, case_ordinal),
        ADD FOREIGN KEY (case_kind, case_step, taken_by, step) REFERENCES hub.credit_case_effect (kind, case_step, taken_by, entry_step),
        ADD FOREIGN KEY (case_id, case_ordinal, entry_id, ordinal, case_kind, case_step, taken_by)
          REFERENCES hub.credit_case_step (case_id, ordinal, entry_id, entry_ordinal, kind, step, taken_by);
      ALTER TABLE hub.credit_case_step ADD CONSTRAINT credit_case_step_effect FOREIGN KEY (entry_id, entry_ordinal, case_id, ordinal)
        REFERENCES hub.list_entry_step (entry_id, ordinal, case_id, case_ordinal) DEFERRABLE INITIALLY DEFERRED;

      CREATE FUNCTION hub.credit_case_moves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.steps <> OLD.steps AND NEW.steps <> OLD.steps + 1 THEN
          RAISE EXCEPTION 'a case moves by one step at a time' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.steps = OLD.steps AND (NEW.state, NEW.outcome, NEW.extended_on, NEW.organ_due) IS DISTINCT FROM (OLD.state, OLD.outcome, OLD.extended_on, OLD.organ_due) THEN
          RAISE EXCEPTION 'a case changes by a step' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.case_no, NEW.filed_on, NEW.grounds, NEW.promise_given) IS DISTINCT FROM (OLD.case_no, OLD.filed_on, OLD.grounds, OLD.promise_given) THEN
          RAISE EXCEPTION 'what was filed stays' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER credit_case_moves BEFORE UPDATE ON hub.credit_case FOR EACH ROW EXECUTE FUNCTION hub.credit_case_moves();

      CREATE FUNCTION hub.credit_case_stepped() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE stands record;
      BEGIN
        SELECT steps, state INTO stands FROM hub.credit_case WHERE id = NEW.case_id FOR UPDATE;
        IF (stands.steps, stands.state) IS DISTINCT FROM (NEW.ordinal, NEW.to_state) THEN
          RAISE EXCEPTION 'a case stands where its last step led' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER credit_case_stepped AFTER INSERT ON hub.credit_case_step
        DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hub.credit_case_stepped();

      -- What an objection asks to be corrected: the value when it was filed, and the one asked for.
      CREATE TABLE hub.credit_case_change (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        case_id bigint NOT NULL,
        kind text NOT NULL DEFAULT 'OBJECTION' CHECK (kind = 'OBJECTION'),
        entry_id bigint NOT NULL,
        jurisdiction text NOT NULL,
        responsible_organ text NOT NULL,
        filed_by text NOT NULL,
        field text NOT NULL CHECK (field IN ('GROUND', 'LEGAL_BASIS', 'DOCUMENT_NO', 'SEVERITY', 'DISTRICT', 'SUBJECT_NAME', 'VALID_TO')),
        old_value text,
        new_value text,
        UNIQUE (case_id, field),
        CHECK (old_value IS DISTINCT FROM new_value),
        FOREIGN KEY (case_id, kind, entry_id, jurisdiction, responsible_organ, filed_by)
          REFERENCES hub.credit_case (id, kind, entry_id, jurisdiction, responsible_organ, filed_by)
      );
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
