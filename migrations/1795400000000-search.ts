import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Names as they are searched. `hub.subject_name` holds what the library makes of a name (`foldedName`, `pinyinKey`),
 * `hub.subject_gram` its grams, kept by triggers. A name cannot be written without its folded form: both stand in one
 * statement, or the statement fails. Rows from before this migration are folded by `foldStoredNames` after it.
 */
export class Search1795400000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      -- Compared bytewise whatever the collation of the database: ranges of grams and the pinyin order rest on it.
      CREATE TABLE hub.subject_name (
        subject_id bigint PRIMARY KEY REFERENCES hub.subject ON DELETE CASCADE,
        -- The name that was folded, to prove that it is the subject's.
        name text NOT NULL,
        folded text COLLATE "C" NOT NULL,
        sort text COLLATE "C" NOT NULL,
        -- Of the folding; a release that folds otherwise writes the rows anew.
        version int NOT NULL
      );
      CREATE INDEX subject_name_by_folded ON hub.subject_name (folded, subject_id);
      CREATE INDEX subject_name_by_sort ON hub.subject_name (sort, subject_id);

      -- Every character of a folded name with the one behind it, the last one alone; in the index nothing else, so that
      -- no row is fetched for it.
      CREATE TABLE hub.subject_gram (
        gram text COLLATE "C" NOT NULL,
        subject_id bigint NOT NULL,
        PRIMARY KEY (gram, subject_id)
      );

      CREATE FUNCTION hub.subject_name_grams() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF TG_OP <> 'INSERT' THEN
          DELETE FROM hub.subject_gram g USING (
            SELECT DISTINCT substr(o.folded, place, 2) AS gram, o.subject_id
              FROM old_rows o CROSS JOIN LATERAL generate_series(1, length(o.folded)) AS place) gone
           WHERE g.gram = gone.gram COLLATE "C" AND g.subject_id = gone.subject_id;
        END IF;
        IF TG_OP <> 'DELETE' THEN
          -- In the order of the index: half the time of a batch in the order of its names.
          INSERT INTO hub.subject_gram (gram, subject_id)
          SELECT DISTINCT substr(n.folded, place, 2) COLLATE "C" AS gram, n.subject_id
            FROM new_rows n CROSS JOIN LATERAL generate_series(1, length(n.folded)) AS place
           ORDER BY gram, subject_id;
        END IF;
        RETURN NULL;
      END $$;

      CREATE TRIGGER grams_insert AFTER INSERT ON hub.subject_name REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.subject_name_grams();
      CREATE TRIGGER grams_update AFTER UPDATE ON hub.subject_name REFERENCING OLD TABLE AS old_rows NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.subject_name_grams();
      CREATE TRIGGER grams_delete AFTER DELETE ON hub.subject_name REFERENCING OLD TABLE AS old_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.subject_name_grams();

      -- Not a deferred constraint: its row checks would run while the head of the change log is locked.
      CREATE FUNCTION hub.subject_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM new_rows n
                    WHERE NOT EXISTS (SELECT FROM hub.subject_name f WHERE f.subject_id = n.id AND f.name = n.name)) THEN
          RAISE EXCEPTION 'a subject was written without the folded form of its name'
            USING HINT = 'Write hub.subject and hub.subject_name in one statement (src/subjects/names/subject-names.ts).';
        END IF;
        RETURN NULL;
      END $$;

      CREATE TRIGGER named_insert AFTER INSERT ON hub.subject REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.subject_is_named();
      CREATE TRIGGER named_update AFTER UPDATE ON hub.subject REFERENCING NEW TABLE AS new_rows
        FOR EACH STATEMENT EXECUTE FUNCTION hub.subject_is_named();
    `);
  }

  async down(): Promise<void> {
    return Promise.reject(new Error('Migrations go forward only: restore a backup instead.'));
  }
}
