import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import { declaredBy } from '../access/declared-headers.js';
import type { Declared } from '../access/viewer.js';
import { limits } from '../limits/limits.js';
import { extensionsOf } from '../planner/graphql-request.js';
import { errorAnswer, type HttpAnswer } from './http-answer.js';

/* What of a request the front reads before anything is asked: who, why, and the body. */

/** Larger bodies are refused unread. */
export const largestBody = limits.requestBody.limit;

const sayableId = /^[\w.-]{1,64}$/;

/** The caller's own number of a request (`x-request-id`), where it can be repeated safely. */
export function requestIdOf(request: IncomingMessage): string | null {
  const id = request.headers['x-request-id'];
  return typeof id === 'string' && sayableId.test(id) ? id : null;
}

/** The token of an `Authorization: Bearer …` header. */
export function bearerOf(request: IncomingMessage): string | null {
  const [scheme, token, ...rest] = (request.headers.authorization ?? '').split(' ');
  return scheme?.toLowerCase() !== 'bearer' || !token || rest.length > 0 ? null : token;
}

/** A request in a JSON body (POST) or in the address (GET, for EventSource and curl). */
export function bodyOf(request: IncomingMessage, text: string, search: string): unknown {
  if (request.method !== 'GET') return parseJson(text);
  const asked = new URLSearchParams(search);
  const json = (name: string): unknown => parseJson(asked.get(name) ?? 'null');
  const named = { documentId: asked.get('documentId') ?? undefined, id: asked.get('id') ?? undefined };
  return { ...named, query: asked.get('query'), operationName: asked.get('operationName'), variables: json('variables'), extensions: json('extensions') };
}

/** What a request declares, or the refusal of what cannot be recorded. */
export function declaration(request: IncomingMessage, body: unknown): Declared | HttpAnswer {
  try {
    return declaredBy(request.headers, extensionsOf(body));
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    return errorAnswer(400, String(error.extensions['code']), error.message, String(error.extensions['nextStep']));
  }
}

/** Plain JSON in, plain JSON out; whatever negotiates anything else is Apollo's to judge. */
export function takesShortLane(request: IncomingMessage): boolean {
  const accept = request.headers.accept;
  return (
    (request.headers['content-type'] ?? '').startsWith('application/json') &&
    (accept === undefined || accept === '*/*' || accept === 'application/json') &&
    request.headers['x-concordat-lane'] !== 'apollo'
  );
}

export function* headersOf(request: IncomingMessage): Iterable<[string, string]> {
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
export function readBody(request: IncomingMessage): Promise<string | null> {
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
