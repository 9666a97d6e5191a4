import type { FeedPlace } from './cursor.js';
import type { StreamFrame } from './stream-frame.js';

/** A frame that was sent to a group: the position of its event and the place behind it. */
export interface SentFrame {
  readonly position: bigint;
  readonly place: FeedPlace;
  readonly frame: StreamFrame;
}

/** What a group remembers of its frames: whoever comes back within them needs no read of its own. */
const mostFrames = 1_000;
const mostBytes = 1024 * 1024;

/** The last frames of a group, and which places they reach back to. */
export class RecentFrames {
  #floor: FeedPlace;
  #place: FeedPlace;
  #frames: SentFrame[] = [];
  #bytes = 0;

  constructor(place: FeedPlace) {
    this.#floor = place;
    this.#place = place;
  }

  /** Behind everything the group looked at and sent. */
  get place(): FeedPlace {
    return this.#place;
  }

  sent(frame: SentFrame): void {
    this.#frames.push(frame);
    this.#bytes += frame.frame.body.length;
    this.#place = frame.place;
    let dropped = 0;
    while (this.#frames.length - dropped > mostFrames || (this.#bytes > mostBytes && this.#frames.length - dropped > 1)) {
      const oldest = this.#frames[dropped];
      if (!oldest) break;
      this.#floor = oldest.place;
      this.#bytes -= oldest.frame.body.length;
      dropped += 1;
    }
    if (dropped > 0) this.#frames = this.#frames.slice(dropped);
  }

  /** Hidden events were looked at: the place moves on, nothing is sent. */
  moved(place: FeedPlace): void {
    this.#place = place;
  }

  /**
   * What a stream at `place` is still to get, or null when it cannot go on here: the group does not reach back so far or
   * is not there yet, or it counts otherwise. A stream counts as the group does when at one position of the log both have
   * one number; from there on both count the same events.
   */
  behind(place: FeedPlace): readonly SentFrame[] | null {
    if (place.epoch !== this.#place.epoch || place.position < this.#floor.position || place.position > this.#place.position) return null;
    const rest = this.#frames.filter(({ position }) => position >= place.position);
    const number = this.#place.number - rest.length;
    return number === place.number ? rest : null;
  }
}
