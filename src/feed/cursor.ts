import type { Seal } from '../access/keys.js';
import { standingOf, type Viewer } from '../access/viewer.js';

/** A place in the log, and how far a subscriber's own numbering has come. Never leaves the hub unsealed. */
export interface FeedPlace {
  /** Log epoch: a restore or failover starts a new one. */
  readonly epoch: string;
  /** Next position of the log to look at. */
  readonly position: bigint;
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
    const text = [place.epoch, String(place.position).padStart(20, '0'), String(place.number).padStart(10, '0')].join(' ');
    return this.#seal.close(text, this.#context(viewer));
  }

  /** The place, or null when the cursor is not this subscriber's or belongs to another boundary version. */
  open(cursor: string, viewer: Viewer): FeedPlace | null {
    const [epoch, position, number] = this.#seal.open(cursor, this.#context(viewer))?.split(' ') ?? [];
    if (!epoch || !position || !number) return null;
    return { epoch, position: BigInt(position), number: Number(number) };
  }

  #context(viewer: Viewer): string {
    const { principal, purpose } = standingOf(viewer);
    return `feed ${viewer.agency} ${viewer.account} ${principal} ${purpose ?? ''} ${this.#boundaryVersion}`;
  }
}
