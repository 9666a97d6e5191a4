import pg from 'pg';
import type { HubDatabase } from '../database/database.js';
import { faultOf, type Log } from '../log.js';
import type { FeedListener } from './listener.js';

/** Held by the session that gives positions, of all hubs one. */
const leaderLock = `hashtextextended('hub.feed_sequencer', 0)`;

/** Held by the same session while it does not look by itself: then hub.feed_seal notifies. Both name the same lock. */
const asleepLock = `hashtextextended('hub.feed_sequencer_asleep', 0)`;

/**
 * After a look that gave positions: at 1,000 commits a second ten of them share the flush of their positions and the look
 * of every stream. It delays their frames by 5 ms on average, of the 250 ms a frame may take.
 */
const batchMs = 10;

/** After a look in vain: a lone change that meets an awake leader waits for 1 ms on average, where 10 ms would cost it 5. */
const vainMs = 2;

/**
 * Without work for so long, it sleeps; whoever commits then tells it, which is as fast as to be looked for. A look costs
 * 0.45 ms of CPU (both processes), so that awake for nothing it takes a sixth of a core: not for the 250 ms that a leader
 * with longer pauses may, which with four commits a second would be all the time. Long enough that writers who follow each
 * other closely tell it once: telling, they commit one by one.
 */
const quietMs = 30;

/** Looks asleep, and those of hubs that do not lead: nobody relies on them, they bound what a frozen leader delays. Also how often another hub tries to lead. */
const defaultPollMs = 1_000;

/** A query without answer for so long is one of a lost connection: it takes 20 ms, or waits 2 s for whoever makes partitions. */
const patienceMs = 10_000;

/** A lost connection is made anew after this. */
const retryMs = 250;

/** Transactions that get positions at once: some 20 ms for which other callers wait. */
const most = 2_000;

/** A snapshot that has seen nothing. */
const nothingSeen = '1:1:';

/** What hub.feed_sequence asks and returns, in one session: another server, after a failover, has other transaction ids. */
interface Session {
  readonly client: Pick<pg.ClientBase, 'query'>;
  /** What need not be looked for any more. */
  seen: string;
}

/**
 * Gives transactions their positions in the log after they were committed, so that those who write do not wait for each
 * other. One hub leads and looks for them every few milliseconds while there are any; then it sleeps until it is told.
 * Nobody is forgotten: a writer that was not to tell holds a lock that keeps the leader from falling asleep, and whoever
 * takes over begins awake ([decision](../../docs/decisions/2026-11-22-sequenced-after-the-commit.md)).
 */
export class Sequencer {
  readonly #database: HubDatabase;
  readonly #listener: Pick<FeedListener, 'wake' | 'ignore'>;
  readonly #log: Log;
  readonly #pollMs: number;
  #session: Session | null = null;
  #working: Promise<void> = Promise.resolve();
  #closed = false;
  #told = false;
  #endPause: (() => void) | null = null;
  #settling: Promise<void> = Promise.resolve();
  #settlingNext: Promise<void> | null = null;

  /** `listener`: this process's own, woken without a notification. `pollMs`: tests do without the net. */
  constructor(database: HubDatabase, listener: Pick<FeedListener, 'wake' | 'ignore'>, log: Log, pollMs = defaultPollMs) {
    this.#database = database;
    this.#listener = listener;
    this.#log = log;
    this.#pollMs = pollMs;
  }

  /** Returns when everything committed so far has its position, also what was written while no hub ran. Throws where the database cannot be asked. */
  async open(): Promise<void> {
    await this.settle();
    this.#working = this.#work();
  }

