import { createHash } from 'node:crypto';
import type pg from 'pg';
import type { AggregateBoundary, Boundary } from '../boundary/declaration.js';
import type { OperationView } from '../boundary/operation-view.js';
import type { HubDatabase } from '../database/database.js';
import { literal } from '../boundary/row-conditions.js';
import type { Table } from '../database/tables.js';
import { legalDate, type Clock } from '../measures/clock.js';
import { ServiceKey } from '../planner/context.js';
import { countCubeSql, countedCell } from './count-cube.js';
import { protectInTurns, protection } from './protect.js';

/** The publications of a running hub; the hub sets it. */
export const publications = new ServiceKey<Publications>('publications');

/** Counting a city takes seconds at most; a lock that is not had by then is somebody else's publication. */
const countTimeoutMs = 60_000;

/**
 * Makes the publication of a cube: once a month, as of the last day of the month before, when it is first asked for, and
 * never again. Frozen numbers tell nobody what changed since, and asking twice tells nothing new.
 */
export class Publications {
  readonly #database: HubDatabase;
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #clock: Clock;
  readonly #made = new Map<string, Promise<void>>();

  constructor(database: HubDatabase, tables: ReadonlyMap<string, Table>, clock: Clock) {
    this.#database = database;
    this.#tables = tables;
    this.#clock = clock;
  }

  /** Sees to it that the cube is published as of the closed month, and returns that day. */
  async current(declaration: AggregateBoundary): Promise<string> {
    const asOf = closedMonth(legalDate(this.#clock.now()));
    const key = `${declaration.cube} ${asOf}`;
    const made = this.#made.get(key) ?? this.#publish(declaration, asOf);
    this.#made.set(key, made);
    try {
      await made;
    } catch (error) {
      this.#made.delete(key); // tried again by the next question
      throw error;
    }
    return asOf;
  }

  async #publish(declaration: AggregateBoundary, asOf: string): Promise<void> {
    const client = await this.#database.pool().connect();
    try {
      await client.query(`BEGIN; SET LOCAL statement_timeout = ${countTimeoutMs}`);
      // Of hubs that begin at once one writes the row and the others wait for it, then find it there. Counting is one
      // statement, and so sees one snapshot.
      const { rowCount } = await client.query(
        'INSERT INTO hub.publication (cube, as_of, rules, made_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING',
        [declaration.cube, asOf, rulesOf(declaration), this.#clock.now()],
      );
      if (rowCount === 1) await this.#fill(client, declaration, asOf);
      await client.query('COMMIT');
      client.release();
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  async #fill(client: pg.PoolClient, declaration: AggregateBoundary, asOf: string): Promise<void> {
    const dimensions = Object.keys(declaration.dimensions);
    const { rows } = await client.query<Record<string, unknown>>(countCubeSql(declaration, this.#tables), [asOf]);
    const counted = rows.map((row) => countedCell(row, dimensions.length, Object.keys(declaration.sums).length));
    const cells = (await protectInTurns(counted)).map(({ place, numbers }) => ({
      dimensions: dimensions.filter((_, i) => place[i] !== undefined),
      cell: place.filter((value) => value !== undefined),
      numbers,
    }));
    await client.query(
      `INSERT INTO hub.published_cell (cube, as_of, dimensions, cell, numbers)
       SELECT $1, $2, c.dimensions, c.cell, c.numbers FROM jsonb_to_recordset($3) AS c (dimensions text[], cell text[], numbers bigint[])`,
      [declaration.cube, asOf, JSON.stringify(cells)],
    );
  }
}

/** Which rules a publication was made by. */
function rulesOf(declaration: AggregateBoundary): string {
  return createHash('sha256').update(JSON.stringify([protection, declaration])).digest('hex').slice(0, 12);
}

/** The last day of the month before this day. */
export function closedMonth(today: string): string {
  const [year, month] = [Number(today.slice(0, 4)), Number(today.slice(5, 7))];
  return new Date(Date.UTC(year, month - 1, 0)).toISOString().slice(0, 10);
}

/** The boundary of a cube and of the types of its answer: `answer` by name, and its cell with the fields of it. */
export function publicationBoundaries(cube: AggregateBoundary, answer: string, cell: Readonly<Record<string, readonly string[]>>): readonly Boundary[] {
  const { zh, en, rows, clauses, viewers } = cube;
  const types = { [answer]: ['asOf', 'roundedTo', 'fewestHolders', 'note', 'cells', 'hasMore'], ...cell };
  return [cube, ...Object.entries(types).map(([type, fields]): Boundary => ({ form: 'operation', type, fields, viewers, zh, en, rows, clauses }))];
}

/** The database side of cubes of the same viewers: their published cells by row security, and nothing else of them. */
export function publicationView(viewers: AggregateBoundary['viewers'], cubes: readonly AggregateBoundary[]): OperationView {
  const others = cubes.filter((cube) => cube.viewers.join() !== viewers.join());
  if (others.length > 0) throw new Error(`Statistics: ${others.map(({ cube }) => cube).join(', ')} has other viewers`);
  return {
    name: 'published_cell',
    viewers,
    policies: { 'hub.published_cell': `cube IN (${cubes.map(({ cube }) => literal(cube)).join(', ')})` },
    reads: [],
    query: '  SELECT cube, as_of, dimensions, cell, numbers FROM hub.published_cell',
    barrier: false,
  };
}
