import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';

/** Headers that offer the upgrade; without them the request is an ordinary one. */
const offering: ReadonlySet<string> = new Set(['upgrade', 'connection', 'http2-settings']);

/**
 * Serves a request that offers an upgrade to something else than WebSocket as if it had not (RFC 9110 §7.8: an offer may be
 * ignored). Node hands over every such request once a server takes upgrades at all, and Java's own HTTP client offers
 * HTTP/2 with each of its first requests. The head is put back before what follows it, and the connection given to the
 * server anew.
 */
export function servePlain(server: Server, request: IncomingMessage, socket: Duplex, head: Buffer): void {
  const lines = [`${request.method ?? 'GET'} ${request.url ?? '/'} HTTP/1.1`];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    const [name = '', value = ''] = request.rawHeaders.slice(i, i + 2);
    if (!offering.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  socket.unshift(Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), head]));
  server.emit('connection', socket);
}
