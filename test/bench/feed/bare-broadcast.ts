import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { env } from 'node:process';
import pg from 'pg';
import { WebSocketServer, type WebSocket } from 'ws';

/*
 * The floor of a feed: a server that knows nothing. It listens for a notification and sends the same ready text to every
 * socket with `ws`, as its manual says. No token, no boundary, no database but the notification, no evidence.
 */
const frame = env['BENCH_FRAME'] ?? '';
const open = new Set<WebSocket>();
const http = createServer();
const server = new WebSocketServer({ server: http, perMessageDeflate: false });

server.on('connection', (socket) => {
  socket.on('message', (data: Buffer) => {
    if (data.includes('connection_init')) socket.send('{"type":"connection_ack"}');
    else {
      open.add(socket);
      socket.send('{"type":"next","payload":{"data":{"permitChanged":{"kind":"OPENED"}}}}');
    }
  });
  socket.on('close', () => open.delete(socket));
});

const client = new pg.Client({ connectionString: env['DATABASE_URL'] });
await client.connect();
await client.query('LISTEN bench_bare');
client.on('notification', () => {
  const data = Buffer.from(frame);
  for (const socket of open) socket.send(data, { binary: false });
});

http.listen(0, '127.0.0.1', () => {
  const { port } = http.address() as AddressInfo;
  console.log(`ready http://127.0.0.1:${port}/graphql`);
});
