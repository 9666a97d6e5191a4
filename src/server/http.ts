import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AccessLog } from '../access/access-log.js';
import { declaredPurpose } from '../access/declared-headers.js';
import { TokenRefused, type LocalIssuer } from '../access/tokens.js';
import type { Viewer } from '../access/viewer.js';
import type { sseTransport } from '../feed/sse.js';
import { systemClock, type Clock } from '../measures/clock.js';
import { readRequest, type GraphQLRequest } from '../planner/graphql-request.js';
import { internalError } from '../planner/safe-error.js';
import { StartUpError } from '../start-up-error.js';
import { errorAnswer, writeAnswer, type HttpAnswer } from './http-answer.js';
import type { LaneAnswer, Lanes } from './lanes.js';
import type { Page } from './page/page.js';

/** Serves one subscription; returns when its stream has ended. */
export type StreamHandler = ReturnType<typeof sseTransport>;

export interface HttpParts {
  readonly lanes: Lanes;
  readonly issuer: LocalIssuer;
  readonly accessLog: AccessLog;
  readonly boundaryVersion: string;
  readonly stream: StreamHandler;
  /** What a browser finds at the endpoint; it needs no token. */
  readonly page: Page;
  /** Whether everything an answer needs is at work. */
  readonly ready: () => boolean;
  readonly clock?: Clock;
}

/** Larger bodies are refused unread; the largest example operation has 2 kB. */
const largestBody = 256 * 1024;

/**
 * The HTTP front over bare node:http. Every request becomes a viewer first; every answer to a viewer is in the access
 * log before its first byte leaves.
 */
export class HttpFront {
  readonly #parts: HttpParts;
  readonly #clock: Clock;
  readonly #server: Server;

  constructor(parts: HttpParts) {
    this.#parts = parts;
    this.#clock = parts.clock ?? systemClock;
    this.#server = createServer((request, response) => {
      this.#handle(request, response).catch((error: unknown) => {
        process.stderr.write(`请求失败 · request failed: ${faultOf(error)}\n`);
        writeAnswer(response, internalAnswer);
      });
    });
    this.#server.keepAliveTimeout = 65_000;
  }

  /**
   * Listens on a port (0 = any free one) and returns the address of the endpoint. When the port is taken: any free one
   * if `orAnyFree`, else StartUpError PORT_TAKEN.
   */
  async listen(host: string, port: number, orAnyFree: boolean): Promise<string> {
    try {
      await this.#listen(host, port);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
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

  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const receivedAt = this.#clock.now().getTime();
    const url = request.url ?? '/';
    const query = url.indexOf('?');
    const path = query < 0 ? url : url.slice(0, query);
    if (path === '/ready') {
      const ready = this.#parts.ready();
      writeAnswer(response, { status: ready ? 200 : 503, contentType: 'text/plain', body: ready ? 'ready\n' : 'not ready\n' });
      return;
    }
    if (await this.#parts.page.handle(request, response, path)) return;
    if (path !== '/graphql' && path !== '/graphql/stream') {
      writeAnswer(response, errorAnswer(404, 'NOT_FOUND', '没有这个地址 · No such address.', 'POST /graphql'));
      return;
    }
    const viewer = await this.#viewer(request);
    if (!('principal' in viewer)) {
      writeAnswer(response, viewer);
      return;
    }
    const body = await readBody(request);
    const search = query < 0 ? '' : url.slice(query);
    if (body === null) {
      response.setHeader('connection', 'close');
      await this.#release(request, response, viewer, receivedAt, refusal(bodyTooLarge));
    } else if (path === '/graphql/stream') {
      const call = streamCall(request, body, search);
      if (call) await this.#parts.stream(request, response, viewer, call);
      else await this.#release(request, response, viewer, receivedAt, refusal(missingQuery));
    } else {
      await this.#release(request, response, viewer, receivedAt, await this.#answer(request, body, search, viewer));
    }
  }

  /** Lets an answer go, after its entry in the access log is durable. */
  async #release(
    request: IncomingMessage,
    response: ServerResponse,
    viewer: Viewer,
    receivedAt: number,
    answer: LaneAnswer,
  ): Promise<void> {
    const bytes = Buffer.from(answer.http.body);
    const declared = declaredPurpose(request);
    await this.#parts.accessLog.append({
      viewer,
      purpose: declared.purpose,
      caseNo: answer.caseNo ?? declared.caseNo,
      document: answer.document,
      operation: answer.operation,
      plan: answer.planned?.plan.identity ?? null,
      boundary: this.#parts.boundaryVersion,
      status: answer.http.status,
      records: answer.planned?.records ?? 0,
      body: bytes,
      receivedAt,
      answeredAt: this.#clock.now().getTime(),
    });
    writeAnswer(response, answer.http, bytes);
  }

  async #viewer(request: IncomingMessage): Promise<Viewer | HttpAnswer> {
    const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
    if (scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0) return missingToken;
    const remembered = this.#parts.issuer.remembered(token);
    if (remembered) return remembered;
    try {
      return await this.#parts.issuer.verify(token);
    } catch (error) {
      if (error instanceof TokenRefused) return errorAnswer(401, 'TOKEN_REFUSED', error.message, 'hub token --agency CODE');
      throw error;
    }
  }

  async #answer(request: IncomingMessage, text: string, search: string, viewer: Viewer): Promise<LaneAnswer> {
    const parsed = parseJson(text);
    if (request.method === 'POST' && takesShortLane(request)) {
      const call = readRequest(parsed);
      const answer = call ? await this.#parts.lanes.short(call, viewer) : null;
      if (answer) return answer;
    }
    return this.#parts.lanes.apollo(request.method ?? 'GET', headersOf(request), search, parsed, viewer);
  }
}

