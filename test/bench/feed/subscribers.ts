import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { stdin, stdout } from 'node:process';
import { z } from 'zod';
import { clientMessage, SocketFrames } from './socket-frames.js';

/*
 * A process that holds the subscribers of one server. Told an order as the first line on standard input; prints `open` when
 * all subscriptions run, then `got <number> <nanoseconds>` whenever the last subscriber has its n-th change, on the
 * machine's monotonic clock. With `keep`, the line `list` makes it print what each of the first subscribers got and when.
 */
const order = z.object({
  url: z.string(),
  count: z.number().int().positive(),
  token: z.string(),
  query: z.string(),
  awaited: z.string(),
  /** Subscribers whose changes are kept one by one. */
  keep: z.number().int(),
});

/** Connections that are being opened at a time: a flood would overflow the queue of the listening socket. */
const openingAtOnce = 100;

const acknowledged = Buffer.from('connection_ack');
const opened = Buffer.from('"kind":"OPENED"');
const number = /"documentNo":"([^"]*)"/;

const waiting: number[] = [];
const kept: (readonly [subscriber: number, documentNo: string, at: string])[] = [];

function say(line: string): void {
  stdout.write(`${line}\n`);
}

function subscribe(asked: z.output<typeof order>, index: number): Promise<Socket> {
  const { hostname, port, pathname, host } = new URL(asked.url);
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let upgraded = false;
    let count = 0;
    const frames = new SocketFrames((message) => {
      if (message.includes(asked.awaited)) {
        count += 1;
        const left = (waiting[count] ?? asked.count) - 1;
        waiting[count] = left;
        if (left === 0) say(`got ${count} ${process.hrtime.bigint()}`);
        if (index < asked.keep) kept.push([index, number.exec(message.toString())?.[1] ?? '', String(process.hrtime.bigint())]);
      } else if (message.includes(acknowledged)) {
        socket.write(clientMessage(JSON.stringify({ id: String(index), type: 'subscribe', payload: { query: asked.query } })));
      } else if (message.includes(opened)) resolve(socket);
      else if (message.includes('"type":"error"')) reject(new Error(message.toString()));
    });
    socket.setNoDelay(true);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error(`subscriber ${index} was closed`)));
    socket.write(
      `GET ${pathname} HTTP/1.1\r\nHost: ${host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n` +
        'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
    );
    socket.on('data', (chunk: Buffer) => {
      if (upgraded) return frames.read(chunk);
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0 || !chunk.subarray(0, 12).includes('101')) return reject(new Error(`no upgrade: ${chunk.toString('latin1', 0, 80)}`));
      upgraded = true;
      socket.write(clientMessage(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${asked.token}` } })));
      frames.read(chunk.subarray(end + 4));
    });
  });
}

for await (const line of createInterface({ input: stdin })) {
  if (line === 'list') {
    say(`list ${JSON.stringify(kept)}`);
    continue;
  }
  const asked = order.parse(JSON.parse(line));
  for (let from = 0; from < asked.count; from += openingAtOnce) {
    await Promise.all(Array.from({ length: Math.min(openingAtOnce, asked.count - from) }, (_, i) => subscribe(asked, from + i)));
  }
  say('open');
}
