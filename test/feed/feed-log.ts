import type { Session } from './registry-rows.js';

/** One row of hub.feed_event with the place its transaction got. */
export interface LoggedEvent {
  readonly transaction: string;
  readonly firstPosition: number;
  readonly ordinal: number;
  readonly entity: string;
  readonly id: string;
  readonly before: Record<string, unknown> | null;
  readonly after: Record<string, unknown> | null;
}

/** The log as it stands: the head and every transaction with its events, by position. */
export interface FeedLog {
  readonly head: number;
  readonly transactions: readonly { readonly firstPosition: number | null; readonly events: number | null; readonly list: readonly LoggedEvent[] }[];
}

/** Gives positions to everything that was committed, as a hub does; for databases without one. */
export async function sequenceLog(session: Session): Promise<void> {
  await session.query(`SELECT hub.feed_sequence('1:1:', 1000000)`);
}

/** Reads the whole log past every view and policy: as the owner, everything committed in its place. */
export async function readFeedLog(session: Session): Promise<FeedLog> {
  await sequenceLog(session);
  const { rows } = await session.query<{ head: string; log: FeedLog['transactions'] | null }>(`
    SELECT (SELECT position FROM hub.feed_head) AS head, (
      SELECT json_agg(json_build_object('firstPosition', t.first_position, 'events', t.events, 'list', coalesce(e.list, '[]'))
                      ORDER BY t.first_position NULLS FIRST)
      FROM hub.feed_transaction t LEFT JOIN LATERAL (
        SELECT json_agg(json_build_object('transaction', f.transaction_id::text, 'firstPosition', t.first_position,
                 'ordinal', f.ordinal, 'entity', f.entity, 'id', f.entity_id::text, 'before', f.before, 'after', f.after)
                 ORDER BY f.ordinal) AS list
        FROM hub.feed_event f WHERE f.transaction_id = t.id) e ON true) AS log`);
  return { head: Number(rows[0]?.head ?? '0'), transactions: rows[0]?.log ?? [] };
}

/**
 * Checks what must hold of any log: the ranges of the transactions tile 1 … head, each holds ordinals 0 … n-1, and every
 * event says something happened. Returns the events in their order.
 */
export function expectDense(log: FeedLog): LoggedEvent[] {
  let next = 1;
  const events: LoggedEvent[] = [];
  for (const transaction of log.transactions) {
    expect(transaction.firstPosition).toBe(next);
    expect(transaction.events).toBeGreaterThan(0);
    expect(transaction.list.map(({ ordinal }) => ordinal)).toEqual(Array.from({ length: transaction.events ?? 0 }, (_, i) => i));
    for (const event of transaction.list) expect(event.after).not.toEqual(event.before);
    events.push(...transaction.list);
    next += transaction.events ?? 0;
  }
  expect(log.head).toBe(next - 1);
  return events;
}
