import pg from 'pg';
import type { DataSource } from 'typeorm';
import { createDataSource, migrations, migrationsTable } from '../../ormconfig.js';
import { Agency } from '../access/agency.js';
import { writeDueDays } from '../duties/due-days.js';
import { agencies } from '../measures/agencies.js';
import { StartUpError } from '../start-up-error.js';
import { foldStoredNames } from '../subjects/names/subject-names.js';
import type { HubDatabase } from './database.js';

/** Key of the advisory lock, any constant: "conc" in ASCII. TypeORM takes none itself. */
const lockKey = 0x63_6f_6e_63;

/**
 * PostgreSQL lets everyone make temporary tables and functions; a reader could then run its own function over rows it is
 * shown. The right belongs to the database and is not copied with it, so it is taken away at every start.
 */
const closeDatabase = `DO $$ BEGIN
  IF has_database_privilege('public', current_database(), 'TEMP') THEN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM PUBLIC', current_database());
  END IF;
END $$`;

/**
 * Brings the schema up to date and refreshes the reference data. Safe to call from several processes at once: one
 * works, the others wait and find nothing left to do. Each migration is one transaction. `say` is told how many stored
 * names were folded so far, where there are any to fold.
 * Throws StartUpError DATABASE_NEWER when the schema was made by a newer release.
 */
export async function migrate(database: HubDatabase, say: (foldedNames: number) => void = () => undefined): Promise<void> {
  const lock = new pg.Client(database.clientConfig());
  lock.on('error', () => undefined); // a statement fails with it; unheard it would end the process
  await lock.connect();
  const dataSource = createDataSource(database);
  try {
    await lock.query('SELECT pg_advisory_lock($1)', [lockKey]);
    await dataSource.initialize();
    await dataSource.runMigrations();
    await assertNotNewer(dataSource);
    await lock.query(closeDatabase);
    await foldStoredNames(lock, say);
    await writeDueDays(lock);
    await dataSource.getRepository(Agency).upsert([...agencies], { conflictPaths: ['code'], skipUpdateIfNoValuesChanged: true });
  } finally {
    if (dataSource.isInitialized) await dataSource.destroy();
    // Ending the session gives the lock back.
    await lock.end();
  }
}

/**
 * What keeps the schema of a database from serving this release: null, or a text that names how far it is off. Asked
 * while the hub runs, because another release may migrate the database meanwhile. Throws when it cannot be reached.
 */
export async function schemaFault(database: HubDatabase): Promise<string | null> {
  const { rows } = await database.pool().query<{ name: string }>(`SELECT name FROM public.${migrationsTable}`);
  const present = new Set(rows.map((row) => row.name));
  const missing = migrations.filter((migration) => !present.has(migration.name)).length;
  if (missing > 0) return `${missing} migrations missing`;
  return present.size > migrations.length ? 'of a newer release' : null;
}

async function assertNotNewer(dataSource: DataSource): Promise<void> {
  const known: ReadonlySet<string> = new Set(migrations.map((migration) => migration.name));
  const rows = await dataSource.query<{ name: string }[]>(`SELECT name FROM ${migrationsTable} ORDER BY id`);
  const unknown = rows.map((row) => row.name).filter((name) => !known.has(name));
  if (unknown.length === 0) return;
  throw new StartUpError('DATABASE_NEWER', {
    zh: `数据库结构由更新的版本创建(${unknown.join('、')})。请使用该版本的 hub,或恢复升级前的备份。`,
    en: `The schema was made by a newer release (${unknown.join(', ')}). Run that release, or restore the backup from before the upgrade.`,
  });
}
