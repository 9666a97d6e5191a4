import { LRUCache } from 'lru-cache';
import type { Pool, PoolClient } from 'pg';
import type { Viewer } from '../access/viewer.js';
import { faultOf, type Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import { Turns } from '../turns.js';
import type { FeedPlace } from './cursor.js';

export type Transport = 'SSE' | 'WEBSOCKET' | 'WEBHOOK' | 'PULL';

/** By which way, and under which name, an agency follows the changes of a record type. */
export interface Channel {
  /** Type of the record, for example Permit. */
  readonly recordType: string;
  readonly transport: Transport;
  /** What tells the agency's consumers apart: the account of a stream or of a pull, the registration of a webhook. */
  readonly name: string;
}

/** An event as receipts look at it: where it stands in the log, and whether the receiver sees the record after it. */
export interface HandedOut {
  readonly position: bigint;
  readonly seenAfter: boolean;
}

/**
 * Somebody who must know exactly which events an agency was given, for example the duty to deliver within three days.
 * What it writes is durable when its promise is fulfilled.
 */
export interface DeliverySink {
  /** Whether anything handed to this agency can matter; the others cost nothing. */
  concerns(agency: string, recordType: string): boolean;
  handedOut(agency: string, recordType: string, positions: readonly bigint[], at: Date): Promise<void>;
  /** What the agency was given before `place` is acknowledged, in the transaction of the receipt. Returns how many were new. */
  acknowledged(client: Pick<PoolClient, 'query'>, agency: string, recordType: string, place: FeedPlace, at: Date): Promise<number>;
}

/** What became of an acknowledgement. */
export interface Receipt {
  readonly recordType: string;
  readonly acknowledgedAt: Date;
  /** Delivery number up to which the agency has acknowledged, by this cursor or a later one. */
  readonly number: number;
  /** Duties that this acknowledgement settled. */
  readonly duties: number;
}

export interface ReceiptParts {
  readonly pool: Pool;
  readonly clock: Clock;
  readonly log: Log;
  readonly sinks: readonly DeliverySink[];
  readonly flushMs?: number;
}

/** Lag is shown in seconds: places are written down once a second, for all consumers in one statement. */
const defaultFlushMs = 1_000;

/** Consumers remembered by name, some 200 bytes each; one that was forgotten is made anew and comes to the same row. */
const keptConsumers = 10_000;

interface Progress {
  readonly place: FeedPlace;
  readonly reachedAt: Date;
  readonly delivered: { readonly position: bigint; readonly at: Date } | null;
  /** Events handed out since they were written down last. */
  readonly events: number;
}

/** How far one consumer has come. Held by a transport for as long as it serves the consumer. */
export class Consumer {
  #progress: Progress | null = null;

  constructor(
    readonly viewer: Pick<Viewer, 'agency' | 'principal'>,
    readonly channel: Channel,
    private readonly parts: Pick<ReceiptParts, 'clock' | 'sinks'>,
    private readonly changed: (consumer: Consumer) => void,
  ) {}

  /**
   * Events are handed out; `place` lies behind them. Called when the evidence entry of the frame, page or delivery is
   * made: the promise is fulfilled when what must be exact is durable, and nothing may leave before (like the entry
   * itself). For agencies to which no duty of delivery is owed it is fulfilled at once.
   */
  async delivered(events: readonly HandedOut[], place: FeedPlace): Promise<void> {
    await tellSinks(this.parts, this.viewer.agency, this.channel.recordType, events);
    this.took(events.map(({ position }) => position), place);
  }

  /** The same for frames that many streams share, of which `Receipts.handedOut` was told once; `streams` of them are this consumer's. */
  took(positions: readonly bigint[], place: FeedPlace, streams = 1): void {
    const at = this.parts.clock.now();
    const position = positions.at(-1);
    this.#note(place, at, position === undefined ? null : { position, at }, positions.length * streams);
  }

  /** The log was looked at up to `place` for it, whether or not anything was visible: it does not lag behind. */
  reached(place: FeedPlace): void {
    this.#note(place, this.parts.clock.now(), null, 0);
  }

  /** What is new since the last call, or null. */
  take(): Progress | null {
    const progress = this.#progress;
    this.#progress = null;
    return progress;
  }

  /** Puts back what could not be written down. */
  putBack(taken: Progress): void {
    const newer = this.#progress;
    this.#progress = newer ? { ...newer, delivered: newer.delivered ?? taken.delivered, events: newer.events + taken.events } : taken;
    this.changed(this);
  }

  #note(place: FeedPlace, reachedAt: Date, delivered: Progress['delivered'], events: number): void {
    const before = this.#progress;
    this.#progress = { place, reachedAt, delivered: delivered ?? before?.delivered ?? null, events: (before?.events ?? 0) + events };
    this.changed(this);
  }
}

