import { randomInt } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { addPermits, addSubject } from './registry-rows.js';

/** An event as the subscriber has to see it. */
export interface Visible {
  readonly kind: 'ENTERED' | 'CHANGED' | 'LEFT';
  readonly documentNo: string;
  /** Of the permit after the change, unique to the change; null when it left. */
  readonly certificateNo: string | null;
}

/** A transaction whose commit was asked for. Unacknowledged: the answer was lost, so it may or may not have happened. */
export interface Journaled {
  readonly events: readonly Visible[];
  readonly asked: number;
  acknowledged: number | null;
}

/** Milliseconds between transactions of one writer: fast enough that blows fall into commits. */
const pause = 40;

/**
 * Writers that go on through every crash, each on rows of its own, and keep a journal of what the server acknowledged.
 * A writer whose commit is in doubt leaves those rows alone from then on.
 */
export class KillWriters {
  readonly journal: Journaled[] = [];
  /** Numbers of permits that are committed for certain and were not touched since. */
  readonly documents: string[] = [];
  readonly #config: pg.ClientConfig;
  readonly #dawdle: number;
  readonly #held: () => boolean;
  readonly #stop = new AbortController();
  #tick = 0;
  #count = 0;
  #open = 0;
  #running: Promise<unknown> = Promise.resolve();
  #failure: unknown = null;

  /**
   * `dawdle`: most milliseconds a transaction stays open before it ends, at random. `held`: whether a reader is so far
   * behind that nothing more is begun.
   */
  constructor(config: pg.ClientConfig, dawdle = 0, held: () => boolean = () => false) {
    this.#config = config;
    this.#dawdle = dawdle;
    this.#held = held;
  }

  start(writers: number): void {
    const noteFailure = (error: unknown): void => void (this.#failure ??= error);
    this.#running = Promise.all(Array.from({ length: writers }, (_, i) => this.#write(`w${i}`).catch(noteFailure)));
  }

  /** Throws what no crash explains. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#failure !== null) throw new Error('a writer failed', { cause: this.#failure });
  }

  /** Commits acknowledged so far. */
  get acknowledged(): number {
    return this.journal.filter((commit) => commit.acknowledged !== null).length;
  }

  /** Transactions that have written and not ended. */
  get open(): number {
    return this.#open;
  }

  /** Whose events a reader must have, but may not have yet: a permit of the commit acknowledged last. */
  get newest(): string | null {
    return this.documents.at(-1) ?? null;
  }

  #goesOn(): boolean {
    return !this.#stop.signal.aborted;
  }

  async #write(name: string): Promise<void> {
    while (this.#goesOn()) {
      const client = new pg.Client({ ...this.#config, connectionTimeoutMillis: 2_000 });
      client.on('error', () => undefined);
      try {
        await client.connect();
        const holderId = await addSubject(client, name);
        let permits: string[] = [];
        while (this.#goesOn()) {
          while (this.#held() && this.#goesOn()) await delay(pause);
          this.#open += 1;
          permits = await this.#transaction(client, name, holderId, permits).finally(() => (this.#open -= 1));
          await delay(pause);
        }
      } catch (error) {
        if (!isCrash(error)) throw error;
        await delay(pause);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** Adds two permits and hidden ones, changes one, lets one leave; some roll back to a savepoint, every fourth altogether. */
  async #transaction(client: pg.Client, name: string, holderId: string, permits: readonly string[]): Promise<string[]> {
    const turn = (this.#count += 1);
    const text = (k: number): string => `${name}-${turn}-${k}`;
    const [left, changed, ...kept] = permits;
    const events: Visible[] = [];
    await client.query('BEGIN');
    await addPermits(client, [
      { documentNo: text(1), holderId, certificateNo: text(1) },
      { documentNo: text(2), holderId, certificateNo: text(2), district: '120116', item: 'P02' },
      { documentNo: text(3), holderId, certificateNo: text(3), item: 'US-H2B' },
    ]);
    for (const k of [1, 2]) events.push({ kind: 'ENTERED', documentNo: text(k), certificateNo: text(k) });
    if (changed !== undefined) {
      await client.query('UPDATE hub.permit SET certificate_no = $2 WHERE document_no = $1', [changed, text(4)]);
      events.push({ kind: 'CHANGED', documentNo: changed, certificateNo: text(4) });
      await client.query('UPDATE hub.permit SET content = $2 WHERE document_no = $1', [changed, text(5)]);
    }
    if (left !== undefined) {
      await (turn % 2 === 0
        ? client.query('DELETE FROM hub.permit WHERE document_no = $1', [left])
        : client.query(`UPDATE hub.permit SET item = 'US-H2B' WHERE document_no = $1`, [left]));
      events.push({ kind: 'LEFT', documentNo: left, certificateNo: null });
    }
    if (turn % 3 === 1) {
      // What stood behind a savepoint that is given up was never there.
      await client.query('SAVEPOINT s');
      await addPermits(client, [{ documentNo: text(6), holderId, certificateNo: text(6) }]);
      await client.query('UPDATE hub.permit SET certificate_no = $2 WHERE document_no = $1', [text(1), text(7)]);
      await client.query('ROLLBACK TO SAVEPOINT s');
    }
    await delay(randomInt(this.#dawdle + 1));
    if (turn % 4 === 3) {
      await client.query('ROLLBACK');
      return [...permits];
    }
    const journaled: Journaled = { events, asked: (this.#tick += 1), acknowledged: null };
    this.journal.push(journaled);
    await client.query('COMMIT');
    journaled.acknowledged = this.#tick += 1;
    this.documents.push(text(1), text(2));
    return [...kept, ...(changed === undefined ? [] : [changed]), text(1), text(2)];
  }
}

const failure = z.object({ code: z.string().optional(), message: z.string() });

/** Whether an error means that the server or the connection went away. */
function isCrash(error: unknown): boolean {
  // Read by its members: errors of Node's sockets are of another realm than the test's own `Error`.
  const { code = '', message } = failure.parse(error);
  return /^(08|57P|ECONN|EPIPE)/.test(code) || /terminated|timeout|connection/i.test(message);
}
