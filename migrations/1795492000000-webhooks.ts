import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Webhooks, what became of their messages, and where they may lead. No reader role has a right on any: the hub alone
 * opens them. No message is stored: it is read from the log anew at each attempt, under the boundary of that moment.
 */
export class Webhooks1795492000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub.webhook (
        id text PRIMARY KEY,
        agency text NOT NULL,
        account text NOT NULL,
        label text NOT NULL,
        -- Of the sealed address, in clear: what is approved, and what lists and logs may name.
        host text NOT NULL,
        -- Address, document, variables and signing keys.
        sealed text NOT NULL,
        key_number int NOT NULL GENERATED ALWAYS AS (substring(sealed FROM '^v([0-9]+)[.]')::int) STORED REFERENCES hub.identifier_key,
        state text NOT NULL DEFAULT 'PENDING' CHECK (state IN ('PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED')),
        suspension text,
        registered_at timestamptz NOT NULL DEFAULT now(),
        revision int NOT NULL DEFAULT 1,
        -- Next position to look at, and the number of the last message; written with what became of the message.
        epoch uuid,
        position bigint,
        number bigint,
        authority text,
        attempts int NOT NULL DEFAULT 0,
        refusals int NOT NULL DEFAULT 0,
        failing_since timestamptz,
        not_before timestamptz,
        dead_in_row int NOT NULL DEFAULT 0,
        delivered_at timestamptz,
        -- Who works on it. Times are the database's: hubs on several machines share one clock.
        worker text,
        lease_until timestamptz,
        taken_at timestamptz,
        CHECK ((worker IS NULL) = (lease_until IS NULL)),
        CHECK ((state = 'SUSPENDED') = (suspension IS NOT NULL)),
        CHECK (state <> 'ACTIVE' OR position IS NOT NULL),
        CHECK ((epoch IS NULL) = (position IS NULL) AND (epoch IS NULL) = (number IS NULL))
      );
      CREATE INDEX webhook_agency ON hub.webhook (agency, registered_at);
      CREATE INDEX webhook_active ON hub.webhook (taken_at) WHERE state = 'ACTIVE';
      CREATE INDEX webhook_key ON hub.webhook (key_number);

      CREATE TABLE hub.webhook_delivery (
        webhook text NOT NULL REFERENCES hub.webhook ON DELETE CASCADE,
        agency text NOT NULL,
        -- The same for all webhooks of an agency: keyed hash of agency, epoch and position.
        event text NOT NULL,
        epoch uuid NOT NULL,
        position bigint NOT NULL,
        number bigint NOT NULL,
        state text NOT NULL CHECK (state IN ('FAILING', 'DELIVERED', 'DEAD', 'QUEUED')),
        attempts int NOT NULL,
        first_at timestamptz NOT NULL,
        last_at timestamptz NOT NULL,
        status int,
        fault text,
        PRIMARY KEY (webhook, event)
      );
      CREATE INDEX webhook_delivery_position ON hub.webhook_delivery (agency, epoch, position DESC);
      CREATE INDEX webhook_delivery_event ON hub.webhook_delivery (agency, event);
      CREATE INDEX webhook_delivery_dead ON hub.webhook_delivery (agency, epoch, position DESC) WHERE state <> 'DELIVERED';
      CREATE INDEX webhook_delivery_queued ON hub.webhook_delivery (webhook, position) WHERE state = 'QUEUED';
      CREATE INDEX webhook_delivery_last ON hub.webhook_delivery (last_at) WHERE state = 'DELIVERED';

      -- One row for each approval that was ever given: who gave it, who took it back. Commands of an administrator write it.
      CREATE TABLE hub.webhook_approval (
        id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        agency text NOT NULL,
        host text NOT NULL,
        port int NOT NULL CHECK (port BETWEEN 1 AND 65535),
        ranges text[] NOT NULL CHECK (cardinality(ranges) > 0),
        plain_http boolean NOT NULL,
        approved_by text NOT NULL,
        approved_at timestamptz NOT NULL DEFAULT now(),
        withdrawn_by text,
        withdrawn_at timestamptz,
        CHECK ((withdrawn_by IS NULL) = (withdrawn_at IS NULL))
      );
      CREATE UNIQUE INDEX webhook_approval_standing ON hub.webhook_approval (agency, host, port) WHERE withdrawn_at IS NULL;

      CREATE FUNCTION hub.keep_webhook_approval() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP = 'DELETE' OR OLD.withdrawn_at IS NOT NULL OR to_jsonb(NEW) - ARRAY['withdrawn_by', 'withdrawn_at'] <> to_jsonb(OLD) - ARRAY['withdrawn_by', 'withdrawn_at'] THEN
          RAISE EXCEPTION 'an approval that was given stays, and is withdrawn once';
        END IF;
        RETURN NEW;
      END $$;
      CREATE TRIGGER keep BEFORE UPDATE OR DELETE ON hub.webhook_approval FOR EACH ROW EXECUTE FUNCTION hub.keep_webhook_approval();

      -- Challenges sent within the hour. They outlive their webhook: registering anew must not count afresh.
      CREATE TABLE hub.webhook_challenge (
        agency text NOT NULL,
        webhook text NOT NULL,
        at timestamptz NOT NULL
      );
      CREATE INDEX webhook_challenge_agency ON hub.webhook_challenge (agency, at);

      -- Addresses of the hub's processes: no delivery of any of them goes there.
      CREATE TABLE hub.webhook_own_address (
        address text PRIMARY KEY,
        seen_at timestamptz NOT NULL
      );
      GRANT SELECT, INSERT, UPDATE, DELETE ON hub.webhook, hub.webhook_delivery, hub.webhook_approval, hub.webhook_challenge, hub.webhook_own_address TO concordat_writer;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
