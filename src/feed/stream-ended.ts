/** Why the hub ends a stream, or does not go on from a cursor. */
export type StreamEndCode = 'CURSOR_INVALID' | 'CURSOR_EPOCH' | 'CURSOR_TOO_OLD' | 'TOKEN_EXPIRED' | 'TOKEN_REFUSED' | 'HUB_STOPPING' | 'BOUNDARY_OUTDATED' | 'SLOW_READER';

/** A stream ended by the hub, with the reason the subscriber is told. */
export class StreamEnded extends Error {
  constructor(
    readonly code: StreamEndCode,
    message: string,
    readonly nextStep: string,
  ) {
    super(message);
  }
}

export function invalidCursor(): StreamEnded {
  return new StreamEnded(
    'CURSOR_INVALID',
    '游标无效、不属于本订阅者，或数据边界已更新 · The cursor is not valid for this subscriber and boundary.',
    '不带游标重新订阅，并重新读取全部记录 · Subscribe without a cursor and read the records again.',
  );
}

export function oldEpoch(): StreamEnded {
  return new StreamEnded(
    'CURSOR_EPOCH',
    '变更日志已重建 · The change log has started a new epoch (restore or failover).',
    fromSnapshot,
  );
}

/** The events behind the cursor are gone with their months. */
export function tooOld(): StreamEnded {
  return new StreamEnded('CURSOR_TOO_OLD', '游标早于变更日志的保存期限 · The cursor is older than what the change log keeps.', fromSnapshot);
}

/** Where whoever cannot go on starts again: an export says with its rows from where to go on. */
const fromSnapshot =
  '以 Mutation.requestExport 取得全量快照，再以其 position 续订 · Take a snapshot with Mutation.requestExport and go on from its position.';

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
    '不带游标重新订阅，并重新读取全部记录 · Subscribe without a cursor and read the records again.',
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

export function tokenExpired(): StreamEnded {
  return new StreamEnded(
    'TOKEN_EXPIRED',
    '令牌已过期，订阅结束 · The token has expired; the stream ends.',
    '换取新令牌，以最后的游标续订 · Get a new token and subscribe again with the last cursor.',
  );
}

/** The other side takes frames more slowly than they come, for too long. */
export function slowReader(): StreamEnded {
  return new StreamEnded(
    'SLOW_READER',
    '接收过慢，订阅结束 · The stream is read too slowly and ends.',
    '以最后收到的游标续订，不丢不重 · Subscribe again with the cursor received last; nothing is lost or repeated.',
  );
}

/** Everything that ends streams and is no decision of the hub: it says no more than that. */
const streamBroken = {
  message: '推送中断 · The stream broke off.',
  extensions: { code: 'STREAM_BROKEN', nextStep: '以最后的游标续订 · Subscribe again with the last cursor.' },
};

/** The body of the last frame of a stream: why it ended. */
export function endBody(reason: unknown): string {
  const error = reason instanceof StreamEnded ? { message: reason.message, extensions: { code: reason.code, nextStep: reason.nextStep } } : streamBroken;
  return JSON.stringify({ errors: [error] });
}
