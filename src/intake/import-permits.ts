import { basename } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { PoolClient } from 'pg';
import type { HubDatabase } from '../database/database.js';
import { legalDate, type Clock } from '../measures/clock.js';
import { writeApplications } from './application-writer.js';
import { openSheet } from './files/open-sheet.js';
import type { Sheet, SheetRecord } from './files/sheet.js';
import { readForeignRegister } from './foreign-register.js';
import { IntakeError } from './intake-error.js';
import { LedgerCounter, unlistedStatus, type Ledger, type LedgerRejection, type RowFate } from './ledger.js';
import { identityNumberFields, readNationalPermit } from './national-permit.js';
import type { RowReading } from './permit-record.js';
import { writePermits, type BatchStamp } from './permit-writer.js';
import { defaultProfile, loadProfile, type Profile } from './profile.js';
import type { ImportProgress } from './progress.js';
import { isNoData, readHeader, RowFields, type Header } from './row-fields.js';

export interface ImportOptions {
  /** Path of a CSV or XLSX file. */
  readonly file: string;
  /** Name of a profile, by default the national layout of 2018. */
  readonly profile?: string;
  readonly clock: Clock;
  /** Called after each batch. */
  readonly onProgress?: (progress: ImportProgress) => void;
}

/** Rows per transaction: large enough for sets, small enough that the log's head row is never held for long. */
const batchRows = 500;

/** Rows read before the database is listened to again: else its answers wait until the whole next batch is read. */
const rowsPerTurn = 20;

/**
 * Stored rows after which the planner is given fresh statistics, then again after every tenfold. A session that first
 * meets the tables empty keeps the plans of that moment: the foreign key of permit_action then walked an index of all
 * permits for each row (780 rows/s at 50,000 rows and falling; a steady 3,400 with this, both on two busy cores).
 */
const firstAnalysis = 100;

/**
 * Takes a file of permit decisions in and returns the account of it: every row read is stored, updated, duplicate, an
 * application, or rejected with its faults. The file is streamed in transactions of 500 rows; memory grows only with
 * the distinct case numbers of a foreign register. Same file again: nothing changes, `firstTakenAt` is set.
 *
 * Refused as a whole, with nothing stored: unreadable, of another form or encoding, without header or with a wrong one, unknown profile
 * (IntakeError). IMPORT_CSV_MALFORMED is the one refusal that may come late; what was stored before stays and is a
 * duplicate when the corrected file comes.
 */
export async function importPermits(database: HubDatabase, options: ImportOptions): Promise<Ledger> {
  const profile = await loadProfile(options.profile ?? defaultProfile);
  const sheet = await openSheet(options.file);
  const records = sheet.records();
  let client: PoolClient | null = null;
  let broken = false;
  try {
    const counter = new LedgerCounter();
    const header = await findHeader(records, profile, counter);
    client = await database.pool('concordat_writer').connect();
    const importing = await PermitImport.begin(database, client, { profile, sheet, header, counter, options });
    return await importing.run(records);
  } catch (error) {
    broken = true;
    throw error;
  } finally {
    await records.return(undefined);
    // A connection on which a statement failed is not handed to the next user.
    client?.release(broken);
  }
}

interface ImportSetting {
  readonly profile: Profile;
  readonly sheet: Sheet;
  readonly header: Header;
  readonly counter: LedgerCounter;
  readonly options: ImportOptions;
}

interface ReadRow {
  readonly line: number;
  readonly reading: RowReading;
}

/** One import under way: reads rows, writes batches, keeps the account. */
class PermitImport {
  readonly #setting: ImportSetting;
  readonly #database: HubDatabase;
  readonly #client: PoolClient;
  readonly #batchId: string;
  readonly #firstTakenAt: string | null;
  readonly #today: string;
  readonly #emptyMarks: ReadonlySet<string>;
  readonly #rowsOfCase = new Map<string, number>();

  #stored = 0;
  #nextAnalysis = firstAnalysis;

  private constructor(
    database: HubDatabase,
    client: PoolClient,
    setting: ImportSetting,
    batchId: string,
    firstTakenAt: string | null,
  ) {
    this.#database = database;
    this.#client = client;
    this.#setting = setting;
    this.#batchId = batchId;
    this.#firstTakenAt = firstTakenAt;
    this.#today = legalDate(setting.options.clock.now());
    this.#emptyMarks = new Set(setting.profile.emptyMarks);
  }

  static async begin(database: HubDatabase, client: PoolClient, setting: ImportSetting): Promise<PermitImport> {
    const { profile, sheet: { digest }, options } = setting;
    const earlier = await client.query<{ at: Date | null }>(
      `SELECT min(started_at) AS at FROM hub.import_batch
        WHERE file_digest = $1 AND profile = $2 AND finished_at IS NOT NULL`,
      [digest, profile.profile],
    );
    const begun = await client.query<{ id: string }>(
      'INSERT INTO hub.import_batch (profile, file_name, file_digest, started_at) VALUES ($1, $2, $3, $4) RETURNING id',
      [profile.profile, basename(options.file), digest, options.clock.now()],
    );
    const batchId = begun.rows[0]?.id ?? '';
    return new PermitImport(database, client, setting, batchId, earlier.rows[0]?.at?.toISOString() ?? null);
  }

