import { setImmediate as nextTurn } from 'node:timers/promises';
import { isNativeError } from 'node:util/types';
import { GraphQLError } from 'graphql';
import pg from 'pg';
import { readerRole, settingOf } from '../boundary/database.js';
import { termValue, type Viewer } from '../access/viewer.js';
import type { Principal } from '../boundary/declaration.js';
import type { Term } from '../boundary/row-conditions.js';
import type { HubDatabase } from '../database/database.js';
import { pipelined, submit, type BoundStatement, type Row, type Statement } from '../database/envelope.js';

/**
 * Pipelined connections per viewer class. Two keep both cores of a small machine busy; more only add switching
 * (reference measurement: ten connections lose up to a third on point look-ups).
 */
const connectionsPerClass = 2;

/** Plans on these connections are of known small cost; one that runs longer than this delays all behind it. */
export const statementTimeoutMs = 2_000;

const sessionOptions = [
  'default_transaction_isolation=repeatable\\ read',
  'default_transaction_read_only=on',
  `statement_timeout=${statementTimeoutMs}`,
  // Plans are index-shaped for any value; planning again per value costs more than it wins.
  'plan_cache_mode=force_generic_plan',
  'jit=off',
  // A page is read off one index in its order and joined row by row, whatever the statistics say. They mislead here: plan
  // and row security both state the scope, the estimate counts it twice, and a bitmap of a whole district looks cheap.
  'enable_bitmapscan=off',
  'enable_seqscan=off',
  'enable_hashjoin=off',
  'enable_mergejoin=off',
  // Rows decide, not pages. An index led by a column that nearly always holds one value (the jurisdiction) counts as
  // ordered like the table, so that reading all of it looked cheaper than the twentieth of another that is wanted.
  'seq_page_cost=0.1',
  'random_page_cost=0.1',
  'datestyle=ISO',
  'timezone=UTC',
];

/** Connection settings of a viewer class: its reader role, read only, one snapshot per envelope, index-shaped plans. */
export function readerConfig(database: HubDatabase, principal: Principal): pg.ClientConfig {
  const base = database.clientConfig(readerRole(principal));
  return { ...base, options: [base.options ?? '', ...sessionOptions.map((o) => `-c ${o}`)].join(' ').trim() };
}

/** First in every envelope: the viewer's terms for row security and masks, gone when the envelope ends. */
function termSettings(terms: readonly Term[]): Statement {
  return { name: 'viewer', text: `SELECT ${terms.map((term, i) => `set_config('${settingOf(term)}', $${i + 1}::text, true)`).join(', ')}` };
}

/** SQLSTATE classes and Node codes that mean "the connection is gone", not "the statement is wrong". */
function isConnectionLoss(error: Error & { code?: string }): boolean {
  return error.code === undefined || /^(08|57P0|ECONN|EPIPE)/.test(error.code);
}

/** The connection lost its prepared statements (26000), or is lost itself: the same read succeeds elsewhere or later. */
function isWorthRepeating(error: Error & { code?: string }): boolean {
  return error.code === '26000' || isConnectionLoss(error);
}

function nulCharacter(): GraphQLError {
  return new GraphQLError('文本不得含 U+0000 · A text must not contain U+0000.', {
    extensions: { code: 'BAD_USER_INPUT', nextStep: '去掉该字符 · Remove the character.' },
  });
}

/**
 * Runs bound statements for a viewer: on connections whose role is that class's reader role, in one envelope, so
 * that settings and data belong to one snapshot. Reads are repeated when the connection was lost, as often as there are
 * connections: a restart of the server loses all of them at once.
 */
export class Readers {
  readonly #database: HubDatabase;
  readonly #lanes = new Map<Principal, Lane>();
  readonly #terms: readonly Term[];
  readonly #settings: Statement;
  #closed = false;

  /** `terms`: what the boundary in force asks of a viewer; each costs a setting in every envelope. */
  constructor(database: HubDatabase, terms: Iterable<Term>) {
    this.#database = database;
    this.#terms = [...terms];
    this.#settings = termSettings(this.#terms);
  }

  /** Rows of each statement, in order. Throws GraphQLError BAD_USER_INPUT for a text PostgreSQL cannot hold. */
  async run(viewer: Viewer, statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
    if (statements.some(({ values }) => values.some((value) => value?.includes('\0')))) throw nulCharacter();
    let lane = this.#lanes.get(viewer.principal);
    if (!lane) this.#lanes.set(viewer.principal, (lane = new Lane(this.#database, viewer.principal)));
    const settings = { statement: this.#settings, values: this.#terms.map((term) => termValue(viewer, term)) };
    const envelope = [settings, ...statements];
    for (let attempt = 1; ; attempt += 1) {
      try {
        return (await lane.send(envelope)).slice(1);
      } catch (error) {
        const again = attempt <= connectionsPerClass && !this.#closed && isNativeError(error) && isWorthRepeating(error);
        if (!again) throw error;
        await nextTurn(); // lets the loss be noticed, and the next connection be taken
      }
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    this.#lanes.clear();
  }
}

/**
 * The connections of one viewer class. Requests of one turn of the event loop take the same one, so that they leave in
 * one write; turns alternate.
 */
class Lane {
  readonly #clients: (Promise<pg.Client> | null)[] = Array.from({ length: connectionsPerClass }, () => null);
  readonly #open: (pg.Client | null)[] = Array.from({ length: connectionsPerClass }, () => null);
  readonly #config: pg.ClientConfig;
  #turn = 0;
  #slot: number | null = null;

  constructor(database: HubDatabase, principal: Principal) {
    this.#config = readerConfig(database, principal);
  }

  send(statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
    if (this.#slot === null) {
      this.#turn = (this.#turn + 1) % connectionsPerClass;
      this.#slot = this.#turn;
      setImmediate(() => (this.#slot = null));
    }
    const slot = this.#slot;
    const open = this.#open[slot];
    if (open) return this.#submit(slot, open, statements);
    return this.#connect(slot).then((client) => this.#submit(slot, client, statements));
  }

  /** A server that ends a session says so before the socket closes; its connection must not be taken again meanwhile. */
  #submit(slot: number, client: pg.Client, statements: readonly BoundStatement[]): Promise<readonly (readonly Row[])[]> {
    const sent = submit(client, statements);
    sent.catch((error: unknown) => {
      if (!isNativeError(error) || !isConnectionLoss(error) || this.#open[slot] !== client) return;
      this.#open[slot] = null;
      this.#clients[slot] = null;
      client.end().catch(() => undefined);
    });
    return sent;
  }

  async close(): Promise<void> {
    const connecting = this.#clients.filter((client) => client !== null);
    const clients = await Promise.allSettled(connecting);
    await Promise.all(clients.flatMap((client) => (client.status === 'fulfilled' ? [client.value.end()] : [])));
  }

  #connect(slot: number): Promise<pg.Client> {
    const pending = this.#clients[slot];
    if (pending) return pending;
    const client = new pg.Client(pipelined(this.#config));
    const forget = (): void => {
      if (this.#clients[slot] !== connecting) return; // a client may end long after another one took its slot
      this.#open[slot] = null;
      this.#clients[slot] = null;
    };
    client.on('error', forget);
    client.on('end', forget);
    const connecting = client.connect().then(
      () => {
        this.#open[slot] = client;
        return client;
      },
      (error: unknown) => {
        forget();
        throw error;
      },
    );
    this.#clients[slot] = connecting;
    return connecting;
  }
}
