import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { AccessLog } from '../access/log/access-log.js';
import type { Viewer } from '../access/viewer.js';
import type { StreamQuota } from '../limits/stream-quota.js';
import type { Clock } from '../measures/clock.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import { recordRefusal } from './refused-subscription.js';
import type { FrameForm, Subscriber } from './stream-frame.js';
import type { Streams } from './streams.js';
import { openSubscription, tooManyStreams, type Refusal, type Subscription, type SubscriptionParts } from './subscription.js';

/** What the SSE transport is built from. */
export interface SseParts extends SubscriptionParts {
  readonly streams: Pick<Streams, 'run'>;
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly clock: Clock;
  readonly quota: Pick<StreamQuota, 'take'>;
}

/** A connection whose stream has ended is given this long to take the last frame. */
const lastFrameMs = 5_000;

/**
 * Subscriptions over server-sent events, by the GraphQL-SSE protocol with distinct connections: one request, one stream
 * of `next` events, then `complete`. Our own writer, because the protocol's library takes frames into an unbounded queue:
 * here a connection that does not take its frames is served at its own pace, then cut.
 *
 * A subscription is decided before it opens: a denied one answers 403 and never becomes a stream.
 */
export function sseTransport(parts: SseParts) {
  return async (response: ServerResponse, viewer: Viewer, call: GraphQLRequest, ending: AbortSignal): Promise<void> => {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    if (response.destroyed) return; // gone while the token was verified: there is no close to come
    const release = parts.quota.take(viewer.agency, 'subscriptions');
    if (!release) return refuse(parts, viewer, response, tooManyStreams);
    const subscriber = new SseSubscriber(response, gone.signal);
    try {
      const opened = await openSubscription(parts, viewer, call);
      if ('status' in opened) {
        await refuse(parts, viewer, response, opened);
        return;
      }
      if (!(await runsToItsEnd(parts, opened, subscriber, ending))) return void response.destroy();
    } finally {
      release();
    }
    if (gone.signal.aborted) return;
    subscriber.open();
    response.end('event: complete\ndata:\n\n');
    const patience = setTimeout(() => response.destroy(), lastFrameMs).unref();
    response.once('close', () => clearTimeout(patience));
  };
}

/** Whether a stream came to an end that could be told; where not even its evidence could be kept, nothing may leave. */
function runsToItsEnd({ streams }: SseParts, subscription: Subscription, subscriber: Subscriber, ending: AbortSignal): Promise<boolean> {
  return streams.run(subscription, subscriber, ending).then(() => true, () => false);
}

/** One event. JSON has no line breaks, so one data line is enough. */
const nextEvent: FrameForm = (body) => Buffer.from(`event: next\ndata: ${body}\n\n`);

class SseSubscriber implements Subscriber {
  readonly transport = 'SSE';
  readonly #response: ServerResponse;

  constructor(
    response: ServerResponse,
    readonly gone: AbortSignal,
  ) {
    this.#response = response;
  }

  get waiting(): number {
    return this.#response.writableLength;
  }

  /** The head leaves with the first frame. */
  open(): void {
    if (this.#response.headersSent) return;
    this.#response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // a proxy that buffers would hold events back
    });
  }

  send(frames: Parameters<Subscriber['send']>[0]): void {
    if (this.gone.aborted) return;
    this.open();
    for (const frame of frames) this.#response.write(frame.as(nextEvent));
  }

  async drained(): Promise<void> {
    if (!this.gone.aborted && this.#response.writableNeedDrain) await once(this.#response, 'drain', { signal: this.gone }).catch(() => undefined);
  }
}

async function refuse(parts: SseParts, viewer: Viewer, response: ServerResponse, refusal: Refusal): Promise<void> {
  const body = JSON.stringify({ errors: refusal.errors });
  await recordRefusal(parts, viewer, refusal.status, body);
  const headers = Object.fromEntries(refusal.headers ?? []);
  response.writeHead(refusal.status, { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(body);
}
