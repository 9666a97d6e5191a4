import type { HubDatabase } from '../database/database.js';
import { faultOf, type Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import { Turns } from '../turns.js';

/** Months the log keeps behind the running one: a partner that was away for a year still goes on from its cursor. */
export const keptMonths = 13;

/** Months for which partitions are made ahead; the default partition takes what comes when nobody made any. */
const monthsAhead = 3;

/** Partitions are looked after this often; the epoch at every start and whenever notifications come anew. */
const turnMs = 6 * 3_600_000;

/** A lock that is not had within this time is tried for again at the next turn: writers do not wait for this. */
const lockTimeoutMs = 2_000;

/** Looks after the log itself: partitions ahead, months that are over, and the epoch after a restore or failover. */
export class LogKeeper {
  readonly #database: HubDatabase;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #months: number;
  readonly #turns = new Turns(() => this.#turn(), turnMs);

  constructor(database: HubDatabase, clock: Clock, log: Log, months = keptMonths) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
    this.#months = months;
  }

  /** Starts the epoch this cluster belongs to before anything is read; throws where that cannot be asked. */
  async open(): Promise<void> {
    await this.checkEpoch();
    await this.#turn();
  }

  /** Goes on in the background. */
  start(): void {
    this.#turns.start(turnMs);
  }

  /** Nothing further in the background; resolves when what is under way is done. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** Starts a new epoch where another cluster wrote last. */
  async checkEpoch(): Promise<void> {
    const { rows } = await this.#database.pool().query<{ began: boolean }>('SELECT hub.feed_epoch() AS began');
    if (rows[0]?.began) this.#log.warn('feed-epoch', '数据库已恢复或切换，变更日志进入新纪元 · Restored or failed over: the change log starts a new epoch', {});
  }

  /** One turn; what cannot be done now is done at the next. */
  async #turn(): Promise<void> {
    try {
      await keepLog(this.#database, this.#clock, this.#months);
    } catch (error) {
      this.#log.warn('feed-log', '变更日志分区暂未维护 · The partitions of the change log were not looked after', { fault: faultOf(error) });
    }
  }
}

/** Makes the partitions of this month and the next, and drops the months that are over. Returns how many tables were dropped. */
export async function keepLog(database: HubDatabase, clock: Clock, months: number): Promise<number> {
  const now = clock.now();
  const monthAt = (offset: number): string => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 1)).toISOString().slice(0, 10);
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    await client.query(`SET LOCAL lock_timeout = ${lockTimeoutMs}`);
    // Hubs that do so at once wait for each other.
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.make_feed_partitions', 0))`);
    await client.query('SELECT hub.make_feed_partitions($1::date, $2)', [monthAt(0), monthsAhead]);
    const { rows } = await client.query<{ dropped: number }>('SELECT hub.drop_feed_before($1::date) AS dropped', [monthAt(-months)]);
    await client.query('COMMIT');
    client.release();
    return rows[0]?.dropped ?? 0;
  } catch (error) {
    await client.query('ROLLBACK').catch(() => undefined);
    client.release(true);
    throw error;
  }
}

/** Starts a new epoch, whatever the cluster: for restores that nothing shows, such as a copy of the data folder put back. */
export async function startEpoch(database: HubDatabase): Promise<string> {
  const { rows } = await database.pool().query<{ epoch: string }>(
    `WITH begun AS (UPDATE hub.feed_head SET epoch = gen_random_uuid(), cluster = hub.feed_cluster() RETURNING epoch)
     SELECT epoch, pg_notify('hub_feed', '') FROM begun`,
  );
  return rows[0]?.epoch ?? '';
}
