import { asker, HubUnderTest, type LaneName } from '../boundary/hub-under-test.js';
import { waitFor } from '../support/wait-for.js';

/* Reads that wait for a locked table: slow for as long as the test wants. */

let hub: HubUnderTest;
let token: string;
let unlock: () => Promise<void>;

beforeEach(async () => {
  hub = await HubUnderTest.start();
  token = await hub.token(asker('HEPING_HRSS'));
});
afterEach(async () => {
  await unlock();
  await hub.close();
});

async function lockPermits(): Promise<void> {
  const owner = await hub.database.pool().connect();
  await owner.query('BEGIN; LOCK hub.permit IN ACCESS EXCLUSIVE MODE');
  unlock = async () => {
    unlock = () => Promise.resolve();
    await owner.query('ROLLBACK');
    owner.release();
  };
}

function ask(query: string, lane: LaneName = 'any', signal: AbortSignal | null = null): Promise<Response> {
  return fetch(hub.hub.url, {
    method: 'POST', signal, body: JSON.stringify({ query }),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...(lane === 'apollo' ? { 'x-concordat-lane': 'apollo' } : {}) },
  });
}

async function waiting(): Promise<number> {
  const { rowCount } = await hub.database.pool().query(
    `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%shared.permit%'`,
  );
  return rowCount ?? 0;
}

async function entries(status: number): Promise<readonly string[]> {
  const { rows } = await hub.database.pool().query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY position');
  return rows.map(({ entry }) => entry).filter((entry) => entry.includes(`"status":${status},`));
}

const [first, second] = ['{ permits(first: 1) { nodes { item } } }', '{ permits(first: 2) { nodes { item } } }'] as const;

test('a time-out is answered alike in both lanes; then the plan runs exclusively, and is cancelled when its caller leaves', async () => {
  for (const query of [first, second]) expect((await ask(query)).status).toBe(200);
  await lockPermits();
  const answers = await Promise.all([ask(first), ask(second, 'apollo')]);
  const told = await Promise.all(answers.map(async (answer) => [answer.status, answer.headers.get('retry-after'), answer.headers.get('content-type'), await answer.text()]));
  expect(told[0]).toEqual(told[1]);
  expect(told[0]?.slice(0, 2)).toEqual([503, '1']);
  expect(JSON.parse(String(told[0]?.[3]))).toEqual({
    errors: [{ message: expect.stringContaining(' · ') as unknown, extensions: { code: 'STATEMENT_TIMEOUT', nextStep: expect.stringContaining(' · ') as unknown } }], data: null,
  });
  expect((await entries(503)).map((entry) => (JSON.parse(entry) as { outcome: string }).outcome)).toEqual(['FAILED', 'FAILED']);

  const left = new AbortController();
  const gone = [ask(first, 'any', left.signal), ask(second, 'apollo', left.signal)].map((answer) => answer.then(({ status }) => String(status), (error: unknown) => String(error)));
  await waitFor('both reads to wait for the lock', async () => (await waiting()) === 2);
  left.abort();
  await waitFor('the statements to be cancelled', async () => (await waiting()) === 0);
  await waitFor('the evidence of both', async () => (await entries(499)).length === 2);
  expect((await entries(499)).map((entry) => JSON.parse(entry) as object)).toEqual(
    Array.from({ length: 2 }, () => expect.objectContaining({ outcome: 'REFUSED', records: 0, subjects: [], plan: null }) as unknown),
  );
  expect((await Promise.all(gone)).every((error) => error.includes('Abort'))).toBe(true);

  await unlock();
  for (const lane of ['any', 'apollo'] as const) expect(await (await ask(first, lane)).json()).toMatchObject({ data: { permits: { nodes: [] } } });
}, 60_000);

test('a hub that stops cuts what takes too long, and cancels it', async () => {
  await ask(first);
  await lockPermits();
  expect((await ask(first)).status).toBe(503);
  const cut = ask(first).catch((error: unknown) => String(error));
  await waitFor('the read to wait for the lock', async () => (await waiting()) === 1);
  await hub.hub.close(); // drains for a second
  expect(await waiting()).toBe(0);
  expect(await cut).toContain('fetch failed');
}, 60_000);