/** What may be printed of a fault: its code, never its message, which may carry values. */
function faultOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  return 'code' in error ? `${error.name} ${String(error.code)}` : error.name;
}

/** A subscription, named in a JSON body (POST) or in the address (GET, for EventSource and curl). */
function streamCall(request: IncomingMessage, body: string, search: string): GraphQLRequest | null {
  if (request.method !== 'GET') return readRequest(parseJson(body));
  const asked = new URLSearchParams(search);
  const variables = parseJson(asked.get('variables') ?? 'null');
  return readRequest({ query: asked.get('query'), operationName: asked.get('operationName'), variables });
}

/** An answer of the front itself to a known viewer; it goes into the evidence like any other. */
function refusal(http: HttpAnswer): LaneAnswer {
  return { http, document: null, operation: null, planned: null, caseNo: null };
}

const bodyTooLarge = errorAnswer(413, 'BODY_TOO_LARGE', '请求体过大 · The body is too large.', `≤ ${largestBody} bytes`);

const missingQuery = errorAnswer(400, 'BAD_USER_INPUT', '缺少 query · query is missing.', '{"query": "subscription { permitChanged { … } }"}');

const missingToken = errorAnswer(
  401,
  'TOKEN_MISSING',
  '缺少令牌 · A bearer token is missing.',
  'Authorization: Bearer <token>; hub token --agency CODE',
);

const internalAnswer = errorAnswer(500, internalError.extensions.code, internalError.message, internalError.extensions.nextStep);

/** Plain JSON in, plain JSON out; whatever negotiates anything else is Apollo's to judge. */
function takesShortLane(request: IncomingMessage): boolean {
  const accept = request.headers.accept;
  return (
    (request.headers['content-type'] ?? '').startsWith('application/json') &&
    (accept === undefined || accept === '*/*' || accept === 'application/json') &&
    request.headers['x-concordat-lane'] !== 'apollo'
  );
}

function* headersOf(request: IncomingMessage): Iterable<[string, string]> {
  for (const [name, value] of Object.entries(request.headers)) {
    if (value !== undefined) yield [name, Array.isArray(value) ? value.join(', ') : value];
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Apollo words the answer to a body that is no JSON
  }
}

/** The whole body, or null when it is larger than allowed. */
function readBody(request: IncomingMessage): Promise<string | null> {
  // Listeners, not `for await`: the iterator costs about 20 µs a request, a tenth of a point look-up.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > largestBody) resolve(null);
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });
}
