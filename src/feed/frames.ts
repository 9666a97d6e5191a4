import type { PlacedEvent } from './change-reader.js';
import type { FeedCursors, FeedPlace } from './cursor.js';
import type { Subscription } from './subscription.js';

/** What an event is to the subscriber. Created and moved-in look alike, and so do deleted and moved-out. */
export const ChangeKind = {
  OPENED: 'OPENED',
  ENTERED: 'ENTERED',
  CHANGED: 'CHANGED',
  LEFT: 'LEFT',
  HEARTBEAT: 'HEARTBEAT',
} as const;
export type ChangeKind = keyof typeof ChangeKind;

/** The kind of an event of the log. */
export function kindOf({ seenBefore, seenAfter }: Pick<PlacedEvent, 'seenBefore' | 'seenAfter'>): ChangeKind {
  return seenAfter ? (seenBefore ? 'CHANGED' : 'ENTERED') : 'LEFT';
}

/** The body of a frame: `{"data":{…}}`. */
export function frameBody(cursors: FeedCursors, { change, viewer }: Subscription, kind: ChangeKind, place: FeedPlace, event: PlacedEvent | null): string {
  const json = change.write({ kind, number: place.number, cursor: cursors.close(place, viewer, change.type) }, event, viewer);
  return `{"data":{${JSON.stringify(change.key)}:${json}}}`;
}

/** A frame that is about to leave. */
export interface PreparedFrame {
  readonly event: PlacedEvent;
  readonly body: string;
}

/**
 * Frames of a page by portions that become durable together: one commit of the evidence serves all of them, and what is
 * held in memory before the first one leaves is bounded by `bytes` and one frame.
 */
export function* portionsOf(cursors: FeedCursors, subscription: Subscription, events: readonly PlacedEvent[], bytes: number): Generator<readonly PreparedFrame[]> {
  let portion: PreparedFrame[] = [];
  let size = 0;
  for (const event of events) {
    const body = frameBody(cursors, subscription, kindOf(event), event.place, event);
    portion.push({ event, body });
    size += body.length;
    if (size < bytes) continue;
    yield portion;
    [portion, size] = [[], 0];
  }
  if (portion.length > 0) yield portion;
}
