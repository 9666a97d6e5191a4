import { setImmediate as nextTurn } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { GraphQLError } from 'graphql';
import { settingOf } from '../boundary/view-names.js';
import { termValue, type Viewer } from '../access/viewer.js';
import type { Principal } from '../boundary/declaration.js';
import type { Term } from '../boundary/row-conditions.js';
import type { HubDatabase } from '../database/database.js';
import { SinkFault, type BoundStatement, type Row, type Statement } from '../database/envelope.js';
import { AmbiguousText } from '../database/row-cells.js';
import { ExclusivePool } from './exclusive-pool.js';
import { connectionsPerClass, isConnectionLoss, Lane } from './lane.js';
import { PlanPace } from './plan-pace.js';
import { statementTimeout } from './read-error.js';

/** How a read runs. */
export interface RunOptions {
  /** Of unknown cost: it runs on a connection of its own, waits for one where it must, and can be cancelled. */
  readonly adHoc?: boolean;
  /** Aborted when nobody waits for the answer any more. Small reads are not cancelled: others share their connection. */
  readonly signal?: AbortSignal | undefined;
  /** Stays on the shared connections even where it is slow: a stream would break on a full queue. */
  readonly shared?: boolean;
}

/** Options of a planned read. The signal is taken only where it is waited for: making one costs 2 µs. */
export class PlannedRun implements RunOptions {
  readonly adHoc: boolean;
  readonly #caller: Pick<RunOptions, 'signal'>;

  constructor(adHoc: boolean, caller: Pick<RunOptions, 'signal'>) {
    this.adHoc = adHoc;
    this.#caller = caller;
  }

  get signal(): AbortSignal | undefined {
    return this.#caller.signal;
  }
}

/** First in every envelope: the viewer's terms for row security and masks, gone when the envelope ends. */
function termSettings(terms: readonly Term[]): Statement {
  return { name: 'viewer', text: `SELECT ${terms.map((term, i) => `set_config('${settingOf(term)}', $${i + 1}::text, true)`).join(', ')}` };
}

/**
 * The connection lost its prepared statements (26000), the read met a month of the log on its way out (40P01, deadlock),
 * or the connection is lost itself: the same read succeeds elsewhere or later.
 */
function isWorthRepeating(error: Error & { code?: string }): boolean {
  return error.code === '26000' || error.code === '40P01' || isConnectionLoss(error);
}

/** SQLSTATE query_canceled. Small reads are cancelled by nobody but the clock; of an abandoned one the pool says so itself. */
function isTimeout(error: Error & { code?: string }): boolean {
  return error.code === '57014';
}

function nulCharacter(): GraphQLError {
  return new GraphQLError('文本不得含 U+0000 · A text must not contain U+0000.', {
    extensions: { code: 'BAD_USER_INPUT', nextStep: '去掉该字符 · Remove the character.' },
  });
}

/** An exclusive read is repeated once: one that costs its backend the life would cost the next one its life as well. */
const exclusiveRepeats = 1;

/**
 * Runs bound statements for a viewer: on connections whose role is that class's reader role, in one envelope, so
 * that settings and data belong to one snapshot. Small reads share pipelined connections; those of unknown cost, and those
 * that proved slow, run on connections of their own. Reads are repeated when the connection was lost, small ones as often
 * as there are connections: a restart of the server loses all of them at once.
 */
export class Readers {
  readonly #database: HubDatabase;
  readonly #lanes = new Map<Principal, Lane>();
  readonly #exclusive: ExclusivePool;
  readonly #pace = new PlanPace();
  readonly #terms: readonly Term[];
  readonly #settings: Statement;
  #closed = false;

  /** `terms`: what the boundary in force asks of a viewer; each costs a setting in every envelope. */
  constructor(database: HubDatabase, terms: Iterable<Term>) {
    this.#database = database;
    this.#exclusive = new ExclusivePool(database);
    this.#terms = [...terms];
    this.#settings = termSettings(this.#terms);
  }

  /**
   * Rows of each statement, in order. Throws GraphQLError BAD_USER_INPUT for a text PostgreSQL cannot hold, ReadError
   * STATEMENT_TIMEOUT, and for exclusive reads QUEUE_FULL, QUEUE_TIMEOUT and REQUEST_ABANDONED.
   */
  async run(viewer: Viewer, statements: readonly BoundStatement[], options: RunOptions = small): Promise<readonly (readonly Row[])[]> {
    if (statements.some(({ values }) => values.some((value) => value?.includes('\0')))) throw nulCharacter();
    const settings = { statement: this.#settings, values: this.#terms.map((term) => termValue(viewer, term)) };
    const exclusive = options.adHoc === true || (options.shared !== true && this.#pace.isSlow(statements));
    const repeats = exclusive ? exclusiveRepeats : connectionsPerClass;
    for (let attempt = 1; ; attempt += 1) {
      try {
        if (!exclusive) return await this.#laneOf(viewer.principal).send(settings, statements);
        return (await this.#exclusive.run(viewer, [settings, ...statements], options.signal)).slice(1);
      } catch (error) {
        if (!isNativeError(error)) throw error;
        if (error instanceof SinkFault && error.cause instanceof AmbiguousText) return this.run(viewer, statements.map(cellByCell), options);
        if (isTimeout(error)) {
          if (!exclusive) this.#pace.demote(statements);
          throw statementTimeout(exclusive);
        }
        if (attempt > repeats || this.#closed || error instanceof GraphQLError || !isWorthRepeating(error)) throw error;
        await nextTurn(); // lets the loss be noticed, and the next connection be taken
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([this.#exclusive.close(), ...[...this.#lanes.values()].map((lane) => lane.close())]);
    this.#lanes.clear();
  }

  #laneOf(principal: Principal): Lane {
    let lane = this.#lanes.get(principal);
    if (!lane) this.#lanes.set(principal, (lane = new Lane(this.#database, principal, (statements, ms) => this.#pace.ran(statements, ms))));
    return lane;
  }
}

const small: RunOptions = {};

function cellByCell({ packing, ...bound }: BoundStatement): BoundStatement {
  return packing ? { ...bound, statement: packing.plain } : bound;
}
