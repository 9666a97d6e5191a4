import { z } from 'zod';
import { isPurpose } from '../../measures/purposes.js';
import type { BoundaryPolicy } from '../policy.js';

const recordedSchema = z.object({
  /** SHA-256 of the document, or the name of an example. */
  document: z.string(),
  operation: z.string().nullable().default(null),
  viewerClass: z.string(),
  purpose: z.string().nullable().default(null),
  coordinates: z.array(z.string()),
  /** How often it ran; null where that was not counted. */
  runs: z.number().int().nonnegative().nullable().default(null),
});

/** An operation as it ran once: by whom and what it touched, no value and no answer. */
export type RecordedOperation = z.output<typeof recordedSchema>;

/** One recorded operation from its JSON. Throws where a line is no record. */
export function readRecorded(json: string): RecordedOperation {
  return recordedSchema.parse(JSON.parse(json));
}

/** A recorded operation that would be answered otherwise. */
export interface ReplayFinding {
  readonly operation: RecordedOperation;
  readonly gains: readonly string[];
  readonly loses: readonly string[];
}

/** Decides the coordinates of recorded operations under both boundaries; no data is read. */
export function replay(before: BoundaryPolicy, after: BoundaryPolicy, recorded: readonly RecordedOperation[]): readonly ReplayFinding[] {
  return recorded.flatMap((operation) => {
    const standing = { principal: operation.viewerClass, purpose: isPurpose(operation.purpose) ? operation.purpose : null };
    const decided = operation.coordinates.map((coordinate) => ({
      coordinate,
      was: before.decide(standing, coordinate).allowed,
      is: after.decide(standing, coordinate).allowed,
    }));
    const gains = decided.filter(({ was, is }) => !was && is).map(({ coordinate }) => coordinate);
    const loses = decided.filter(({ was, is }) => was && !is).map(({ coordinate }) => coordinate);
    return gains.length + loses.length > 0 ? [{ operation, gains, loses }] : [];
  });
}
