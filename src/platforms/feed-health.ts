import type { Pool } from 'pg';
import { z } from 'zod';
import { platforms, type Platform } from './platforms.js';

/** Streams and webhooks report at every look at the log, at least at every heartbeat (15 s): four missed are no accident. */
export const silentAfterMs = 60_000;

/** Who pulls comes when it likes; a day without a pull would break a duty of three. */
export const silentPullMs = 24 * 60 * 60 * 1000;

/** Events reach subscribers within a second; a minute behind is a consumer that does not keep up, not the network. */
export const laggingAfterMs = 60_000;

export const connectionStates = ['NOT_ENTITLED', 'NEVER_SEEN', 'CURRENT', 'LAGGING', 'SILENT'] as const;
export type ConnectionState = (typeof connectionStates)[number];

/** The consumers of one agency for one record type by one transport, taken together. */
export interface Following {
  readonly agency: string;
  readonly recordType: string;
  readonly transport: string;
  /** Consumers by name (accounts, webhooks), and how many of them were seen lately. */
  readonly consumers: number;
  readonly connected: number;
  readonly state: ConnectionState;
  readonly lastSeenAt: Date;
  /** How long the oldest change waits that the most advanced consumer has not looked at; null after a restore of the log. */
  readonly lagSeconds: number | null;
  readonly delivered: number;
  readonly lastDeliveredAt: Date | null;
  readonly acknowledgedAt: Date | null;
}

export interface PlatformHealth {
  readonly platform: Platform;
  /** Record types whose changes the boundary lets it follow today. */
  readonly recordTypes: readonly string[];
  readonly state: ConnectionState;
  readonly following: readonly Following[];
}

export interface FeedHealth {
  readonly at: Date;
  readonly lastChangeAt: Date | null;
  readonly platforms: readonly PlatformHealth[];
  /** All other agencies that follow the log. */
  readonly others: readonly Following[];
}

const followingRow = z.object({
  agency: z.string(),
  record_type: z.string(),
  transport: z.string(),
  consumers: z.number(),
  connected: z.number(),
  last_seen_at: z.date(),
  waiting_since: z.date().nullable(),
  same_epoch: z.boolean(),
  delivered: z.coerce.number(),
  last_delivered_at: z.date().nullable(),
  acknowledged_at: z.date().nullable(),
});

/** How the feed's consumers stand. `follows` answers which record types an agency of a kind may follow. */
export async function feedHealth(
  pool: Pick<Pool, 'query'>,
  now: Date,
  follows: (agency: Platform['agency']) => readonly string[],
): Promise<FeedHealth> {
  const [{ rows }, head] = await Promise.all([
    pool.query(followingSql, [now, silentAfterMs / 1000, silentPullMs / 1000]),
    pool.query<{ at: Date | null }>(`SELECT greatest(
      (SELECT committed_at FROM hub.feed_transaction WHERE first_position IS NOT NULL ORDER BY first_position DESC LIMIT 1),
      (SELECT max(committed_at) FROM hub.feed_transaction WHERE first_position IS NULL)) AS at`),
  ]);
  const following = rows.map((row) => followingOf(followingRow.parse(row), now));
  const codes = new Set(platforms.map(({ agency }) => agency.code));
  return {
    at: now,
    lastChangeAt: head.rows[0]?.at ?? null,
    platforms: platforms.map((platform) => {
      const own = following.filter(({ agency }) => agency === platform.agency.code);
      const recordTypes = follows(platform.agency);
      return { platform, recordTypes, state: stateOf(recordTypes, own), following: own };
    }),
    others: following.filter(({ agency }) => !codes.has(agency)),
  };
}

/** A platform is as well as its best transport. */
function stateOf(recordTypes: readonly string[], following: readonly Following[]): ConnectionState {
  if (recordTypes.length === 0) return 'NOT_ENTITLED';
  return (['CURRENT', 'LAGGING', 'SILENT'] as const).find((state) => following.some((one) => one.state === state)) ?? 'NEVER_SEEN';
}

function followingOf(row: z.output<typeof followingRow>, now: Date): Following {
  const waited = row.waiting_since === null ? 0 : Math.max(0, now.getTime() - row.waiting_since.getTime());
  return {
    agency: row.agency,
    recordType: row.record_type,
    transport: row.transport,
    consumers: row.consumers,
    connected: row.connected,
    state: row.connected === 0 ? 'SILENT' : !row.same_epoch || waited > laggingAfterMs ? 'LAGGING' : 'CURRENT',
    lastSeenAt: row.last_seen_at,
    lagSeconds: row.same_epoch ? Math.floor(waited / 1000) : null,
    delivered: row.delivered,
    lastDeliveredAt: row.last_delivered_at,
    acknowledgedAt: row.acknowledged_at,
  };
}

// The most advanced consumer of each group, and the first transaction of the log that it has not looked at in full; one
// without a position waits behind all others.
const followingSql = `
  WITH consumer AS (
    SELECT c.*, c.epoch = h.epoch AS same_epoch,
           c.reached_at > $1::timestamptz - make_interval(secs => CASE c.transport WHEN 'PULL' THEN $3::int ELSE $2::int END) AS connected
      FROM hub.feed_consumer c CROSS JOIN hub.feed_head h),
  grouped AS (
    SELECT agency, principal, record_type, transport, count(*)::int AS consumers, count(*) FILTER (WHERE connected)::int AS connected,
           max(reached_at) AS last_seen_at, bool_or(same_epoch) AS same_epoch, max(reached_position) FILTER (WHERE same_epoch) AS reached,
           sum(delivered_events) AS delivered, max(delivered_at) AS last_delivered_at
      FROM consumer GROUP BY 1, 2, 3, 4)
  SELECT g.agency, g.record_type, g.transport, g.consumers, g.connected, g.last_seen_at, g.same_epoch, g.delivered, g.last_delivered_at,
         a.acknowledged_at, coalesce(w.committed_at, p.committed_at) AS waiting_since
    FROM grouped g
    CROSS JOIN (SELECT min(t.committed_at) AS committed_at FROM hub.feed_transaction t WHERE t.first_position IS NULL) p
    LEFT JOIN hub.feed_acknowledgement a USING (agency, principal, record_type)
    LEFT JOIN LATERAL (
      SELECT t.committed_at FROM hub.feed_transaction t
       WHERE t.first_position >= coalesce((SELECT max(s.first_position) FROM hub.feed_transaction s WHERE s.first_position <= g.reached), 0)
         AND t.first_position + t.events > g.reached
       ORDER BY t.first_position LIMIT 1) w ON true
   ORDER BY g.agency, g.record_type, g.transport, g.principal`;
