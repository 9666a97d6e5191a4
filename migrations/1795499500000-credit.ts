import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Entries of the red list, the black list and the list of judgment debtors, and the steps they took (YZ-3.5c, YZ-3.5e,
 * XM-3.6.4b, A-49). The life of an entry is a chain of rows that foreign keys hold together: a step starts where the one
 * before it ended and is one of the rule table, so that no program and no hand brings an entry where no rule leads.
 */
export class Credit1795499500000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- src/measures/credit/list-entry.ts as rows; a test holds the two against each other.
      CREATE TABLE hub.list_entry_rule (
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL CHECK (taken_by IN ('RESPONSIBLE_ORGAN', 'SUBJECT', 'CLOCK')),
        PRIMARY KEY (step, from_state),
        UNIQUE (step, from_state, to_state, taken_by)
      );
      INSERT INTO hub.list_entry_rule (step, from_state, to_state, taken_by) VALUES
        ('PROPOSE', 'NEW', 'PROPOSED', 'RESPONSIBLE_ORGAN'),
        ('ADOPT', 'NEW', 'PUBLISHED', 'RESPONSIBLE_ORGAN'),
        ('INFORM', 'PROPOSED', 'INFORMED', 'RESPONSIBLE_ORGAN'),
        ('DROP', 'PROPOSED', 'DROPPED', 'RESPONSIBLE_ORGAN'),
        ('DROP', 'INFORMED', 'DROPPED', 'RESPONSIBLE_ORGAN'),
        ('DECIDE', 'INFORMED', 'DECIDED', 'RESPONSIBLE_ORGAN'),
        ('PUBLISH', 'DECIDED', 'PUBLISHED', 'RESPONSIBLE_ORGAN'),
        ('OBJECT', 'PUBLISHED', 'OBJECTED', 'SUBJECT'),
        ('UPHOLD', 'OBJECTED', 'PUBLISHED', 'RESPONSIBLE_ORGAN'),
        ('REPAIR', 'PUBLISHED', 'REPAIRED', 'RESPONSIBLE_ORGAN'),
        ('REPAIR', 'OBJECTED', 'REPAIRED', 'RESPONSIBLE_ORGAN'),
        ('EXPIRE', 'DECIDED', 'EXPIRED', 'CLOCK'),
        ('EXPIRE', 'PUBLISHED', 'EXPIRED', 'CLOCK'),
        ('EXPIRE', 'OBJECTED', 'EXPIRED', 'CLOCK'),
        ('REVOKE', 'DECIDED', 'REVOKED', 'RESPONSIBLE_ORGAN'),
        ('REVOKE', 'PUBLISHED', 'REVOKED', 'RESPONSIBLE_ORGAN'),
        ('REVOKE', 'OBJECTED', 'REVOKED', 'RESPONSIBLE_ORGAN'),
        ('REMOVE', 'REPAIRED', 'REMOVED', 'RESPONSIBLE_ORGAN'),
        ('REMOVE', 'EXPIRED', 'REMOVED', 'RESPONSIBLE_ORGAN'),
        ('REMOVE', 'REVOKED', 'REMOVED', 'RESPONSIBLE_ORGAN');

      CREATE TABLE hub.list_entry (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        jurisdiction text NOT NULL,
        list text NOT NULL CHECK (list IN ('RED', 'BLACK', 'JUDGMENT_DEBTOR')),
        -- The organ's code and its own number, so that no organ can learn by a conflict what another one has.
        entry_no text NOT NULL UNIQUE,
        ground text NOT NULL,
        legal_basis text NOT NULL,
        document_no text NOT NULL,
        severity text CHECK (severity IN ('MINOR', 'ORDINARY', 'SERIOUS')),
        -- Details of the case; shown for the purpose of sanctions only (B-38).
        reason text NOT NULL,
        responsible_organ text NOT NULL REFERENCES hub.agency,
        district text,
        -- Who it is about, and the name and code the decision uses, which later renames do not change.
        subject_id bigint NOT NULL REFERENCES hub.subject,
        subject_kind text NOT NULL,
        subject_name text NOT NULL,
        subject_code text,
        -- As names are compared (src/subjects/names/folded-name.ts).
        subject_folded text NOT NULL,
        -- PUBLIC_CREDIT: Xiamen's credit division found it to be public credit information; nobody else may (B-41, XM-3.6.3b).
        channel text NOT NULL DEFAULT 'INTERNAL' CHECK (channel IN ('INTERNAL', 'PUBLIC_CREDIT')),
        released_by text CHECK (released_by = 'XM_CREDIT_DIV'),
        released_on date,
        -- Of a natural person it says why (XM-3.6.3e, A-48).
        release_reason text,
        state text NOT NULL DEFAULT 'PROPOSED',
        steps int NOT NULL DEFAULT 1 CHECK (steps >= 1),
        -- Of an entry that was adopted from an official register of another jurisdiction: which of its lists carry it, what
        -- they note, and the term that one of them states otherwise. NULL for the entries of organs, which are proposed.
        official_sources text[],
        source_note text,
        other_valid_from date,
        other_valid_to date,
        proposed_on date,
        informed_on date,
        defence_until date,
        heard boolean NOT NULL DEFAULT false,
        decided_on date,
        published_on date,
        valid_from date,
        valid_to date,
        -- First day on which it is over; NULL for an entry without end.
        over_on date GENERATED ALWAYS AS (valid_to + 1) STORED,
        repair_from date,
        ended_on date,
        -- The mark while an objection or a repair is asked for, and its case (the migration of cases).
        open_case text CHECK (open_case IN ('OBJECTION', 'REPAIR')),
        open_case_id bigint,
        received_at timestamptz NOT NULL DEFAULT now(),
        CHECK (released_by IS NULL OR subject_kind <> 'NATURAL_PERSON' OR release_reason IS NOT NULL),
        CHECK ((released_by IS NULL) = (released_on IS NULL)),
        CHECK ((channel = 'PUBLIC_CREDIT') = (released_by IS NOT NULL) AND (channel = 'INTERNAL' OR jurisdiction = 'CN-FJ-350200')),
        CHECK (starts_with(entry_no, responsible_organ || '/')),
        CHECK (valid_to >= valid_from),
        -- Nothing enters the lists of Tianjin and Xiamen but by proposal, notice and decision (A-49, A-69).
        CHECK (official_sources IS NULL OR cardinality(official_sources) > 0 AND jurisdiction NOT IN ('CN-TJ', 'CN-FJ-350200') AND valid_from IS NOT NULL),
        CHECK (official_sources IS NOT NULL OR proposed_on IS NOT NULL AND num_nonnulls(source_note, other_valid_from, other_valid_to) = 0),
        CHECK ((informed_on IS NULL) = (defence_until IS NULL) AND defence_until >= informed_on),
        -- Nothing is decided before the notice and the defence it opens (A-49); DROPPED needs neither.
        CHECK (official_sources IS NOT NULL OR state IN ('PROPOSED', 'INFORMED', 'DROPPED') OR (decided_on IS NOT NULL AND valid_from IS NOT NULL AND informed_on IS NOT NULL)),
        CHECK (decided_on IS NULL OR heard OR decided_on > defence_until),
        CHECK (decided_on >= informed_on AND published_on >= decided_on AND published_on >= valid_from),
        CHECK (official_sources IS NOT NULL OR state NOT IN ('PUBLISHED', 'OBJECTED', 'REPAIRED') OR published_on IS NOT NULL),
        -- A foreign register may say that it took an entry back, and not when.
        CHECK ((state IN ('REPAIRED', 'EXPIRED', 'REVOKED', 'REMOVED')) = (ended_on IS NOT NULL) OR (official_sources IS NOT NULL AND state = 'REVOKED')),
        CHECK (state <> 'EXPIRED' OR ended_on > valid_to),
        -- While an objection is open the entry is objected to, and only then; nothing is open of what is not on the list.
        CHECK ((open_case IS NULL) = (open_case_id IS NULL)),
        CHECK ((state = 'OBJECTED') = (open_case IS NOT NULL AND open_case = 'OBJECTION')),
        CHECK (open_case IS NULL OR state IN ('PUBLISHED', 'OBJECTED'))
      );
      COMMENT ON TABLE hub.list_entry IS 'Entries of the red and black lists and of judgment debtors, each with the organ that answers for it';
      CREATE INDEX list_entry_newest ON hub.list_entry (jurisdiction, id DESC);
      CREATE INDEX list_entry_of_organ ON hub.list_entry (responsible_organ, id DESC);
      CREATE INDEX list_entry_by_district ON hub.list_entry (district, id DESC);
      CREATE INDEX list_entry_by_code ON hub.list_entry (subject_code, id DESC);
      CREATE INDEX list_entry_by_name ON hub.list_entry (subject_folded, id DESC);
      CREATE INDEX list_entry_of_subject ON hub.list_entry (subject_id, id DESC);
      CREATE INDEX list_entry_in_force ON hub.list_entry (over_on, id) WHERE state IN ('DECIDED', 'PUBLISHED', 'OBJECTED');

      CREATE TABLE hub.list_entry_step (
        entry_id bigint NOT NULL,
        ordinal int NOT NULL,
        step text NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        taken_by text NOT NULL,
        -- The organ that took it; NULL for the subject and the clock.
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
        PRIMARY KEY (entry_id, ordinal),
        UNIQUE (entry_id, ordinal, to_state),
        CHECK ((ordinal = 1) = (step IN ('PROPOSE', 'ADOPT'))),
        CHECK ((taken_by = 'RESPONSIBLE_ORGAN') = (organ IS NOT NULL)),
        FOREIGN KEY (entry_id) REFERENCES hub.list_entry,
        FOREIGN KEY (step, from_state, to_state, taken_by) REFERENCES hub.list_entry_rule (step, from_state, to_state, taken_by),
        -- It starts where the one before it ended; by the key there is one behind each.
        FOREIGN KEY (entry_id, previous, from_state) REFERENCES hub.list_entry_step (entry_id, ordinal, to_state)
      );
      -- Where an entry stands is where its last step led: an entry and its step are written in one transaction.
      ALTER TABLE hub.list_entry ADD CONSTRAINT list_entry_stands FOREIGN KEY (id, steps, state)
        REFERENCES hub.list_entry_step (entry_id, ordinal, to_state) DEFERRABLE INITIALLY DEFERRED;

      CREATE FUNCTION hub.list_entry_moves() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NEW.steps <> OLD.steps AND NEW.steps <> OLD.steps + 1 THEN
          RAISE EXCEPTION 'an entry moves by one step at a time' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.steps = OLD.steps AND NEW.state <> OLD.state THEN
          RAISE EXCEPTION 'the state of an entry changes by a step' USING ERRCODE = 'check_violation';
        END IF;
        IF (NEW.entry_no, NEW.responsible_organ, NEW.list, NEW.jurisdiction) IS DISTINCT FROM (OLD.entry_no, OLD.responsible_organ, OLD.list, OLD.jurisdiction) THEN
          RAISE EXCEPTION 'number, organ, list and jurisdiction of an entry stay' USING ERRCODE = 'check_violation';
        END IF;
        IF NEW.official_sources IS DISTINCT FROM OLD.official_sources AND NOT coalesce(NEW.official_sources @> OLD.official_sources, false) THEN
          RAISE EXCEPTION 'the sources of an entry grow, and an entry of an organ has none' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER list_entry_moves BEFORE UPDATE ON hub.list_entry FOR EACH ROW EXECUTE FUNCTION hub.list_entry_moves();

      -- A step is taken by the organ that answers for the entry (YZ-3.5b), and moves the entry with it.
      CREATE FUNCTION hub.list_entry_stepped() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE entry record;
      BEGIN
        SELECT responsible_organ, steps, state, official_sources INTO entry FROM hub.list_entry WHERE id = NEW.entry_id FOR UPDATE;
        IF NEW.organ IS NOT NULL AND NEW.organ <> entry.responsible_organ THEN
          RAISE EXCEPTION 'a step is taken by the organ that answers for the entry' USING ERRCODE = 'check_violation';
        END IF;
        IF (entry.steps, entry.state) IS DISTINCT FROM (NEW.ordinal, NEW.to_state) THEN
          RAISE EXCEPTION 'an entry stands where its last step led' USING ERRCODE = 'check_violation';
        END IF;
        -- What a register of another jurisdiction lists is adopted, then revoked or over; everything else is proposed.
        IF (NEW.ordinal = 1 AND (entry.official_sources IS NOT NULL) <> (NEW.step = 'ADOPT'))
           OR (entry.official_sources IS NOT NULL AND NEW.step NOT IN ('ADOPT', 'EXPIRE', 'REVOKE')) THEN
          RAISE EXCEPTION 'entries of official registers are adopted, those of organs proposed' USING ERRCODE = 'check_violation';
        END IF;
        RETURN NULL;
      END $$;
      CREATE CONSTRAINT TRIGGER list_entry_stepped AFTER INSERT ON hub.list_entry_step
        DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW EXECUTE FUNCTION hub.list_entry_stepped();

      -- What the hub knew of an entry, and when: the second axis of time beside the days in the entry itself.
      CREATE TABLE hub.list_entry_known (
        entry_id bigint NOT NULL REFERENCES hub.list_entry,
        known_from timestamptz NOT NULL,
        -- NULL for what is known now; the moment itself belongs to what follows.
        known_until timestamptz,
        responsible_organ text NOT NULL,
        entry_no text NOT NULL,
        image jsonb NOT NULL,
        PRIMARY KEY (entry_id, known_from),
        CHECK (known_until > known_from)
      );
      CREATE INDEX list_entry_known_of_organ ON hub.list_entry_known (responsible_organ, entry_no, known_from);
      CREATE UNIQUE INDEX list_entry_known_now ON hub.list_entry_known (entry_id) WHERE known_until IS NULL;
      CREATE FUNCTION hub.list_entry_learnt() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE at timestamptz := clock_timestamp(); last timestamptz;
      BEGIN
        SELECT known_from INTO last FROM hub.list_entry_known WHERE entry_id = NEW.id AND known_until IS NULL;
        -- Never before what was known last, whatever the clock of the server did.
        at := greatest(at, last + interval '1 microsecond');
        UPDATE hub.list_entry_known SET known_until = at WHERE entry_id = NEW.id AND known_until IS NULL;
        INSERT INTO hub.list_entry_known (entry_id, known_from, responsible_organ, entry_no, image) VALUES (NEW.id, at, NEW.responsible_organ, NEW.entry_no, to_jsonb(NEW));
        RETURN NULL;
      END $$;
      CREATE TRIGGER list_entry_learnt AFTER INSERT OR UPDATE ON hub.list_entry FOR EACH ROW EXECUTE FUNCTION hub.list_entry_learnt();

      CREATE TRIGGER feed_insert AFTER INSERT ON hub.list_entry REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('ListEntry');
      CREATE TRIGGER feed_update AFTER UPDATE ON hub.list_entry REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record_update('ListEntry');
      CREATE TRIGGER feed_delete AFTER DELETE ON hub.list_entry REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('ListEntry');
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
