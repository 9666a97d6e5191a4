import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The register of subjects by blocks of 64: one row and 64 bits where there were up to 64 rows. It is an index of the
 * evidence and proves nothing; what it holds moves along.
 */
export class SubjectsRead1795498000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TEMPORARY TABLE moved ON COMMIT DROP AS
      SELECT subject >> 6 AS block, bucket, agency, bit_or(1::bigint << (subject & 63)::int) AS bits FROM hub.access_subject GROUP BY 1, 2, 3;

      -- With its views and policies, which the boundary makes anew behind this.
      DROP TABLE hub.access_subject CASCADE;

      -- In which ten minutes an agency read of which of 64 neighbouring subjects: bit n of block b is subject 64 b + n.
      CREATE TABLE hub.access_subject (
        block bigint NOT NULL,
        bucket timestamptz NOT NULL,
        agency text NOT NULL,
        bits bigint NOT NULL,
        PRIMARY KEY (block, bucket, agency)
      ) PARTITION BY RANGE (bucket);
      CREATE TABLE hub_log.access_subject_default PARTITION OF hub.access_subject DEFAULT;
      ALTER TABLE hub.access_subject ENABLE ROW LEVEL SECURITY;

      DO $$
      DECLARE month timestamp;
      BEGIN
        FOR month IN SELECT DISTINCT date_trunc('month', bucket AT TIME ZONE 'UTC') FROM moved LOOP
          PERFORM hub.make_log_partitions(month::date, 1);
        END LOOP;
      END $$;
      SELECT hub.make_log_partitions(current_date, 3);
      INSERT INTO hub.access_subject (block, bucket, agency, bits) SELECT block, bucket, agency, bits FROM moved;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
