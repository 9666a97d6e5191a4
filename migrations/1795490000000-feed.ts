import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The change log by month, with an end: transactions and their events stand in partitions of the month the transaction
 * began in, old months are dropped whole, and the head says up to which position the log is gone. The head also names the
 * cluster it was written in, so that a restore or a failover is noticed.
 */
export class Feed1795490000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE hub.feed_head ADD COLUMN low_water bigint NOT NULL DEFAULT 0, ADD COLUMN cluster text;
      COMMENT ON COLUMN hub.feed_head.low_water IS 'Last position whose event is gone with its month; 0 when all are there';
      COMMENT ON COLUMN hub.feed_head.cluster IS 'System identifier and timeline of the server that last wrote; another one means a restore or failover';

      ALTER TABLE hub.feed_transaction RENAME TO feed_transaction_old;
      ALTER TABLE hub.feed_event RENAME TO feed_event_old;
      ALTER INDEX hub.feed_transaction_pkey RENAME TO feed_transaction_old_pkey;
      ALTER INDEX hub.feed_event_pkey RENAME TO feed_event_old_pkey;
      DROP TRIGGER feed_seal ON hub.feed_transaction_old;

      -- A sequence of its own: identity columns of partitioned tables need PostgreSQL 17.
      CREATE SEQUENCE hub.feed_transaction_number;
      CREATE TABLE hub.feed_transaction (
        id bigint NOT NULL DEFAULT nextval('hub.feed_transaction_number'),
        -- now() is the moment the transaction began, so that it and its events agree.
        month date NOT NULL DEFAULT date_trunc('month', now() AT TIME ZONE 'UTC')::date,
        first_position bigint,
        events int,
        committed_at timestamptz,
        PRIMARY KEY (id, month),
        UNIQUE (first_position, month)
      ) PARTITION BY RANGE (month);

      -- No foreign key to the transaction: only the triggers write here, and a key would be asked for every event.
      CREATE TABLE hub.feed_event (
        transaction_id bigint NOT NULL,
        month date NOT NULL DEFAULT date_trunc('month', now() AT TIME ZONE 'UTC')::date,
        ordinal int NOT NULL,
        entity text NOT NULL,
        entity_id bigint NOT NULL,
        before jsonb,
        after jsonb,
        PRIMARY KEY (transaction_id, ordinal, month),
        CHECK (before IS NOT NULL OR after IS NOT NULL)
      ) PARTITION BY RANGE (month);

      CREATE TABLE hub_log.feed_transaction_default PARTITION OF hub.feed_transaction DEFAULT;
      CREATE TABLE hub_log.feed_event_default PARTITION OF hub.feed_event DEFAULT;

      -- Partitions of the months from the one of \`first\` on, made aside and attached, because that lets writers go on. What
      -- stands in the default partition already comes along.
      CREATE FUNCTION hub.make_feed_partitions(first date, months int) RETURNS int LANGUAGE plpgsql AS $$
      DECLARE start date; after date; part text; parent text; made int := 0;
      BEGIN
        FOR i IN 0 .. months - 1 LOOP
          start := (date_trunc('month', first::timestamp) + make_interval(months => i))::date;
          after := (start + interval '1 month')::date;
          FOREACH parent IN ARRAY ARRAY['feed_transaction', 'feed_event'] LOOP
            part := parent || '_' || to_char(start, 'YYYYMM');
            CONTINUE WHEN to_regclass('hub_log.' || part) IS NOT NULL;
            EXECUTE format('CREATE TABLE hub_log.%I (LIKE hub.%I INCLUDING ALL)', part, parent);
            EXECUTE format(
              'WITH moved AS (DELETE FROM hub_log.%I WHERE month >= %L AND month < %L RETURNING *) INSERT INTO hub_log.%I SELECT * FROM moved',
              parent || '_default', start, after, part);
            EXECUTE format('ALTER TABLE hub.%I ATTACH PARTITION hub_log.%I FOR VALUES FROM (%L) TO (%L)', parent, part, start, after);
            made := made + 1;
          END LOOP;
        END LOOP;
        RETURN made;
      END $$;

      -- Drops the months before that of \`kept\` and returns how many. The tables go first and the head is changed last, in the
      -- order in which writers take their locks.
      CREATE FUNCTION hub.drop_feed_before(kept date) RETURNS int LANGUAGE plpgsql AS $$
      DECLARE edge date := date_trunc('month', kept::timestamp)::date; gone record; last bigint; dropped int := 0;
      BEGIN
        SELECT max(first_position + events - 1) INTO last FROM hub.feed_transaction WHERE month < edge;
        FOR gone IN
          SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'hub_log' AND c.relkind = 'r' AND c.relname ~ '^feed_(transaction|event)_[0-9]{6}$'
            AND to_date(right(c.relname, 6), 'YYYYMM') < edge ORDER BY c.relname
        LOOP
          EXECUTE format('DROP TABLE hub_log.%I', gone.relname);
          dropped := dropped + 1;
        END LOOP;
        DELETE FROM hub_log.feed_event_default WHERE month < edge;
        DELETE FROM hub_log.feed_transaction_default WHERE month < edge;
        UPDATE hub.feed_head SET low_water = last WHERE low_water < last;
        RETURN dropped;
      END $$;

      -- The cluster that answers: its identity, and the timeline that a promotion or a restore to a point in time changes.
      CREATE FUNCTION hub.feed_cluster() RETURNS text LANGUAGE sql AS $$
        SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || left(pg_walfile_name(pg_current_wal_lsn()), 8)
      $$;

      -- Starts a new epoch where another cluster wrote last, and returns whether it did. Cursors of former epochs are refused:
      -- their positions may have been given to other events.
      CREATE FUNCTION hub.feed_epoch() RETURNS boolean LANGUAGE plpgsql AS $$
      DECLARE here text := hub.feed_cluster(); before text; other boolean;
      BEGIN
        SELECT cluster INTO before FROM hub.feed_head;
        IF before = here THEN RETURN false; END IF;
        SELECT cluster INTO before FROM hub.feed_head FOR UPDATE;
        other := before <> here;
        UPDATE hub.feed_head SET cluster = here, epoch = CASE WHEN other THEN gen_random_uuid() ELSE epoch END;
        IF other THEN PERFORM pg_notify('hub_feed', ''); END IF;
        RETURN coalesce(other, false);
      END $$;

      CREATE OR REPLACE FUNCTION hub.feed_seal() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE count int := coalesce(nullif(current_setting('hub.feed_ordinal', true), ''), '0')::int; last bigint;
      BEGIN
        IF count = 0 THEN
          RAISE EXCEPTION 'the change log must be sealed as the last act of a transaction'
            USING HINT = 'Do not set its constraints to IMMEDIATE.';
        END IF;
        PERFORM set_config('hub.feed_sealed', NEW.id::text, true);
        UPDATE hub.feed_head SET position = position + count RETURNING position INTO last;
        UPDATE hub.feed_transaction
           SET first_position = last - count + 1, events = count, committed_at = clock_timestamp() WHERE id = NEW.id AND month = NEW.month;
        PERFORM pg_notify('hub_feed', '');
        RETURN NULL;
      END $$;

      -- What is there already keeps its order and its positions; its months are those of the commits.
      DO $$
      DECLARE span record;
      BEGIN
        SELECT date_trunc('month', min(committed_at) AT TIME ZONE 'UTC')::date AS first, date_trunc('month', now() AT TIME ZONE 'UTC')::date AS last
          INTO span FROM hub.feed_transaction_old;
        span.first := least(coalesce(span.first, span.last), span.last);
        PERFORM hub.make_feed_partitions(span.first,
          3 + (extract(year FROM age(span.last, span.first)) * 12 + extract(month FROM age(span.last, span.first)))::int);
      END $$;
      INSERT INTO hub.feed_transaction (id, month, first_position, events, committed_at)
      SELECT id, date_trunc('month', committed_at AT TIME ZONE 'UTC')::date, first_position, events, committed_at
      FROM hub.feed_transaction_old WHERE first_position IS NOT NULL;
      INSERT INTO hub.feed_event (transaction_id, month, ordinal, entity, entity_id, before, after)
      SELECT e.transaction_id, t.month, e.ordinal, e.entity, e.entity_id, e.before, e.after
      FROM hub.feed_event_old e JOIN hub.feed_transaction t ON t.id = e.transaction_id;
      SELECT setval('hub.feed_transaction_number', (SELECT coalesce(max(id), 0) + 1 FROM hub.feed_transaction), false);

      CREATE CONSTRAINT TRIGGER feed_seal AFTER INSERT ON hub.feed_transaction
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hub.feed_seal();

      -- The views over the old tables go with them; the boundary that follows makes them anew.
      DROP TABLE hub.feed_event_old, hub.feed_transaction_old CASCADE;
      GRANT USAGE ON SEQUENCE hub.feed_transaction_number TO concordat_writer;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
