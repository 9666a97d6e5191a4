import { once } from 'node:events';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import type { Identity, Viewer } from '../access/viewer.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import { subscriptionsPerConnection } from '../limits/stream-quota.js';
import { recordRefusal, type RefusalParts } from './refused-subscription.js';
import type { StreamFrame, Subscriber } from './stream-frame.js';
import type { Streams } from './streams.js';
import { openSubscription, tooManyStreams, type Refusal, type SubscriptionParts } from './subscription.js';
import { idFragment, nextFragment } from './web-socket-frames.js';
import { closings, readMessage, type ClientMessage, type Closing } from './web-socket-messages.js';

/** What a connection asks of the front it came by. */
export interface WebSocketDoor {
  /** Whom a token speaks for; null where it does not count. */
  identify(token: string): Promise<Identity | null>;
  /** Viewer and call of a subscription as it was sent; or a refusal, with the viewer it is told to. */
  admit(identity: Identity, payload: unknown): { readonly viewer: Viewer; readonly call: GraphQLRequest } | { readonly viewer: Viewer; readonly refusal: Refusal };
  /** Takes a place among the agency's connections; null when it holds all it may. */
  connect(agency: string): (() => void) | null;
  /** The same for subscriptions. */
  subscribe(agency: string): (() => void) | null;
  /** Runs a stream under its token: `ending` is aborted when the token, the boundary or the hub end. */
  run(token: string, stream: (ending: AbortSignal) => Promise<void>): Promise<void>;
}

/** What connections run on. */
export interface WebSocketParts extends SubscriptionParts, RefusalParts {
  readonly streams: Pick<Streams, 'run'>;
}

/** A connection that says nothing of itself is closed after this long; the protocol's own default. */
const initTimeoutMs = 3_000;

/** Looks whether the other side is alive; one that was not heard of over three looks is gone. Proxies commonly cut at 60 s. */
const aliveMs = 15_000;
const silentLooks = 3;

/**
 * One WebSocket connection by the graphql-transport-ws protocol. Our own server of it, because the protocol's library
 * serialises a frame for every subscriber and queues without bound. Only subscriptions are served.
 */
export class WebSocketConnection {
  readonly #parts: WebSocketParts;
  readonly #door: WebSocketDoor;
  readonly #web: WebSocket;
  readonly #socket: Duplex;
  readonly #open = new Map<string, AbortController>();
  readonly #timers: NodeJS.Timeout[] = [];
  #token: string | null;
  #identity: Identity | null = null;
  #initialised = false;
  #place: (() => void) | null = null;
  #unheard = 0;

