import pg from 'pg';
import { serialize } from 'pg-protocol';
import type { PackedStatement } from './packed-rows.js';
import { RowCells } from './row-cells.js';

/** A named, prepared statement. The name is a digest of the text, so a name never stands for two texts. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** Takes the rows of a statement as they come. Opened before each attempt: a read repeated elsewhere starts anew. */
export interface RowSink {
  open(): void;
  row(row: RowCells): void;
  /** The last row was there. */
  close(): void;
}

/** A statement with its values, in the text form of the wire protocol; null is SQL NULL. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly values: (string | null)[];
  /** Set where `statement` is the packed form of it: rows arrive as one text each and are taken apart here. */
  readonly packing?: PackedStatement;
  /** Where its rows go; without one they are collected. */
  readonly sink?: RowSink;
}

/** One result row as text cells in column order. */
export type Row = readonly (string | null)[];

interface DataRowMessage {
  readonly fields: Row;
}

/**
 * Statements sent for parsing on a connection: `sent`, or `doubtful` when the group they travelled in failed, so that the
 * server may or may not hold them.
 */
const prepared = new WeakMap<pg.Connection, Map<string, 'sent' | 'doubtful'>>();

/**
 * A connection keeps about this many statements; older ones are closed. Page sizes and selections of callers make new
 * statements without end, and each takes 50 to 200 kB of the server's memory.
 */
const keptStatements = 500;

/**
 * Envelopes of one turn of the event loop leave in one write: a write to a socket costs about 15 µs, as much as running
 * a point look-up's JavaScript.
 */
class Outbox {
  readonly #connection: pg.Connection;
  #messages: Buffer[] = [];

  constructor(connection: pg.Connection) {
    this.#connection = connection;
  }

  send(messages: readonly Buffer[]): void {
    if (this.#messages.length === 0) setImmediate(() => this.#flush());
    this.#messages.push(...messages);
  }

  #flush(): void {
    const bytes = Buffer.concat(this.#messages);
    this.#messages = [];
    if (this.#connection.stream.writable) this.#connection.stream.write(bytes);
  }
}

const outboxes = new WeakMap<pg.Connection, Outbox>();

function outboxOf(connection: pg.Connection): Outbox {
  const known = outboxes.get(connection);
  if (known) return known;
  const made = new Outbox(connection);
  outboxes.set(connection, made);
  return made;
}

/**
 * Several statements in one implicit transaction: Bind and Execute each, one Sync at the end, no BEGIN or COMMIT. With
 * repeatable read all of them see one snapshot, and transaction-local settings end with the Sync, also after an error.
 *
 * It extends pg's own Query because a pipelining client refuses other submittables: they might keep a portal open
 * across round trips. This one never does. It asks for no row description: the plan knows its columns.
 */
class Envelope extends pg.Query {
  readonly #statements: readonly BoundStatement[];
  readonly #results: Row[][];
  readonly #settle: (error: Error | null, results: readonly (readonly Row[])[]) => void;
  #current = 0;
  #failure: Error | null = null;
  #connection: pg.Connection | null = null;

  constructor(
    statements: readonly BoundStatement[],
    settle: (error: Error | null, results: readonly (readonly Row[])[]) => void,
  ) {
    super({ text: '', values: [] });
    this.#statements = statements;
    this.#results = statements.map(() => []);
    this.#settle = settle;
  }

  override submit = (connection: pg.Connection): void => {
    this.#connection = connection;
    const known = prepared.get(connection) ?? new Map<string, 'sent' | 'doubtful'>();
    prepared.set(connection, known);
    const messages: Buffer[] = [];
    if (known.size > keptStatements) {
      const needed = new Set(this.#statements.map(({ statement }) => statement.name));
      for (const name of known.keys()) {
        if (known.size <= keptStatements) break;
        if (needed.has(name)) continue;
        // First in the group, so that no failure of the group can skip it.
        messages.push(serialize.close({ type: 'S', name }));
        known.delete(name);
      }
    }
    for (const { statement, values, sink } of this.#statements) {
      sink?.open();
      const state = known.get(statement.name);
      if (state !== 'sent') {
        // Closing a statement that does not exist is no error; parsing one that does is.
        if (state === 'doubtful') messages.push(serialize.close({ type: 'S', name: statement.name }));
        messages.push(serialize.parse({ name: statement.name, text: statement.text, types: [] }));
        known.set(statement.name, 'sent');
      }
      messages.push(serialize.bind({ statement: statement.name, values }), serialize.execute());
    }
    messages.push(serialize.sync());
    outboxOf(connection).send(messages);
  };

  handleDataRow(message: DataRowMessage): void {
    const bound = this.#statements[this.#current];
    if (!bound || this.#failure !== null) return;
    try {
      const { sink, packing } = bound;
      const row = packing ? RowCells.unpacked(message.fields[0] ?? '', packing.columns) : null;
      if (sink) sink.row(row ?? RowCells.of(message.fields));
      else this.#results[this.#current]?.push(row?.cells() ?? message.fields);
    } catch (error) {
      this.#fail(error);
    }
  }

  handleCommandComplete(): void {
    const sink = this.#statements[this.#current]?.sink;
    try {
      if (this.#failure === null) sink?.close();
    } catch (error) {
      this.#fail(error);
    }
    this.#current += 1;
  }

  handleEmptyQuery(): void {
    this.#current += 1;
  }

  /** A fault of a sink fails its own envelope: thrown here it would end the connection all others share. */
  #fail(cause: unknown): void {
    this.#failure = new SinkFault('a row could not be taken', { cause });
  }

  /** What came before the failed statement was parsed; the rest of the group is in doubt. */
  handleError(error: Error): void {
    const known = this.#connection ? prepared.get(this.#connection) : undefined;
    for (const { statement } of this.#statements.slice(this.#current)) known?.set(statement.name, 'doubtful');
    this.#settle(error, []);
  }

  handleReadyForQuery(): void {
    this.#settle(this.#failure, this.#results);
  }
}

/** A sink failed; its code tells it from the loss of a connection, after which reads are repeated. */
export class SinkFault extends Error {
  readonly code = 'SINK_FAULT';
}

/** Settings of a client that pipelines: what envelopes travel on. The option is newer than the published types. */
export function pipelined(config: pg.ClientConfig): pg.ClientConfig & { readonly pipeline: true } {
  return { ...config, pipeline: true, keepAlive: true };
}

/** Sends an envelope; resolves with the rows of each statement, in order. */
export function submit(client: pg.Client, statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
  return new Promise((resolve, reject) => {
    client.query(
      new Envelope(statements, (error, results) => {
        if (error) reject(error);
        else resolve(results);
      }),
    );
  });
}
