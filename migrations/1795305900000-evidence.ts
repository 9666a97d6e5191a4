import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The evidence by month, signed: entries move into partitions of their month and get a place for the signature of their
 * batch; chains belong to a data folder. Beside them the register of reads, by which people search.
 */
export class Evidence1795305900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Partitions stand in a schema of their own, so that a right on all tables of \`hub\` is none on them: whoever
      -- writes evidence goes through the parent, which lets nobody change it.
      CREATE SCHEMA hub_log;

      ALTER TABLE hub.access_chain ADD COLUMN folder text;
      COMMENT ON COLUMN hub.access_chain.folder IS 'Data folder whose processes write this chain, by the id it gave itself';

      ALTER TABLE hub.access_entry RENAME TO access_entry_old;
      ALTER INDEX hub.access_entry_pkey RENAME TO access_entry_old_pkey;
      CREATE TABLE hub.access_entry (
        month date NOT NULL,
        chain int NOT NULL,
        position bigint NOT NULL,
        entry text NOT NULL,
        hash text NOT NULL,
        -- Of the last entry of each batch: Ed25519 over its chain, position and hash.
        signature text,
        PRIMARY KEY (chain, position, month)
      ) PARTITION BY RANGE (month);

      -- What the entries say, in columns: made from durable entries, never the other way round. It may be emptied and
      -- filled again; nothing is proved by it.
      CREATE TABLE hub.access_read (
        recorded timestamptz NOT NULL,
        chain int NOT NULL,
        position bigint NOT NULL,
        agency text NOT NULL,
        account text NOT NULL,
        role text,
        purpose text,
        case_no text,
        document text,
        operation text,
        plan text,
        boundary text NOT NULL,
        outcome text,
        status int NOT NULL,
        records int NOT NULL,
        subjects bigint[] NOT NULL,
        result text NOT NULL,
        received timestamptz NOT NULL,
        started timestamptz,
        executed timestamptz,
        PRIMARY KEY (recorded, chain, position)
      ) PARTITION BY RANGE (recorded);
      CREATE INDEX access_read_agency ON hub.access_read (agency, recorded, chain, position);
      CREATE INDEX access_read_account ON hub.access_read (account, recorded, chain, position);
      CREATE INDEX access_read_case ON hub.access_read (case_no, recorded, chain, position) WHERE case_no IS NOT NULL;
      -- The outcomes somebody looks for are the rare ones.
      CREATE INDEX access_read_outcome ON hub.access_read (outcome, recorded, chain, position) WHERE outcome NOT IN ('ANSWERED', 'STREAM');

      -- In which ten minutes an agency read of a subject: at most one row however often it did.
      CREATE TABLE hub.access_subject (
        subject bigint NOT NULL,
        bucket timestamptz NOT NULL,
        agency text NOT NULL,
        PRIMARY KEY (subject, bucket, agency)
      ) PARTITION BY RANGE (bucket);

      -- How far the register has come in each chain.
      CREATE TABLE hub.access_register (chain int PRIMARY KEY, position bigint NOT NULL);

      CREATE TABLE hub_log.access_entry_default PARTITION OF hub.access_entry DEFAULT;
      CREATE TABLE hub_log.access_read_default PARTITION OF hub.access_read DEFAULT;
      CREATE TABLE hub_log.access_subject_default PARTITION OF hub.access_subject DEFAULT;

      ALTER TABLE hub.access_read ENABLE ROW LEVEL SECURITY;
      ALTER TABLE hub.access_subject ENABLE ROW LEVEL SECURITY;
      GRANT SELECT, INSERT ON hub.access_entry TO concordat_writer;

      -- Partitions of the months from the one of \`first\` on. Made aside and attached, because that lets writers go on;
      -- what stands in the default partition already comes along.
      CREATE FUNCTION hub.make_log_partitions(first date, months int) RETURNS int LANGUAGE plpgsql AS $$
      DECLARE
        parents text[] := ARRAY['access_entry', 'access_read', 'access_subject'];
        keys text[] := ARRAY['month', 'recorded', 'bucket'];
        start date; lower text; upper text; part text; made int := 0;
      BEGIN
        FOR i IN 0 .. months - 1 LOOP
          start := (date_trunc('month', first::timestamp) + make_interval(months => i))::date;
          lower := to_char(start, 'YYYY-MM-DD') || ' 00:00:00+00';
          upper := to_char(start + interval '1 month', 'YYYY-MM-DD') || ' 00:00:00+00';
          FOR j IN 1 .. 3 LOOP
            part := parents[j] || '_' || to_char(start, 'YYYYMM');
            CONTINUE WHEN to_regclass('hub_log.' || part) IS NOT NULL;
            EXECUTE format('CREATE TABLE hub_log.%I (LIKE hub.%I INCLUDING ALL)', part, parents[j]);
            EXECUTE format(
              'WITH moved AS (DELETE FROM hub_log.%I WHERE %I >= %L AND %I < %L RETURNING *) INSERT INTO hub_log.%I SELECT * FROM moved',
              parents[j] || '_default', keys[j], lower, keys[j], upper, part);
            EXECUTE format('ALTER TABLE hub.%I ATTACH PARTITION hub_log.%I FOR VALUES FROM (%L) TO (%L)', parents[j], part, lower, upper);
            made := made + 1;
          END LOOP;
        END LOOP;
        RETURN made;
      END $$;

      -- Entries of the old form name the moment of their answer; it tells their month.
      DO $$
      DECLARE span record;
      BEGIN
        SELECT date_trunc('month', to_timestamp(min((entry::json ->> 'answered')::bigint) / 1000.0) AT TIME ZONE 'UTC')::date AS first,
               date_trunc('month', to_timestamp(max((entry::json ->> 'answered')::bigint) / 1000.0) AT TIME ZONE 'UTC')::date AS last
          INTO span FROM hub.access_entry_old;
        IF span.first IS NOT NULL THEN
          PERFORM hub.make_log_partitions(span.first, 1 + (extract(year FROM age(span.last, span.first)) * 12 + extract(month FROM age(span.last, span.first)))::int);
        END IF;
      END $$;
      INSERT INTO hub.access_entry (month, chain, position, entry, hash)
      SELECT date_trunc('month', to_timestamp((entry::json ->> 'answered')::bigint / 1000.0) AT TIME ZONE 'UTC')::date, chain, position, entry, hash
      FROM hub.access_entry_old;
      DROP TABLE hub.access_entry_old;
      SELECT hub.make_log_partitions(current_date, 3);
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