/**
 * What was handed out to whom, and what the receivers acknowledged. Every transport of the log reports here; how a
 * transport works is nothing to it. Exact deliveries go to the sinks; places and lags are written down once a second
 * and may lack a second after a kill.
 */
export class Receipts {
  readonly #parts: ReceiptParts;
  readonly #consumers = new LRUCache<string, Consumer>({ max: keptConsumers });
  readonly #dirty = new Set<Consumer>();
  readonly #turns: Turns;

  constructor(parts: ReceiptParts) {
    this.#parts = parts;
    const flushMs = parts.flushMs ?? defaultFlushMs;
    this.#turns = new Turns(() => this.#tryFlush(), flushMs);
    this.#turns.start(flushMs); // nothing is written before somebody was given something
  }

  /** A consumer to report of: streams of one account by one transport share it, as they share its row. */
  consumer({ agency, principal }: Pick<Viewer, 'agency' | 'principal'>, channel: Channel): Consumer {
    const key = JSON.stringify([agency, principal, channel.recordType, channel.transport, channel.name]);
    const known = this.#consumers.get(key);
    if (known) return known;
    const consumer = new Consumer({ agency, principal }, channel, this.#parts, (changed) => this.#dirty.add(changed));
    this.#consumers.set(key, consumer);
    return consumer;
  }

  /**
   * A frame that an agency's consumers share is about to leave; told once, however many there are. The promise is
   * fulfilled when what must be exact is durable.
   */
  async handedOut({ agency }: Pick<Viewer, 'agency'>, recordType: string, events: readonly HandedOut[]): Promise<void> {
    await tellSinks(this.#parts, agency, recordType, events);
  }

  /**
   * The agency states that it has everything before `place` (an opened cursor of its own). An older cursor than the last
   * changes nothing. Durable when fulfilled. Null for a place of another epoch: its positions may not have been given yet.
   */
  async acknowledged(viewer: Pick<Viewer, 'agency' | 'principal' | 'account'>, recordType: string, place: FeedPlace): Promise<Receipt | null> {
    const { pool, clock, sinks } = this.#parts;
    const at = clock.now();
    const client = await pool.connect();
    try {
      await client.query('BEGIN');
      const { rows } = await client.query<{ number: string; acknowledged_at: Date }>(acknowledgeSql, [
        viewer.agency, viewer.principal, recordType, place.epoch, String(place.position), place.number, viewer.account, at,
      ]);
      if (rows.length === 0) {
        await client.query('ROLLBACK');
        return null;
      }
      let duties = 0;
      for (const sink of sinks) {
        if (sink.concerns(viewer.agency, recordType)) duties += await sink.acknowledged(client, viewer.agency, recordType, place, at);
      }
      await client.query('COMMIT');
      return { recordType, acknowledgedAt: rows[0]?.acknowledged_at ?? at, number: Number(rows[0]?.number ?? place.number), duties };
    } catch (error) {
      await client.query('ROLLBACK').catch(() => undefined);
      throw error;
    } finally {
      client.release();
    }
  }

  /** Writes down how far everybody has come. */
  async flush(): Promise<void> {
    const taken = [...this.#dirty].flatMap((consumer) => {
      const progress = consumer.take();
      return progress ? [{ consumer, progress }] : [];
    });
    this.#dirty.clear();
    if (taken.length === 0) return;
    try {
      await this.#parts.pool.query(progressSql, [JSON.stringify(taken.map(({ consumer, progress }) => rowOf(consumer, progress)))]);
    } catch (error) {
      for (const { consumer, progress } of taken) consumer.putBack(progress);
      throw error;
    }
  }

  /** Writes down the rest. */
  async close(): Promise<void> {
    await this.#turns.close();
    await this.#tryFlush();
  }

  async #tryFlush(): Promise<void> {
    await this.flush().catch((error: unknown) => {
      this.#parts.log.warn('feed-progress-unwritten', '订阅进度暂未写入 · How far consumers have come could not be written down yet', { fault: faultOf(error) });
    });
  }
}

