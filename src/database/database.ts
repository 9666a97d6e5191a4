import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { HubConfig } from '../config.js';
import type { DatabaseSettings } from './database-settings.js';
import { EmbeddedServer } from './embedded-server.js';
import { checkExternalServer } from './external-server.js';

const defaultPoolSize = 10;

/** How long close() waits for connections that are still checked out. */
const drainMilliseconds = 5000;

/** A plain name, as roles.ts makes them: what goes into a connection's options cannot carry anything else. */
const roleName = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * The hub's database: the embedded PostgreSQL 18 of the data folder, or that of DATABASE_URL. The login is the owner
 * of the database (no superuser, CREATEROLE); reader and writer roles are taken on per connection.
 */
export class HubDatabase {
  readonly settings: DatabaseSettings;
  readonly #base: pg.ClientConfig;
  readonly #release: () => Promise<void>;
  readonly #pools = new Map<string, pg.Pool>();
  #closing: Promise<void> | null = null;

  private constructor(settings: DatabaseSettings, base: pg.ClientConfig, release: () => Promise<void>) {
    this.settings = settings;
    this.#base = base;
    this.#release = release;
  }

  /** Starts or adopts the database; `say` gets one line per thing worth knowing. Throws StartUpError (DATABASE_*). */
  static async open(config: Pick<HubConfig, 'dataFolder' | 'databaseUrl'>, say: (line: string) => void): Promise<HubDatabase> {
    if (config.databaseUrl !== null) {
      const settings = await checkExternalServer(config.databaseUrl, say);
      // The URL goes on as it is: it may carry TLS parameters or a socket folder.
      return new HubDatabase(settings, { connectionString: config.databaseUrl }, () => Promise.resolve());
    }
    const server = await EmbeddedServer.open({ dataFolder: config.dataFolder, say });
    return new HubDatabase(server.settings, { ...server.settings }, () => server.close());
  }

  /** A database somebody else looks after; `release` runs when it is closed. */
  static at(settings: DatabaseSettings, release: () => Promise<void> = () => Promise.resolve()): HubDatabase {
    return new HubDatabase(settings, { ...settings }, release);
  }

  /** Settings of one connection; with `role` the session acts as that role from its first statement. */
  clientConfig(role?: string): pg.ClientConfig {
    if (role === undefined) return { ...this.#base };
    if (!roleName.test(role)) throw new Error(`not a role name: ${role}`);
    return { ...this.#base, options: `-c role=${role}` };
  }

  /**
   * The pool of a role (of the owner without one), made at first use with at most `max` connections and ended by
   * close(). Connections lost to a restart of the server are replaced at the next use.
   */
  pool(role?: string, max = defaultPoolSize): pg.Pool {
    if (this.#closing) throw new Error('the database is closed');
    const key = role ?? '';
    let pool = this.#pools.get(key);
    if (!pool) {
      pool = new pg.Pool({ ...this.clientConfig(role), max, connectionTimeoutMillis: 10_000 });
      // A connection that breaks is dropped by the pool, and whoever holds it learns of it by its statement. The event that
      // tells of it beside would end the process where nobody listens: idle the pool passes it on, held the client does.
      pool.on('error', () => undefined);
      pool.on('connect', (client) => client.on('error', () => undefined));
      this.#pools.set(key, pool);
    }
    return pool;
  }

  /** Ends the pools, then leaves the server; the embedded one stops when no other process uses it. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const ended = Promise.all([...this.#pools.values()].map((pool) => pool.end()));
    const patience = new AbortController();
    await Promise.race([ended, delay(drainMilliseconds, undefined, { signal: patience.signal }).catch(() => undefined)]);
    patience.abort();
    await this.#release();
  }
}
