/** Forms of an export file: one JSON object a line, or comma-separated values (RFC 4180). */
export const exportFormats = ['NDJSON', 'CSV'] as const;
export type ExportFormat = (typeof exportFormats)[number];

/**
 * QUEUED until a hub takes it, RUNNING while one writes, then READY to be fetched until it is EXPIRED; FAILED and
 * CANCELLED hold no file.
 */
export const exportStates = ['QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELLED', 'EXPIRED'] as const;
export type ExportState = (typeof exportStates)[number];

/** Why a job failed. */
export type ExportErrorCode = 'EXPORT_AUTHORITY_CHANGED' | 'EXPORT_DAY_CHANGED' | 'EXPORT_TOO_LARGE' | 'EXPORT_FAILED';

/** What is asked for: a query of one connection whose pages the hub turns. */
export interface ExportRequest {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly format: ExportFormat;
}

/** A job as the store holds it. Times are milliseconds since 1970. */
export interface ExportJob {
  readonly id: string;
  readonly agency: string;
  readonly account: string;
  readonly role: string | null;
  readonly principal: string;
  readonly purpose: string | null;
  readonly caseNo: string | null;
  /** Version of the boundary it was requested under. */
  readonly boundary: string;
  readonly format: ExportFormat;
  readonly state: ExportState;
  readonly error: ExportErrorCode | null;
  readonly requestedAt: number;
  readonly startedAt: number | null;
  readonly finishedAt: number | null;
  readonly expiresAt: number | null;
  /** Legal day (`YYYY-MM-DD`) its pages are read on; null until it runs. */
  readonly day: string | null;
  /** Feed cursor from before the first page; null until it runs. */
  readonly position: string | null;
  /** Cursor of the last record written; null before the first page. */
  readonly cursor: string | null;
  readonly pages: number;
  readonly records: number;
  /** Records that will be written, as counted with the first page; null where nothing counts them. */
  readonly total: number | null;
  /** Length of the file so far, and what its pages take in the database. */
  readonly bytes: number;
  readonly stored: number;
  /** SHA-256 of the whole file, hexadecimal; null until it is READY. */
  readonly digest: string | null;
  readonly attempts: number;
  /** Request and key, sealed. */
  readonly sealed: string;
}

/** One page of a file and what the evidence says of it. */
export interface ExportPage {
  readonly number: number;
  /** First byte in the file, and length. */
  readonly start: number;
  readonly bytes: number;
  readonly records: number;
  /** Internal ids of the subjects of its records. */
  readonly subjects: readonly string[];
  readonly sealed: Buffer;
}

/** A job that ends without a file; the code is what its requester is told. */
export class ExportEnded extends Error {
  override readonly name = 'ExportEnded';

  constructor(readonly code: ExportErrorCode) {
    super(code);
  }
}
