import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessLog } from '../access/log/access-log.js';
import { TokenRefused } from '../access/claims.js';
import type { Tokens } from '../access/tokens.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';
import { KeysUnavailable } from '../access/trusted-keys.js';
import type { Declared, Identity, Viewer } from '../access/viewer.js';
import type { ExportDownload } from '../export/export-download.js';
import type { sseTransport } from '../feed/sse.js';
import { faultOf, type Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import type { TrustedDocuments } from '../limits/trusted-documents.js';
import { readRequest } from '../planner/graphql-request.js';
import { StartUpError } from '../start-up-error.js';
import {
  alive, bodyTooLarge, boundaryOutdatedAnswer, challenge, internalAnswer, keysUnavailable, missingQuery, missingToken, notFound,
} from './front-answers.js';
import { bytesOf, errorAnswer, writeAnswer, type HttpAnswer } from './http-answer.js';
import { nothingRead, type Caller, type LaneAnswer, type Lanes } from './lanes.js';
import { servePlain } from './not-upgraded.js';
import type { OpenStreams } from './open-streams.js';
import { namedDocument, searchWith, withDocument } from './named-document.js';
import type { Page } from './page/page.js';
import type { Readiness } from './readiness.js';
import type { WebSockets } from './web-sockets.js';
import { bearerOf, bodyOf, declaration, headersOf, readBody, requestIdOf, takesShortLane } from './request.js';

/** Serves one subscription; returns when its stream has ended. */
export type StreamHandler = ReturnType<typeof sseTransport>;

export interface HttpParts {
  readonly lanes: Lanes;
  readonly documents: TrustedDocuments;
  readonly tokens: Tokens;
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly boundaryVersion: string;
  readonly day: BoundaryDay;
  readonly stream: StreamHandler;
  readonly openStreams: OpenStreams;
  /** Takes upgrades to WebSocket, where this front does. */
  readonly webSockets?: Pick<WebSockets, 'upgrade' | 'close'>;
  /** Hands out export files, where this front does. */
  readonly exports?: Pick<ExportDownload, 'serve'>;
  /** What a browser finds at the endpoint; it needs no token. */
  readonly page: Page;
  readonly readiness: Readiness;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * The HTTP front over bare node:http. Every request becomes a viewer first; every answer to a viewer is in the access
 * log before its first byte leaves.
 */
export class HttpFront {
  readonly #parts: HttpParts;
  readonly #server: Server;
  #draining = false;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => this.#fail(request, response, error));
    });
    this.#server.keepAliveTimeout = 65_000;
    const { webSockets } = parts;
    if (!webSockets) return;
    this.#server.on('upgrade', (request, socket, head) => {
      if (request.headers.upgrade?.toLowerCase() === 'websocket') webSockets.upgrade(request, socket, head);
      else servePlain(this.#server, request, socket, head);
    });
  }

  /**
   * Listens on a port (0 = any free one) and returns the address of the endpoint. When the port is taken: any free one
   * if `orAnyFree`, else StartUpError PORT_TAKEN. Throws StartUpError ADDRESS_UNUSABLE for a host or port it may not use.
   */
  async listen(host: string, port: number, orAnyFree: boolean): Promise<string> {
    try {
      await this.#listen(host, port);
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? error.code : null;
      if (code !== 'EADDRINUSE') {
        throw new StartUpError(
          'ADDRESS_UNUSABLE',
          {
            zh: `无法在 ${host} 端口 ${port} 上监听(${String(code)})。请检查 HOST 与 PORT;1024 以下端口需要特权。`,
            en: `Cannot listen on ${host}, port ${port} (${String(code)}). Check HOST and PORT; ports below 1024 need privileges.`,
          },
          { cause: error },
        );
      }
      if (!orAnyFree) {
        throw new StartUpError('PORT_TAKEN', {
          zh: `端口 ${port} 已被占用。请改用 PORT=0(任意空闲端口)或另一端口。`,
          en: `Port ${port} is taken. Use PORT=0 (any free port) or another one.`,
        });
      }
      await this.#listen(host, 0);
    }
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the server listens on no port');
    return `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}/graphql`;
  }

  #listen(host: string, port: number): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject);
        resolve();
      });
    });
  }

  /**
   * Takes no further connections, tells the streams to end, and waits for what is under way, at most `drainMs`; what is
   * not done by then is cut.
   */
  async close(drainMs: number): Promise<void> {
    this.#draining = true;
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#parts.openStreams.stop();
    const socketsClosed = this.#parts.webSockets?.close(drainMs);
    // A connection that was busy at the call is idle, and kept alive, once its answer has left.
    const idle = setInterval(() => this.#server.closeIdleConnections(), 20);
    const deadline = setTimeout(() => {
      this.#parts.log.warn('drain-cut', '等待超时，中断未完成的答复 · Time is up; unfinished answers are cut', { drainMs });
      this.#server.closeAllConnections();
    }, drainMs);
    await Promise.all([closed, socketsClosed]);
    clearInterval(idle);
    clearTimeout(deadline);
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { clock, day, log, tokens } = this.#parts;
    const receivedAt = clock.now().getTime();
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    const requestId = requestIdOf(request);
    if (requestId !== null) response.setHeader('x-request-id', requestId);
    if (this.#draining) response.shouldKeepAlive = false;
    if (log.debugs) logAtEnd(log, request, response, path, requestId);

    const exports = path.startsWith('/exports/') ? this.#parts.exports : undefined;
    const endpoint = path === '/graphql' || path === '/graphql/stream' || exports !== undefined;
    // What is posted to the endpoint is never the page's: its way stays free of a promise for nothing.
    if (!(endpoint && request.method === 'POST') && (await this.#parts.page.handle(request, response, path))) return;
    if (!endpoint) {
      writeAnswer(response, await this.#openAnswer(path));
      return;
    }
    const token = bearerOf(request);
    const identity = token === null ? missingToken : (tokens.remembered(token) ?? (await this.#verified(token)));
    if (token === null || !('principal' in identity)) {
      writeAnswer(response, 'principal' in identity ? missingToken : identity);
      return;
    }
    const text = await readBody(request);
    let search = query < 0 ? '' : url.slice(query);
    let body = text === null ? undefined : bodyOf(request, text, search);
    const declared = declaration(request, body);
    const viewer: Viewer = { ...identity, ...('purpose' in declared ? declared : undeclared), today: day.today };
    const named = namedDocument(body);
    const document = this.#parts.documents.resolve(viewer.agency, named);
    if (named.id !== null && typeof document === 'string') {
      body = withDocument(body, document);
      if (request.method === 'GET') search = searchWith(search, document);
    }
    if (text === null) {
      response.setHeader('connection', 'close');
      await this.#release(response, viewer, receivedAt, refusal(bodyTooLarge));
    } else if (day.outdated) {
      await this.#release(response, viewer, receivedAt, refusal(boundaryOutdatedAnswer));
    } else if (!('purpose' in declared)) {
      await this.#release(response, viewer, receivedAt, refusal(declared));
    } else if (exports) {
      await this.#parts.openStreams.run(token, (ending) => exports.serve(request, response, viewer, path, receivedAt, ending));
    } else if (document !== null && typeof document === 'object') {
      await this.#release(response, viewer, receivedAt, refusal(errorAnswer(document.status, document.code, document.message, document.nextStep)));
    } else if (path === '/graphql/stream') {
      const call = readRequest(body);
      if (call) await this.#parts.openStreams.run(token, (ending) => this.#parts.stream(response, viewer, call, ending));
      else await this.#release(response, viewer, receivedAt, refusal(missingQuery));
    } else {
      // A fault is an answer too, and stands in the evidence as long as that itself works.
      const caller = callerOf(response);
      const answer = await this.#answer(request, body, search, viewer, caller).catch((error: unknown) => refusal(this.#failure(request, response, error)));
      await this.#release(response, viewer, receivedAt, answer);
    }
  }

  /** Answers that need no token: they say nothing of any record and stand in no evidence. */
  async #openAnswer(path: string): Promise<HttpAnswer> {
    if (path === '/health') return alive;
    if (path === '/ready') return this.#parts.readiness.answer();
    return notFound;
  }

  /** Lets an answer go, after its entry in the access log is durable. */
  async #release(
    response: ServerResponse,
    viewer: Viewer,
    receivedAt: number,
    answer: LaneAnswer,
  ): Promise<void> {
    const bytes = bytesOf(answer.http);
    const { planned, read } = answer;
    await this.#parts.accessLog.append({
      viewer,
      purpose: viewer.purpose,
      caseNo: answer.caseNo ?? viewer.caseNo,
      document: answer.document,
      operation: answer.operation,
      plan: planned?.plan.identity ?? null,
      boundary: this.#parts.boundaryVersion,
      outcome: planned?.outcome ?? (answer.http.status >= 500 ? 'FAILED' : 'REFUSED'),
      status: answer.http.status,
      records: (planned?.records ?? 0) + read.records,
      subjects: planned ? [...planned.subjects, ...read.subjects] : read.subjects,
      body: bytes,
      receivedAt,
      startedAt: planned?.startedAt ?? null,
      executedAt: planned?.executedAt ?? null,
    });
    for (const work of answer.releasing) await work();
    if (planned) response.once('finish', () => planned.release());
    writeAnswer(response, answer.http, bytes);
  }

  /** Whom a token that is not remembered speaks for, or the refusal. */
  async #verified(token: string): Promise<Identity | HttpAnswer> {
    try {
      return await this.#parts.tokens.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) return errorAnswer(401, 'TOKEN_REFUSED', error.message, this.#parts.tokens.nextStep, challenge);
      if (error instanceof KeysUnavailable) return keysUnavailable;
      throw error;
    }
  }

  async #answer(request: IncomingMessage, body: unknown, search: string, viewer: Viewer, caller: Caller): Promise<LaneAnswer> {
    if (request.method === 'POST' && takesShortLane(request)) {
      const call = readRequest(body);
      const answer = call ? await this.#parts.lanes.short(call, viewer, caller) : null;
      if (answer) return answer;
    }
    return this.#parts.lanes.apollo(request.method ?? 'GET', headersOf(request), search, request.method === 'POST' ? body : undefined, viewer, caller);
  }

  /** What could not be answered nor recorded. A caller who hung up is no fault. */
  #fail(request: IncomingMessage, response: ServerResponse, error: unknown): void {
    if (response.destroyed && request.destroyed) return;
    writeAnswer(response, this.#failure(request, response, error));
  }

  /** A fault of ours: the caller gets a number to quote, the log what may be said. */
  #failure(request: IncomingMessage, response: ServerResponse, error: unknown): HttpAnswer {
    const id = requestIdOf(request) ?? randomUUID();
    this.#parts.log.error('request-failed', '请求失败 · Request failed', { id, fault: faultOf(error) });
    if (!response.headersSent) response.setHeader('x-request-id', id);
    return internalAnswer;
  }
}

/** Who waits for the answer of this request, as long as its connection stands. */
function callerOf(response: ServerResponse): Caller {
  const caller = new AbortController();
  response.once('close', () => {
    if (!response.writableFinished) caller.abort();
  });
  return caller;
}

/** One line per request, at debug alone. No query string, no header, no body: they carry what callers ask about. */
function logAtEnd(log: Log, request: IncomingMessage, response: ServerResponse, path: string, id: string | null): void {
  const begin = performance.now();
  const known = openPaths.has(path) ? path : path.startsWith('/exports/') ? '/exports/' : 'other';
  response.once('close', () => {
    const ms = Math.round(performance.now() - begin);
    log.debug('request', '请求 · Request', { id, method: request.method ?? null, path: known, status: response.statusCode, ms });
  });
}

const undeclared: Declared = { purpose: null, caseNo: null };

/** An answer of the front itself to a known viewer; it goes into the evidence like any other. */
function refusal(http: HttpAnswer): LaneAnswer {
  return { http, document: null, operation: null, planned: null, caseNo: null, read: nothingRead, releasing: [] };
}

const openPaths: ReadonlySet<string> = new Set(['/graphql', '/graphql/stream', '/health', '/ready']);
