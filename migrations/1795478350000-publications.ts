import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Published statistics: what viewers without rows are told, as it was rounded and suppressed; no cell holds a count of its own. */
export class Publications1795478350000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE hub.publication (
        cube text NOT NULL,
        -- Last day of what is counted.
        as_of date NOT NULL,
        -- Digest of the rules of protection and of the declaration it was made by.
        rules text NOT NULL,
        made_at timestamptz NOT NULL,
        PRIMARY KEY (cube, as_of)
      );

      CREATE TABLE hub.published_cell (
        cube text NOT NULL,
        as_of date NOT NULL,
        -- Names of the dimensions it is told apart by, in the declared order, and its value of each.
        dimensions text[] NOT NULL,
        cell text[] NOT NULL,
        -- Protected units, records, then the declared sums; null where withheld.
        numbers bigint[] NOT NULL,
        PRIMARY KEY (cube, as_of, dimensions, cell),
        FOREIGN KEY (cube, as_of) REFERENCES hub.publication
      );

      ALTER TABLE hub.publication ENABLE ROW LEVEL SECURITY;
      ALTER TABLE hub.published_cell ENABLE ROW LEVEL SECURITY;
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