  /** Ends the session: another hub leads within a second. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#wake();
    await this.#working;
  }

  /** Resolves when everything that was committed before the call has its position. Throws the error of the database. */
  settle(): Promise<void> {
    // A look that is under way may have begun before: whoever comes meanwhile shares the next one.
    return (this.#settlingNext ??= this.#settling.then(() => {
      this.#settlingNext = null;
      const elsewhere = (): Promise<number> => this.#give({ client: this.#database.pool(), seen: nothingSeen });
      const given = this.#session ? this.#give(this.#session).catch(elsewhere) : elsewhere();
      const settled = given.then(() => undefined);
      this.#settling = settled.catch(() => undefined);
      return settled;
    }));
  }

  async #work(): Promise<void> {
    for (let fault: string | null = null; !this.#closed; ) {
      const client = new pg.Client({ ...this.#database.clientConfig(), query_timeout: patienceMs, connectionTimeoutMillis: patienceMs });
      // A query under way fails with it, or the next one does.
      client.on('error', () => this.#wake());
      client.on('notification', () => this.#wake());
      try {
        await client.connect();
        const session = await this.#open(client);
        fault = null;
        await this.#turns(session);
      } catch (error) {
        if (fault === null) this.#log.warn('feed-sequencer', '变更日志暂未编号，正在重连 · The change log is not sequenced, connecting anew', { fault: faultOf(error) });
        fault = faultOf(error);
      }
      this.#session = null;
      this.#listener.ignore(null);
      await client.end().catch(() => undefined);
      await this.#pause(retryMs);
    }
  }

  async #open(client: pg.Client): Promise<Session> {
    // The locks of a host that is gone are free after 5 + 3 × 2 s, not after two hours.
    const { rows } = await client.query<{ pid: number }>(
      `SELECT pg_backend_pid() AS pid, set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '2', false), set_config('tcp_keepalives_count', '3', false)`,
    );
    this.#listener.ignore(rows[0]?.pid ?? null);
    const session = { client, seen: nothingSeen };
    this.#session = session;
    return session;
  }

  async #turns(session: Session): Promise<void> {
    while (!(await isLocked(session, leaderLock))) {
      await this.#give(session);
      await this.#pause(this.#pollMs);
      if (this.#closed) return;
    }
    await session.client.query('LISTEN hub_feed_pending');
    for (let workedAt = performance.now(); !this.#closed; ) {
      let given = await this.#give(session);
      if (given === 0 && performance.now() - workedAt >= quietMs && (await isLocked(session, asleepLock))) given = await this.#sleep(session);
      if (given > 0) workedAt = performance.now();
      await this.#pause(given > 0 ? batchMs : vainMs);
    }
  }

  /**
   * Looks at once, for who sealed before the lock was had has told nobody, then whenever it is told. Returns awake when
   * there was work: how many transactions got their positions.
   */
  async #sleep(session: Session): Promise<number> {
    let given = 0;
    while (!this.#closed && (given = await this.#give(session)) === 0) await this.#pause(this.#pollMs);
    await session.client.query(`SELECT pg_advisory_unlock(${asleepLock})`);
    return given;
  }

  /** Gives positions until nothing waits for one. Returns how many transactions got theirs. */
  async #give(session: Session): Promise<number> {
    for (let given = 0; ; ) {
      const { rows } = await session.client.query<{ sequenced: number; seen: string }>({
        name: 'feed-sequence',
        text: 'SELECT sequenced, seen FROM hub.feed_sequence($1::pg_snapshot, $2::int)',
        values: [session.seen, most],
      });
      const [row] = rows;
      if (!row) throw new Error('hub.feed_sequence returned nothing');
      session.seen = row.seen;
      given += row.sequenced;
      if (row.sequenced > 0) this.#listener.wake();
      if (row.sequenced < most) return given;
    }
  }

  /** Ends early when told, and at once when it was told since the last pause. */
  async #pause(ms: number): Promise<void> {
    if (!this.#told && !this.#closed) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    this.#endPause = null;
    this.#told = false;
  }

  #wake(): void {
    this.#told = true;
    this.#endPause?.();
  }
}

async function isLocked({ client }: Session, lock: string): Promise<boolean> {
  const { rows } = await client.query<{ held: boolean }>(`SELECT pg_try_advisory_lock(${lock}) AS held`);
  return rows[0]?.held ?? false;
}
