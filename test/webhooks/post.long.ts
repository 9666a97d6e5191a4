import { createServer, type Server, type Socket } from 'node:net';
import { connect } from 'node:net';
import { post, type PostOutcome } from '../../src/webhooks/post.js';

let server: Server;
let port = 0;
let behave: (socket: Socket, text: string) => void = () => undefined;
const sockets = new Set<Socket>();

beforeAll(async () => {
  server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', (data) => behave(socket, data.toString()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  port = typeof address === 'object' && address ? address.port : 0;
});

afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => server.close(resolve));
});

/** The name of the target leads nowhere: who asked for it would fail. */
function send(signal = new AbortController().signal, to = port): Promise<PostOutcome> {
  const network = { ownRanges: [], addressesOf: () => Promise.reject(new Error('no name is asked')), connect: () => connect({ host: '127.0.0.1', port: to }) };
  return post({ url: new URL('http://nowhere.invalid:8080/in?q=1'), address: '10.8.0.9', port: 8_080 }, { 'webhook-id': 'evt_1' }, '{"值":1}', network, signal);
}

test('one request, on a connection of its own to the address that was judged; no name is asked', async () => {
  let seen = '';
  behave = (socket, text) => {
    seen = text;
    socket.end('HTTP/1.1 204 No Content\r\nRetry-After: 7\r\n\r\n');
  };
  expect(await send()).toEqual({ status: 204, body: '', retryAfter: '7' });
  const [head = '', body] = seen.split('\r\n\r\n');
  expect(head.split('\r\n')[0]).toBe('POST /in?q=1 HTTP/1.1');
  expect(head.toLowerCase()).toContain('\r\nhost: nowhere.invalid:8080');
  expect(head.toLowerCase()).toContain('\r\nconnection: close');
  expect(head.toLowerCase()).toContain(`\r\ncontent-length: ${Buffer.byteLength('{"值":1}')}`);
  expect(body).toBe('{"值":1}');
});

test('a redirect is an answer like any other and followed nowhere', async () => {
  let asked = 0;
  behave = (socket) => {
    asked += 1;
    socket.end('HTTP/1.1 307 Temporary Redirect\r\nLocation: http://127.0.0.1/\r\nContent-Length: 0\r\n\r\n');
  };
  expect(await send()).toMatchObject({ status: 307 });
  expect(asked).toBe(1);
});

test('an answer without end is not read on: its status counts', async () => {
  behave = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = (): void => {
      while (socket.writable && socket.write('10000\r\n' + 'x'.repeat(0x10000) + '\r\n'));
    };
    socket.on('drain', more);
    more();
  };
  const outcome = await send();
  expect(outcome).toMatchObject({ status: 200 });
  expect('body' in outcome && outcome.body.length).toBeLessThanOrEqual(16 * 1024);
});

test('nobody there, an answer that is none, one that breaks off, a header without end', async () => {
  behave = (socket) => socket.destroy();
  expect(await send()).toEqual({ fault: 'CONNECTION' });
  behave = (socket) => socket.end('SSH-2.0-OpenSSH_9.6\r\n');
  expect(await send()).toEqual({ fault: 'CONNECTION' });
  behave = (socket) => {
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf');
    setImmediate(() => socket.destroy());
  };
  expect(await send()).toEqual({ fault: 'ANSWER_UNREADABLE' });
  behave = (socket) => socket.write(`HTTP/1.1 200 OK\r\nx: ${'y'.repeat(100_000)}`);
  expect(await send()).toEqual({ fault: 'CONNECTION' });
  expect(await send(undefined, 1)).toEqual({ fault: 'CONNECTION' });
});

test('a receiver that is silent, or tells one byte at a time, is cut after ten seconds', async () => {
  const begin = performance.now();
  behave = (socket) => {
    const drip = setInterval(() => socket.write('H'), 200);
    socket.once('close', () => clearInterval(drip));
    socket.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
  };
  const silent = send();
  expect(await silent).toEqual({ fault: 'TIMEOUT' });
  expect(performance.now() - begin).toBeGreaterThan(9_000);
}, 30_000);

test('whoever no longer wants it cuts it', async () => {
  const stop = new AbortController();
  behave = () => stop.abort();
  expect(await send(stop.signal)).toEqual({ fault: 'CONNECTION' });
  expect(await send(stop.signal)).toEqual({ fault: 'CONNECTION' });
});
