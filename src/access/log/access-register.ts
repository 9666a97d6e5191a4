import type pg from 'pg';
import type { HubDatabase } from '../../database/database.js';
import { faultOf, type Log } from '../../log.js';
import type { Clock } from '../../measures/clock.js';
import { Turns } from '../../turns.js';
import { monthOf } from './access-entry.js';

/** Entries taken into the register in one transaction. */
const largestStep = 5_000;

/** The register is looked after this often when there is little to do: what a read of the log may lag behind. */
export const registerMs = 1_000;

/** Of the time at most this share goes into the register, so that under load it lags rather than slows answers down. */
const dutyCycle = 0.1;

/** Months for which partitions are made ahead; the default partition takes what comes when nobody made any. */
const monthsAhead = 3;

const partitionsMs = 6 * 3_600_000;

/** A lock that is not had within this time is tried for again at the next turn. */
const lockTimeoutMs = 2_000;

const chainsSql = `INSERT INTO hub.access_register (chain, position) SELECT chain, 0 FROM hub.access_chain ON CONFLICT DO NOTHING`;

/**
 * Entries of the old form say \`answered\` for \`recorded\` and know no outcome. Most
 * subjects of a busy agency stand there already: asking first takes 47 to 124 µs an entry of 50 subjects, conflicts 118 to 330.
 */
const stepSql = `
  WITH mark AS (SELECT chain, position FROM hub.access_register WHERE chain = $1 FOR UPDATE),
  fresh AS MATERIALIZED (
    SELECT e.chain, e.position, j.*, coalesce(j.subjects, '{}') AS read, to_timestamp(coalesce(j.recorded, j.answered) / 1000.0) AS at
    FROM (SELECT e.chain, e.position, e.entry FROM mark m JOIN hub.access_entry e ON e.chain = m.chain AND e.position > m.position
          ORDER BY e.position LIMIT ${largestStep}) e
    CROSS JOIN LATERAL jsonb_to_record(e.entry::jsonb) AS j (
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
    INSERT INTO hub.access_subject (subject, bucket, agency)
    SELECT d.subject, d.bucket, d.agency
    FROM (SELECT DISTINCT s.subject, date_bin('10 minutes', f.at, '2000-01-01Z') AS bucket, f.agency FROM fresh f, unnest(f.read) AS s (subject)) d
    WHERE NOT EXISTS (SELECT FROM hub.access_subject k WHERE k.subject = d.subject AND k.bucket = d.bucket AND k.agency = d.agency)
    ON CONFLICT DO NOTHING
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
  readonly #turns = new Turns(() => this.#turn(), (spentMs) => Math.max(registerMs, spentMs / dutyCycle));
  #partitionsAt = -Infinity;
  #failing = false;

  constructor(database: HubDatabase, clock: Clock, log: Log) {
    this.#database = database;
    this.#clock = clock;
    this.#log = log;
  }

  /** Makes the partitions and takes in what is durable now. */
  open(): Promise<void> {
    return this.#turn();
  }

  /** Goes on in the background. */
  start(): void {
    this.#turns.start(registerMs);
  }

  /** Nothing further in the background; resolves when what is under way is done. */
  close(): Promise<void> {
    return this.#turns.close();
  }

  /** One turn; a database that is away is tried again at the next. */
  async #turn(): Promise<void> {
    try {
      if (performance.now() - this.#partitionsAt > partitionsMs) {
        await makePartitions(this.#database, this.#clock);
        this.#partitionsAt = performance.now();
      }
      await fillRegister(this.#database);
      this.#failing = false;
    } catch (error) {
      if (!this.#failing) this.#log.warn('access-register', '访问登记簿暂未更新 · The register of reads is not up to date', { fault: faultOf(error) });
      this.#failing = true;
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

/** Takes in what is durable now, chain by chain; returns how many entries. Hubs that work on one chain wait for each other. */
export async function fillRegister(database: HubDatabase): Promise<number> {
  const { rows } = await database.pool().query<{ chain: number }>(
    `SELECT c.chain FROM hub.access_chain c LEFT JOIN hub.access_register r USING (chain)
     WHERE EXISTS (SELECT FROM hub.access_entry e WHERE e.chain = c.chain AND e.position > coalesce(r.position, 0))`,
  );
  if (rows.length > 0) await database.pool().query(chainsSql);
  let taken = 0;
  for (const { chain } of rows) {
    for (;;) {
      const count = await inTransaction(database, async (client) => (await client.query<{ count: number }>(stepSql, [chain])).rows[0]?.count ?? 0);
      taken += count;
      if (count < largestStep) break;
    }
  }
  return taken;
}

async function inTransaction<T>(database: HubDatabase, work: (client: pg.PoolClient) => Promise<T>): Promise<T> {
  const client = await database.pool().connect();
  try {
    await client.query(`BEGIN; SET LOCAL lock_timeout = ${lockTimeoutMs}; SET LOCAL synchronous_commit = off`);
    const result = await work(client);
    await client.query('COMMIT');
    client.release();
    return result;
  } catch (error) {
    client.release(true); // ends the transaction with its connection
    throw error;
  }
}
