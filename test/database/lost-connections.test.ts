import type pg from 'pg';
import { HubDatabase } from '../../src/database/database.js';
import { CuttableRelay } from '../feed/cuttable-relay.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

let direct: HubDatabase;
let relay: CuttableRelay;
let database: HubDatabase;

beforeAll(async () => {
  direct = await testDatabase();
  relay = await CuttableRelay.to(`http://${direct.settings.host}:${direct.settings.port}`);
  database = HubDatabase.at({ ...direct.settings, port: Number(new URL(relay.url).port) });
});
afterAll(async () => {
  await database.close();
  await relay.close();
  await direct.close();
});

const terminate = (pid: number): Promise<unknown> => direct.pool().query('SELECT pg_terminate_backend($1)', [pid]);

/** The ways a session ends: the server says so before it closes, as when it stops; or it is gone without a word, as after kill -9. */
const ends: Readonly<Record<string, (pid: number) => unknown>> = { 'with a goodbye': terminate, 'without a word': () => relay.cut() };

async function begun(): Promise<{ readonly client: pg.PoolClient; readonly pid: number; readonly ended: Promise<void> }> {
  const client = await database.pool().connect();
  // Not by `once` of node:events, which would listen to errors as well.
  const ended = new Promise<void>((resolve) => client.once('end', resolve));
  await client.query('BEGIN');
  const { rows } = await client.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
  return { client, pid: rows[0]?.pid ?? 0, ended };
}

/** Without a listener pg tells of nothing further, so that the wait for the end would be a long one, milliseconds. */
const patienceMs = 10_000;

// An error event that nobody listens to ends the process; here it fails the test under way.
describe.each(Object.entries(ends))('a connection that ends %s while a transaction holds it', (_how, end) => {
  test('between two statements: the next one fails, the process lives and the pool connects anew', async () => {
    const { client, pid, ended } = await begun();
    await end(pid);
    await ended;
    await expect(client.query('COMMIT')).rejects.toThrow();
    client.release();
    expect((await database.pool().query('SELECT 1')).rowCount).toBe(1);
  }, patienceMs);

  test('within a statement: it fails, the process lives and the pool connects anew', async () => {
    const { client, pid, ended } = await begun();
    const slept = client.query('SELECT pg_sleep(60)').then(() => 'done', () => 'failed');
    await waitFor('the statement to run', async () => {
      const { rows } = await direct.pool().query<{ event: string | null }>('SELECT wait_event AS event FROM pg_stat_activity WHERE pid = $1', [pid]);
      return rows[0]?.event === 'PgSleep';
    });
    await end(pid);
    expect(await slept).toBe('failed');
    await ended;
    client.release();
    expect((await database.pool().query('SELECT 1')).rowCount).toBe(1);
  }, patienceMs);
});
