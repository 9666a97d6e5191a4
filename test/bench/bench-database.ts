import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { env } from 'node:process';
import pg from 'pg';
import { HubDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { seed, type BenchSize } from './data.js';
import { fingerprint } from './fingerprint.js';

/** A seeded database of the bench. */
export interface BenchDatabase {
  /** Login of the owner, as a connection string for the servers. */
  readonly url: string;
  /** A connection of the owner, without a role of the boundary. */
  readonly owner: pg.Client;
  readonly size: BenchSize;
  readonly hub: HubDatabase;
  /** Holds the data folders of the hubs that serve this database: their keys and checkpoints belong to it. */
  readonly folder: URL;
  close(): Promise<void>;
}

type Say = (line: string) => void;

/**
 * Opens, migrates and seeds the database of a size: an embedded one kept in `parent`, made anew when migrations or rows
 * have changed since, or the one `BENCH_DATABASE_URL` names. `DATABASE_URL` is not read here on purpose: a bench must not
 * write into the database of a working hub. Throws BENCH_OUTDATED where an external database has to be made anew.
 */
export async function openBenchDatabase(parent: URL, size: BenchSize, say: Say): Promise<BenchDatabase> {
  const external = env['BENCH_DATABASE_URL'] ?? null;
  const folder = new URL(`${size.permits}/`, parent);
  const wanted = fingerprint(size);
  const mark = new URL(external === null ? 'fingerprint' : 'fingerprint-external', folder);
  const known = existsSync(mark) ? readFileSync(mark, 'utf8') : null;
  if (known !== wanted && external === null) await removeDatabase(folder, say);
  if (known !== wanted && known !== null && external !== null) {
    throw new Error(`BENCH_OUTDATED: migrations or rows have changed; name an empty database in BENCH_DATABASE_URL and remove ${folder.pathname}`);
  }
  mkdirSync(folder, { recursive: true });
  const database = await HubDatabase.open({ dataFolder: new URL('data/', folder).pathname, databaseUrl: external }, say);
  try {
    await migrate(database);
    const owner = new pg.Client(database.clientConfig());
    await owner.connect();
    await seed(owner, size, wanted, say);
    writeFileSync(mark, wanted);
    return {
      url: connectionString(database.settings),
      owner,
      size,
      hub: database,
      folder,
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

/** A server that a killed run left behind is adopted and stopped first: it would write on into the removed folder. */
async function removeDatabase(folder: URL, say: Say): Promise<void> {
  const dataFolder = new URL('data/', folder).pathname;
  if (existsSync(dataFolder)) {
    say('migrations or rows have changed: the bench database is made anew');
    const old = await HubDatabase.open({ dataFolder, databaseUrl: null }, say).catch(() => null);
    await old?.close();
  }
  rmSync(folder, { recursive: true, force: true });
}

function connectionString(settings: HubDatabase['settings']): string {
  const { host, port, user, password, database } = settings;
  return `postgres://${encodeURIComponent(user)}:${encodeURIComponent(password)}@${host}:${port}/${encodeURIComponent(database)}`;
}
