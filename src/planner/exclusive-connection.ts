import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import type { Principal } from '../boundary/declaration.js';
import { cancelRequests } from '../database/cancel-request.js';
import { pipelined, submit, type BoundStatement, type Row } from '../database/envelope.js';
import { requestAbandoned } from './read-error.js';

/** A cancelled statement answers within a millisecond or two; one that did not was not reached by the signal. */
const cancelAgainMs = 50;

const connectionTimeoutMillis = 10_000;

/** A session notices within this time that its hub is gone; without it a statement runs to its end for nobody. */
const noticeLossMs = 1_000;

/** A connection that one call holds at a time, so that what it runs can be cancelled without hitting anybody else. */
export class ExclusiveConnection {
  readonly principal: Principal;
  readonly #client: pg.Client;
  #requestCancel: () => Promise<boolean> = () => Promise.resolve(false);
  #usable = true;
  /** Until the server is ready again after what runs now; null while nothing runs. */
  #answered: Promise<void> | null = null;
  #cancelling: Promise<void> | null = null;

  private constructor(principal: Principal, client: pg.Client) {
    this.principal = principal;
    this.#client = client;
  }

  /** `lost` is told when the connection has ended, by whomever. */
  static async open(principal: Principal, config: pg.ClientConfig, lost: (connection: ExclusiveConnection) => void): Promise<ExclusiveConnection> {
    const client = new pg.Client(pipelined({ ...config, connectionTimeoutMillis }));
    const connection = new ExclusiveConnection(principal, client);
    const drop = (): void => {
      connection.#usable = false;
      lost(connection);
    };
    client.on('error', drop);
    client.on('end', drop);
    await client.connect();
    connection.#requestCancel = cancelRequests(client);
    // Not among the options of the session: where the system cannot do it, the server refuses the value.
    await client.query(`SELECT set_config('client_connection_check_interval', '${noticeLossMs}', false)`).catch(() => undefined);
    return connection;
  }

  /** Whether another call may take it. */
  get usable(): boolean {
    return this.#usable && this.#answered === null;
  }

  /**
   * Rows of each statement, in order. Settles when the server is ready again and no request to cancel is under way: only
   * then may another call have the connection. Throws ReadError REQUEST_ABANDONED when it was cancelled.
   */
  async run(envelope: readonly BoundStatement[], signal?: AbortSignal): Promise<readonly (readonly Row[])[]> {
    if (signal?.aborted === true) throw requestAbandoned();
    this.#answered = this.#untilReady();
    const cancel = (): void => this.cancel();
    signal?.addEventListener('abort', cancel, { once: true });
    try {
      return await submit(this.#client, envelope);
    } catch (error) {
      throw this.#cancelling ? requestAbandoned() : error;
    } finally {
      signal?.removeEventListener('abort', cancel);
      await this.#answered;
      this.#answered = null;
      await this.#cancelling;
      this.#cancelling = null;
    }
  }

  /** Cancels what runs, if anything does. */
  cancel(): void {
    if (this.#answered) this.#cancelling ??= this.#cancel(this.#answered);
  }

  /** Ends the session; nothing may be running. */
  async close(): Promise<void> {
    this.#usable = false;
    await this.#client.end().catch(() => undefined);
  }

  async #cancel(answered: Promise<void>): Promise<void> {
    while (this.#answered === answered) {
      if (!(await this.#requestCancel())) this.#usable = false;
      await Promise.race([answered, delay(cancelAgainMs)]);
    }
  }

  /** pg says `drain` when the server is ready and nothing is left to answer, also after an error. */
  #untilReady(): Promise<void> {
    return new Promise((resolve) => {
      const ready = (): void => {
        this.#client.off('drain', ready);
        this.#client.off('end', ready);
        resolve();
      };
      this.#client.on('drain', ready);
      this.#client.on('end', ready);
    });
  }
}
