import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { waitFor } from '../support/wait-for.js';
import { EventStream } from './event-stream.js';
import { expectJournal, visibleByLog } from './journal-oracle.js';
import { KillWriters, type Visible } from './kill-writers.js';
import { RunningHub } from './running-hub.js';

/* 50 writers with random delays, rollbacks and savepoints; readers over both transports that stop and resume at random. */

const writersAtOnce = 50;
const readersAtOnce = 12;
const commits = Number(process.env['READER_COMMITS'] ?? 400);

const query = `subscription ($after: String) { permitChanged(after: $after) { kind number cursor documentNo permit { certificateNo } } }`;

interface Told {
  readonly kind: string;
  readonly number: number;
  readonly cursor: string;
  readonly documentNo: string | null;
  readonly permit: { readonly certificateNo: string | null } | null;
}

let running: RunningHub;

afterEach(() => running.close());

/** A reader that goes on from its last cursor whenever it stopped; keeps what it was told. */
class Reader {
  readonly told: Told[] = [];
  /** How often it came back. */
  resumed = -1;
  #over = false;

  constructor(
    readonly over: 'SSE' | 'WebSocket',
    readonly token: string,
  ) {}

  stop(): void {
    this.#over = true;
  }

  async run(): Promise<void> {
    while (!this.#over) {
      this.resumed += 1;
      // Some leave in the middle of everything, some stay for long; some are away longer than others remember.
      const patience = 1 + (randomInt(4) > 0 ? randomInt(100) : randomInt(600));
      await (this.over === 'SSE' ? this.#events(patience) : this.#messages(patience));
      await delay(randomInt(8) === 0 ? randomInt(1_500) : randomInt(30));
    }
  }

  async #events(patience: number): Promise<void> {
    const stream = await EventStream.open(running.hub.url, this.token, query, { after: this.#cursor });
    const leave = setInterval(() => {
      if (this.#over) stream.close();
    }, 50);
    try {
      for (let left = patience; left > 0 && !this.#over; left -= 1) {
        const frame = await stream.next();
        if (frame === null) throw new Error('the stream ended by itself');
        this.#take(JSON.parse(frame.data) as { data: { permitChanged: Told } });
      }
    } catch (error) {
      if (!this.#over) throw error;
    } finally {
      clearInterval(leave);
      stream.close();
    }
  }

  async #messages(patience: number): Promise<void> {
    const client = createClient({
      url: running.hub.url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${this.token}` }, retryAttempts: 0,
    });
    const stream = client.iterate<{ permitChanged: Told }>({ query, variables: { after: this.#cursor } });
    const leave = setInterval(() => {
      if (this.#over) void stream.return?.();
    }, 50);
    try {
      let left = patience;
      for await (const { data } of stream) {
        if (!data) throw new Error('the stream ended by itself');
        this.#take({ data });
        left -= 1;
        if (left <= 0) break;
      }
    } finally {
      clearInterval(leave);
      await client.dispose();
    }
  }

  get #cursor(): string | null {
    return this.told.at(-1)?.cursor ?? null;
  }

  #take({ data: { permitChanged: change } }: { data: { permitChanged: Told } }): void {
    // A stream that goes on begins with the number it stopped at.
    if (change.kind === 'OPENED' && this.told.length > 0) expect(change.number).toBe(this.told.at(-1)?.number);
    this.told.push(change);
  }

  get events(): readonly Told[] {
    return this.told.filter(({ kind }) => kind !== 'OPENED' && kind !== 'HEARTBEAT');
  }
}

test(`${writersAtOnce} writers, ${readersAtOnce} readers that stop and resume: each is told every committed event once, in one order`, async () => {
  running = await RunningHub.start({ heartbeatMs: 200 });
  const token = await running.token('MUNI_HRSS');
  const readers = Array.from({ length: readersAtOnce }, (_, i) => new Reader(i % 2 === 0 ? 'SSE' : 'WebSocket', token));
  const reading = Promise.all(readers.map((reader) => reader.run()));
  const failed: unknown[] = [];
  reading.catch((error: unknown) => failed.push(error));
  await waitFor('all to be open', () => readers.every(({ told }) => told.length > 0));
  const writers = new KillWriters(running.database.clientConfig(), 30);
  writers.start(writersAtOnce);
  await waitFor('the commits', () => writers.acknowledged >= commits || failed.length > 0, 120);
  await writers.stop();
  expect(failed).toEqual([]);

  const expected = await visibleByLog(running.database.pool());
  await waitFor('everybody to catch up', () => readers.every(({ events }) => events.length >= expected.length) || failed.length > 0, 60);
  for (const reader of readers) reader.stop();
  await reading;
  expectJournal(expected, writers.journal);
  for (const { events } of readers) {
    expect(events.map(({ number }) => number)).toEqual(expected.map((_, i) => i + 1));
    const seen = events.map(({ kind, documentNo, permit }) => ({ kind, documentNo, certificateNo: permit?.certificateNo ?? null }));
    expect(seen).toEqual(expected satisfies readonly Visible[]);
  }
  expect(readers.reduce((sum, { resumed }) => sum + resumed, 0)).toBeGreaterThan(readersAtOnce);
}, 200_000);
