import type { Viewer } from '../access/viewer.js';
import { legalDate, type Clock } from '../measures/clock.js';
import type { Row } from '../database/envelope.js';
import type { Readers } from '../planner/readers.js';
import { headStatement, type CompiledChange, type VisibleEvent } from './compile-change.js';
import type { FeedPlace } from './cursor.js';
import type { Sequencer } from './sequencer.js';
import { oldEpoch, tooOld } from './stream-ended.js';

/** Positions looked at per read, so that a long stretch of hidden events costs many short reads, not one long one. */
const positionsPerRead = 1_000n;

/** How far the log reaches, in which epoch. */
export interface FeedHead {
  readonly epoch: string;
  /** The newest position. */
  readonly position: bigint;
  /** The last position whose event is gone; 0 where all are there. */
  readonly lowWater: bigint;
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
  readonly #sequencer: Pick<Sequencer, 'settle'>;
  readonly #clock: Clock;

  constructor({ readers, sequencer, clock }: { readonly readers: Readers; readonly sequencer: Pick<Sequencer, 'settle'>; readonly clock: Clock }) {
    this.#readers = readers;
    this.#sequencer = sequencer;
    this.#clock = clock;
  }

  /** The head of the log. What begins behind it brings all that is committed later, and nothing that was committed before it was asked for. */
  async head(viewer: Viewer): Promise<FeedHead> {
    await this.#sequencer.settle();
    const [rows = []] = await this.#readers.run(viewer, [headStatement], { shared: true });
    return headOf(rows[0]);
  }

  /**
   * At most `most` events from a place on, in one snapshot. A long stretch of hidden events is looked at in parts: whoever
   * wants all there is reads on until `caughtUp`. Throws StreamEnded CURSOR_EPOCH for a place of a former epoch and
   * CURSOR_TOO_OLD for one that the log no longer reaches back to.
   */
  async read(change: CompiledChange, viewer: Viewer, place: FeedPlace, most: number): Promise<ChangePage> {
    const upTo = place.position + positionsPerRead;
    const asked = this.#clock.now();
    const statements = [headStatement, change.read(place.position, upTo, most)];
    const [headRows = [], rows = []] = await this.#readers.run({ ...viewer, today: legalDate(asked) }, statements, { shared: true });
    const times = { receivedAt: asked.getTime(), startedAt: asked.getTime(), executedAt: this.#clock.now().getTime() };
    const head = headOf(headRows[0]);
    assertWithin(head, place);
    const { epoch, position } = head;
    const events = rows.map((row, i) => {
      const event = change.event(row);
      return { ...event, place: { epoch, position: event.position + 1n, number: place.number + i + 1 } };
    });
    const last = events.at(-1)?.place ?? place;
    if (events.length === most) return { events, place: last, caughtUp: false, times };
    // Everything up to here was looked at in this snapshot: the next read starts behind it.
    const behindHead = position + 1n;
    const reached = upTo < behindHead ? upTo : behindHead;
    return { events, place: { ...last, position: reached }, caughtUp: upTo >= behindHead, times };
  }
}

function headOf(row: Row | undefined): FeedHead {
  const [epoch = null, position = null, lowWater = null] = row ?? [];
  if (epoch === null || position === null || lowWater === null) throw new Error('the change log has no head');
  return { epoch, position: BigInt(position), lowWater: BigInt(lowWater) };
}

/** Whether the log goes on from a place without a gap. Throws StreamEnded CURSOR_EPOCH or CURSOR_TOO_OLD. */
export function assertWithin(head: FeedHead, place: FeedPlace): void {
  if (head.epoch !== place.epoch) throw oldEpoch();
  if (place.position <= head.lowWater) throw tooOld();
}
