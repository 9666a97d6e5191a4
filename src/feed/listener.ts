import pg from 'pg';
import type { HubDatabase } from '../database/database.js';

/** Longest time between looks at the log when no notification comes: a lost LISTEN connection only delays. */
const pollMs = 1_000;

/** Wakes streams when transactions got their positions in the log. */
export class FeedListener {
  readonly #database: HubDatabase;
  readonly #connected: () => Promise<void>;
  readonly #waiting = new Set<() => void>();
  readonly #following = new Set<() => void>();
  #client: pg.Client | null = null;
  #count = 0;
  #ignored: number | null = null;
  #retry: NodeJS.Timeout | null = null;
  #closed = false;
  #opening: Promise<void> | null = null;

  /** `connected` runs before every (re)connection counts: the server may be another one than before. */
  constructor(database: HubDatabase, connected: () => Promise<void> = () => Promise.resolve()) {
    this.#database = database;
    this.#connected = connected;
  }

  /** Throws where notifications cannot be had now; nothing is tried again then. */
  async open(): Promise<void> {
    const client = new pg.Client(this.#database.clientConfig());
    client.on('notification', ({ processId }) => {
      if (processId !== this.#ignored) this.wake();
    });
    const session = { lost: false };
    for (const event of ['error', 'end'] as const) {
      client.on(event, () => {
        session.lost = true;
        this.#lost(client);
      });
    }
    await client.connect();
    try {
      await client.query('LISTEN hub_feed');
      await this.#connected();
      if (session.lost) throw new Error('the connection was lost');
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    if (this.#closed) return client.end(); // closed while a reconnection was under way
    this.#client = client;
    this.wake();
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.wake();
    this.#following.clear();
    await this.#opening;
    await this.#client?.end();
  }

  /** Calls back at every notification, as long as the listener is open. */
  follow(heard: () => void): void {
    this.#following.add(heard);
  }

  /** A mark to wait behind: what was notified after it was taken ends the wait at once. */
  heard(): number {
    return this.#count;
  }

  /** Resolves at the first notification behind `mark`, after `atMostMs`, after the poll time, or when aborted. */
  wait(mark: number, atMostMs: number, signal: AbortSignal): Promise<void> {
    if (this.#count !== mark || signal.aborted || this.#closed) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        this.#waiting.delete(done);
        resolve();
      };
      const timer = setTimeout(done, Math.max(1, Math.min(atMostMs, pollMs)));
      signal.addEventListener('abort', done, { once: true });
      this.#waiting.add(done);
    });
  }

  /** Whether notifications arrive; without them streams look at the log once a second. */
  get connected(): boolean {
    return this.#client !== null;
  }

  /** Notifications of this session are not heard: its owner, in this process, wakes by itself. */
  ignore(processId: number | null): void {
    this.#ignored = processId;
  }

  /** Ends all waits. */
  wake(): void {
    this.#count += 1;
    for (const heard of this.#following) heard();
    for (const done of [...this.#waiting]) done();
  }

  /** A connection that counted is replaced; one that never did is whoever's opened it. */
  #lost(client: pg.Client): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#reconnect();
  }

  #reconnect(): void {
    if (this.#closed) return;
    this.#retry = setTimeout(() => {
      this.#opening = this.open().catch(() => this.#reconnect());
    }, 250);
  }
}
