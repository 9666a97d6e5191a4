import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { TokenRefused } from '../access/claims.js';
import type { Tokens } from '../access/tokens.js';
import type { Identity, Viewer } from '../access/viewer.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';
import type { Refusal } from '../feed/subscription.js';
import { WebSocketConnection, type WebSocketDoor, type WebSocketParts } from '../feed/web-socket.js';
import type { StreamQuota } from '../limits/stream-quota.js';
import type { TrustedDocuments } from '../limits/trusted-documents.js';
import { readRequest } from '../planner/graphql-request.js';
import { boundaryOutdatedAnswer, missingQuery } from './front-answers.js';
import { errorAnswer, type HttpAnswer } from './http-answer.js';
import { namedDocument, withDocument } from './named-document.js';
import type { OpenStreams } from './open-streams.js';
import { bearerOf, declaration } from './request.js';

export interface WebSocketsParts extends WebSocketParts {
  readonly documents: TrustedDocuments;
  readonly tokens: Tokens;
  readonly day: BoundaryDay;
  readonly openStreams: OpenStreams;
  readonly quota: StreamQuota;
}

/** Largest message of a client: a document of the longest kind in the widest letters, with its variables. */
const largestMessage = 256 * 1024;

/** The protocol's name, which clients offer. */
const protocol = 'graphql-transport-ws';

/** WebSocket connections of the front: who may connect, and what each is served by. */
export class WebSockets {
  readonly #parts: WebSocketsParts;
  readonly #server = new WebSocketServer({
    noServer: true,
    maxPayload: largestMessage,
    perMessageDeflate: false, // bytes are shared among connections, and compressing secrets beside chosen texts tells them
    handleProtocols: (offered) => (offered.has(protocol) ? protocol : false),
  });
  readonly #connections = new Set<WebSocketConnection>();
  #draining = false;

  constructor(parts: WebSocketsParts) {
    this.#parts = parts;
  }

  /** Takes an upgrade of the front. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '/').split('?')[0];
    const refused = this.#draining ? 503 : path !== '/graphql' && path !== '/graphql/stream' ? 404 : isForeign(request) ? 403 : !offers(request) ? 400 : null;
    if (refused !== null) {
      socket.end(`HTTP/1.1 ${refused} Refused\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(request, socket, head, (web) => {
      const connection = new WebSocketConnection(this.#parts, this.#doorOf(request), web, socket, bearerOf(request));
      this.#connections.add(connection);
      web.once('close', () => this.#connections.delete(connection));
    });
  }

  /** Takes no further connections and closes those there are once their streams have ended, at most `drainMs` later. */
  async close(drainMs: number): Promise<void> {
    this.#draining = true;
    const deadline = performance.now() + drainMs;
    while (this.#connections.size > 0) {
      const late = performance.now() >= deadline;
      for (const connection of this.#connections) {
        if (late) connection.cut();
        else if (connection.idle) connection.close('restarting');
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  #doorOf(request: IncomingMessage): WebSocketDoor {
    const { tokens, day, documents, quota, openStreams } = this.#parts;
    return {
      identify: async (token) => {
        const known = tokens.remembered(token);
        if (known) return known;
        try {
          return await tokens.verify(token);
        } catch (error) {
          if (error instanceof TokenRefused) return null;
          throw error; // keys that cannot be had: the connection is cut and its client comes back
        }
      },
      admit: (identity, payload) => admit({ request, documents, day }, identity, payload),
      connect: (agency) => quota.take(agency, 'connections'),
      subscribe: (agency) => quota.take(agency, 'subscriptions'),
      run: (token, stream) => openStreams.run(token, stream),
    };
  }
}

interface Asked {
  readonly request: IncomingMessage;
  readonly documents: TrustedDocuments;
  readonly day: BoundaryDay;
}

/** The same questions as of a request over HTTP, in the same order. */
function admit({ request, documents, day }: Asked, identity: Identity, payload: unknown): ReturnType<WebSocketDoor['admit']> {
  const declared = declaration(request, payload);
  const viewer: Viewer = { ...identity, ...('purpose' in declared ? declared : { purpose: null, caseNo: null }), today: day.today };
  if (day.outdated) return { viewer, refusal: refusalOf(boundaryOutdatedAnswer) };
  if (!('purpose' in declared)) return { viewer, refusal: refusalOf(declared) };
  const document = documents.resolve(viewer.agency, namedDocument(payload));
  if (document !== null && typeof document === 'object') {
    return { viewer, refusal: refusalOf(errorAnswer(document.status, document.code, document.message, document.nextStep)) };
  }
  const call = readRequest(document === null ? payload : withDocument(payload, document));
  return call ? { viewer, call } : { viewer, refusal: refusalOf(missingQuery) };
}

/** An answer of the front as a refusal: its errors are what the client is told. */
function refusalOf({ status, body }: HttpAnswer): Refusal {
  const parsed: unknown = JSON.parse(body.toString());
  const errors: unknown = typeof parsed === 'object' && parsed !== null && 'errors' in parsed ? parsed.errors : [];
  return { status, errors: Array.isArray(errors) ? errors : [] };
}

/** A page of another site: browsers name it, and it has no business here. Systems name none. */
function isForeign({ headers }: IncomingMessage): boolean {
  if (headers.origin === undefined) return false;
  try {
    return new URL(headers.origin).host !== headers.host;
  } catch {
    return true;
  }
}

function offers({ headers }: IncomingMessage): boolean {
  return (headers['sec-websocket-protocol'] ?? '').split(',').some((one) => one.trim() === protocol);
}
