import type { AccessLog } from '../access/log/access-log.js';
import type { Viewer } from '../access/viewer.js';
import type { Clock } from '../measures/clock.js';
import type { ChangeReader } from './change-reader.js';
import type { CompiledChange } from './compile-change.js';
import type { FeedCursors, FeedPlace } from './cursor.js';
import type { FeedListener } from './listener.js';
import { invalidCursor, oldEpoch, tokenExpired } from './stream-ended.js';

/** What an event is to the subscriber. Created and moved-in look alike, and so do deleted and moved-out. */
export const ChangeKind = {
  OPENED: 'OPENED',
  ENTERED: 'ENTERED',
  CHANGED: 'CHANGED',
  LEFT: 'LEFT',
  HEARTBEAT: 'HEARTBEAT',
} as const;
export type ChangeKind = keyof typeof ChangeKind;

/** Events read at a time; a stream that is behind catches up page by page, never in one buffer. */
const eventsPerPage = 200;

/** A subscriber that hears nothing for this long may take the connection for dead; proxies commonly cut at 60 s. */
export const heartbeatMs = 15_000;

/** What the evidence records with every frame of a stream. */
export interface StreamEvidence {
  readonly document: string;
  readonly operation: string | null;
  readonly plan: { readonly digest: string; readonly description: string };
  readonly boundary: string;
  readonly purpose: string | null;
  readonly caseNo: string | null;
}

export interface StreamParts {
  readonly reader: ChangeReader;
  readonly accessLog: AccessLog;
  readonly cursors: FeedCursors;
  readonly listener: FeedListener;
  readonly clock: Clock;
  readonly heartbeatMs: number;
}

/**
 * The changes one viewer may see, from a cursor on, as JSON bodies `{"data":{…}}`. Frames are yielded one by one and
 * each only after its access-log record is durable; the generator reads on when the subscriber has taken the frame.
 * `signal` is aborted when the subscriber has gone; `ending`, with a StreamEnded as its reason, when the hub ends the
 * stream: it is looked at before every frame and once a second at least.
 */
export async function* changeStream(
  parts: StreamParts,
  change: CompiledChange,
  viewer: Viewer,
  after: string | null,
  evidence: StreamEvidence,
  ending: AbortSignal,
  signal: AbortSignal,
): AsyncGenerator<string> {
  const { clock, cursors } = parts;
  // A frame was asked for when its read was: statements sent, rows back, then frame after frame as they are taken.
  let times = { receivedAt: clock.now().getTime(), startedAt: clock.now().getTime(), executedAt: 0 };
  const release = async (kind: ChangeKind, place: FeedPlace, event: Parameters<CompiledChange['write']>[1]): Promise<string> => {
    const json = change.write({ kind, number: place.number, cursor: cursors.close(place, viewer, change.type) }, event, viewer);
    const body = `{"data":{${JSON.stringify(change.key)}:${json}}}`;
    await parts.accessLog.append({
      ...evidence,
      ...times,
      viewer,
      outcome: 'STREAM',
      status: 200,
      records: event === null ? 0 : 1,
      subjects: event === null || event.subject === null ? [] : [event.subject],
      body,
    });
    return body;
  };

  let place: FeedPlace;
  if (after === null) {
    const head = await parts.reader.head(viewer);
    place = { epoch: head.epoch, position: head.position + 1n, number: 0 };
  } else {
    const opened = cursors.open(after, viewer, change.type);
    if (!opened) throw invalidCursor();
    const head = await parts.reader.head(viewer);
    if (opened.epoch !== head.epoch) throw oldEpoch();
    place = opened;
  }
  times = { ...times, executedAt: clock.now().getTime() };
  yield await release('OPENED', place, null);

  let quietSince = clock.now().getTime();
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    if (clock.now().getTime() >= viewer.expiresAt) throw tokenExpired();
    ending.throwIfAborted();
    const heard = parts.listener.heard();
    const page = await parts.reader.read(change, viewer, place, eventsPerPage);
    times = page.times;
    for (const event of page.events) {
      if (stopped()) return;
      // Asked of every event, not of every read alone: a slow reader takes a page for longer than its token lasts.
      if (clock.now().getTime() >= viewer.expiresAt) throw tokenExpired();
      ending.throwIfAborted();
      yield await release(event.seenAfter ? (event.seenBefore ? 'CHANGED' : 'ENTERED') : 'LEFT', event.place, event);
      quietSince = clock.now().getTime();
    }
    place = page.place;
    if (!page.caughtUp) continue;
    const rest = quietSince + parts.heartbeatMs - clock.now().getTime();
    if (rest <= 0) {
      yield await release('HEARTBEAT', place, null);
      quietSince = clock.now().getTime();
    } else {
      await parts.listener.wait(heard, Math.min(rest, viewer.expiresAt - clock.now().getTime()), signal);
    }
  }
}
