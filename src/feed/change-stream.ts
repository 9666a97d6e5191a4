import type { AccessLog } from '../access/log/access-log.js';
import type { Viewer } from '../access/viewer.js';
import { legalDate, type Clock } from '../measures/clock.js';
import type { Readers } from '../planner/readers.js';
import { headStatement, type CompiledChange } from './compile-change.js';
import type { FeedCursors, FeedPlace } from './cursor.js';
import type { FeedListener } from './listener.js';

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

/** Positions looked at per read, so that a long stretch of hidden events costs many short reads, not one long one. */
const positionsPerRead = 1_000n;

/** A subscriber that hears nothing for this long may take the connection for dead; proxies commonly cut at 60 s. */
export const heartbeatMs = 15_000;

/** A stream ended by the hub, with the reason the subscriber is told. */
export class StreamEnded extends Error {
  constructor(
    readonly code: 'CURSOR_INVALID' | 'CURSOR_EPOCH' | 'TOKEN_EXPIRED' | 'TOKEN_REFUSED' | 'HUB_STOPPING' | 'BOUNDARY_OUTDATED',
    message: string,
    readonly nextStep: string,
  ) {
    super(message);
  }
}

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
  readonly readers: Readers;
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
    const json = change.write({ kind, number: place.number, cursor: cursors.close(place, viewer) }, event, viewer);
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

  const head = await readHead(parts.readers, viewer);
  times = { ...times, executedAt: clock.now().getTime() };
  let place: FeedPlace;
  if (after === null) place = { epoch: head.epoch, position: head.position + 1n, number: 0 };
  else {
    const opened = cursors.open(after, viewer);
    if (!opened) throw invalidCursor();
    if (opened.epoch !== head.epoch) throw oldEpoch();
    place = opened;
  }
  yield await release('OPENED', place, null);

  let quietSince = clock.now().getTime();
  const stopped = (): boolean => signal.aborted;
  while (!stopped()) {
    if (clock.now().getTime() >= viewer.expiresAt) throw expired();
    ending.throwIfAborted();
    const heard = parts.listener.heard();
    const upTo: bigint = place.position + positionsPerRead;
    const asked = clock.now();
    const [headRows = [], rows = []] = await parts.readers.run({ ...viewer, today: legalDate(asked) }, [headStatement, change.read(place.position, upTo, eventsPerPage)], { shared: true });
    times = { receivedAt: asked.getTime(), startedAt: asked.getTime(), executedAt: clock.now().getTime() };
    if (headRows[0]?.[0] !== place.epoch) throw oldEpoch();
    for (const row of rows) {
      if (stopped()) return;
      // Asked of every event, not of every read alone: a slow reader takes a page for longer than its token lasts.
      if (clock.now().getTime() >= viewer.expiresAt) throw expired();
      ending.throwIfAborted();
      const event = change.event(row);
      place = { ...place, position: event.position + 1n, number: place.number + 1 };
      yield await release(event.seenAfter ? (event.seenBefore ? 'CHANGED' : 'ENTERED') : 'LEFT', place, event);
      quietSince = clock.now().getTime();
    }
    if (rows.length === eventsPerPage) continue;
    // Everything up to here was looked at in this snapshot: the next read starts behind it.
    const behindHead = BigInt(headRows[0][1] ?? '0') + 1n;
    place = { ...place, position: upTo < behindHead ? upTo : behindHead };
    if (upTo < behindHead) continue;
    const rest = quietSince + parts.heartbeatMs - clock.now().getTime();
    if (rest <= 0) {
      yield await release('HEARTBEAT', place, null);
      quietSince = clock.now().getTime();
    } else {
      await parts.listener.wait(heard, Math.min(rest, viewer.expiresAt - clock.now().getTime()), signal);
    }
  }
}

/** The newest position of the change log in a viewer's eyes. A stream that begins behind it brings all that is committed later. */
export async function readHead(readers: Readers, viewer: Viewer): Promise<{ epoch: string; position: bigint }> {
  const [rows = []] = await readers.run(viewer, [headStatement], { shared: true });
  const [epoch = null, position = null] = rows[0] ?? [];
  if (epoch === null || position === null) throw new Error('the change log has no head');
  return { epoch, position: BigInt(position) };
}

function invalidCursor(): StreamEnded {
  return new StreamEnded(
    'CURSOR_INVALID',
    '游标无效、不属于本订阅者，或数据边界已更新 · The cursor is not valid for this subscriber and boundary.',
    '不带游标重新订阅，并重新读取全部许可 · Subscribe without a cursor and read the permits again.',
  );
}

function oldEpoch(): StreamEnded {
  return new StreamEnded(
    'CURSOR_EPOCH',
    '变更日志已重建 · The change log has started a new epoch (restore or failover).',
    '不带游标重新订阅，并重新读取全部许可 · Subscribe without a cursor and read the permits again.',
  );
}

/** The hub stops: the stream goes on with the next hub, behind its last cursor. */
export function hubStopping(): StreamEnded {
  return new StreamEnded(
    'HUB_STOPPING',
    '枢纽正在停止，订阅结束 · The hub is stopping; the stream ends.',
    '以最后的游标续订，不丢不重 · Subscribe again with the last cursor; nothing is lost or repeated.',
  );
}

/** The boundary changed at midnight; its cursors end with it. */
export function boundaryOutdated(): StreamEnded {
  return new StreamEnded(
    'BOUNDARY_OUTDATED',
    '数据边界自今日零时起已变更，订阅结束 · The boundary has changed at midnight; the stream ends.',
    '不带游标重新订阅，并重新读取全部许可 · Subscribe without a cursor and read the permits again.',
  );
}

/** The token no longer counts, for example because its key was withdrawn. */
export function tokenWithdrawn(): StreamEnded {
  return new StreamEnded(
    'TOKEN_REFUSED',
    '令牌不再有效，订阅结束 · The token no longer counts; the stream ends.',
    '换取新令牌，以最后的游标续订 · Get a new token and subscribe again with the last cursor.',
  );
}

function expired(): StreamEnded {
  return new StreamEnded(
    'TOKEN_EXPIRED',
    '令牌已过期，订阅结束 · The token has expired; the stream ends.',
    '换取新令牌，以最后的游标续订 · Get a new token and subscribe again with the last cursor.',
  );
}
