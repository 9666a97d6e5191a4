import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Joint sanctions and incentives that rest on entries of the lists (YZ-3.5a, YZ-3.5d, YZ-3.5e, XM-3.6.4b, A-49). A
 * measure belongs to one bureau; its life is a chain of steps, held together as that of an entry is. An entry that leaves
 * the list stops its measures in its own transaction, by a trigger, whoever writes.
 */
export class JointMeasures1795499620000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- src/measures/credit/joint-measure.ts as rows; a test holds the two against each other.
      CREATE TABLE hub.joint_measure_rule (
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL CHECK (taken_by IN ('LEAD', 'BUREAU', 'ENTRY')),
        PRIMARY KEY (step, from_state),
        UNIQUE (step, from_state, to_state, taken_by)
      );
      INSERT INTO hub.joint_measure_rule (step, from_state, to_state, taken_by) VALUES
        ('BEGIN', 'NEW', 'STARTED', 'LEAD'),
        ('ASK', 'NEW', 'ASKED', 'LEAD'),
        ('START', 'ASKED', 'STARTED', 'BUREAU'),
        ('DECLINE', 'ASKED', 'DECLINED', 'BUREAU'),
        ('REPORT', 'STARTED', 'STARTED', 'BUREAU'),
        ('REPORT', 'TO_LIFT', 'TO_LIFT', 'BUREAU'),
        ('LIFT', 'STARTED', 'LIFTED', 'BUREAU'),
        ('LIFT', 'TO_LIFT', 'LIFTED', 'BUREAU'),
        ('END', 'STARTED', 'TO_LIFT', 'ENTRY'),
        ('LAPSE', 'ASKED', 'LAPSED', 'ENTRY');

      -- What the catalogue (src/measures/data/joint-measures.yaml) says of whom a measure may meet; a test holds the two against each other.
      CREATE TABLE hub.joint_measure_item (
        code text PRIMARY KEY,
        kind text NOT NULL CHECK (kind IN ('SANCTION', 'INCENTIVE')),
        list text NOT NULL CHECK (list IN ('RED', 'BLACK')),
        jurisdictions text[] NOT NULL,
        subject_kinds text[] NOT NULL,
        UNIQUE (code, kind),
        CHECK ((kind = 'INCENTIVE') = (list = 'RED'))
      );
      INSERT INTO hub.joint_measure_item (code, kind, list, jurisdictions, subject_kinds)
      SELECT code, 'SANCTION', 'BLACK', '{CN-TJ}'::text[], '{ORGANISATION}'::text[] FROM unnest(ARRAY['TJ_INSPECTION', 'TJ_COERCION', 'TJ_PENALTY']) AS code
      UNION ALL SELECT 'XM_INSPECTION', 'SANCTION', 'BLACK', '{CN-FJ-350200}', '{ORGANISATION,HOUSEHOLD_BUSINESS,NATURAL_PERSON}'
      UNION ALL SELECT 'WAGE_' || effect, 'SANCTION', 'BLACK', '{CN-TJ,CN-FJ-350200}', '{ORGANISATION,HOUSEHOLD_BUSINESS,NATURAL_PERSON}'
                FROM unnest(ARRAY['PROCUREMENT', 'BIDDING', 'FINANCE', 'MARKET_ENTRY', 'TAX', 'AWARDS', 'TRAVEL']) AS effect
      UNION ALL SELECT 'TJ_INCENTIVE', 'INCENTIVE', 'RED', '{CN-TJ}', '{ORGANISATION,HOUSEHOLD_BUSINESS,NATURAL_PERSON}';

      CREATE TABLE hub.joint_measure (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        -- The lead's code and its own number, and the bureau: no organ can learn by a conflict what another one has.
        measure_no text NOT NULL UNIQUE,
        number text NOT NULL CHECK (number <> ''),
        entry_id bigint NOT NULL REFERENCES hub.list_entry,
        -- Of the entry, kept by the triggers below: what boundaries and evidence ask for, and its last day.
        entry_no text NOT NULL,
        entry_organ text NOT NULL,
        jurisdiction text NOT NULL,
        subject_id bigint NOT NULL REFERENCES hub.subject,
        valid_to date,
        code text NOT NULL,
        kind text NOT NULL,
        lead_organ text NOT NULL REFERENCES hub.agency,
        bureau text NOT NULL REFERENCES hub.agency,
        role text NOT NULL,
        legal_basis text NOT NULL,
        document_no text NOT NULL,
        state text NOT NULL,
        steps int NOT NULL DEFAULT 1 CHECK (steps >= 1),
        asked_on date NOT NULL,
        started_on date,
        feedback text,
        feedback_on date,
        -- Since when it has to be lifted: the day the end of the entry took effect, which may lie before the measure's start.
        to_lift_since date,
        lift_reason text CHECK (lift_reason IN ('REPAIRED', 'EXPIRED', 'REVOKED', 'BY_BUREAU')),
        lifted_on date,
        received_at timestamptz NOT NULL DEFAULT now(),
        FOREIGN KEY (code, kind) REFERENCES hub.joint_measure_item (code, kind),
        CHECK (measure_no = lead_organ || '/' || number || '/' || bureau),
        CHECK (role = CASE WHEN bureau = lead_organ THEN 'RESPONSIBLE' ELSE 'COOPERATING' END),
        CHECK ((state IN ('STARTED', 'TO_LIFT', 'LIFTED')) = (started_on IS NOT NULL) AND started_on >= asked_on),
        CHECK ((state = 'LIFTED') = (lifted_on IS NOT NULL) AND lifted_on >= started_on),
        CHECK ((state IN ('TO_LIFT', 'LIFTED', 'LAPSED')) = (lift_reason IS NOT NULL)),
        CHECK (to_lift_since IS NULL OR state IN ('TO_LIFT', 'LIFTED')),
        CHECK (state <> 'TO_LIFT' OR to_lift_since IS NOT NULL),
        CHECK (lift_reason <> 'BY_BUREAU' OR (state = 'LIFTED' AND to_lift_since IS NULL)),
        CHECK ((feedback IS NULL) = (feedback_on IS NULL))
      );
      COMMENT ON TABLE hub.joint_measure IS 'Joint sanctions and incentives: what one bureau does on one entry of a list, and that it stopped';
      CREATE INDEX joint_measure_of_bureau ON hub.joint_measure (bureau, id DESC);
      CREATE INDEX joint_measure_of_lead ON hub.joint_measure (lead_organ, id DESC);
      CREATE INDEX joint_measure_of_entry_organ ON hub.joint_measure (entry_organ, id DESC);
      CREATE INDEX joint_measure_newest ON hub.joint_measure (jurisdiction, id DESC);
      CREATE INDEX joint_measure_by_entry ON hub.joint_measure (entry_no, id DESC);
      CREATE INDEX joint_measure_by_code ON hub.joint_measure (code, id DESC);
      CREATE INDEX joint_measure_by_state ON hub.joint_measure (state, id DESC);
      CREATE INDEX joint_measure_to_lift ON hub.joint_measure (to_lift_since, id) WHERE to_lift_since IS NOT NULL;
      CREATE INDEX joint_measure_of_subject ON hub.joint_measure (subject_id);
      CREATE INDEX joint_measure_running ON hub.joint_measure (entry_id) WHERE state IN ('ASKED', 'STARTED');
      -- A lead asks a bureau for one thing once; what was declined or lifted may be asked for again.
      CREATE UNIQUE INDEX joint_measure_once ON hub.joint_measure (lead_organ, entry_id, code, bureau) WHERE state IN ('ASKED', 'STARTED', 'TO_LIFT');

      CREATE TABLE hub.joint_measure_step (
        measure_id bigint NOT NULL,
        ordinal int NOT NULL,
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL,
        -- The lead or the bureau; NULL where the entry ended.
        organ text REFERENCES hub.agency,
        -- Day on which it takes effect, the hub's legal day when it was told, and the server's clock.
        on_day date NOT NULL,
        recorded_on date NOT NULL,
        recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        clauses text[] NOT NULL CHECK (cardinality(clauses) > 0),
        note text,
        -- Of what was asked for, so that the same again is known as such.
        request_digest text,
        previous int GENERATED ALWAYS AS (nullif(ordinal - 1, 0)) STORED,
        PRIMARY KEY (measure_id, ordinal),
        UNIQUE (measure_id, ordinal, to_state),
        UNIQUE (measure_id, request_digest),
        CHECK ((ordinal = 1) = (from_state = 'NEW')),
        CHECK ((taken_by = 'ENTRY') = (organ IS NULL)),
        CHECK (on_day <= recorded_on),
        FOREIGN KEY (measure_id) REFERENCES hub.joint_measure,
        FOREIGN KEY (step, from_state, to_state, taken_by) REFERENCES hub.joint_measure_rule (step, from_state, to_state, taken_by),
        FOREIGN KEY (measure_id, previous, from_state) REFERENCES hub.joint_measure_step (measure_id, ordinal, to_state)
      );
      -- Where a measure stands is where its last step led: both are written in one transaction.
      ALTER TABLE hub.joint_measure ADD CONSTRAINT joint_measure_stands FOREIGN KEY (id, steps, state)
        REFERENCES hub.joint_measure_step (measure_id, ordinal, to_state) DEFERRABLE INITIALLY DEFERRED;

      -- A new measure takes over what its entry says, whatever the writer brought, and answers that list and kind of subject.
      CREATE FUNCTION hub.joint_measure_begins() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE entry record; item record;
      BEGIN
        SELECT entry_no, responsible_organ, jurisdiction, subject_id, subject_kind, valid_to, list INTO STRICT entry FROM hub.list_entry WHERE id = NEW.entry_id FOR SHARE;
        SELECT list, jurisdictions, subject_kinds INTO STRICT item FROM hub.joint_measure_item WHERE code = NEW.code;
        IF item.list <> entry.list OR entry.jurisdiction <> ALL (item.jurisdictions) OR entry.subject_kind <> ALL (item.subject_kinds) THEN
          RAISE EXCEPTION 'a measure answers the list and the kind of subject its catalogue names' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.steps <> 1 OR EXISTS (SELECT FROM hub.agency WHERE code IN (NEW.lead_organ, NEW.bureau) AND jurisdiction <> entry.jurisdiction) THEN
          RAISE EXCEPTION 'a measure begins with its first step, inside the jurisdiction of its entry' USING ERRCODE = 'check_violation';
        END IF;
        NEW.entry_no := entry.entry_no;
        NEW.entry_organ := entry.responsible_organ;
        NEW.jurisdiction := entry.jurisdiction;
        NEW.subject_id := entry.subject_id;
        NEW.valid_to := entry.valid_to;
        RETURN NEW;
      END $$;
      CREATE TRIGGER joint_measure_begins BEFORE INSERT ON hub.joint_measure FOR EACH ROW EXECUTE FUNCTION hub.joint_measure_begins();

      CREATE FUNCTION hub.joint_measure_moves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.steps <> OLD.steps AND NEW.steps <> OLD.steps + 1 THEN
          RAISE EXCEPTION 'a measure moves by one step at a time' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.steps = OLD.steps AND NEW.state <> OLD.state THEN
          RAISE EXCEPTION 'the state of a measure changes by a step' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.measure_no, NEW.entry_id, NEW.entry_no, NEW.entry_organ, NEW.jurisdiction, NEW.code, NEW.kind, NEW.asked_on)
           IS DISTINCT FROM (OLD.measure_no, OLD.entry_id, OLD.entry_no, OLD.entry_organ, OLD.jurisdiction, OLD.code, OLD.kind, OLD.asked_on) THEN
          RAISE EXCEPTION 'number, entry and kind of a measure stay' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER joint_measure_moves BEFORE UPDATE ON hub.joint_measure FOR EACH ROW EXECUTE FUNCTION hub.joint_measure_moves();

      -- A step is its bureau's or its lead's. None begins on an entry that is off the list, by state or by the day (YZ-3.5e);
      -- none is ended in the name of an entry that is on it.
      CREATE FUNCTION hub.joint_measure_stepped() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE measure record; entry record; listed boolean;
      BEGIN
        SELECT entry_id, lead_organ, bureau, role, steps, state INTO measure FROM hub.joint_measure WHERE id = NEW.measure_id FOR UPDATE;
        IF (measure.steps, measure.state) IS DISTINCT FROM (NEW.ordinal, NEW.to_state) THEN
          RAISE EXCEPTION 'a measure stands where its last step led' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.organ <> (CASE NEW.taken_by WHEN 'LEAD' THEN measure.lead_organ ELSE measure.bureau END)
           OR (NEW.step = 'BEGIN' AND measure.role <> 'RESPONSIBLE') OR (NEW.step = 'ASK' AND measure.role <> 'COOPERATING') THEN
          RAISE EXCEPTION 'a step is taken by the organ whose it is' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.taken_by = 'ENTRY' OR NEW.to_state IN ('ASKED', 'STARTED') AND NEW.from_state <> NEW.to_state THEN
          SELECT state, over_on, published_on INTO entry FROM hub.list_entry WHERE id = measure.entry_id FOR SHARE;
          listed := entry.state IN ('PUBLISHED', 'OBJECTED');
          IF NEW.taken_by = 'ENTRY' AND listed THEN
            RAISE EXCEPTION 'an entry on the list ends no measure' USING ERRCODE = 'check_violation';
          END IF;
          IF NEW.taken_by <> 'ENTRY' AND (NOT listed OR entry.over_on <= NEW.recorded_on OR NEW.on_day < entry.published_on) THEN
            RAISE EXCEPTION 'a measure begins while its entry is on the list' USING ERRCODE = 'check_violation';
          END IF;
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER joint_measure_stepped AFTER INSERT ON hub.joint_measure_step
        DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hub.joint_measure_stepped();

      -- An entry that leaves the list stops its measures in its own transaction (YZ-3.5e, A-49); one that a merger moves takes them along.
      CREATE FUNCTION hub.joint_measure_follows() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF (NEW.subject_id, NEW.valid_to) IS DISTINCT FROM (OLD.subject_id, OLD.valid_to) THEN
          UPDATE hub.joint_measure SET subject_id = NEW.subject_id, valid_to = NEW.valid_to WHERE entry_no = NEW.entry_no;
        END IF;
        IF NEW.state IN ('PUBLISHED', 'OBJECTED') OR OLD.state NOT IN ('PUBLISHED', 'OBJECTED') THEN
          RETURN NULL;
        END IF;
        -- An older snapshot would not see a measure that began beside it.
        IF current_setting('transaction_isolation') <> 'read committed' THEN
          RAISE EXCEPTION 'an entry leaves the list in a transaction that reads what is committed' USING ERRCODE = 'check_violation';
        END IF;
        -- Most entries bear none; an update of nothing would still call the change log, once for each of a batch.
        IF NOT EXISTS (SELECT FROM hub.joint_measure WHERE entry_id = NEW.id AND state IN ('ASKED', 'STARTED')) THEN
          RETURN NULL;
        END IF;
        WITH stopped AS (
          UPDATE hub.joint_measure SET state = CASE state WHEN 'STARTED' THEN 'TO_LIFT' ELSE 'LAPSED' END, steps = steps + 1, lift_reason = NEW.state,
                 to_lift_since = CASE state WHEN 'STARTED' THEN NEW.ended_on END
          WHERE entry_id = NEW.id AND state IN ('ASKED', 'STARTED') RETURNING id, steps, state
        )
        INSERT INTO hub.joint_measure_step (measure_id, ordinal, step, from_state, to_state, taken_by, on_day, recorded_on, clauses)
        SELECT id, steps, CASE state WHEN 'TO_LIFT' THEN 'END' ELSE 'LAPSE' END, CASE state WHEN 'TO_LIFT' THEN 'STARTED' ELSE 'ASKED' END, state, 'ENTRY',
               NEW.ended_on, NEW.ended_on, '{YZ-3.5e,A-49}'
        FROM stopped;
        RETURN NULL;
      END $$;
      CREATE TRIGGER joint_measure_follows AFTER UPDATE ON hub.list_entry FOR EACH ROW EXECUTE FUNCTION hub.joint_measure_follows();

      CREATE TRIGGER feed_insert AFTER INSERT ON hub.joint_measure REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('JointMeasure');
      CREATE TRIGGER feed_update AFTER UPDATE ON hub.joint_measure REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record_update('JointMeasure');
      CREATE TRIGGER feed_delete AFTER DELETE ON hub.joint_measure REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('JointMeasure');
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
