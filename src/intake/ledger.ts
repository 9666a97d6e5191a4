import { IntakeError } from './intake-error.js';
import type { Fault } from './permit-record.js';

/** What became of one row of a file. */
export type RowFate = 'stored' | 'updated' | 'duplicate' | 'applications' | 'applicationUpdates' | 'applicationDuplicates' | 'rejected';

const fates: readonly RowFate[] = [
  'stored',
  'updated',
  'duplicate',
  'applications',
  'applicationUpdates',
  'applicationDuplicates',
  'rejected',
];

/** A rejected cell as the ledger shows it. */
export interface LedgerRejection extends Fault {
  readonly line: number;
}

/** The account of one import: every row read has exactly one fate, `read` is their sum. */
export interface Ledger extends Readonly<Record<RowFate, number>> {
  readonly batchId: string;
  readonly profile: string;
  /** Name of the file without its folders. */
  readonly file: string;
  /** SHA-256 of the file, hex. */
  readonly digest: string;
  /** Data rows. */
  readonly read: number;
  /** Empty lines, explanatory lines and repeated headers: no data, not in `read`. */
  readonly skipped: number;
  /** Identity numbers in the rows taken in; they are stored sealed. */
  readonly sealedIdentityNumbers: number;
  /** Rows by the status the source states. Statuses outside the profile's lists count under `unlistedStatus`. */
  readonly byStatus: Readonly<Record<string, number>>;
  /** The first `shownRejections` faults; all of them are in hub.import_rejection. A row may have several. */
  readonly rejections: readonly LedgerRejection[];
  /** Headers of the file that were not read. */
  readonly ignoredColumns: readonly string[];
  /** When the same file was first taken in with this profile (ISO 8601), or null. */
  readonly firstTakenAt: string | null;
}

/** Key of `byStatus` for what the profile does not list. The cell itself is not repeated: it may be misplaced. */
export const unlistedStatus = '(未列入取值表 · unlisted)';

const shownRejections = 100;

/** Counts rows while a file is read. Memory does not grow with the file. */
export class LedgerCounter {
  read = 0;
  skipped = 0;
  sealedIdentityNumbers = 0;
  readonly #fates = new Map<RowFate, number>();
  readonly #byStatus = new Map<string, number>();
  readonly #rejections: LedgerRejection[] = [];

  countStatus(status: string): void {
    this.#byStatus.set(status, (this.#byStatus.get(status) ?? 0) + 1);
  }

  /**
   * Enters the `rows` rows of one batch, the last of which was the `read`th. Throws IntakeError
   * IMPORT_LEDGER_IMBALANCE unless each row read so far has one fate; thrown inside the batch's transaction, it rolls the batch back.
   */
  enter(read: number, rows: number, batch: readonly RowFate[], rejections: readonly LedgerRejection[]): void {
    const accounted = [...this.#fates.values()].reduce((sum, count) => sum + count, batch.length);
    if (batch.length !== rows || accounted !== read) {
      throw new IntakeError('IMPORT_LEDGER_IMBALANCE', {
        zh: `导入账目不平：读入 ${read} 行，有去向的 ${accounted} 行。本批已回滚，请报告此错误。`,
        en: `The import ledger does not balance: ${read} rows read, ${accounted} accounted for. The batch was rolled back; report this error.`,
      });
    }
    for (const fate of batch) this.#fates.set(fate, (this.#fates.get(fate) ?? 0) + 1);
    this.#rejections.push(...rejections.slice(0, shownRejections - this.#rejections.length));
  }

  /** The ledger of what was entered, with the facts of the file. */
  ledger(
    file: Pick<Ledger, 'batchId' | 'profile' | 'file' | 'digest' | 'ignoredColumns' | 'firstTakenAt'>,
  ): Ledger {
    const { batchId, profile, digest, ignoredColumns, firstTakenAt } = file;
    const count = (fate: RowFate) => this.#fates.get(fate) ?? 0;
    return {
      batchId,
      profile,
      file: file.file,
      digest,
      read: this.read,
      stored: count('stored'),
      updated: count('updated'),
      duplicate: count('duplicate'),
      applications: count('applications'),
      applicationUpdates: count('applicationUpdates'),
      applicationDuplicates: count('applicationDuplicates'),
      rejected: count('rejected'),
      skipped: this.skipped,
      sealedIdentityNumbers: this.sealedIdentityNumbers,
      byStatus: Object.fromEntries(this.#byStatus),
      rejections: [...this.#rejections],
      ignoredColumns,
      firstTakenAt,
    };
  }
}

/** The number of rows a ledger accounts for: equal to its `read`. */
export function accountedRows(ledger: Ledger): number {
  return fates.reduce((sum, fate) => sum + ledger[fate], 0);
}
