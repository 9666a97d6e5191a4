import { setTimeout as delay } from 'node:timers/promises';
import type { Viewer } from '../../src/access/viewer.js';
import type { BoundStatement, Row } from '../../src/database/envelope.js';
import type { RunOptions } from '../../src/planner/readers.js';
import { asker } from '../boundary/hub-under-test.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import { Random } from '../boundary/random.js';
import { waitFor } from '../support/wait-for.js';

const heping = viewerOf(asker('HEPING_HRSS'));
const hedong = viewerOf(asker('HEDONG_HRSS'));
const municipal = viewerOf(asker('MUNI_HRSS'));
const adHoc: RunOptions = { adHoc: true };
let side: PlannerSide;

beforeEach(async () => {
  side = await plannerSide();
});
afterEach(() => side.close());

function statement(text: string, ...values: string[]): BoundStatement {
  return { statement: { name: `t ${text}`.slice(0, 60), text }, values };
}

async function row(viewer: Viewer, options: RunOptions, text: string, ...values: string[]): Promise<Row> {
  const [rows = []] = await side.parts.readers.run(viewer, [statement(text, ...values)], options);
  return rows[0] ?? [];
}

const codeOf = (error: unknown): unknown => (error instanceof Error && 'extensions' in error ? (error.extensions as Record<string, unknown>)['code'] : error);

/** Sessions of this database that run a statement like this now. */
async function running(text: string): Promise<number> {
  const { rowCount } = await side.database.pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND state = 'active' AND query LIKE $1`, [text],
  );
  return rowCount ?? 0;
}

test('an ad-hoc read has the role and settings of its viewer, one snapshot, and may use any form of plan', async () => {
  const [user, isolation, readOnly, timeout, hash] = await row(hedong, adHoc,
    `SELECT current_user, current_setting('transaction_isolation'), current_setting('transaction_read_only'), current_setting('statement_timeout'), current_setting('enable_hashjoin')`);
  expect([user, isolation, readOnly, timeout, hash]).toEqual(['concordat_reader_district_hrss', 'repeatable read', 'on', '30s', 'on']);
  expect(await row(hedong, adHoc, `SELECT current_setting('hub.agency'), current_setting('hub.district')`)).toEqual(['HEDONG_HRSS', '120102']);
  expect(await row(heping, adHoc, `SELECT current_setting('hub.agency'), current_setting('hub.district')`)).toEqual(['HEPING_HRSS', '120101']);
  await expect(row(hedong, adHoc, 'SELECT count(*) FROM hub.permit')).rejects.toThrow('permission denied');
});

test('a connection belongs to one viewer class, and there are never more than three', async () => {
  const asked = [heping, municipal, viewerOf(asker('BINHAI_APPROVAL')), viewerOf(asker('BINHAI_HRSS'))];
  for (let round = 0; round < 3; round += 1) {
    const users = await Promise.all(asked.map((viewer) => row(viewer, adHoc, `SELECT current_user, pg_sleep(0.01)`)));
    expect(users.map(([user]) => user)).toEqual(asked.map(({ principal }) => `concordat_reader_${principal.toLowerCase()}`));
  }
  const { rows } = await side.database.pool().query<{ count: string }>(
    `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%SELECT current_user%'`,
  );
  expect(Number(rows[0]?.count)).toBeLessThanOrEqual(3);
});

test('cheap reads beside ten slow ones do not wait for them', async () => {
  let slowDone = 0;
  const slow = Array.from({ length: 10 }, () => row(heping, adHoc, 'SELECT pg_sleep(0.5)').then(() => (slowDone += 1)));
  await waitFor('the slow reads to run', async () => (await running('%pg_sleep(0.5)%')) === 2); // two of one agency at a time
  const cheap = await Promise.all(Array.from({ length: 200 }, (_, i) => row(heping, {}, 'SELECT $1::int', String(i))));
  expect(slowDone).toBeLessThan(10);
  expect(cheap).toEqual(Array.from({ length: 200 }, (_, i) => [String(i)]));
  await Promise.all(slow);
});

test('a plan that proves slow runs exclusively after three runs; what is quick stays', async () => {
  const limit = async (text: string): Promise<string | null> => (await row(heping, {}, text)).at(-1) ?? null;
  const slow = `SELECT pg_sleep(0.15), current_setting('statement_timeout')`;
  const quick = `SELECT pg_sleep(0), current_setting('statement_timeout')`;
  const limits: (string | null)[] = [];
  for (let i = 0; i < 5; i += 1) limits.push(await limit(slow), await limit(quick));
  expect(limits).toEqual(['2s', '2s', '2s', '2s', '2s', '2s', '30s', '2s', '30s', '2s']);
});

test('a quick plan is not blamed for a slow one before it on the same connection', async () => {
  const quick = `SELECT 1, current_setting('statement_timeout')`;
  for (let i = 0; i < 8; i += 1) {
    // One turn of the event loop, one connection: the quick one waits for the slow one.
    const slow = row(heping, { shared: true }, `SELECT pg_sleep(0.15)`);
    expect((await row(heping, {}, quick)).at(-1)).toBe('2s');
    await slow;
  }
});

