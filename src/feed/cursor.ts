import type { Seal } from '../access/keys.js';
import { scopeKeyOf, type Viewer } from '../access/viewer.js';

/** A place in the log, and how far a subscriber's own numbering has come. Never leaves the hub unsealed. */
export interface FeedPlace {
  /** Log epoch: a restore or failover starts a new one. */
  readonly epoch: string;
  /** Next position of the log to look at. */
  readonly position: bigint;
  /** Delivery number of the last event handed out on this stream. */
  readonly number: number;
}

/**
 * The type of a cursor of several record types read as one sequence. Of one type it is that type, so that its streams,
 * exports and pages share their cursors.
 */
export function cursorTypeOf(types: readonly string[]): string {
  return [...types].sort().join('+');
}

/**
 * Seals places for one subscriber, record type and boundary version. The subscriber is the agency in its scope, not the
 * account: whoever is shown the same may go on from the same cursor, over any transport and at any hub of one data folder,
 * and streams that share a frame share its cursor.
 */
export class FeedCursors {
  readonly #seal: Seal;
  readonly #boundaryVersion: string;

  constructor(seal: Seal, boundaryVersion: string) {
    this.#seal = seal;
    this.#boundaryVersion = boundaryVersion;
  }

  /** `type`: the record type whose changes are read, for example `Permit`; of several, `cursorTypeOf` them. */
  close(place: FeedPlace, viewer: Viewer, type: string): string {
    // Fixed width: the length of a cursor must not tell how large the position is.
    const text = [place.epoch, String(place.position).padStart(20, '0'), String(place.number).padStart(10, '0')].join(' ');
    return this.#seal.close(text, this.#context(viewer, type));
  }

  /** The place, or null when the cursor is not this subscriber's or belongs to another record type or boundary version. */
  open(cursor: string, viewer: Viewer, type: string): FeedPlace | null {
    const [epoch, position, number] = this.#seal.open(cursor, this.#context(viewer, type))?.split(' ') ?? [];
    if (!epoch || !position || !number) return null;
    return { epoch, position: BigInt(position), number: Number(number) };
  }

  #context(viewer: Viewer, type: string): string {
    // Page rights decide how much of a list an answer holds, and the feed carries none: an export needs them, the stream
    // that goes on from its place does not.
    return `feed ${type} ${viewer.agency} ${scopeKeyOf({ ...viewer, pageLimit: 0 })} ${this.#boundaryVersion}`;
  }
}
