import pg from 'pg';
import { HubDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { seed } from './data.js';

/** The seeded database of the bench. */
export interface BenchDatabase {
  /** Login of the owner, as a connection string for the servers. */
  readonly url: string;
  /** A connection of the owner, without a role of the boundary. */
  readonly owner: pg.Client;
  close(): Promise<void>;
}

/**
 * Opens, migrates and seeds the database: an embedded one kept in `folder`, or the one `BENCH_DATABASE_URL` names.
 * `DATABASE_URL` is not read here on purpose: a bench must not write into the database of a working hub.
 */
export async function openBenchDatabase(folder: string, say: (line: string) => void): Promise<BenchDatabase> {
  const database = await HubDatabase.open(
    { dataFolder: folder, databaseUrl: process.env['BENCH_DATABASE_URL'] ?? null },
    say,
  );
  try {
    await migrate(database);
    const owner = new pg.Client(database.clientConfig());
    await owner.connect();
    await seed(owner, say);
    return {
      url: connectionString(database.settings),
      owner,
      close: async () => {
        await owner.end();
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

function connectionString(settings: HubDatabase['settings']): string {
  const { host, port, user, password, database } = settings;
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
}
