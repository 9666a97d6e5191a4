import type { Seal } from '../access/keys.js';
import type { Viewer } from '../access/viewer.js';

/** A place in the log, and how far a subscriber's own numbering has come. Never leaves the hub unsealed. */
export interface FeedPlace {
  /** Log epoch: a restore or failover starts a new one. */
  readonly epoch: string;
  /** Resume at events of this first position with a larger ordinal, or of any later first position. */
  readonly firstPosition: string;
  readonly ordinal: number;
  /** Delivery number of the last event handed out on this stream. */
  readonly number: number;
}

/** Seals places for one subscriber, viewer class, record type and boundary version. */
export class FeedCursors {
  readonly #seal: Seal;
  readonly #boundaryVersion: string;

  constructor(seal: Seal, boundaryVersion: string) {
    this.#seal = seal;
    this.#boundaryVersion = boundaryVersion;
  }

  close(place: FeedPlace, viewer: Viewer): string {
    // Fixed width: the length of a cursor must not tell how large the position is.
    const text = [place.epoch, place.firstPosition.padStart(20, '0'), pad(place.ordinal + 1), pad(place.number)].join(' ');
    return this.#seal.close(text, this.#context(viewer));
  }

  /** The place, or null when the cursor is not this subscriber's or belongs to another boundary version. */
  open(cursor: string, viewer: Viewer): FeedPlace | null {
    const [epoch, firstPosition, ordinal, number] = this.#seal.open(cursor, this.#context(viewer))?.split(' ') ?? [];
    if (!epoch || !firstPosition || !ordinal || !number) return null;
    return { epoch, firstPosition: String(BigInt(firstPosition)), ordinal: Number(ordinal) - 1, number: Number(number) };
  }

  #context(viewer: Viewer): string {
    return `feed ${viewer.agency} ${viewer.account} ${viewer.principal} ${this.#boundaryVersion}`;
  }
}

function pad(value: number): string {
  return String(value).padStart(10, '0');
}