/** An event that the record left the scope says nothing of the record: it delivers nothing. */
async function tellSinks({ sinks, clock }: Pick<ReceiptParts, 'sinks' | 'clock'>, agency: string, recordType: string, events: readonly HandedOut[]): Promise<void> {
  const concerned = sinks.filter((sink) => sink.concerns(agency, recordType));
  if (concerned.length === 0) return;
  const positions = events.filter(({ seenAfter }) => seenAfter).map(({ position }) => position);
  if (positions.length === 0) return;
  const at = clock.now();
  await Promise.all(concerned.map((sink) => sink.handedOut(agency, recordType, positions, at)));
}

function rowOf({ viewer, channel }: Consumer, { place, reachedAt, delivered, events }: Progress): Readonly<Record<string, unknown>> {
  return {
    agency: viewer.agency,
    principal: viewer.principal,
    record_type: channel.recordType,
    transport: channel.transport,
    name: channel.name,
    epoch: place.epoch,
    reached_position: String(place.position),
    reached_at: reachedAt,
    delivered_position: delivered && String(delivered.position),
    delivered_at: delivered?.at ?? null,
    delivered_events: events,
  };
}

// Streams of one consumer are one row: what was reported last counts. In the order of the key, so that hubs do not wait
// for each other in a circle.
const progressSql = `
  INSERT INTO hub.feed_consumer AS c (agency, principal, record_type, transport, name, first_seen_at, epoch, reached_position, reached_at,
                                      delivered_position, delivered_at, delivered_events)
  SELECT agency, principal, record_type, transport, name, min(reached_at), (array_agg(epoch ORDER BY reached_at DESC))[1],
         (array_agg(reached_position ORDER BY reached_at DESC))[1], max(reached_at), max(delivered_position), max(delivered_at), sum(delivered_events)
    FROM jsonb_to_recordset($1::jsonb)
      AS r(agency text, principal text, record_type text, transport text, name text, epoch uuid, reached_position bigint, reached_at timestamptz,
           delivered_position bigint, delivered_at timestamptz, delivered_events bigint)
   GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, 3, 4, 5
  ON CONFLICT (agency, principal, record_type, transport, name) DO UPDATE
     SET epoch = excluded.epoch, reached_position = excluded.reached_position, reached_at = excluded.reached_at,
         delivered_position = CASE WHEN c.epoch = excluded.epoch THEN greatest(c.delivered_position, excluded.delivered_position)
                                   ELSE excluded.delivered_position END,
         delivered_at = CASE WHEN c.epoch = excluded.epoch THEN greatest(c.delivered_at, excluded.delivered_at) ELSE excluded.delivered_at END,
         delivered_events = c.delivered_events + excluded.delivered_events`;

const acknowledgeSql = `
  INSERT INTO hub.feed_acknowledgement AS a (agency, principal, record_type, epoch, position, number, account, acknowledged_at)
  SELECT $1, $2, $3, $4, $5, $6, $7, $8 FROM hub.feed_head h WHERE h.epoch = $4
  ON CONFLICT (agency, principal, record_type) DO UPDATE
     SET (epoch, position, number, account, acknowledged_at) =
         (SELECT e.* FROM (VALUES (excluded.epoch, excluded.position, excluded.number, excluded.account, excluded.acknowledged_at)) e
           WHERE a.epoch <> excluded.epoch OR a.position < excluded.position
           UNION ALL
          SELECT a.epoch, a.position, a.number, a.account, a.acknowledged_at
           WHERE a.epoch = excluded.epoch AND a.position >= excluded.position)
  RETURNING number, acknowledged_at`;
