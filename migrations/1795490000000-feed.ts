import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The change log by month, with an end, and sequenced after the commit: transactions and their events stand in partitions
 * of the month the transaction began in, old months are dropped whole, and the head says up to which position the log is
 * gone. The head also names the cluster it was written in, so that a restore or a failover is noticed.
 *
 * Positions are not taken by those who write. As its last act a transaction draws a number (*seals* itself); once its
 * commit can be seen, hub.feed_sequence gives it positions. Batch after batch in order of the numbers this is an order of
 * the commits: what follows a commit, because it waited for its row locks, read its rows or was asked for after its answer,
 * draws its number after that commit became visible, so its number is larger and its batch is no earlier one. Transaction
 * ids are never an order: they are given at the first write, not at the commit.
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
        -- NULL: committed, and waits for its positions.
        first_position bigint,
        events int NOT NULL,
        committed_at timestamptz NOT NULL,
        -- The number drawn at the seal, and the id of the transaction; 0 where positions were taken by those who wrote.
        sealed_order bigint NOT NULL,
        sealed_xid xid8 NOT NULL,
        PRIMARY KEY (id, month)
      ) PARTITION BY RANGE (month);
      -- A transaction stands in one of them at a time.
      CREATE UNIQUE INDEX feed_transaction_position ON hub.feed_transaction (first_position, month) WHERE first_position IS NOT NULL;
      CREATE INDEX feed_transaction_pending ON hub.feed_transaction (sealed_xid) WHERE first_position IS NULL;
      CREATE SEQUENCE hub.feed_commit_number;

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
      CREATE TABLE hub_log.feed_event_default PARTITION OF hub.feed_event DEFAULT WITH (toast_tuple_target = 8160);

      -- Partitions of the months from the one of \`first\` on, made aside and attached, because that lets writers go on. What
      -- stands in the default partition already comes along.
      CREATE FUNCTION hub.make_feed_partitions(first date, months int) RETURNS int LANGUAGE plpgsql AS $$
      DECLARE start date; after date; part text; parent text; made int := 0;
      BEGIN
        -- Before any table, as hub.feed_sequence locks it: a row that is moved while positions are given would be passed over.
        PERFORM FROM hub.feed_head FOR UPDATE;
        FOR i IN 0 .. months - 1 LOOP
          start := (date_trunc('month', first::timestamp) + make_interval(months => i))::date;
          after := (start + interval '1 month')::date;
          FOREACH parent IN ARRAY ARRAY['feed_transaction', 'feed_event'] LOOP
            part := parent || '_' || to_char(start, 'YYYYMM');
            CONTINUE WHEN to_regclass('hub_log.' || part) IS NOT NULL;
            EXECUTE format('CREATE TABLE hub_log.%I (LIKE hub.%I INCLUDING ALL)', part, parent);
            -- Images stay uncompressed while a row fits into a page: a read asks an image for some fifty cells and would
            -- unpack it for each. 200 events 58 ms packed, 6.6 ms so, for 37 % more space.
            IF parent = 'feed_event' THEN EXECUTE format('ALTER TABLE hub_log.%I SET (toast_tuple_target = 8160)', part); END IF;
            EXECUTE format(
              'WITH moved AS (DELETE FROM hub_log.%I WHERE month >= %L AND month < %L RETURNING *) INSERT INTO hub_log.%I SELECT * FROM moved',
              parent || '_default', start, after, part);
            EXECUTE format('ALTER TABLE hub.%I ATTACH PARTITION hub_log.%I FOR VALUES FROM (%L) TO (%L)', parent, part, start, after);
            made := made + 1;
          END LOOP;
        END LOOP;
        RETURN made;
      END $$;

      -- Drops the months before that of \`kept\` and returns how many tables went. A month that holds a transaction without
      -- positions stays, and so do those behind it. Locks in the order of hub.feed_sequence: first the head.
      CREATE FUNCTION hub.drop_feed_before(kept date) RETURNS int LANGUAGE plpgsql AS $$
      DECLARE edge date := date_trunc('month', kept::timestamp)::date; part text; at date; waiting date; last bigint; dropped int := 0;
      BEGIN
        PERFORM FROM hub.feed_head FOR UPDATE;
        FOR part, at IN
          SELECT c.relname, to_date(right(c.relname, 6), 'YYYYMM') FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'hub_log' AND c.relkind = 'r' AND c.relname ~ '^feed_transaction_[0-9]{6}$' ORDER BY c.relname
        LOOP
          EXIT WHEN at >= edge;
          -- Nobody who began in this month is still to commit when the lock is had.
          EXECUTE format('LOCK TABLE hub_log.%I', part);
        END LOOP;
        SELECT min(month) INTO waiting FROM hub.feed_transaction WHERE first_position IS NULL;
        edge := least(edge, waiting);
        SELECT max(first_position + events - 1) INTO last FROM hub.feed_transaction WHERE month < edge;
        FOR part IN
          SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
          WHERE n.nspname = 'hub_log' AND c.relkind = 'r' AND c.relname ~ '^feed_(transaction|event)_[0-9]{6}$'
            AND to_date(right(c.relname, 6), 'YYYYMM') < edge ORDER BY c.relname
        LOOP
          EXECUTE format('DROP TABLE hub_log.%I', part);
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

      -- The entry of the transaction in the log and the next free ordinal. Drawing it leaves no trace: a transaction stands in
      -- the log by its events. The settings are transaction-local and roll back with a savepoint, as the events do.
      CREATE OR REPLACE FUNCTION hub.feed_open(OUT entry bigint, OUT next_ordinal int) LANGUAGE plpgsql AS $$
      BEGIN
        entry := nullif(current_setting('hub.feed_entry', true), '')::bigint;
        IF entry IS NULL THEN
          entry := nextval('hub.feed_transaction_number');
          PERFORM set_config('hub.feed_entry', entry::text, true), set_config('hub.feed_ordinal', '0', true);
        END IF;
        next_ordinal := current_setting('hub.feed_ordinal')::int;
      END $$;

      -- Behind the events of a statement: counts them.
      CREATE FUNCTION hub.feed_written(entry bigint, next_ordinal int, written int) RETURNS void LANGUAGE plpgsql AS $$
      BEGIN
        IF written = 0 THEN RETURN; END IF;
        IF current_setting('hub.feed_sealed', true) = entry::text THEN
          RAISE EXCEPTION 'the change log of this transaction is already sealed'
            USING HINT = 'Do not write to shareable tables after SET CONSTRAINTS … IMMEDIATE or from a deferred trigger.';
        END IF;
        PERFORM set_config('hub.feed_ordinal', (next_ordinal + written)::text, true);
      END $$;

      -- Appends the rows a statement added or deleted. The image of a permit holds its holder as it stood then, so that an event
      -- says the same whenever it is read; made in one go, which costs a fifth less than putting it in with ||.
      CREATE OR REPLACE FUNCTION hub.feed_record() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE opened record := hub.feed_open(); written int;
      BEGIN
        IF TG_OP = 'INSERT' AND TG_ARGV[0] = 'Permit' THEN
          -- No rename of the holder may be under way beside it: it would not see this permit, and the log would keep the old name.
          -- By key, not by join: new_rows has no statistics, and a join read all subjects for every batch.
          PERFORM FROM hub.subject s WHERE s.id = ANY (ARRAY(SELECT n.holder_id FROM new_rows n)) ORDER BY s.id FOR SHARE;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY n.id) - 1, 'Permit', n.id, NULL,
                 (SELECT to_jsonb(i) FROM (SELECT n.*, (SELECT to_jsonb(s) FROM hub.subject s WHERE s.id = n.holder_id) AS holder) i)
          FROM new_rows n;
        ELSIF TG_OP = 'INSERT' THEN
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY n.id) - 1, TG_ARGV[0], n.id, NULL, to_jsonb(n)
          FROM new_rows n;
        ELSIF TG_ARGV[0] = 'Permit' THEN
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY o.id) - 1, 'Permit', o.id,
                 (SELECT to_jsonb(i) FROM (SELECT o.*, (SELECT to_jsonb(s) FROM hub.subject s WHERE s.id = o.holder_id) AS holder) i), NULL
          FROM old_rows o;
        ELSE
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY o.id) - 1, TG_ARGV[0], o.id, to_jsonb(o), NULL
          FROM old_rows o;
        END IF;
        GET DIAGNOSTICS written = ROW_COUNT;
        PERFORM hub.feed_written(opened.entry, opened.next_ordinal, written);
        RETURN NULL;
      END $$;

      -- Appends the rows a statement changed. A holder's change is also a change of its permits: who may see a permit may see
      -- its holder. No nested loops: plans are kept, and one made for a row compared each of 10,000 with each.
      CREATE FUNCTION hub.feed_record_update() RETURNS trigger LANGUAGE plpgsql SET enable_nestloop = off AS $$
      DECLARE opened record := hub.feed_open(); written int; changed int;
      BEGIN
        IF TG_ARGV[0] = 'Permit' THEN
          -- Where the holder stays, the permit's own row lock keeps a rename away, which locks the permits it sees (below). A new
          -- holder's rename would not see this permit; and a snapshot older than the rename would read the old name.
          PERFORM FROM hub.subject s
          WHERE s.id = ANY (ARRAY(SELECT n.holder_id FROM old_rows o JOIN new_rows n USING (id)
                                  WHERE o.holder_id <> n.holder_id OR current_setting('transaction_isolation') <> 'read committed'))
          ORDER BY s.id FOR SHARE;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY c.id) - 1, 'Permit', c.id,
                 (SELECT to_jsonb(i) FROM (SELECT (c.o).*, CASE WHEN c.former = c.present THEN c.holder
                    ELSE (SELECT to_jsonb(s) FROM hub.subject s WHERE s.id = c.former) END AS holder) i),
                 (SELECT to_jsonb(i) FROM (SELECT (c.n).*, c.holder) i)
          FROM (SELECT id, o, n, o.holder_id AS former, n.holder_id AS present, (SELECT to_jsonb(s) FROM hub.subject s WHERE s.id = n.holder_id) AS holder
                FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n OFFSET 0) c;
        ELSE
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY n.id) - 1, TG_ARGV[0], n.id, to_jsonb(o), to_jsonb(n)
          FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n;
        END IF;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF TG_ARGV[0] = 'Subject' AND written > 0 THEN
          -- No change of these permits beside the rename; waiting writers see the new name.
          PERFORM FROM hub.permit p
          WHERE p.holder_id = ANY (ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n))
          ORDER BY p.id FOR SHARE;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + written + row_number() OVER (ORDER BY p.id) - 1, 'Permit', p.id,
                 to_jsonb(p) || jsonb_build_object('holder', to_jsonb(o)), to_jsonb(p) || jsonb_build_object('holder', to_jsonb(n))
          FROM old_rows o JOIN new_rows n USING (id) JOIN hub.permit p ON p.holder_id = n.id
          WHERE o IS DISTINCT FROM n
            AND p.holder_id = ANY (ARRAY(SELECT n.id FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n));
          GET DIAGNOSTICS changed = ROW_COUNT;
          written := written + changed;
        END IF;
        PERFORM hub.feed_written(opened.entry, opened.next_ordinal, written);
        RETURN NULL;
      END $$;
      DROP FUNCTION hub.feed_image;

      -- Seals a transaction. While hub.feed_sequencer_asleep is held (src/feed/sequencer.ts), nobody looks by itself: then it is
      -- told. Otherwise it cannot fall asleep before this transaction has ended, for the shared lock is held until then.
      CREATE OR REPLACE FUNCTION hub.feed_seal() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE count int := coalesce(nullif(current_setting('hub.feed_ordinal', true), ''), '0')::int;
      BEGIN
        IF count = 0 THEN
          RAISE EXCEPTION 'the change log must be sealed as the last act of a transaction'
            USING HINT = 'Do not set its constraints to IMMEDIATE.';
        END IF;
        PERFORM set_config('hub.feed_sealed', NEW.transaction_id::text, true);
        IF NOT pg_try_advisory_xact_lock_shared(hashtextextended('hub.feed_sequencer_asleep', 0)) THEN
          PERFORM pg_notify('hub_feed_pending', '');
        END IF;
        INSERT INTO hub.feed_transaction (id, month, events, committed_at, sealed_order, sealed_xid)
        VALUES (NEW.transaction_id, NEW.month, count, clock_timestamp(), nextval('hub.feed_commit_number'), pg_current_xact_id());
        RETURN NULL;
      END $$;

      -- Gives positions to at most \`most\` transactions that wait for them, and returns how many got them. \`since\` is what the
      -- call before returned as \`seen\`, '1:1:' at first: only what was under way then or began later is looked for, so that
      -- the entries of the index that are over cost nothing, however long some writer takes. \`seen\` holds for this server alone.
      -- Any number of callers may come, each in a transaction of its own.
      CREATE FUNCTION hub.feed_sequence(since pg_snapshot, most int, OUT sequenced int, OUT seen pg_snapshot) LANGUAGE plpgsql
        -- The plan is kept; what statistics say of the moment they were taken must not make it read all of the log.
        SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
      DECLARE added bigint;
      BEGIN
        sequenced := 0;
        -- Each snapshot is taken before the rows are looked at, in a statement of its own: what it calls over is seen below.
        seen := pg_current_snapshot();
        IF NOT EXISTS (SELECT FROM hub.feed_pending(since)) THEN RETURN; END IF;
        PERFORM FROM hub.feed_head FOR UPDATE;
        -- Before any position is given: those of another cluster's epoch may have been given to other events.
        PERFORM hub.feed_epoch();
        seen := pg_current_snapshot();
        WITH pending AS (SELECT p.id, p.month, p.events, p.sealed_order FROM hub.feed_pending(since) p ORDER BY p.sealed_order LIMIT most),
        placed AS (SELECT p.id, p.month, h.position + 1 + sum(p.events) OVER (ORDER BY p.sealed_order) - p.events AS first FROM pending p, hub.feed_head h),
        given AS (
          UPDATE hub.feed_transaction t SET first_position = p.first FROM placed p WHERE t.id = p.id AND t.month = p.month RETURNING t.events)
        SELECT count(*), sum(events) INTO sequenced, added FROM given;
        IF sequenced = most THEN seen := since; END IF;
        IF sequenced > 0 THEN
          UPDATE hub.feed_head SET position = position + added;
          PERFORM pg_notify('hub_feed', '');
        END IF;
      END $$;

      -- Committed transactions without positions that a snapshot did not call over. Inlined into what asks.
      CREATE FUNCTION hub.feed_pending(since pg_snapshot) RETURNS SETOF hub.feed_transaction LANGUAGE sql STABLE AS $$
        SELECT * FROM hub.feed_transaction WHERE first_position IS NULL AND sealed_xid >= pg_snapshot_xmax(since)
        UNION ALL
        SELECT * FROM hub.feed_transaction WHERE first_position IS NULL AND sealed_xid = ANY (ARRAY(SELECT pg_snapshot_xip(since)))
      $$;

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
      INSERT INTO hub.feed_transaction (id, month, first_position, events, committed_at, sealed_order, sealed_xid)
      SELECT id, date_trunc('month', committed_at AT TIME ZONE 'UTC')::date, first_position, events, committed_at, 0, '0'
      FROM hub.feed_transaction_old WHERE first_position IS NOT NULL;
      INSERT INTO hub.feed_event (transaction_id, month, ordinal, entity, entity_id, before, after)
      SELECT e.transaction_id, t.month, e.ordinal, e.entity, e.entity_id, e.before, e.after
      FROM hub.feed_event_old e JOIN hub.feed_transaction t ON t.id = e.transaction_id;
      SELECT setval('hub.feed_transaction_number', (SELECT coalesce(max(id), 0) + 1 FROM hub.feed_transaction), false);

      -- Once a transaction: at its first event.
      CREATE CONSTRAINT TRIGGER feed_seal AFTER INSERT ON hub.feed_event
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.ordinal = 0) EXECUTE FUNCTION hub.feed_seal();

      -- The views over the old tables go with them; the boundary that follows makes them anew.
      DROP TABLE hub.feed_event_old, hub.feed_transaction_old CASCADE;
      GRANT USAGE ON SEQUENCE hub.feed_transaction_number, hub.feed_commit_number TO concordat_writer;
    `);
    for (const [table, entity] of [['permit', 'Permit'], ['permit_action', 'PermitAction'], ['subject', 'Subject']]) {
      await runner.query(`
        CREATE OR REPLACE TRIGGER feed_update AFTER UPDATE ON hub.${table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
          FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record_update('${entity}');
      `);
    }
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
