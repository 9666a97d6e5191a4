import { request as plainRequest, type IncomingMessage } from 'node:http';
import { request as tlsRequest } from 'node:https';
import type { Duplex } from 'node:stream';
import { isIP } from 'node:net';
import { connect as tlsConnect } from 'node:tls';
import type { Network } from './network.js';
import { hostOf, type Target } from './target.js';

/** From the first packet to the last byte of the answer. A receiver stores and answers; work of its own comes later. */
export const answerMs = 10_000;

/** An answer is a status and, to a challenge, some hundred bytes; what is longer is not read on. */
const longestAnswer = 16 * 1024;

/** Why no answer came. */
export type PostFault = 'CONNECTION' | 'TLS' | 'TIMEOUT' | 'ANSWER_UNREADABLE';

export type PostOutcome =
  | { readonly status: number; readonly body: string; readonly retryAfter: string | null }
  | { readonly fault: PostFault };

/**
 * Posts JSON to a checked target, on a connection of its own to the address that was checked: no name is looked up, no
 * redirect followed, no proxy asked. `signal` cuts it. Never throws for what the other side does.
 */
export function post(target: Target, headers: Readonly<Record<string, string>>, body: string, network: Network, signal: AbortSignal): Promise<PostOutcome> {
  const { url } = target;
  const isTls = url.protocol === 'https:';
  const host = hostOf(url);
  const bytes = Buffer.from(body);
  return new Promise((resolve) => {
    let begun = false;
    const faultOf = (): PostFault => (isTls && !begun ? 'TLS' : 'CONNECTION');
    const request = (isTls ? tlsRequest : plainRequest)({
      method: 'POST',
      host,
      port: target.port,
      path: `${url.pathname}${url.search}`,
      headers: { ...headers, host: url.host, 'content-type': 'application/json; charset=utf-8', 'content-length': bytes.length, connection: 'close' },
      // Without an agent: every agent connects by name on its own.
      createConnection: (): Duplex => {
        const socket = network.connect(target.address, target.port);
        socket.once('connect', () => {
          if (!isTls) begun = true;
        });
        if (!isTls) return socket;
        // The certificate is that of the name, wherever the name pointed to.
        const secured = tlsConnect({ socket, host, ...(isIP(host) === 0 ? { servername: host } : {}), minVersion: 'TLSv1.2', ALPNProtocols: ['http/1.1'] });
        secured.once('secureConnect', () => (begun = true));
        // A connection that never came is no matter of certificates.
        socket.on('error', () => settle({ fault: 'CONNECTION' }));
        return secured;
      },
    });
    const timer = setTimeout(() => settle({ fault: 'TIMEOUT' }), answerMs);
    const cut = (): void => settle({ fault: 'CONNECTION' });
    let settled = false;
    const settle = (outcome: PostOutcome): void => {
      if (settled) return;
      settled = true;
      clearTimeout(timer);
      signal.removeEventListener('abort', cut);
      request.destroy();
      resolve(outcome);
    };
    signal.addEventListener('abort', cut, { once: true });
    if (signal.aborted) cut();
    request.on('error', () => settle({ fault: faultOf() }));
    request.on('response', (response) => void readAnswer(response).then(settle, () => settle({ fault: 'ANSWER_UNREADABLE' })));
    request.end(bytes);
  });
}

async function readAnswer(response: IncomingMessage): Promise<PostOutcome> {
  const parts: Buffer[] = [];
  let length = 0;
  for await (const part of response) {
    if (!Buffer.isBuffer(part)) continue;
    length += part.length;
    if (length > longestAnswer) break; // the status is known; nobody asked for more
    parts.push(part);
  }
  return { status: response.statusCode ?? 0, body: Buffer.concat(parts).toString('utf8'), retryAfter: response.headers['retry-after'] ?? null };
}