  async run(records: AsyncGenerator<SheetRecord>): Promise<Ledger> {
    const { profile, header, counter, options, sheet: { digest } } = this.#setting;
    let batch: ReadRow[] = [];
    // One batch is written while the next is read: the database and this process each have work.
    let writing = Promise.resolve();
    try {
      for await (const record of records) {
        if (isNoData(record.cells, header, profile)) {
          counter.skipped += 1;
          continue;
        }
        counter.read += 1;
        batch.push({ line: record.line, reading: this.#read(record) });
        if (counter.read % rowsPerTurn === 0) await setImmediate();
        if (batch.length < batchRows) continue;
        await writing;
        writing = this.#write(batch, counter.read);
        // Its error is told where it is awaited; until then it must not count as nobody's.
        writing.catch(() => undefined);
        batch = [];
      }
    } finally {
      await writing;
    }
    if (batch.length > 0) await this.#write(batch, counter.read);
    const ledger = counter.ledger({
      batchId: this.#batchId,
      profile: profile.profile,
      file: basename(options.file),
      digest,
      ignoredColumns: header.ignored,
      firstTakenAt: this.#firstTakenAt,
    });
    await this.#client.query('UPDATE hub.import_batch SET finished_at = $2, ledger = $3 WHERE id = $1', [
      this.#batchId,
      options.clock.now(),
      JSON.stringify(ledger),
    ]);
    return ledger;
  }

  #read(record: SheetRecord): RowReading {
    const { profile, header, counter } = this.#setting;
    const fields = new RowFields(record, header, profile, this.#emptyMarks);
    if (!fields.readable) {
      counter.countStatus(unlistedStatus);
      return { kind: 'rejected', faults: fields.faults };
    }
    const status = fields.get('status');
    counter.countStatus(status !== null && statusesOf(profile).has(status) ? status : unlistedStatus);
    if (profile.reader === 'national-permit') {
      counter.withheldIdentityNumbers += identityNumberFields.filter((field) => fields.isFilled(field)).length;
      return readNationalPermit(fields, profile, this.#today);
    }
    const caseNo = fields.get('caseNo') ?? '';
    const part = (this.#rowsOfCase.get(caseNo) ?? 0) + 1;
    this.#rowsOfCase.set(caseNo, part);
    return readForeignRegister(fields, profile, part);
  }

  async #write(batch: readonly ReadRow[], readSoFar: number): Promise<void> {
    const client = this.#client;
    const stamp: BatchStamp = { batchId: this.#batchId, at: this.#setting.options.clock.now() };
    const readings = batch.map(({ reading }) => reading);
    const permits = readings.flatMap((reading) => (reading.kind === 'permit' ? [reading.permit] : []));
    const applications = readings.flatMap((reading) => (reading.kind === 'application' ? [reading.application] : []));
    const rejections = batch.flatMap(({ line, reading }): LedgerRejection[] =>
      reading.kind === 'rejected' ? reading.faults.map((found) => ({ line, ...found })) : [],
    );
    const rejected = readings.filter(({ kind }) => kind === 'rejected').map((): RowFate => 'rejected');
    try {
      // Two imports at once take turns: between looking for a document and storing it nobody else may store it.
      await client.query("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('hub.permit_intake', 0))");
      const fates = [
        ...(await writePermits(client, permits, stamp)),
        ...(await writeApplications(client, applications, stamp)),
        ...rejected,
      ];
      await this.#writeRejections(rejections);
      this.#setting.counter.enter(readSoFar, batch.length, fates, rejections);
      await client.query('COMMIT');
      this.#stored += fates.filter((fate) => fate === 'stored').length;
    } catch (error) {
      // The connection may be the very thing that failed; the first error is the one to tell.
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    }
    await this.#analyse();
    const { options, sheet } = this.#setting;
    options.onProgress?.({ rows: readSoFar, readBytes: sheet.readBytes(), bytes: sheet.bytes });
  }

  async #analyse(): Promise<void> {
    if (this.#stored < this.#nextAnalysis) return;
    this.#nextAnalysis = this.#stored * 10;
    // Only the owner of a table may.
    await this.#database.pool().query('ANALYZE hub.subject, hub.permit, hub.permit_action');
  }

  async #writeRejections(rejections: readonly LedgerRejection[]): Promise<void> {
    if (rejections.length === 0) return;
    await this.#client.query(
      `INSERT INTO hub.import_rejection (batch_id, line, field, code, reason)
       SELECT $1::bigint, * FROM unnest($2::bigint[], $3::text[], $4::text[], $5::text[])`,
      [
        this.#batchId,
        rejections.map(({ line }) => line),
        rejections.map(({ field }) => field),
        rejections.map(({ code }) => code),
        rejections.map(({ reason }) => reason),
      ],
    );
  }
}

async function findHeader(records: AsyncGenerator<SheetRecord>, profile: Profile, counter: LedgerCounter): Promise<Header> {
  for (;;) {
    const next = await records.next();
    if (next.done === true) {
      throw new IntakeError('IMPORT_FILE_EMPTY', {
        zh: '文件没有表头，未导入。请导出含表头的 CSV 后重新导入。',
        en: 'The file has no header; nothing was imported. Export it with its header and import it again.',
      });
    }
    if (!isNoData(next.value.cells, null, profile)) return readHeader(next.value.cells, profile);
    counter.skipped += 1;
  }
}

const listedStatuses = new WeakMap<Profile, ReadonlySet<string>>();

function statusesOf(profile: Profile): ReadonlySet<string> {
  let listed = listedStatuses.get(profile);
  if (!listed) {
    const { values } = profile;
    listed = new Set(Object.keys('status' in values ? values.status : { ...values.outcome, ...values.applicationState }));
    listedStatuses.set(profile, listed);
  }
  return listed;
}
