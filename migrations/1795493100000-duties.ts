import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Duties of delivery (XT-5.1.2c): one per action on a dispatch permit decided in Binhai or the free-trade areas, made by
 * a trigger in the action's own transaction, so that no action is without its duty and no duty without its action,
 * whoever writes and whatever is killed. Due days stand once per day of action, not with each duty: a calendar that is
 * published later moves all of them at once.
 */
export class Duties1795493100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub.delivery_duty (
        action_id bigint PRIMARY KEY REFERENCES hub.permit_action ON DELETE CASCADE,
        permit_id bigint NOT NULL,
        action text NOT NULL,
        acted_on date NOT NULL,
        -- No foreign keys: the permit has that of its decider, the receiver is read off hub.agency, and the start of a hub locks
        -- agencies one after another; a writer that holds one and waits for a second would deadlock with it.
        decided_by text NOT NULL,
        receiver text NOT NULL,
        -- Entry of the change log that tells of the action: it, or a later event of the permit, delivers. 0: older than duties.
        entry bigint NOT NULL,
        recorded_at timestamptz NOT NULL,
        delivered_at timestamptz,
        delivered_position bigint,
        acknowledged_at timestamptz,
        CHECK ((delivered_at IS NULL) = (delivered_position IS NULL))
      );
      CREATE INDEX delivery_duty_of_permit ON hub.delivery_duty (permit_id, receiver);
      CREATE INDEX delivery_duty_by_receiver ON hub.delivery_duty (receiver, acted_on DESC, action_id DESC);
      CREATE INDEX delivery_duty_by_decider ON hub.delivery_duty (decided_by, acted_on DESC, action_id DESC);
      CREATE INDEX delivery_duty_by_day ON hub.delivery_duty (acted_on DESC, action_id DESC);
      CREATE INDEX delivery_duty_unacknowledged ON hub.delivery_duty (receiver) WHERE acknowledged_at IS NULL;

      -- A-01: three natural days, rolled to the next working day, bind; three working days are the milder reading. A
      -- provisional day lies beyond the published calendar and is the earliest it can be (A-68).
      CREATE TABLE hub.delivery_due (
        acted_on date PRIMARY KEY,
        due date NOT NULL,
        due_provisional boolean NOT NULL,
        alt_due date NOT NULL,
        alt_provisional boolean NOT NULL
      );

      -- The duty of an action, as XT-5.1.2c words it; A-70 adds the revocation. The receiver is the human-resources bureau
      -- of the district, for the free-trade areas Binhai's (A-07). Rights of the owner: who writes actions need not hold any here.
      CREATE FUNCTION hub.owe_delivery() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
      DECLARE log_entry bigint := coalesce(nullif(current_setting('hub.feed_entry', true), '')::bigint, 0); owed bigint[];
      BEGIN
        IF TG_OP = 'UPDATE' THEN
          DELETE FROM hub.delivery_duty d USING new_rows n
           WHERE d.action_id = n.id AND NOT EXISTS (SELECT FROM hub.owed_delivery(n.jurisdiction, n.item, n.action, n.decided_by, n.district));
        END IF;
        WITH made AS (
          INSERT INTO hub.delivery_duty AS d (action_id, permit_id, action, acted_on, decided_by, receiver, entry, recorded_at)
          SELECT n.id, n.permit_id, n.action, n.acted_on, n.decided_by, o.receiver, log_entry, now()
            FROM new_rows n CROSS JOIN LATERAL hub.owed_delivery(n.jurisdiction, n.item, n.action, n.decided_by, n.district) o
          ON CONFLICT (action_id) DO UPDATE SET action = excluded.action, acted_on = excluded.acted_on, decided_by = excluded.decided_by,
                receiver = excluded.receiver
           WHERE (d.action, d.acted_on, d.decided_by, d.receiver) IS DISTINCT FROM (excluded.action, excluded.acted_on, excluded.decided_by, excluded.receiver)
          RETURNING d.permit_id)
        SELECT array_agg(permit_id) INTO owed FROM made;
        -- An action is part of what the receiver is told of a permit. Where nothing else of the permit changed beside it,
        -- the permit itself has to, or no event would carry the action to anybody.
        IF owed IS NOT NULL THEN
          UPDATE hub.permit p SET basic_updated_at = clock_timestamp(), updated_at = clock_timestamp(), revision = p.revision + 1
           WHERE p.id = ANY (owed)
             AND NOT EXISTS (SELECT FROM hub.feed_event e
                              WHERE e.transaction_id = log_entry AND e.month = date_trunc('month', now() AT TIME ZONE 'UTC')::date
                                AND e.entity = 'Permit' AND e.entity_id = p.id);
        END IF;
        RETURN NULL;
      END $$;

      -- No settings of its own, so that it is inlined: called row by row it would cost an import of other items as much as theirs.
      CREATE FUNCTION hub.owed_delivery(jurisdiction text, item text, action text, decided_by text, district text, OUT receiver text)
      RETURNS SETOF text LANGUAGE sql STABLE AS $$
        SELECT coalesce((SELECT h.code FROM hub.agency h WHERE h.kind = 'DISTRICT_HRSS' AND h.district = owed_delivery.district ORDER BY h.code LIMIT 1), 'BINHAI_HRSS')
         WHERE jurisdiction = 'CN-TJ' AND item = 'P01'
           AND action IN ('GRANT', 'BRANCH_FILING', 'CHANGE', 'RENEWAL', 'CANCELLATION', 'REVOCATION')
           AND EXISTS (SELECT FROM hub.agency a WHERE a.code = owed_delivery.decided_by AND a.kind IN ('BINHAI_APPROVAL', 'FTZ_APPROVAL'))
      $$;

      -- Behind feed_insert and feed_update by name: the entry of the log is open then.
      CREATE TRIGGER owe_delivery_insert AFTER INSERT ON hub.permit_action REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.owe_delivery();
      CREATE TRIGGER owe_delivery_update AFTER UPDATE ON hub.permit_action REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.owe_delivery();

      -- Actions that were there before duties were.
      INSERT INTO hub.delivery_duty (action_id, permit_id, action, acted_on, decided_by, receiver, entry, recorded_at)
      SELECT a.id, a.permit_id, a.action, a.acted_on, a.decided_by, o.receiver, 0, p.received_at
        FROM hub.permit_action a JOIN hub.permit p ON p.id = a.permit_id
        CROSS JOIN LATERAL hub.owed_delivery(a.jurisdiction, a.item, a.action, a.decided_by, a.district) o;

      -- Events at these positions were handed out to these agencies, then. First, which permit an event is of: by the
      -- transaction that holds its position. Then the duties that were in the log by then. An entry the log no longer keeps is
      -- older than every event that is still handed out; one without a position yet is behind all of them. Rows are locked in
      -- one order. Events first, then duties by their index, whatever statistics say of the moment they were taken: without them
      -- each event met every duty of the receiver, 200 events took half a minute beside 10,000 duties, and its streams waited.
      CREATE FUNCTION hub.deliver_duties(text[], bigint[], timestamptz[]) RETURNS void LANGUAGE sql
        SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
        WITH handed AS MATERIALIZED (
          SELECT g.agency, e.entity_id AS permit_id, g.position, g.at
            FROM unnest($1::text[], $2::bigint[], $3::timestamptz[]) AS g(agency, position, at)
            CROSS JOIN LATERAL (SELECT t.id, t.month, t.first_position FROM hub.feed_transaction t WHERE t.first_position <= g.position
                                 ORDER BY t.first_position DESC LIMIT 1) t
            JOIN hub.feed_event e ON e.transaction_id = t.id AND e.month = t.month AND e.ordinal = g.position - t.first_position AND e.entity = 'Permit'),
        settled AS (
          SELECT DISTINCT ON (d.action_id) d.action_id, h.position, h.at
            FROM handed h JOIN hub.delivery_duty d ON d.permit_id = h.permit_id AND d.receiver = h.agency AND d.delivered_at IS NULL
            LEFT JOIN hub.feed_transaction t ON t.id = d.entry
           WHERE t.id IS NULL OR t.first_position <= h.position
           ORDER BY d.action_id, h.position),
        locked AS (
          SELECT s.* FROM settled s JOIN hub.delivery_duty d USING (action_id) ORDER BY s.action_id FOR UPDATE OF d)
        UPDATE hub.delivery_duty d SET delivered_at = l.at, delivered_position = l.position
          FROM locked l WHERE d.action_id = l.action_id AND d.delivered_at IS NULL;
      $$;

      -- Readers see the duties of their own side; the trigger and the hand-outs act as the owner.
      ALTER TABLE hub.delivery_duty ENABLE ROW LEVEL SECURITY;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