  /** `token`: of the request's header, where it had one. */
  constructor(parts: WebSocketParts, door: WebSocketDoor, web: WebSocket, socket: Duplex, token: string | null) {
    this.#parts = parts;
    this.#door = door;
    this.#web = web;
    this.#socket = socket;
    this.#token = token;
    this.#timers.push(setTimeout(() => {
      if (!this.#initialised) this.close('initTimeout');
    }, initTimeoutMs));
    this.#timers.push(setInterval(() => this.#look(), aliveMs));
    web.on('message', (data, isBinary) => {
      this.#unheard = 0;
      const message = isBinary || !Buffer.isBuffer(data) ? null : readMessage(data.toString('utf8'));
      if (message) this.#take(message);
      else this.close('badMessage');
    });
    web.on('pong', () => (this.#unheard = 0));
    web.on('error', () => web.terminate());
    web.on('close', () => this.#gone());
  }

  /** Closes the connection; its streams are gone with it. */
  close(why: Closing): void {
    const [code, reason] = closings[why];
    this.#web.close(code, reason);
  }

  /** Cuts what does not close. */
  cut(): void {
    this.#web.terminate();
  }

  /** Whether no stream runs here. */
  get idle(): boolean {
    return this.#open.size === 0;
  }

  #gone(): void {
    for (const timer of this.#timers) clearInterval(timer);
    for (const stream of this.#open.values()) stream.abort();
    this.#open.clear();
    this.#place?.();
    this.#place = null;
  }

  #look(): void {
    this.#unheard += 1;
    if (this.#unheard > silentLooks) this.#web.terminate();
    else if (this.#web.readyState === this.#web.OPEN) this.#web.ping();
  }

  #take(message: ClientMessage): void {
    if (message.type === 'connection_init') {
      if (this.#initialised) return this.close('initTwice');
      this.#initialised = true;
      void this.#initialise(message.payload ?? {}).catch(() => this.cut());
    } else if (message.type === 'ping') this.#say({ type: 'pong' });
    else if (message.type === 'complete') {
      this.#open.get(message.id)?.abort();
      this.#open.delete(message.id);
    } else if (message.type === 'subscribe') this.#subscribe(message.id, message.payload);
  }

  async #initialise(payload: Readonly<Record<string, unknown>>): Promise<void> {
    const stated = payload['authorization'] ?? payload['Authorization'];
    if (typeof stated === 'string') this.#token = /^bearer ([^ ]+)$/i.exec(stated)?.[1] ?? null;
    const identity = this.#token === null ? null : await this.#door.identify(this.#token);
    if (this.#web.readyState !== this.#web.OPEN) return;
    if (!identity) {
      this.close('unauthorized');
      return;
    }
    this.#place = this.#door.connect(identity.agency);
    if (!this.#place) {
      this.close('tooMany');
      return;
    }
    this.#identity = identity;
    this.#say({ type: 'connection_ack' });
  }

  #subscribe(id: string, payload: unknown): void {
    if (!this.#identity || this.#token === null) return this.close('unauthorized');
    if (this.#open.has(id)) return this.close('idTaken');
    const gone = new AbortController();
    this.#open.set(id, gone);
    const forget = (): void => {
      if (this.#open.get(id) === gone) this.#open.delete(id);
    };
    this.#serve(id, this.#token, payload, gone.signal).then(forget, () => {
      forget();
      this.cut(); // what could not be recorded is not said
    });
  }

  async #serve(id: string, token: string, payload: unknown, gone: AbortSignal): Promise<void> {
    const left = (): boolean => gone.aborted;
    const identity = await this.#door.identify(token);
    if (left()) return;
    if (!identity) {
      this.close('tokenEnded');
      return;
    }
    const admitted = this.#door.admit(identity, payload);
    if ('refusal' in admitted) return this.#refuse(id, admitted.viewer, admitted.refusal, gone);
    const release = this.#open.size > subscriptionsPerConnection ? null : this.#door.subscribe(identity.agency);
    if (!release) return this.#refuse(id, admitted.viewer, tooManyStreams, gone);
    try {
      const opened = await openSubscription(this.#parts, admitted.viewer, admitted.call);
      if (left()) return;
      if ('status' in opened) {
        await this.#refuse(id, admitted.viewer, opened, gone);
        return;
      }
      await this.#door.run(token, (ending) => this.#parts.streams.run(opened, new SocketSubscriber(this.#web, this.#socket, id, gone), ending));
    } finally {
      release();
    }
    if (left()) return;
    this.#open.delete(id);
    this.#say({ id, type: 'complete' });
  }

  async #refuse(id: string, viewer: Viewer, refusal: Refusal, gone: AbortSignal): Promise<void> {
    await recordRefusal(this.#parts, viewer, refusal.status, JSON.stringify(refusal.errors));
    if (gone.aborted) return;
    this.#open.delete(id);
    this.#say({ id, type: 'error', payload: refusal.errors });
  }

  #say(message: object): void {
    if (this.#web.readyState === this.#web.OPEN) this.#web.send(JSON.stringify(message));
  }
}

/** One subscription of a connection. Streams of one connection share its socket, and what waits in it. */
class SocketSubscriber implements Subscriber {
  readonly transport = 'WEBSOCKET';
  readonly #web: WebSocket;
  readonly #socket: Duplex;
  readonly #end: Buffer;
  readonly gone: AbortSignal;

  constructor(web: WebSocket, socket: Duplex, id: string, gone: AbortSignal) {
    this.#web = web;
    this.#socket = socket;
    this.#end = idFragment(id);
    this.gone = gone;
  }

  get waiting(): number {
    return this.#socket.writableLength;
  }

  /** Straight to the socket: the library writes its own frames whole, so none can come between the two fragments. */
  send(frames: readonly StreamFrame[]): void {
    if (this.gone.aborted || this.#web.readyState !== this.#web.OPEN) return;
    this.#socket.cork();
    for (const frame of frames) {
      this.#socket.write(frame.as(nextFragment));
      this.#socket.write(this.#end);
    }
    this.#socket.uncork();
  }

  async drained(): Promise<void> {
    if (!this.gone.aborted && this.#socket.writableNeedDrain) await once(this.#socket, 'drain', { signal: this.gone }).catch(() => undefined);
  }
}
