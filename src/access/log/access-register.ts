import { performance } from 'node:perf_hooks';
import type pg from 'pg';
import type { HubDatabase } from '../../database/database.js';
import { faultOf, type Log } from '../../log.js';
import type { Clock } from '../../measures/clock.js';
import { Turns } from '../../turns.js';
import { monthOf } from './access-entry.js';

/** Entries taken into the register in one transaction; 2,000 pages of 100 subjects keep one core busy for about 0.3 s. */
const largestStep = 2_000;

/** The register is looked after this often when there is little to do: what a read of the log may lag behind. */
export const registerMs = 1_000;

/** Of the time at most this share goes into the register of a busy hub, so that under load it lags rather than slows answers down. */
const busyShare = 0.1;

/** What a hub that is hardly asked anything gives it, to make up for what it lags behind. */
const idleShare = 0.5;

/** A hub is hardly asked anything while its event loop is busy for less than this share of the time. */
const idleBelow = 0.2;

/** Sorting and grouping a step stays in memory: with the 4 MB of a session each step wrote them to temporary files. */
const workMem = '32MB';

/** Months for which partitions are made ahead; the default partition takes what comes when nobody made any. */
const monthsAhead = 3;

const partitionsMs = 6 * 3_600_000;

/** A lock that is not had within this time is tried for again at the next turn. */
const lockTimeoutMs = 2_000;

const chainsSql = `INSERT INTO hub.access_register (chain, position) SELECT chain, 0 FROM hub.access_chain ON CONFLICT DO NOTHING`;

/**
 * Entries of the old form say `answered` for `recorded` and know no outcome. Subjects stand in blocks of 64, a bit each.
 * Most of a busy agency stand there already, so blocks are asked for first: a row that conflicts is locked, which writes
 * it. In the order of the key, so that hubs which add to the same blocks wait for each other and never in a ring.
 */
const stepSql = `
  WITH mark AS (SELECT chain, position FROM hub.access_register WHERE chain = $1 FOR UPDATE),
  fresh AS MATERIALIZED (
    SELECT e.chain, e.position, j.*, coalesce(j.subjects, '{}') AS read, to_timestamp(coalesce(j.recorded, j.answered) / 1000.0) AS at,
           date_bin('10 minutes', to_timestamp(coalesce(j.recorded, j.answered) / 1000.0), '2000-01-01Z') AS bucket
    FROM (SELECT e.chain, e.position, e.entry FROM mark m JOIN hub.access_entry e ON e.chain = m.chain AND e.position > m.position
          ORDER BY e.position LIMIT ${largestStep}) e
    CROSS JOIN LATERAL json_to_record(e.entry::json) AS j (
      agency text, account text, role text, purpose text, "case" text, document text, operation text, plan text, boundary text, outcome text,
      status int, records int, subjects bigint[], result text, received bigint, started bigint, executed bigint, recorded bigint, answered bigint)
  ),
  read AS (
    INSERT INTO hub.access_read (recorded, chain, position, agency, account, role, purpose, case_no, document, operation, plan, boundary, outcome,
                                 status, records, subjects, result, received, started, executed)
    SELECT at, chain, position, agency, account, role, purpose, "case", document, operation, plan, boundary, outcome, status, records, read, result,
           to_timestamp(received / 1000.0), to_timestamp(started / 1000.0), to_timestamp(executed / 1000.0)
    FROM fresh ON CONFLICT DO NOTHING
  ),
  subject AS (
    INSERT INTO hub.access_subject AS known (block, bucket, agency, bits)
    SELECT d.block, d.bucket, d.agency, d.bits
    FROM (SELECT s.subject >> 6 AS block, f.bucket, f.agency, bit_or(1::bigint << (s.subject & 63)::int) AS bits
          FROM fresh f, unnest(f.read) AS s (subject) GROUP BY 1, 2, 3) d
    LEFT JOIN hub.access_subject k ON k.block = d.block AND k.bucket = d.bucket AND k.agency = d.agency
    WHERE k.bits IS NULL OR k.bits | d.bits <> k.bits
    ORDER BY d.block, d.bucket, d.agency
    ON CONFLICT (block, bucket, agency) DO UPDATE SET bits = known.bits | excluded.bits
  )
  UPDATE hub.access_register r SET position = taken.last
  FROM (SELECT max(position) AS last, count(*) AS count FROM fresh) taken
  WHERE r.chain = $1 AND taken.last IS NOT NULL
  RETURNING taken.count::int`;

