import type { Viewer } from '../../access/viewer.js';
import { requestAbandoned } from '../../planner/read-error.js';
import type { ChangeReader, PlacedEvent } from '../change-reader.js';
import type { CompiledChange } from '../compile-change.js';
import type { FeedPlace } from '../cursor.js';

/** An event with what writes it. */
export interface MergedEvent {
  readonly change: CompiledChange;
  readonly event: PlacedEvent;
}

export interface MergedPage {
  /** In the order of the log, numbered on from the place they were asked from. */
  readonly events: readonly MergedEvent[];
  /** Behind everything that is in this page or hidden before it: where the next page starts. */
  readonly place: FeedPlace;
  /** Whether a visible event is known behind it; hidden ones do not count. */
  readonly more: boolean;
}

/** Events of one record type from a place on, in order, and the position before which there are no others of it. */
export interface Tail {
  readonly events: readonly MergedEvent[];
  readonly reached: bigint;
}

/** The first events of several tails, which together hold more than `most` events or were read to the end of the log. */
export function mergedPage(tails: readonly Tail[], place: FeedPlace, most: number): MergedPage {
  // The types were read to different places: of what lies behind the nearest of them, some may be missing.
  const reached = tails.map((tail) => tail.reached).reduce((least, position) => (position < least ? position : least));
  const known = tails
    .flatMap(({ events }) => events)
    .filter(({ event }) => event.position < reached)
    .sort((one, other) => (one.event.position < other.event.position ? -1 : 1));
  const events = known.slice(0, most).map(({ change, event }, i): MergedEvent => ({
    change,
    event: { ...event, place: { ...event.place, number: place.number + i + 1 } },
  }));
  const last = events.at(-1)?.event.place ?? place;
  const more = known.length > most;
  return { events, place: more ? last : { ...last, position: reached }, more };
}

/** The changes of several record types as one sequence. */
export class MergedChanges {
  readonly #reader: ChangeReader;
  readonly #changes: readonly CompiledChange[];

  constructor(reader: ChangeReader, changes: readonly CompiledChange[]) {
    this.#reader = reader;
    this.#changes = changes;
  }

  /**
   * At most `most` events from a place on. What it brings depends on visible events alone: a page is full, or the log is
   * read to its end. Throws StreamEnded CURSOR_EPOCH and CURSOR_TOO_OLD, ReadError REQUEST_ABANDONED.
   */
  async read(viewer: Viewer, place: FeedPlace, most: number, signal?: AbortSignal): Promise<MergedPage> {
    // One more than the page holds, to know whether there are others.
    return mergedPage(await Promise.all(this.#changes.map((change) => this.#tail(change, viewer, place, most + 1, signal))), place, most);
  }

  async #tail(change: CompiledChange, viewer: Viewer, from: FeedPlace, most: number, signal?: AbortSignal): Promise<Tail> {
    const events: MergedEvent[] = [];
    for (let place = from; ; ) {
      if (signal?.aborted === true) throw requestAbandoned();
      // All that is wanted at once: a read costs the positions it looks at, whether or not it brings them.
      const page = await this.#reader.read(change, viewer, place, most - events.length);
      for (const event of page.events) events.push({ change, event });
      ({ place } = page);
      if (page.caughtUp || events.length === most) return { events, reached: place.position };
    }
  }
}
