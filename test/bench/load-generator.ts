import { connect, type Socket } from 'node:net';
import { stdin, stdout } from 'node:process';
import { text } from 'node:stream/consumers';
import { loadOrder, marks, type LoadOrder, type LoadResult } from './load.js';

/*
 * Closed-loop HTTP/1.1 load over keep-alive sockets, one request in flight on each, in a process of its own. It parses
 * no more than where an answer ends and how it starts, so that it costs little beside the server.
 * Reads one LoadOrder as JSON from standard input; prints the marks and one LoadResult as JSON.
 */

const HEAD_END = Buffer.from('\r\n\r\n');
const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** One answer after the other as they come in on one socket. */
class Answers {
  #pieces: Buffer[] = [];
  #length = 0;
  #head: { status: number; bodyStart: number; total: number | null } | null = null;

  /** Takes bytes; returns the answer they finish, or null while more is to come. */
  take(bytes: Buffer): { ok: boolean; body: Buffer } | null {
    this.#pieces.push(bytes);
    this.#length += bytes.length;
    this.#head ??= this.#readHead();
    const head = this.#head;
    if (!head || (head.total !== null && this.#length < head.total)) return null;
    const whole = this.#whole();
    if (head.total === null && !whole.subarray(-LAST_CHUNK.length).equals(LAST_CHUNK)) return null;
    const body = whole.subarray(head.bodyStart);
    this.#pieces = [];
    this.#length = 0;
    this.#head = null;
    return { ok: head.status === 200, body: head.total === null ? unchunked(body) : body };
  }

  #whole(): Buffer {
    const [first] = this.#pieces;
    if (first && this.#pieces.length === 1) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  #readHead(): { status: number; bodyStart: number; total: number | null } | null {
    const whole = this.#whole();
    const end = whole.indexOf(HEAD_END);
    if (end < 0) return null;
    const lines = whole.toString('latin1', 0, end);
    const length = /\r\ncontent-length: *(\d+)/i.exec(lines)?.[1];
    const bodyStart = end + HEAD_END.length;
    return {
      status: Number(lines.slice(9, 12)),
      bodyStart,
      total: length === undefined ? null : bodyStart + Number(length),
    };
  }
}

function unchunked(body: Buffer): Buffer {
  const parts: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = body.indexOf('\r\n', at);
    const size = parseInt(body.toString('latin1', at, lineEnd), 16);
    if (!(size > 0)) return Buffer.concat(parts);
    parts.push(body.subarray(lineEnd + 2, lineEnd + 2 + size));
    at = lineEnd + 2 + size + 2;
  }
}

function requestsOf(order: LoadOrder): Buffer[] {
  const url = new URL(order.url);
  const headers = Object.entries({ host: url.host, 'content-type': 'application/json', ...order.headers });
  const head = [`POST ${url.pathname} HTTP/1.1`, ...headers.map(([name, value]) => `${name}: ${value}`)].join('\r\n');
  return order.requests.map(({ body, authorization }) => {
    const bearer = authorization === undefined ? '' : `\r\nauthorization: ${authorization}`;
    return Buffer.from(`${head}${bearer}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);
  });
}

const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

/** Runs one order to its end. `mark` hears when counting begins and ends. */
async function load(order: LoadOrder, mark: (line: string) => void): Promise<LoadResult> {
  const requests = requestsOf(order);
  const start = Buffer.from(order.expectedStart);
  const latencies: number[] = [];
  let next = order.offset;
  let counting = false;
  let ended = false;
  let failures = 0;
  let firstFailure: string | null = null;
  let bodyBytes = 0;

  const run = (socket: Socket): Promise<void> =>
    new Promise((resolve, reject) => {
      const answer = new Answers();
      let sentAt = 0;
      const send = (): void => {
        const request = requests[next++ % requests.length];
        sentAt = performance.now();
        if (request) socket.write(request);
      };
      socket.on('error', reject);
      socket.on('close', () => {
        if (ended) resolve();
        else reject(new Error('the server closed a keep-alive connection'));
      });
      socket.on('data', (bytes) => {
        const done = answer.take(bytes);
        if (!done) return;
        if (counting) {
          latencies.push(performance.now() - sentAt);
          bodyBytes += done.body.length;
        }
        if (!done.ok || !done.body.subarray(0, start.length).equals(start)) {
          failures++;
          firstFailure ??= done.body.toString('utf8', 0, 300);
        }
        if (ended) socket.end();
        else send();
      });
      send();
    });

  const { hostname, port } = new URL(order.url);
  const sockets = Array.from({ length: order.connections }, () => connect({ host: hostname, port: Number(port), noDelay: true }));
  const finished = Promise.all(sockets.map(run));
  const pause = (seconds: number): Promise<unknown> =>
    Promise.race([finished, new Promise((resolve) => setTimeout(resolve, seconds * 1000))]);

  await pause(order.warmUp);
  counting = true;
  mark(marks.begin);
  const [began, cpuBefore] = [performance.now(), process.cpuUsage()];
  await pause(order.seconds);
  counting = false;
  mark(marks.end);
  const [seconds, cpu] = [(performance.now() - began) / 1000, process.cpuUsage(cpuBefore)];
  ended = true;
  await finished;
  const sorted = Float64Array.from(latencies).sort();
  return {
    requests: latencies.length,
    failures,
    firstFailure,
    seconds,
    bodyBytes,
    latency: { p50: percentile(sorted, 0.5), p99: percentile(sorted, 0.99) },
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
  };
}

const order = loadOrder.parse(JSON.parse(await text(stdin)));
const result = await load(order, (line) => stdout.write(`${line}\n`));
stdout.write(`${JSON.stringify(result)}\n`);
