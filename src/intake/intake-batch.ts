import type { PoolClient } from 'pg';
import { z } from 'zod';
import { prepareSealing } from '../access/key-register.js';
import type { KeyRing } from '../access/key-ring.js';
import { writeApplications } from './application-writer.js';
import { writeBadRows } from './bad-rows.js';
import { fileDoubts, supersedeDoubts, type Doubt, type DoubtfulRow } from './doubts.js';
import { finding, isDoubt, type Finding } from './findings.js';
import type { Header } from './header.js';
import type { RowFate, RowOutcome } from './ledger.js';
import type { RowReading } from './permit-record.js';
import { writePermits, type BatchStamp, type PermitOutcome } from './permit-writer.js';

/** A row that was read, with its cells. */
export interface ReadRow {
  readonly line: number;
  readonly cells: readonly string[];
  readonly reading: RowReading;
  /** True for a row somebody accepted: its doubts are settled. */
  readonly accepted?: boolean;
}

/** What became of a row, and what a deliverer may be told of it. */
export interface BatchAnswer {
  readonly outcome: RowOutcome;
  readonly doubt: Doubt | null;
  /** Of a permit that was stored before. */
  readonly before: PermitOutcome['before'];
}

/** What a batch is written with. */
export interface BatchSetting {
  readonly keyRing: KeyRing;
  readonly header: Header;
  readonly pushed: boolean;
  readonly stamp: BatchStamp;
  /** Runs inside the transaction when all is written; what it throws rolls the batch back. */
  readonly beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>;
}

/** A row held back, by the step at which it was. */
interface Held {
  readonly row: ReadRow;
  readonly step: 'check' | 'match';
  readonly findings: readonly Finding[];
  readonly before: PermitOutcome['before'];
}

// Two imports at once take turns: between looking for a document and storing it nobody else may store it.
const beginSql = `BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('hub.permit_intake', 0)); SAVEPOINT rows;
  SELECT EXISTS (SELECT FROM hub.import_doubt WHERE state = 'OPEN') AS open`;

/** The driver answers several statements with several results; the last one tells. */
const begunSchema = z.array(z.object({ rows: z.array(z.unknown()) })).transform((results) => results.at(-1)?.rows[0]).pipe(z.object({ open: z.boolean() }));

function hasOpenDoubts(begun: unknown): boolean {
  return begunSchema.parse(begun).open;
}

/**
 * Writes one batch of rows in one transaction: permits and applications are stored, doubtful rows filed, bad rows kept.
 * Returns the answer to each row, by position. A row that proves bad only against what is stored is taken out, and the
 * others are written as if it had never been there; that costs such a batch its look-ups twice.
 */