/**
 * The register of reads: what the entries say, in columns and by subject, filled behind them from rows that are durable.
 * People search it (`accessLog`); nothing is proved by it, and it may be emptied and filled again. Kept off the way of
 * the answers: three indexes and a row per subject would cost more than the entry itself.
 */
export class AccessRegister {
  readonly #database: HubDatabase;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #turns = new Turns(() => this.#step(), (spentMs) => this.#rest(spentMs));
  #partitionsAt = -Infinity;
  #failing = false;
  #behind = false;
  #load = performance.eventLoopUtilization();

  constructor(database: HubDatabase, clock: Clock, log: Log) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
  }

  /** Makes the partitions and takes in a first step of what is durable. */
  open(): Promise<void> {
    return this.#step();
  }

  /** Goes on in the background. */
  start(): void {
    this.#turns.start(this.#rest(0));
  }

  /** Nothing further in the background; resolves when what is under way is done. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  async #step(): Promise<void> {
    this.#behind = await this.#turn();
  }

  /** Until the next step: an idle process gives the register more of its time than a busy one. */
  #rest(spentMs: number): number {
    const load = performance.eventLoopUtilization();
    const share = performance.eventLoopUtilization(load, this.#load).utilization < idleBelow ? idleShare : busyShare;
    this.#load = load;
    return Math.max(this.#behind ? 0 : registerMs, spentMs * (1 / share - 1));
  }

  /** One step of each chain; whether there is more. A database that is away is tried again at the next turn. */
  async #turn(): Promise<boolean> {
    try {
      if (performance.now() - this.#partitionsAt > partitionsMs) {
        await makePartitions(this.#database, this.#clock);
        this.#partitionsAt = performance.now();
      }
      const { behind } = await step(this.#database);
      this.#failing = false;
      return behind;
    } catch (error) {
      if (!this.#failing) this.#log.warn('access-register', '访问登记簿暂未更新 · The register of reads is not up to date', { fault: faultOf(error) });
      this.#failing = true;
      return false;
    }
  }
}

/** Makes the partitions of this month and the next ones. Hubs that do so at once wait for each other. */
export async function makePartitions(database: HubDatabase, clock: Clock): Promise<void> {
  await inTransaction(database, async (client) => {
    await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('hub.make_log_partitions', 0))`);
    await client.query('SELECT hub.make_log_partitions($1::date, $2)', [`${monthOf(clock.now().getTime())}-01`, monthsAhead]);
  });
}

/** Takes in everything that is durable now; returns how many entries. Hubs that work on one chain wait for each other. */
export async function fillRegister(database: HubDatabase): Promise<number> {
  let taken = 0;
  for (;;) {
    const { count, behind } = await step(database);
    taken += count;
    if (!behind) return taken;
  }
}

/** One step of each chain: how many entries, and whether a chain has more. */
async function step(database: HubDatabase): Promise<{ readonly count: number; readonly behind: boolean }> {
  const { rows } = await database.pool().query<{ chain: number }>(
    `SELECT c.chain FROM hub.access_chain c LEFT JOIN hub.access_register r USING (chain)
     WHERE EXISTS (SELECT FROM hub.access_entry e WHERE e.chain = c.chain AND e.position > coalesce(r.position, 0))`,
  );
  if (rows.length > 0) await database.pool().query(chainsSql);
  const counts: number[] = [];
  for (const { chain } of rows) {
    counts.push(await inTransaction(database, async (client) => (await client.query<{ count: number }>(stepSql, [chain])).rows[0]?.count ?? 0));
  }
  return { count: counts.reduce((sum, count) => sum + count, 0), behind: counts.some((count) => count === largestStep) };
}

async function inTransaction<T>(database: HubDatabase, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool().connect();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL synchronous_commit = off; SET LOCAL work_mem = '${workMem}'`);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true); // ends the transaction with its connection
    throw error;
  }
}
