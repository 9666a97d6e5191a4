import type { PoolClient } from 'pg';
import type { KeyRing } from '../access/key-ring.js';
import type { WaitingRecord } from './doubts.js';
import type { Finding } from './findings.js';
import type { Header } from './header.js';
import type { LedgerWarning, RowFate } from './ledger.js';
import type { BatchStamp, PermitOutcome } from './permit-writer.js';
import type { RowFields } from './row-fields.js';

/** A row that was read, with its cells. */
export interface ReadRow<R> {
  readonly line: number;
  readonly cells: readonly string[];
  readonly reading: R;
  /** True for a row somebody accepted: its doubts are settled. */
  readonly accepted?: boolean;
}

/** What rows are stored with. */
export interface StoreSetting {
  readonly keyRing: KeyRing;
  readonly header: Header;
  /** True where decisions arrive one by one by a bureau's own system. */
  readonly pushed: boolean;
  readonly stamp: BatchStamp;
}

/** What became of a row; with findings it is held back, whatever its fate says. */
export interface StoredRow {
  readonly fate: RowFate;
  readonly findings: readonly Finding[];
  /** Of a permit that was stored before. */
  readonly before: PermitOutcome['before'];
}

/** The outcomes of rows, by position; of the last ones there may be none where `again` says so. */
export interface StoredRows {
  readonly outcomes: readonly StoredRow[];
  /** True where rows held back left traces: all that was written is undone, and the others are stored anew. */
  readonly again: boolean;
}

/** What the rows of a profile become: how one is read, and how those of a batch are stored. `R` is a row that was read. */
export interface RecordKind<R> {
  /** The statuses that the ledger counts rows by; any other one is counted as unlisted. */
  readonly statuses: ReadonlySet<string>;
  /** Reads a row, with all findings on it together. */
  read(fields: RowFields): { readonly reading: R; readonly status: string | null };
  /** What holds a row back before anything is looked up. */
  findings(reading: R): readonly Finding[];
  /** What a row waits as while it is doubtful; null where such a row cannot wait. */
  waiting(reading: R): WaitingRecord | null;
  /** Stores rows inside the caller's transaction, in their order. */
  store(client: PoolClient, rows: readonly ReadRow<R>[], setting: StoreSetting): Promise<StoredRows>;
  /** Identity numbers that are sealed with a row. */
  identityNumbers(reading: R): number;
  /** Rows that are written in one transaction, for which other imports and the pushes of bureaus wait. */
  readonly batchRows: number;
  /** The tables that an import of many rows makes statistics old of. */
  readonly tables: string;
  /** Before the first and behind the last row of a batch; `heldBack` is the number of rows not stored. */
  begin(client: PoolClient, batch: { readonly id: string; readonly mends: boolean }): Promise<void>;
  finish(client: PoolClient, batch: { readonly id: string; readonly stored: number; readonly heldBack: number }): Promise<readonly LedgerWarning[]>;
}
