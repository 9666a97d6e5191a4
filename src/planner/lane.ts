import { isNativeError } from 'node:util/types';
import pg from 'pg';
import type { Principal } from '../boundary/declaration.js';
import type { HubDatabase } from '../database/database.js';
import { pipelined, submit, type BoundStatement, type Row } from '../database/envelope.js';
import { readerConfig } from './reader-session.js';

/**
 * Pipelined connections per viewer class. Two keep both cores of a small machine busy; more only add switching
 * (reference measurement: ten connections lose up to a third on point look-ups).
 */
export const connectionsPerClass = 2;

/** SQLSTATE classes and Node codes that mean "the connection is gone", not "the statement is wrong". */
export function isConnectionLoss(error: Error & { code?: string }): boolean {
  return error.code === undefined || /^(08|57P0|ECONN|EPIPE)/.test(error.code);
}

interface OpenConnection {
  readonly client: pg.Client;
  /** When it last finished a group; groups run one after the other. Milliseconds of `performance.now()`. */
  finishedAt: number;
}

/** Told of every group that was answered: how long it had the connection to itself, milliseconds. */
export type Observer = (statements: readonly BoundStatement[], milliseconds: number) => void;

/**
 * The pipelined connections of one viewer class. Requests of one turn of the event loop take the same one, so that they
 * leave in one write; turns alternate.
 */
export class Lane {
  readonly #connecting: (Promise<OpenConnection> | null)[] = Array.from({ length: connectionsPerClass }, () => null);
  readonly #open: (OpenConnection | null)[] = Array.from({ length: connectionsPerClass }, () => null);
  readonly #config: pg.ClientConfig;
  readonly #observe: Observer;
  #turn = 0;
  #slot: number | null = null;

  constructor(database: HubDatabase, principal: Principal, observe: Observer) {
    this.#config = readerConfig(database, principal);
    this.#observe = observe;
  }

  send(settings: BoundStatement, statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
    if (this.#slot === null) {
      this.#turn = (this.#turn + 1) % connectionsPerClass;
      this.#slot = this.#turn;
      setImmediate(() => (this.#slot = null));
    }
    const slot = this.#slot;
    const open = this.#open[slot];
    if (open) return this.#submit(slot, open, settings, statements);
    return this.#connect(slot).then((connection) => this.#submit(slot, connection, settings, statements));
  }

  #submit(slot: number, open: OpenConnection, settings: BoundStatement, statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
    const sentAt = performance.now();
    return submit(open.client, [settings, ...statements]).then(
      (results) => {
        const now = performance.now();
        this.#observe(statements, now - Math.max(sentAt, open.finishedAt));
        open.finishedAt = now;
        return results.slice(1);
      },
      (error: unknown) => {
        open.finishedAt = performance.now();
        // A server that ends a session says so before the socket closes; its connection must not be taken again meanwhile.
        if (isNativeError(error) && isConnectionLoss(error) && this.#open[slot] === open) {
          this.#open[slot] = null;
          this.#connecting[slot] = null;
          open.client.end().catch(() => undefined);
        }
        throw error;
      },
    );
  }

  async close(): Promise<void> {
    const connecting = this.#connecting.filter((connection) => connection !== null);
    const connections = await Promise.allSettled(connecting);
    await Promise.all(connections.flatMap((connection) => (connection.status === 'fulfilled' ? [connection.value.client.end()] : [])));
  }

  #connect(slot: number): Promise<OpenConnection> {
    const pending = this.#connecting[slot];
    if (pending) return pending;
    const client = new pg.Client(pipelined(this.#config));
    const forget = (): void => {
      if (this.#connecting[slot] !== connecting) return; // a client may end long after another one took its slot
      this.#open[slot] = null;
      this.#connecting[slot] = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    const connecting = client.connect().then(
      () => (this.#open[slot] = { client, finishedAt: 0 }),
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    this.#connecting[slot] = connecting;
    return connecting;
  }
}
