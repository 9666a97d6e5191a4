import type { Viewer } from '../access/viewer.js';
import type { Principal } from '../boundary/declaration.js';
import type { HubDatabase } from '../database/database.js';
import type { BoundStatement, Row } from '../database/envelope.js';
import { ExclusiveConnection } from './exclusive-connection.js';
import { Places, type PlaceLimits } from './places.js';
import { requestAbandoned } from './read-error.js';
import { exclusiveConfig } from './reader-session.js';

/**
 * Three calls at a time, two of one agency: on two cores a third already competes with the small plans, and without it two
 * long reads of one agency would hold up everybody (docs/decisions/2026-11-22-exclusive-connections.md has the
 * measurement). Waiting is bounded so that a caller's own time limit of a minute covers it and the statement.
 */
export const exclusiveLimits: PlaceLimits = { places: 3, perAgency: 2, waiting: 64, waitingPerAgency: 16, waitMs: 10_000 };

/**
 * Connections for reads of unknown cost, each held by one call at a time. A connection belongs to one viewer class: it has
 * that class's reader role. There are never more of them than places; where one of another class is needed, the one
 * longest idle is closed for it.
 */
export class ExclusivePool {
  readonly #database: HubDatabase;
  readonly #places: Places;
  readonly #most: number;
  /** Longest idle first. */
  readonly #idle: ExclusiveConnection[] = [];
  readonly #busy = new Set<ExclusiveConnection>();
  /** Connections that are open or being opened. */
  #open = 0;
  #closed = false;

  constructor(database: HubDatabase, limits: PlaceLimits = exclusiveLimits) {
    this.#database = database;
    this.#places = new Places(limits);
    this.#most = limits.places;
  }

  /**
   * Rows of each statement, in order. An abort drops the call from the queue or cancels its statement.
   * Throws ReadError QUEUE_FULL, QUEUE_TIMEOUT or REQUEST_ABANDONED, and what the database throws.
   */
  async run({ principal, agency }: Viewer, envelope: readonly BoundStatement[], signal?: AbortSignal): Promise<readonly (readonly Row[])[]> {
    await this.#places.take(agency, signal);
    try {
      const connection = await this.#connectionOf(principal);
      this.#busy.add(connection);
      try {
        if (this.#closed) throw requestAbandoned();
        return await connection.run(envelope, signal);
      } finally {
        this.#busy.delete(connection);
        this.#putBack(connection);
      }
    } finally {
      this.#places.give(agency);
    }
  }

  /** Refuses those who wait, cancels what runs, and ends all connections. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#places.close();
    for (const connection of this.#busy) connection.cancel();
    await Promise.all(this.#idle.splice(0).map((connection) => connection.close()));
  }

  async #connectionOf(principal: Principal): Promise<ExclusiveConnection> {
    const own = this.#idle.findIndex((connection) => connection.principal === principal);
    const [ready] = own < 0 ? [] : this.#idle.splice(own, 1);
    if (ready) return ready;
    // Whoever holds a place without a connection finds an idle one to replace: places and connections are as many.
    const replaced = this.#open >= this.#most ? this.#idle.shift() : undefined;
    if (!replaced) this.#open += 1;
    try {
      await replaced?.close();
      return await ExclusiveConnection.open(principal, exclusiveConfig(this.#database, principal), (lost) => this.#forget(lost));
    } catch (error) {
      this.#open -= 1;
      throw error;
    }
  }

  #putBack(connection: ExclusiveConnection): void {
    if (connection.usable && !this.#closed) {
      this.#idle.push(connection);
    } else {
      this.#open -= 1;
      void connection.close(); // a server out of reach must not keep the place
    }
  }

  /** An idle connection that the server ended; one that is held is dropped when it comes back. */
  #forget(connection: ExclusiveConnection): void {
    const at = this.#idle.indexOf(connection);
    if (at < 0) return;
    this.#idle.splice(at, 1);
    this.#open -= 1;
  }
}
