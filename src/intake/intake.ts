import type { PoolClient } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import type { HubDatabase } from '../database/database.js';
import type { Clock } from '../measures/clock.js';
import type { SheetRecord } from './files/sheet.js';
import { isNoData, type Header } from './header.js';
import { writeBatch, type BatchAnswer } from './intake-batch.js';
import { LedgerCounter, unlistedStatus, type Ledger, type LedgerSource, type RowOutcome } from './ledger.js';
import type { ReadRow, RecordKind } from './record-kind.js';
import { RowFields } from './row-fields.js';

/** Where the rows of an import come from and how they are to be taken. */
export interface IntakeSource {
  readonly header: Header;
  /** Name of the file without its folders, or what stands for it. */
  readonly file: string;
  /** SHA-256, hex. */
  readonly digest: string;
  /** Reference of the batch whose bad rows were mended in this file, or null. */
  readonly mends: string | null;
  /** True where decisions arrive one by one by a bureau's own system. */
  readonly pushed?: boolean;
}

/** What an intake works with. */
export interface IntakeTools {
  readonly database: HubDatabase;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
}

/**
 * Stored rows after which the planner is given fresh statistics, then again after every tenfold. A session that first
 * meets the tables empty keeps the plans of that moment: the foreign key of permit_action then walked an index of all
 * permits for each row (780 rows/s at 50,000 rows and falling; a steady 3,400 with this, both on two busy cores).
 */
const firstAnalysis = 100;

/**
 * The intake: takes rows, gives a ledger. Rows are read one by one, written in batches, each a transaction that adds up
 * or is rolled back; the account is closed by `finish`. Files and pushed decisions take the same way.
 */
export class Intake<R> {
  readonly #kind: RecordKind<R>;
  readonly #tools: IntakeTools;
  readonly #client: PoolClient;
  readonly #source: IntakeSource;
  readonly #facts: LedgerSource;
  readonly #counter = new LedgerCounter();
  #storedRows = 0;
  #nextAnalysis = firstAnalysis;

  private constructor(kind: RecordKind<R>, tools: IntakeTools, client: PoolClient, source: IntakeSource, facts: LedgerSource) {
    this.#kind = kind;
    this.#tools = tools;
    this.#client = client;
    this.#source = source;
    this.#facts = facts;
  }

  /** Opens a batch, does `work` with its intake and gives the connection back. */
  static async run<R, T>(kind: RecordKind<R>, tools: IntakeTools, source: IntakeSource, work: (intake: Intake<R>) => Promise<T>): Promise<T> {
    const client = await tools.database.pool('concordat_writer').connect();
    let broken = true;
    try {
      const result = await work(new Intake(kind, tools, client, source, await openBatch(client, kind, tools.clock, source)));
      broken = false;
      return result;
    } finally {
      // A connection on which a statement failed is not handed to the next user.
      client.release(broken);
    }
  }

  /** Data rows read so far. */
  get read(): number {
    return this.#counter.read;
  }

  /** Reads one record; null for one that is no data (empty, explanation, the header again). */
  readRow(record: SheetRecord): ReadRow<R> | null {
    const { header } = this.#source;
    if (isNoData(record.cells, header)) {
      this.#counter.skipped += 1;
      return null;
    }
    this.#counter.read += 1;
    const { reading, status } = this.#kind.read(new RowFields(record, header));
    this.#counter.countStatus(status !== null && this.#kind.statuses.has(status) ? status : unlistedStatus);
    return { line: record.line, cells: record.cells, reading };
  }

  /** Takes a row that somebody accepted: what only made it doubtful does not hold it back. */
  takeAccepted(reading: R, status: string | null): ReadRow<R> {
    this.#counter.read += 1;
    this.#counter.countStatus(status ?? unlistedStatus);
    return { line: this.#counter.read, cells: [], reading, accepted: true };
  }

  /** Counts a record above the header, which is no data. */
  skip(): void {
    this.#counter.skipped += 1;
  }

  /**
   * Writes the rows read since the last batch, in one transaction; `read` is the number of rows up to the last of them.
   * `settle` runs inside it. Returns the outcome of each row.
   */
  async write(
    rows: readonly ReadRow<R>[],
    read: number,
    settle?: (client: PoolClient, outcomes: readonly RowOutcome[]) => Promise<void>,
  ): Promise<readonly BatchAnswer[]> {
    const { header, pushed = false } = this.#source;
    const answers = await writeBatch(this.#client, this.#kind, rows, {
      keyRing: this.#tools.keyRing,
      header,
      pushed,
      stamp: { batchId: this.#facts.batchId, reference: this.#facts.batch, at: this.#tools.clock.now() },
      beforeCommit: async (outcomes) => {
        this.#counter.enter(read, rows.length, outcomes);
        await settle?.(this.#client, outcomes);
      },
    });
    answers.forEach(({ outcome }, index) => {
      const row = rows[index];
      if (row && outcome.step === 'store') this.#counter.sealedIdentityNumbers += this.#kind.identityNumbers(row.reading);
    });
    this.#storedRows += answers.filter(({ outcome }) => outcome.fate === 'stored').length;
    await this.#analyse();
    return answers;
  }

  /** Closes the account and keeps it with the batch. */
  async finish(): Promise<Ledger> {
    const { rejected, doubtful } = this.#counter.ledger(this.#facts);
    const warnings = await this.#kind.finish(this.#client, { id: this.#facts.batchId, stored: this.#storedRows, heldBack: rejected + doubtful });
    const ledger = this.#counter.ledger(this.#facts, warnings);
    await this.#client.query('UPDATE hub.import_batch SET finished_at = $2, ledger = $3 WHERE id = $1', [
      this.#facts.batchId,
      this.#tools.clock.now(),
      JSON.stringify(ledger),
    ]);
    return ledger;
  }

  async #analyse(): Promise<void> {
    if (this.#storedRows < this.#nextAnalysis) return;
    this.#nextAnalysis = this.#storedRows * 10;
    // Only the owner of a table may.
    await this.#tools.database.pool().query(`ANALYZE ${this.#kind.tables}`);
  }
}

async function openBatch<R>(client: PoolClient, kind: RecordKind<R>, clock: Clock, source: IntakeSource): Promise<LedgerSource> {
  const { header, digest, file, mends } = source;
  const { profile } = header.profile;
  const earlier = await client.query<{ at: Date | null }>(
    `SELECT min(started_at) AS at FROM hub.import_batch
      WHERE file_digest = $1 AND profile = $2 AND finished_at IS NOT NULL`,
    [digest, profile],
  );
  const begun = await client.query<{ id: string; reference: string; mended: string | null }>(
    `INSERT INTO hub.import_batch (profile, file_name, file_digest, header, started_at, mends)
     VALUES ($1, $2, $3, $4, $5, (SELECT id FROM hub.import_batch WHERE reference = $6))
     RETURNING id, reference, mends AS mended`,
    [profile, file, digest, header.cells, clock.now(), mends],
  );
  const [batch] = begun.rows;
  await kind.begin(client, { id: batch?.id ?? '', mends: mends !== null });
  return {
    batchId: batch?.id ?? '',
    batch: batch?.reference ?? '',
    profile,
    file,
    digest,
    ignoredColumns: header.ignored,
    firstTakenAt: earlier.rows[0]?.at?.toISOString() ?? null,
    mends: batch?.mended == null ? null : mends,
  };
}
