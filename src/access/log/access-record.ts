import type { PlanIdentity } from './plan-identity.js';
import type { Viewer } from '../viewer.js';

/**
 * How an answer came out. ANSWERED: everything asked for. PARTLY_DENIED, DENIED: the boundary withheld some or all of it.
 * REFUSED: not understood, not allowed as asked, or given up by the caller (status 499). FAILED: a fault of the hub, or its
 * load. STREAM: a frame of a subscription.
 */
export const outcomes = ['ANSWERED', 'PARTLY_DENIED', 'DENIED', 'REFUSED', 'FAILED', 'STREAM'] as const;

export type Outcome = (typeof outcomes)[number];

/**
 * What an entry is to a stream. Streams that share an execution share its frames: a frame is one entry of its group, and
 * who got it follows from the entries of the streams. A stream gets the frames of the group it opened in or joined, behind
 * `number`, until it leaves the group or closes; then `number` is that of the last event it was given.
 */
export interface StreamEntry {
  readonly group: string;
  /** The stream among those of its process. Null for a frame of a group. */
  readonly stream: string | null;
  readonly act: 'open' | 'join' | 'leave' | 'close' | 'frame';
  /** Delivery number. */
  readonly number: number;
}

/** What the evidence says of one answer. No value of the answer, no value of a variable. */
export interface AccessRecord {
  readonly viewer: Viewer;
  readonly purpose: string | null;
  readonly caseNo: string | null;
  /** SHA-256 of the document, hexadecimal; null when there was none to read. */
  readonly document: string | null;
  readonly operation: string | null;
  /** The plan: names document, viewer class, boundary version, coordinates and their uses. Null for answers without one. */
  readonly plan: PlanIdentity | null;
  readonly boundary: string;
  readonly outcome: Outcome;
  /** Of an entry of a stream. */
  readonly stream?: StreamEntry;
  readonly status: number;
  readonly records: number;
  /** Internal ids of the subjects of the records released, in any order and with repetitions. */
  readonly subjects: readonly string[];
  /** The exact body released (a text stands for its UTF-8 bytes); only its keyed digest is kept. */
  readonly body: Buffer | string;
  /** When the request came, its statements were sent and their rows were back; milliseconds since 1970. */
  readonly receivedAt: number;
  readonly startedAt: number | null;
  readonly executedAt: number | null;
}