test('a time-out is said as such, and a small plan that had one runs exclusively from then on', async () => {
  const once = `SELECT pg_sleep(2.5), current_setting('statement_timeout')`;
  const error = await row(heping, {}, once).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ extensions: { code: 'STATEMENT_TIMEOUT', nextStep: expect.any(String) as unknown, http: { status: 503, headers: new Map([['retry-after', '1']]) } } });
  expect((await row(heping, {}, once)).at(-1)).toBe('30s');
  // The exclusive limit, made short for this statement alone.
  const late = side.parts.readers.run(heping, [statement(`SELECT set_config('statement_timeout', '50', true)`), statement('SELECT pg_sleep(10)')], adHoc);
  await expect(late).rejects.toMatchObject({ extensions: { code: 'STATEMENT_TIMEOUT', http: { status: 503, headers: new Map() } } });
});

test('a read whose caller left is cancelled in PostgreSQL, whether it runs or waits; a small one is not', async () => {
  const left = new AbortController();
  const long = Array.from({ length: 6 }, () => row(heping, { adHoc: true, signal: left.signal }, 'SELECT pg_sleep(20)').catch(codeOf));
  const small = row(heping, { signal: left.signal }, 'SELECT pg_sleep(0.3), 7');
  await waitFor('the long reads to run', async () => (await running('%pg_sleep(20)%')) === 2);
  left.abort();
  expect(await Promise.all(long)).toEqual(Array.from({ length: 6 }, () => 'REQUEST_ABANDONED'));
  expect(await running('%pg_sleep(20)%')).toBe(0);
  expect((await small).at(-1)).toBe('7');
  await expect(row(heping, { adHoc: true, signal: left.signal }, 'SELECT 1')).rejects.toMatchObject({ extensions: { code: 'REQUEST_ABANDONED' } });
  expect(await row(heping, adHoc, 'SELECT 1')).toEqual(['1']);
});

test('closing cancels what runs, refuses what waits, and leaves no session', async () => {
  const long = Array.from({ length: 5 }, () => row(heping, adHoc, 'SELECT pg_sleep(20)').catch(codeOf));
  await waitFor('the long reads to run', async () => (await running('%pg_sleep(20)%')) === 2);
  await side.parts.readers.close();
  expect(await Promise.all(long)).toEqual(Array.from({ length: 5 }, () => 'REQUEST_ABANDONED'));
  await waitFor('the sessions to end', async () => {
    const { rowCount } = await side.database.pool().query(`SELECT FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%pg_sleep(20)%' AND pid <> pg_backend_pid()`);
    return rowCount === 0;
  });
});

test('exclusive connections that the server ended are made anew, idle or in use', async () => {
  const kill = (): Promise<unknown> => side.database.pool().query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%exclusive%'`,
  );
  for (let round = 0; round < 3; round += 1) {
    const busy = row(heping, adHoc, `SELECT pg_sleep(0.2), 'exclusive'`);
    await waitFor('the read to run', async () => (await running('%exclusive%')) === 1);
    await kill();
    expect((await busy).at(-1)).toBe('exclusive');
    await kill();
    for (let i = 0; i < 4; i += 1) expect(await row(heping, adHoc, `SELECT 'exclusive'`)).toEqual(['exclusive']);
  }
});

/** In `npm run test:long` some; CANCEL_ROUNDS=1000 for a long run. */
const rounds = Number(process.env['CANCEL_ROUNDS'] ?? 40);

test(`${rounds} cancels at random moments find no foreign victim, and every connection stays usable`, async () => {
  const random = new Random(rounds);
  const processes = new Set<string | null>();
  let over = false;
  let others = 0;
  const beside = async (viewer: Viewer, options: RunOptions): Promise<void> => {
    while (!over) {
      const number = String((others += 1));
      const [own = null, process = null] = await row(viewer, options, `SELECT $1::int, pg_backend_pid(), pg_sleep(0.003)`, number);
      expect(own).toBe(number);
      if (options.adHoc === true) processes.add(process);
    }
  };
  const victims = [beside(hedong, adHoc), beside(hedong, {})];
  let cancelled = 0;
  const cancels = async (share: number): Promise<void> => {
    for (let i = 0; i < share; i += 1) {
      const left = new AbortController();
      // Most end by themselves at about the moment of the cancel: before, in, and after their last message.
      const seconds = random.chance(0.3) ? 20 : random.int(0, 5) / 1000;
      const own = row(heping, { adHoc: true, signal: left.signal }, 'SELECT pg_sleep($1::float8)', String(seconds)).catch(codeOf);
      await delay(random.int(0, 7));
      left.abort();
      const outcome = await own;
      if (outcome === 'REQUEST_ABANDONED') cancelled += 1;
      else expect(outcome).toEqual(['']);
    }
  };
  await Promise.all([cancels(rounds / 2), cancels(rounds / 2)]);
  over = true;
  await Promise.all(victims);
  process.stdout.write(`${rounds} aborts, ${cancelled} statements cancelled, ${others} other reads, ${processes.size} exclusive sessions\n`);
  expect(cancelled).toBeGreaterThan(rounds / 10);
  expect(processes.size).toBeLessThanOrEqual(3);
}, 300_000);
