import type { ServerResponse } from 'node:http';

/** A finished HTTP answer. */
export interface HttpAnswer {
  readonly status: number;
  readonly contentType: string;
  /** Text, or its bytes in UTF-8. */
  readonly body: string | Buffer;
  readonly headers?: ReadonlyMap<string, string>;
}

export const jsonType = 'application/json; charset=utf-8';

/** An error answer of the front itself, in the form of a GraphQL answer. */
export function errorAnswer(
  status: number,
  code: string,
  message: string,
  nextStep: string,
  headers: ReadonlyMap<string, string> = noHeaders,
): HttpAnswer {
  return {
    status,
    contentType: jsonType,
    body: JSON.stringify({ errors: [{ message, extensions: { code, nextStep } }] }),
    headers,
  };
}

const noHeaders: ReadonlyMap<string, string> = new Map();

/** The body as it leaves. */
export function bytesOf({ body }: HttpAnswer): Buffer {
  return typeof body === 'string' ? Buffer.from(body) : body;
}

/**
 * Writes an answer in one piece. Nothing the hub says is to be stored by anyone on the way. `bytes` is its encoded body
 * where the caller has it already: encoding 30 kB of Chinese text costs as much as writing it.
 */
export function writeAnswer(response: ServerResponse, answer: HttpAnswer, bytes = bytesOf(answer)): void {
  if (response.destroyed || response.headersSent) return;
  // One flat list: setting headers one by one costs half as much again (measured 2.9 against 2.0 µs an answer).
  const headers = ['content-type', answer.contentType, 'content-length', String(bytes.length), 'cache-control', 'no-store'];
  for (const [name, value] of answer.headers ?? []) if (name !== 'content-length') headers.push(name, value);
  response.writeHead(answer.status, headers);
  response.end(bytes);
}
