import type { PlanIdentity } from './plan-identity.js';
import type { Viewer } from './viewer.js';

/** What the evidence says of one answer. No value of the answer, no value of a variable. */
export interface AccessRecord {
  readonly viewer: Viewer;
  readonly purpose: string | null;
  readonly caseNo: string | null;
  /** SHA-256 of the document, hexadecimal; null when there was none to read. */
  readonly document: string | null;
  readonly operation: string | null;
  /** The plan: names document, viewer class, boundary version and coordinates. Null for answers without a plan. */
  readonly plan: PlanIdentity | null;
  readonly boundary: string;
  readonly status: number;
  readonly records: number;
  /** The exact body released (a text stands for its UTF-8 bytes); only its keyed digest is kept. */
  readonly body: Buffer | string;
  /** Milliseconds since 1970. */
  readonly receivedAt: number;
  readonly answeredAt: number;
}
