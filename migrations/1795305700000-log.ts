import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The change log and the access log.
 *
 * Change log: statement triggers write one feed_event per changed row (before and after image) under the transaction's
 * own number; a deferred constraint trigger on feed_transaction runs as the transaction's last act, locks the head row
 * and takes one range of positions for all its events. Positions are therefore dense and in commit order, whatever
 * the order of transaction ids. Position of an event = first_position + ordinal.
 */
export class Log1795305700000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub.feed_head (
        singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
        epoch uuid NOT NULL DEFAULT gen_random_uuid(),
        position bigint NOT NULL DEFAULT 0
      );
      INSERT INTO hub.feed_head DEFAULT VALUES;

      CREATE TABLE hub.feed_transaction (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        first_position bigint UNIQUE,
        events int,
        committed_at timestamptz
      );

      CREATE TABLE hub.feed_event (
        transaction_id bigint NOT NULL REFERENCES hub.feed_transaction,
        ordinal int NOT NULL,
        entity text NOT NULL,
        entity_id bigint NOT NULL,
        before jsonb,
        after jsonb,
        PRIMARY KEY (transaction_id, ordinal),
        CHECK (before IS NOT NULL OR after IS NOT NULL)
      );

      -- Opens the transaction's entry in the log at its first event and returns it with the next free ordinal. The
      -- settings are transaction-local and roll back with a savepoint, as the rows they speak of do.
      CREATE FUNCTION hub.feed_open(OUT entry bigint, OUT next_ordinal int) LANGUAGE plpgsql AS $$
      BEGIN
        entry := nullif(current_setting('hub.feed_entry', true), '')::bigint;
        IF entry IS NULL THEN
          INSERT INTO hub.feed_transaction DEFAULT VALUES RETURNING id INTO entry;
          PERFORM set_config('hub.feed_entry', entry::text, true), set_config('hub.feed_ordinal', '0', true);
        ELSIF current_setting('hub.feed_sealed', true) = entry::text THEN
          RAISE EXCEPTION 'the change log of this transaction is already sealed'
            USING HINT = 'Do not write to shareable tables after SET CONSTRAINTS … IMMEDIATE or from a deferred trigger.';
        END IF;
        next_ordinal := current_setting('hub.feed_ordinal')::int;
      END $$;

      -- The image of a row: the row, and for a permit its holder as it stood then, so that an event says the same whenever
      -- it is read.
      CREATE FUNCTION hub.feed_image(entity text, image jsonb) RETURNS jsonb LANGUAGE sql STABLE AS $$
        SELECT CASE entity WHEN 'Permit' THEN image || jsonb_build_object('holder',
          (SELECT to_jsonb(s) FROM hub.subject s WHERE s.id = (image ->> 'holder_id')::bigint)) ELSE image END
      $$;

      -- Appends the changed rows of one statement. A holder's change is also a change of its permits: who may see a permit
      -- may see its holder.
      CREATE FUNCTION hub.feed_record() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE opened record; written int; changed bigint;
      BEGIN
        IF TG_OP = 'INSERT' THEN
          IF NOT EXISTS (SELECT FROM new_rows) THEN RETURN NULL; END IF;
          opened := hub.feed_open();
          IF TG_ARGV[0] = 'Permit' THEN
            -- The image holds its holder: no rename may be under way beside it, else the log would keep the old name.
            -- By key, not by join: new_rows has no statistics, and a join read all subjects for every batch.
            PERFORM FROM hub.subject s WHERE s.id = ANY (ARRAY(SELECT n.holder_id FROM new_rows n)) ORDER BY s.id FOR SHARE;
          END IF;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY n.id) - 1, TG_ARGV[0], n.id,
                 NULL, hub.feed_image(TG_ARGV[0], to_jsonb(n))
          FROM new_rows n;
        ELSIF TG_OP = 'DELETE' THEN
          IF NOT EXISTS (SELECT FROM old_rows) THEN RETURN NULL; END IF;
          opened := hub.feed_open();
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY o.id) - 1, TG_ARGV[0], o.id,
                 hub.feed_image(TG_ARGV[0], to_jsonb(o)), NULL
          FROM old_rows o;
        ELSE
          IF NOT EXISTS (SELECT FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n) THEN RETURN NULL; END IF;
          opened := hub.feed_open();
          IF TG_ARGV[0] = 'Permit' THEN
            -- The image holds its holder: no rename may be under way beside it, else the log would keep the old name.
            -- By key, not by join: new_rows has no statistics, and a join read all subjects for every batch.
            PERFORM FROM hub.subject s WHERE s.id = ANY (ARRAY(SELECT n.holder_id FROM new_rows n)) ORDER BY s.id FOR SHARE;
          END IF;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + row_number() OVER (ORDER BY n.id) - 1, TG_ARGV[0], n.id,
                 hub.feed_image(TG_ARGV[0], to_jsonb(o)), hub.feed_image(TG_ARGV[0], to_jsonb(n))
          FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n;
        END IF;
        GET DIAGNOSTICS written = ROW_COUNT;
        IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'Subject' THEN
          -- Likewise no change of these permits beside the rename; waiting writers see the new name.
          PERFORM FROM hub.permit p
          WHERE p.holder_id IN (SELECT n.id FROM old_rows o JOIN new_rows n USING (id) WHERE o IS DISTINCT FROM n)
          ORDER BY p.id FOR SHARE;
          INSERT INTO hub.feed_event (transaction_id, ordinal, entity, entity_id, before, after)
          SELECT opened.entry, opened.next_ordinal + written + row_number() OVER (ORDER BY p.id) - 1, 'Permit', p.id,
                 to_jsonb(p) || jsonb_build_object('holder', to_jsonb(o)), to_jsonb(p) || jsonb_build_object('holder', to_jsonb(n))
          FROM old_rows o JOIN new_rows n USING (id) JOIN hub.permit p ON p.holder_id = n.id WHERE o IS DISTINCT FROM n;
          GET DIAGNOSTICS changed = ROW_COUNT;
          written := written + changed;
        END IF;
        PERFORM set_config('hub.feed_ordinal', (opened.next_ordinal + written)::text, true);
        RETURN NULL;
      END $$;

      CREATE FUNCTION hub.feed_seal() RETURNS trigger LANGUAGE plpgsql AS $$
      DECLARE count int := coalesce(nullif(current_setting('hub.feed_ordinal', true), ''), '0')::int; last bigint;
      BEGIN
        IF count = 0 THEN
          RAISE EXCEPTION 'the change log must be sealed as the last act of a transaction'
            USING HINT = 'Do not set its constraints to IMMEDIATE.';
        END IF;
        PERFORM set_config('hub.feed_sealed', NEW.id::text, true);
        UPDATE hub.feed_head SET position = position + count RETURNING position INTO last;
        UPDATE hub.feed_transaction
           SET first_position = last - count + 1, events = count, committed_at = clock_timestamp() WHERE id = NEW.id;
        PERFORM pg_notify('hub_feed', '');
        RETURN NULL;
      END $$;

      CREATE CONSTRAINT TRIGGER feed_seal AFTER INSERT ON hub.feed_transaction
        DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION hub.feed_seal();
    `);
    for (const [table, entity] of [['permit', 'Permit'], ['permit_action', 'PermitAction'], ['subject', 'Subject']]) {
      await runner.query(`
        CREATE TRIGGER feed_insert AFTER INSERT ON hub.${table} REFERENCING NEW TABLE AS new_rows
          FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('${entity}');
        CREATE TRIGGER feed_update AFTER UPDATE ON hub.${table} REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
          FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('${entity}');
        CREATE TRIGGER feed_delete AFTER DELETE ON hub.${table} REFERENCING OLD TABLE AS old_rows
          FOR EACH STATEMENT EXECUTE FUNCTION hub.feed_record('${entity}');
      `);
    }
    await runner.query(`
      -- One hash chain per hub process lane. The head row repeats the last entry, so that a cut tail is found.
      CREATE TABLE hub.access_chain (
        chain int PRIMARY KEY,
        position bigint NOT NULL,
        hash text NOT NULL
      );
      -- What an operation may touch: recorded once per (document, viewer class, boundary version), named by its digest.
      CREATE TABLE hub.access_plan (
        digest text PRIMARY KEY,
        description text NOT NULL
      );
      CREATE TABLE hub.access_entry (
        chain int NOT NULL,
        position bigint NOT NULL,
        entry text NOT NULL,
        hash text NOT NULL,
        PRIMARY KEY (chain, position)
      );
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
