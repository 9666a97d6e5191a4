import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Who follows the change log, how far each has come, and what each agency has acknowledged. No reader role has a right on either. */
export class Receipts1795493000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Agencies without foreign keys: they come from verified tokens, a keyed row of many agencies would deadlock with the start
      -- of a hub, which locks agencies one after another.
      -- One consumer: an agency in a viewer class, by one transport, under one name (an account, or a registered webhook).
      CREATE TABLE hub.feed_consumer (
        agency text NOT NULL,
        principal text NOT NULL,
        record_type text NOT NULL,
        transport text NOT NULL CHECK (transport IN ('SSE', 'WEBSOCKET', 'WEBHOOK', 'PULL')),
        name text NOT NULL,
        first_seen_at timestamptz NOT NULL,
        -- The place behind all that was looked at for it, and when; positions of another epoch are not compared.
        epoch uuid NOT NULL,
        reached_position bigint NOT NULL,
        reached_at timestamptz NOT NULL,
        -- The newest event handed out.
        delivered_position bigint,
        delivered_at timestamptz,
        delivered_events bigint NOT NULL DEFAULT 0,
        PRIMARY KEY (agency, principal, record_type, transport, name),
        CHECK ((delivered_position IS NULL) = (delivered_at IS NULL))
      );

      -- The receipt: everything of a record type before this place, in the receiver's own words.
      CREATE TABLE hub.feed_acknowledgement (
        agency text NOT NULL,
        principal text NOT NULL,
        record_type text NOT NULL,
        epoch uuid NOT NULL,
        position bigint NOT NULL,
        number bigint NOT NULL,
        account text NOT NULL,
        acknowledged_at timestamptz NOT NULL,
        PRIMARY KEY (agency, principal, record_type)
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON hub.feed_consumer, hub.feed_acknowledgement TO concordat_writer;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
