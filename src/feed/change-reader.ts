import type { Viewer } from '../access/viewer.js';
import { legalDate, type Clock } from '../measures/clock.js';
import type { Readers } from '../planner/readers.js';
import { headStatement, type CompiledChange, type VisibleEvent } from './compile-change.js';
import type { FeedPlace } from './cursor.js';
import { oldEpoch } from './stream-ended.js';

/** Positions looked at per read, so that a long stretch of hidden events costs many short reads, not one long one. */
const positionsPerRead = 1_000n;

/** The newest position of the log, and the epoch it belongs to. */
export interface FeedHead {
  readonly epoch: string;
  readonly position: bigint;
}

/** When a read was asked for, sent and back; milliseconds since 1970. The evidence of what it brought names them. */
export interface ReadTimes {
  readonly receivedAt: number;
  readonly startedAt: number;
  readonly executedAt: number;
}

/** What one look at the log brought. */
export interface ChangePage {
  /** In the order of their commits, each with its place behind it: what a cursor of this event says. */
  readonly events: readonly PlacedEvent[];
  /** Behind everything that was looked at, hidden events included: where the next read starts. */
  readonly place: FeedPlace;
  /** Whether the log held nothing more behind `place` in this snapshot. */
  readonly caughtUp: boolean;
  readonly times: ReadTimes;
}

/** A visible event with the place behind it. */
export type PlacedEvent = VisibleEvent & { readonly place: FeedPlace };

/**
 * Reads the change log for a viewer. Every transport reads through it, so that all of them show the same events in the
 * same order with the same numbers.
 */
export class ChangeReader {
  readonly #readers: Readers;
  readonly #clock: Clock;

  constructor({ readers, clock }: { readonly readers: Readers; readonly clock: Clock }) {
    this.#readers = readers;
    this.#clock = clock;
  }

  /** The head of the log. What begins behind it brings all that is committed later. */
  async head(viewer: Viewer): Promise<FeedHead> {
    const [rows = []] = await this.#readers.run(viewer, [headStatement], { shared: true });
    const [epoch = null, position = null] = rows[0] ?? [];
    if (epoch === null || position === null) throw new Error('the change log has no head');
    return { epoch, position: BigInt(position) };
  }

  /**
   * At most `most` events from a place on, in one snapshot. A long stretch of hidden events is looked at in parts: whoever
   * wants all there is reads on until `caughtUp`. Throws StreamEnded CURSOR_EPOCH for a place of a former epoch.
   */
  async read(change: CompiledChange, viewer: Viewer, place: FeedPlace, most: number): Promise<ChangePage> {
    const upTo = place.position + positionsPerRead;
    const asked = this.#clock.now();
    const statements = [headStatement, change.read(place.position, upTo, most)];
    const [headRows = [], rows = []] = await this.#readers.run({ ...viewer, today: legalDate(asked) }, statements, { shared: true });
    const times = { receivedAt: asked.getTime(), startedAt: asked.getTime(), executedAt: this.#clock.now().getTime() };
    const [epoch, position] = headRows[0] ?? [];
    if (epoch !== place.epoch) throw oldEpoch();
    const events = rows.map((row, i) => {
      const event = change.event(row);
      return { ...event, place: { epoch, position: event.position + 1n, number: place.number + i + 1 } };
    });
    const last = events.at(-1)?.place ?? place;
    if (events.length === most) return { events, place: last, caughtUp: false, times };
    // Everything up to here was looked at in this snapshot: the next read starts behind it.
    const behindHead = BigInt(position ?? '0') + 1n;
    const reached = upTo < behindHead ? upTo : behindHead;
    return { events, place: { ...last, position: reached }, caughtUp: upTo >= behindHead, times };
  }
}
