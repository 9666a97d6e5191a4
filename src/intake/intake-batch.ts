import type { PoolClient } from 'pg';
import { z } from 'zod';
import { prepareSealing } from '../access/key-register.js';
import { writeBadRows } from './bad-rows.js';
import { fileDoubts, supersedeDoubts, type Doubt, type DoubtfulRow } from './doubts.js';
import { finding, isDoubt, type Finding } from './findings.js';
import type { RowFate, RowOutcome } from './ledger.js';
import type { ReadRow, RecordKind, StoredRow, StoreSetting } from './record-kind.js';

/** What became of a row, and what a deliverer may be told of it. */
export interface BatchAnswer {
  readonly outcome: RowOutcome;
  readonly doubt: Doubt | null;
  /** Of a permit that was stored before. */
  readonly before: StoredRow['before'];
}

/** What a batch is written with. */
export interface BatchSetting extends StoreSetting {
  /** Runs inside the transaction when all is written; what it throws rolls the batch back. */
  readonly beforeCommit: (outcomes: readonly RowOutcome[]) => Promise<void>;
}

/** A row held back, by the step at which it was. */
interface Held<R> {
  readonly row: ReadRow<R>;
  readonly step: 'check' | 'match';
  readonly findings: readonly Finding[];
  readonly before: StoredRow['before'];
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
 * Writes one batch of rows in one transaction: records are stored, doubtful rows filed, bad rows kept. Returns the answer
 * to each row, by position. A row that proves bad only against what is stored is taken out, and where it left traces the
 * others are written as if it had never been there; that costs such a batch its look-ups twice.
 */
export async function writeBatch<R>(client: PoolClient, kind: RecordKind<R>, rows: readonly ReadRow<R>[], setting: BatchSetting): Promise<readonly BatchAnswer[]> {
  try {
    const begun: unknown = await client.query(beginSql);
    const answers = await new Batch(client, kind, rows, setting).write(hasOpenDoubts(begun));
    await setting.beforeCommit(answers.map(({ outcome }) => outcome));
    await client.query('COMMIT');
    return answers;
  } catch (error) {
    // The connection may be the very thing that failed; the first error is the one to tell.
    await client.query('ROLLBACK').catch(() => undefined);
    throw error;
  }
}

class Batch<R> {
  readonly #client: PoolClient;
  readonly #kind: RecordKind<R>;
  readonly #rows: readonly ReadRow<R>[];
  readonly #setting: BatchSetting;
  readonly #held = new Map<ReadRow<R>, Held<R>>();
  readonly #answers = new Map<ReadRow<R>, BatchAnswer>();

  constructor(client: PoolClient, kind: RecordKind<R>, rows: readonly ReadRow<R>[], setting: BatchSetting) {
    this.#client = client;
    this.#kind = kind;
    this.#rows = rows;
    this.#setting = setting;
  }

  async write(openDoubts: boolean): Promise<readonly BatchAnswer[]> {
    for (const row of this.#rows) {
      const findings = row.accepted === true ? [] : this.#kind.findings(row.reading);
      if (findings.length > 0) this.#held.set(row, { row, step: 'check', findings, before: null });
    }
    while (!(await this.#store())) await this.#client.query('ROLLBACK TO SAVEPOINT rows');
    await this.#keepHeld();
    if (openDoubts) await this.#supersede();
    return this.#rows.map((row) => {
      const answer = this.#answers.get(row);
      if (!answer) throw new Error('A row of the batch has no fate.');
      return answer;
    });
  }

  /** Stores the rows not held back; false when more of them had to be, and nothing may be kept. */
  async #store(): Promise<boolean> {
    const open = this.#rows.filter((row) => !this.#held.has(row));
    const { outcomes, again } = await this.#kind.store(this.#client, open, this.#setting);
    outcomes.forEach(({ fate, findings, before }, index) => {
      const row = open[index];
      if (!row) return;
      if (findings.length > 0) this.#held.set(row, { row, step: 'match', findings, before });
      else if (!again) this.#answers.set(row, { outcome: outcomeOf(row, fate, 'store'), doubt: null, before });
    });
    return !again;
  }

  /** Doubtful rows go to the work list; one settled there before has the fate it was given. */
  async #keepHeld(): Promise<void> {
    const { keyRing, stamp, header } = this.#setting;
    const held = [...this.#held.values()].sort((one, other) => one.row.line - other.row.line);
    const doubtful = held.flatMap((entry): readonly (DoubtfulRow & { readonly held: Held<R> })[] => {
      const { reading, line } = entry.row;
      const record = entry.findings.every(isDoubt) ? this.#kind.waiting(reading) : null;
      return record ? [{ held: entry, line, record, findings: entry.findings }] : [];
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
      return row.accepted !== true && (fate === 'stored' || fate === 'updated') ? (this.#kind.waiting(row.reading) ?? []) : [];
    });
    await supersedeDoubts(this.#client, written, this.#setting.stamp);
  }
}

function answerOf<R>({ row, step, findings, before }: Held<R>, doubt: Doubt | null): BatchAnswer {
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

function outcomeOf({ line }: { readonly line: number }, fate: RowFate, step: RowOutcome['step']): RowOutcome {
  return { line, fate, step, findings: [] };
}
