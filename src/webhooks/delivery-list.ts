import type { Pool } from 'pg';
import { deliveryOf } from './delivery-store.js';
import type { Delivery, DeliveryState } from './webhook.js';

/** One event with its messages to the webhooks of an agency. */
export interface DeliveredEvent {
  readonly event: string;
  readonly position: bigint;
  /** Webhooks that took it, of those it was or will be sent to: webhooks still before it count as such. */
  readonly deliveredTo: number;
  readonly of: number;
  readonly deliveries: readonly Delivery[];
}

export interface EventsAsked {
  readonly agency: string;
  readonly webhook: string | null;
  readonly state: DeliveryState | null;
  readonly size: number;
  readonly backward: boolean;
  /** Position to go on behind (or before), exclusive. */
  readonly at: bigint | null;
}

interface Placed {
  readonly event: string;
  readonly position: string;
  readonly waiting: string;
}

/**
 * The events of the present epoch that an agency's webhooks were sent, newest first: two reads by index, of the events
 * of a page and of their messages.
 */
export async function deliveredEvents(pool: Pool, { agency, webhook, state, size, backward, at }: EventsAsked): Promise<readonly DeliveredEvent[]> {
  const direction = backward ? 'ASC' : 'DESC';
  const conditions = [
    'd.agency = $1', 'd.epoch = (SELECT epoch FROM hub.feed_head)', '($2::text IS NULL OR d.webhook = $2)',
    `($3::bigint IS NULL OR d.position ${backward ? '>' : '<'} $3)`,
    // As a literal: it is one of the four, and the rare ones have an index of their own.
    ...(state === null ? [] : [`d.state = '${state}'`, ...(state === 'DELIVERED' ? [] : [`d.state <> 'DELIVERED'`])]),
  ];
  const { rows: placed } = await pool.query<Placed>(
    `SELECT p.event, p.position,
            (SELECT count(*) FROM hub.webhook w WHERE w.agency = $1 AND w.state <> 'PENDING' AND w.epoch = (SELECT epoch FROM hub.feed_head) AND w.position <= p.position
               AND NOT EXISTS (SELECT FROM hub.webhook_delivery o WHERE o.webhook = w.id AND o.event = p.event)) AS waiting
     FROM (SELECT DISTINCT d.position, d.event FROM hub.webhook_delivery d WHERE ${conditions.join(' AND ')} ORDER BY d.position ${direction}, d.event LIMIT $4) p
     ORDER BY p.position ${direction}, p.event`,
    [agency, webhook, at === null ? null : String(at), size],
  );
  if (placed.length === 0) return [];
  const { rows } = await pool.query('SELECT * FROM hub.webhook_delivery WHERE agency = $1 AND event = ANY ($2) ORDER BY first_at, webhook', [
    agency, placed.map(({ event }) => event),
  ]);
  const deliveries = rows.map(deliveryOf);
  return placed.map(({ event, position, waiting }) => {
    const own = deliveries.filter((one) => one.event === event);
    return { event, position: BigInt(position), deliveries: own, deliveredTo: own.filter((one) => one.state === 'DELIVERED').length, of: own.length + Number(waiting) };
  });
}

/** How many dead letters each webhook of an agency has. */
export async function deadLetters(pool: Pool, agency: string): Promise<ReadonlyMap<string, number>> {
  const { rows } = await pool.query<{ webhook: string; count: string }>(
    `SELECT webhook, count(*) AS count FROM hub.webhook_delivery WHERE agency = $1 AND state = 'DEAD' GROUP BY webhook`,
    [agency],
  );
  return new Map(rows.map(({ webhook, count }) => [webhook, Number(count)]));
}