export async function writeBatch(client: PoolClient, rows: readonly ReadRow[], setting: BatchSetting): Promise<readonly BatchAnswer[]> {
  try {
    const begun: unknown = await client.query(beginSql);
    const answers = await new Batch(client, rows, setting).write(hasOpenDoubts(begun));
    await setting.beforeCommit(answers.map(({ outcome }) => outcome));
    await client.query('COMMIT');
    return answers;
  } catch (error) {
    // The connection may be the very thing that failed; the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

class Batch {
  readonly #client: PoolClient;
  readonly #rows: readonly ReadRow[];
  readonly #setting: BatchSetting;
  readonly #held = new Map<ReadRow, Held>();
  readonly #answers = new Map<ReadRow, BatchAnswer>();

  constructor(client: PoolClient, rows: readonly ReadRow[], setting: BatchSetting) {
    this.#client = client;
    this.#rows = rows;
    this.#setting = setting;
  }

  async write(openDoubts: boolean): Promise<readonly BatchAnswer[]> {
    for (const row of this.#rows) {
      const findings = row.accepted === true ? [] : findingsOf(row.reading);
      if (findings.length > 0) this.#held.set(row, { row, step: 'check', findings, before: null });
    }
    while (!(await this.#writePermits())) await this.#client.query('ROLLBACK TO SAVEPOINT rows');
    await this.#writeApplications();
    await this.#keepHeld();
    if (openDoubts) await this.#supersede();
    return this.#rows.map((row) => {
      const answer = this.#answers.get(row);
      if (!answer) throw new Error('A row of the batch has no fate.');
      return answer;
    });
  }

  /** Writes the permits not held back; false when more of them had to be, and nothing may be kept. */
  async #writePermits(): Promise<boolean> {
    const { stamp, header, pushed, keyRing } = this.#setting;
    const open = this.#rows.flatMap((row) => (row.reading.kind === 'permit' && !this.#held.has(row) ? [{ row, permit: row.reading.permit }] : []));
    const outcomes = await writePermits(this.#client, open.map(({ permit }) => permit), stamp, {
      stated: header.stated,
      accepted: open.some(({ row }) => row.accepted === true),
      pushed,
      keyRing,
      columnName: (field) => header.columns.find(({ column }) => column.field === field)?.column.names[0] ?? field,
    });
    const heldBefore = this.#held.size;
    outcomes.forEach(({ findings, before }, index) => {
      const row = open[index]?.row;
      if (row && findings.length > 0) this.#held.set(row, { row, step: 'match', findings, before });
    });
    if (this.#held.size > heldBefore) return false;
    outcomes.forEach(({ fate, before }, index) => {
      const row = open[index]?.row;
      if (row) this.#answers.set(row, { outcome: outcomeOf(row, fate, 'store'), doubt: null, before });
    });
    return true;
  }

  async #writeApplications(): Promise<void> {
    const filed = this.#rows.flatMap((row) =>
      row.reading.kind === 'application' && !this.#held.has(row) ? [{ row, application: row.reading.application }] : [],
    );
    const { stamp, keyRing } = this.#setting;
    const outcomes = await writeApplications(this.#client, filed.map(({ application }) => application), stamp, keyRing);
    outcomes.forEach(({ fate, findings }, index) => {
      const row = filed[index]?.row;
      if (!row) return;
      if (findings.length > 0) this.#held.set(row, { row, step: 'match', findings, before: null });
      else this.#answers.set(row, { outcome: outcomeOf(row, fate, 'store'), doubt: null, before: null });
    });
  }

  /** Doubtful rows go to the work list; one settled there before has the fate it was given. */
  async #keepHeld(): Promise<void> {
    const { keyRing, stamp, header } = this.#setting;
    const held = [...this.#held.values()].sort((one, other) => one.row.line - other.row.line);
    const doubtful = held.flatMap((entry): readonly (DoubtfulRow & { readonly held: Held })[] => {
      const { reading, line } = entry.row;
      const isDoubtful = reading.kind === 'permit' && entry.findings.every(isDoubt);
      return isDoubtful ? [{ held: entry, line, permit: reading.permit, findings: entry.findings }] : [];
    });
    if (held.length > 0) await prepareSealing(this.#client, keyRing);
    const doubts = await fileDoubts(this.#client, keyRing, doubtful, header.stated, stamp);
    const doubtOf = new Map(doubtful.map(({ held: entry }, index) => [entry, doubts[index] ?? null]));
    for (const entry of held) this.#answers.set(entry.row, answerOf(entry, doubtOf.get(entry) ?? null));
    const bad = held.flatMap(({ row }) => {
      const answer = this.#answers.get(row);
      return answer && answer.outcome.step !== 'store' ? [{ outcome: answer.outcome, cells: row.cells, doubtId: answer.doubt?.id ?? null }] : [];
    });
    await writeBadRows(this.#client, keyRing, stamp, bad);
  }

  async #supersede(): Promise<void> {
    const written = this.#rows.flatMap((row) => {
      const fate = this.#answers.get(row)?.outcome.fate;
      // Accepting one row does not settle what other sources say of the same document.
      return row.reading.kind === 'permit' && row.accepted !== true && (fate === 'stored' || fate === 'updated') ? [row.reading.permit] : [];
    });
    await supersedeDoubts(this.#client, written, this.#setting.stamp);
  }
}

function findingsOf(reading: RowReading): readonly Finding[] {
  if (reading.kind === 'rejected') return reading.findings;
  return reading.kind === 'permit' ? reading.doubts : [];
}

function answerOf({ row, step, findings, before }: Held, doubt: Doubt | null): BatchAnswer {
  const answer = (fate: RowFate, at: RowOutcome['step'], found: readonly Finding[]): BatchAnswer => ({
    outcome: { line: row.line, fate, step: at, findings: found },
    doubt,
    before,
  });
  if (!doubt) return answer('rejected', step, findings);
  if (doubt.state === 'OPEN') return answer('doubtful', step, findings);
  if (doubt.state === 'REFUSED') return answer('rejected', step, [finding('*', 'REFUSED_BEFORE')]);
  // Accepted, or overtaken by a later row: taking it again would undo what came after it.
  return answer('duplicate', 'store', []);
}

function outcomeOf({ line }: ReadRow, fate: RowFate, step: RowOutcome['step']): RowOutcome {
  return { line, fate, step, findings: [] };
}
