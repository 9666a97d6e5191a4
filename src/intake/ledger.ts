import type { Finding } from './findings.js';
import { IntakeError } from './intake-error.js';

/** What became of one row of a file. */
export type RowFate =
  | 'stored'
  | 'updated'
  | 'duplicate'
  | 'applications'
  | 'applicationUpdates'
  | 'applicationDuplicates'
  | 'rejected'
  | 'doubtful';

const writtenFates = ['stored', 'updated', 'duplicate', 'applications', 'applicationUpdates', 'applicationDuplicates'] as const satisfies readonly RowFate[];
const heldFates = ['rejected', 'doubtful'] as const satisfies readonly RowFate[];

/** Where a row left the way: `check` by its own cells, `match` by what the hub knows already, `store` at its end. */
export type LedgerStep = 'check' | 'match' | 'store';

/** The end of one row's way. */
export interface RowOutcome {
  readonly line: number;
  readonly fate: RowFate;
  readonly step: LedgerStep;
  /** Why, for a row that is rejected or doubtful. */
  readonly findings: readonly Finding[];
}

/** A finding as the ledger shows it. */
export interface LedgerFinding extends Finding {
  readonly line: number;
}

/** Rows that did not go on at a step. */
export interface HeldRows {
  readonly rejected: number;
  readonly doubtful: number;
}

/** Something the operator should know of that holds no row back. */
export interface LedgerWarning {
  readonly code: string;
  readonly text: string;
  readonly clauses: readonly string[];
}

/** The facts of a file that the ledger repeats. */
export interface LedgerSource {
  readonly batchId: string;
  /** The batch as others know it. */
  readonly batch: string;
  readonly profile: string;
  /** Name of the file without its folders. */
  readonly file: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** Headers of the file that were not read. */
  readonly ignoredColumns: readonly string[];
  /** When the same file was first taken in with this profile (ISO 8601), or null. */
  readonly firstTakenAt: string | null;
  /** The batch whose bad rows were mended in this file, or null. */
  readonly mends: string | null;
}

/**
 * The account of one import: every row read has exactly one fate. It adds up at every step:
 * read = checked + held at check; checked = matched + held at match; matched = the six fates of written rows.
 */
export interface Ledger extends LedgerSource, Readonly<Record<RowFate, number>> {
  /** Data rows. */
  readonly read: number;
  /** Rows that passed the checks of their own cells. */
  readonly checked: number;
  /** Rows whose subject and document were settled against what is stored. */
  readonly matched: number;
  readonly heldAtCheck: HeldRows;
  readonly heldAtMatch: HeldRows;
  /** Empty lines, explanatory lines and repeated headers: no data, not in `read`. */
  readonly skipped: number;
  /** Identity numbers in the rows taken in; they are stored sealed. */
  readonly sealedIdentityNumbers: number;
  /** Rows by the status the source states. Statuses outside the profile's lists count under `unlistedStatus`. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** The first `shownFindings` findings on rejected rows; all are in hub.import_rejection. A row may have several. */
  readonly rejections: readonly LedgerFinding[];
  /** The first `shownFindings` findings on doubtful rows; all are in the work list (`hub doubts`). */
  readonly doubts: readonly LedgerFinding[];
  readonly warnings: readonly LedgerWarning[];
}

/** Key of `byStatus` for what the profile does not list. The cell itself is not repeated: it may be misplaced. */
export const unlistedStatus = '(未列入取值表 · unlisted)';

const shownFindings = 100;

/** Counts rows while a file is read. Memory does not grow with the file. */
export class LedgerCounter {
  read = 0;
  skipped = 0;
  sealedIdentityNumbers = 0;
  readonly #counts = new Map<`${LedgerStep} ${RowFate}`, number>();
  readonly #byStatus = new Map<string, number>();
  readonly #rejections: LedgerFinding[] = [];
  readonly #doubts: LedgerFinding[] = [];
  #accounted = 0;

  countStatus(status: string): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
  }

  /**
   * Enters the `rows` rows of one batch, the last of which was the `read`th. Throws IntakeError
   * IMPORT_LEDGER_IMBALANCE unless each row read so far has one fate at a step where it can have it; thrown inside the
   * batch's transaction, it rolls the batch back.
   */
  enter(read: number, rows: number, outcomes: readonly RowOutcome[]): void {
    const misplaced = outcomes.some(({ fate, step }) => (step === 'store') === isHeld(fate));
    const lines = new Set(outcomes.map(({ line }) => line));
    if (outcomes.length !== rows || lines.size !== rows || this.#accounted + rows !== read || misplaced) {
      throw new IntakeError('IMPORT_LEDGER_IMBALANCE', {
        zh: `导入账目不平：读入 ${read} 行，有去向的 ${this.#accounted + outcomes.length} 行。本批已回滚，请报告此错误。`,
        en: `The import ledger does not balance: ${read} rows read, ${this.#accounted + outcomes.length} accounted for. The batch was rolled back; report this error.`,
      });
    }
    this.#accounted = read;
    for (const { line, fate, step, findings } of outcomes) {
      const key = `${step} ${fate}` as const;
      this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
      if (!isHeld(fate)) continue;
      const shown = fate === 'rejected' ? this.#rejections : this.#doubts;
      shown.push(...findings.slice(0, shownFindings - shown.length).map((found) => ({ line, ...found })));
    }
  }

  /** The ledger of what was entered, with the facts of the file. */
  ledger(source: LedgerSource, warnings: readonly LedgerWarning[] = []): Ledger {
    const count = (step: LedgerStep, fate: RowFate) => this.#counts.get(`${step} ${fate}`) ?? 0;
    const heldAt = (step: LedgerStep): HeldRows => ({ rejected: count(step, 'rejected'), doubtful: count(step, 'doubtful') });
    const heldAtCheck = heldAt('check');
    const heldAtMatch = heldAt('match');
    const checked = this.read - heldAtCheck.rejected - heldAtCheck.doubtful;
    return {
      ...source,
      read: this.read,
      checked,
      matched: checked - heldAtMatch.rejected - heldAtMatch.doubtful,
      stored: count('store', 'stored'),
      updated: count('store', 'updated'),
      duplicate: count('store', 'duplicate'),
      applications: count('store', 'applications'),
      applicationUpdates: count('store', 'applicationUpdates'),
      applicationDuplicates: count('store', 'applicationDuplicates'),
      rejected: heldAtCheck.rejected + heldAtMatch.rejected,
      doubtful: heldAtCheck.doubtful + heldAtMatch.doubtful,
      heldAtCheck,
      heldAtMatch,
      skipped: this.skipped,
      sealedIdentityNumbers: this.sealedIdentityNumbers,
      byStatus: Object.fromEntries(this.#byStatus),
      rejections: [...this.#rejections],
      doubts: [...this.#doubts],
      warnings,
    };
  }
}

/** The number of rows a ledger accounts for, each step taken by itself: equal to its `read` when all steps add up. */
export function accountedRows(ledger: Ledger): number {
  const held = ({ rejected, doubtful }: HeldRows) => rejected + doubtful;
  const written = writtenFates.reduce((sum, fate) => sum + ledger[fate], 0);
  const steps = [
    held(ledger.heldAtCheck) + ledger.checked,
    held(ledger.heldAtCheck) + held(ledger.heldAtMatch) + ledger.matched,
    heldFates.reduce((sum, fate) => sum + ledger[fate], 0) + written,
  ];
  return steps.every((rows) => rows === ledger.read) ? ledger.read : Math.min(...steps);
}

function isHeld(fate: RowFate): boolean {
  return (heldFates as readonly RowFate[]).includes(fate);
}
