import pg from 'pg';

/** A named, prepared statement. The name is a digest of the text, so a name never stands for two texts. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** A statement with its values, in the text form of the wire protocol; null is SQL NULL. */
export interface BoundStatement {
  readonly statement: Statement;
  readonly values: (string | null)[];
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
 * Several statements in one implicit transaction: Bind and Execute each, one Sync at the end, no BEGIN or COMMIT. With
 * repeatable read all of them see one snapshot, and transaction-local settings end with the Sync, also after an error.
 *
 * It extends pg's own Query because a pipelining client refuses other submittables: they might keep a portal open
 * across round trips. This one never does. It asks for no row description: the plan knows its columns.
 */
export class Envelope extends pg.Query {
  readonly #statements: readonly BoundStatement[];
  readonly #results: Row[][];
  readonly #settle: (error: Error | null, results: readonly (readonly Row[])[]) => void;
  #current = 0;
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
    connection.stream.cork();
    try {
      for (const { statement, values } of this.#statements) {
        const state = known.get(statement.name);
        if (state !== 'sent') {
          // Closing a statement that does not exist is no error; parsing one that does is.
          if (state === 'doubtful') connection.close({ type: 'S', name: statement.name }, true);
          connection.parse({ name: statement.name, text: statement.text, types: [] }, true);
          known.set(statement.name, 'sent');
        }
        connection.bind({ statement: statement.name, values }, true);
        connection.execute(null, true);
      }
      connection.sync();
    } finally {
      connection.stream.uncork();
    }
  };

  handleDataRow(message: DataRowMessage): void {
    this.#results[this.#current]?.push(message.fields);
  }

  handleCommandComplete(): void {
    this.#current += 1;
  }

  handleEmptyQuery(): void {
    this.#current += 1;
  }

  /** What came before the failed statement was parsed; the rest of the group is in doubt. */
  handleError(error: Error): void {
    const known = this.#connection ? prepared.get(this.#connection) : undefined;
    for (const { statement } of this.#statements.slice(this.#current)) known?.set(statement.name, 'doubtful');
    this.#settle(error, []);
  }

  handleReadyForQuery(): void {
    this.#settle(null, this.#results);
  }
}
