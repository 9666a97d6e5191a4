import { FixedClock } from '../../src/measures/clock.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { addManyPermits, exportClient } from './export-hub.js';
import type { ExportClient } from './export-client.js';

const query = '{ permits { nodes { documentNo } } }';
const noon = '2026-03-02T12:00:00+08:00';
const clock = new FixedClock(noon);
let running: RunningHub;
let bureau: ExportClient;

beforeAll(async () => {
  running = await RunningHub.start({ clock });
  await addManyPermits(running.database.pool(), 2_500);
  bureau = await exportClient(running, 'HEPING_HRSS');
}, 60_000);
afterAll(() => running.close());
afterEach(() => clock.set(noon));

/** Does something while a job stands before its first page. */
async function inTheMiddle(key: string, meanwhile: (id: string) => void | Promise<void>): Promise<string> {
  const client = await running.database.pool().connect();
  try {
    await client.query('BEGIN');
    await client.query('LOCK TABLE hub.export_page IN SHARE MODE');
    const { id } = await bureau.request({ query, idempotencyKey: key });
    await waitFor('the first page', async () => {
      const { rows } = await running.database.pool().query(`SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO hub.export_page%' AND datname = current_database()`);
      return rows.length > 0;
    });
    await meanwhile(id);
    return id;
  } finally {
    await client.query('ROLLBACK');
    client.release();
  }
}

async function pagesOf(id: string): Promise<number | null> {
  return (await running.database.pool().query('SELECT FROM hub.export_page WHERE job = $1', [id])).rowCount;
}

test('a job that runs past midnight ends, and what it wrote is deleted', async () => {
  const id = await inTheMiddle('midnight', () => clock.set('2026-03-03T00:00:01+08:00'));
  const late = await exportClient(running, 'HEPING_HRSS'); // the token of the day before has expired
  expect(await late.ended(id)).toMatchObject({ state: 'FAILED', error: { code: 'EXPORT_DAY_CHANGED' }, data: null });
  expect(await pagesOf(id)).toBe(0);
});

test('a job cancelled while a page is read gets no further page', async () => {
  const id = await inTheMiddle('cancelled', async (job) => {
    // The pages stand still for this test: the state alone is set, as a cancellation on another hub does first.
    await running.database.pool().query(`UPDATE hub.export_job SET state = 'CANCELLED', worker = NULL, lease_until = NULL, finished_at = now() WHERE id = $1`, [job]);
  });
  expect((await bureau.ended(id)).state).toBe('CANCELLED');
  // The hub has its place free again.
  expect((await bureau.exported({ query, idempotencyKey: 'after-cancelled' })).state).toBe('READY');
  expect(await pagesOf(id)).toBe(0);
});

/** Lets a queued job wait while the agency's place is taken, changes its row, and lets it go on. */
async function whileQueued(key: string, change: string): Promise<string> {
  const pool = running.database.pool();
  const held = await bureau.exported({ query, idempotencyKey: `${key}-held` });
  await pool.query(`UPDATE hub.export_job SET state = 'RUNNING', worker = 'another hub', lease_until = now() + interval '1 hour' WHERE id = $1`, [held.id]);
  const { id } = await bureau.request({ query, idempotencyKey: key });
  await pool.query(`UPDATE hub.export_job SET ${change} WHERE id = $1`, [id]);
  await bureau.cancel(held.id);
  return id;
}

test('a job whose connection breaks off goes on; one that got nowhere five times ends', async () => {
  const id = await inTheMiddle('broken', async () => {
    const { rowCount } = await running.database.pool().query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%INSERT INTO hub.export_page%' AND datname = current_database()`);
    expect(rowCount).toBe(1);
  });
  expect(await bureau.ended(id)).toMatchObject({ state: 'READY', records: 2_500 });
  const hopeless = await whileQueued('hopeless', 'attempts = 5');
  expect(await bureau.ended(hopeless)).toMatchObject({ state: 'FAILED', error: { code: 'EXPORT_FAILED' } });
}, 60_000);

test('a file that grows beyond the bounds ends its job, and takes no room', async () => {
  for (const exportBounds of [{ largestFile: 20_000, allStored: 2 ** 30 }, { largestFile: 2 ** 30, allStored: 12_000 }]) {
    const small = await RunningHub.start({ exportBounds });
    try {
      await addManyPermits(small.database.pool(), 2_500);
      const client = await exportClient(small, 'HEPING_HRSS');
      const job = await client.exported({ query: '{ permits { nodes { id } } }', idempotencyKey: 'large' });
      expect(job).toMatchObject({ state: 'FAILED', error: { code: 'EXPORT_TOO_LARGE' }, bytes: 0 });
      expect((await small.database.pool().query('SELECT FROM hub.export_page')).rowCount).toBe(0);
      expect((await client.exported({ query: '{ permits(filter: {documentNo: "文1"}) { nodes { id } } }', idempotencyKey: 'narrow' })).state).toBe('READY');
    } finally {
      await small.close();
    }
  }
}, 60_000);

test('a job of another boundary, of an agency that is no more, or of a class its agency is no longer in, is not run', async () => {
  const pool = running.database.pool();
  for (const [key, change] of [
    ['boundary', `boundary = 'of yesterday'`],
    // The row of a job whose agency has left the register since it asked: the register is data of the hub, not of a test.
    ['agency', `agency = 'GONE'`],
    ['class', `principal = 'DISTRICT_HRSS_AG-1'`],
  ] as const) {
    const id = await whileQueued(key, change);
    await waitFor('the end', async () => (await pool.query(`SELECT FROM hub.export_job WHERE id = $1 AND state = 'FAILED' AND error = 'EXPORT_AUTHORITY_CHANGED'`, [id])).rowCount === 1);
    expect(await pagesOf(id)).toBe(0);
  }
}, 60_000);

test('a finished file of another boundary is handed out to nobody', async () => {
  const job = await bureau.exported({ query, idempotencyKey: 'kept' });
  await running.database.pool().query(`UPDATE hub.export_job SET boundary = 'of yesterday' WHERE id = $1`, [job.id]);
  for (const path of [job.data, job.manifest]) expect((await bureau.fetch(path ?? '')).status).toBe(410);
});

test('rows that leave the scope before their page is read are in no page', async () => {
  const id = await inTheMiddle('moved', async () => {
    // The first page is read already; the last rows by order stand on the third.
    await running.database.pool().query(`UPDATE hub.permit SET district = '120103', location = '120103' WHERE decided_on < '2020-02-01'`);
  });
  const job = await bureau.ended(id);
  const shown = new Set((await bureau.lines(job.data)).map(({ documentNo }) => documentNo));
  const { rows } = await running.database.pool().query<{ no: string }>(`SELECT document_no AS no FROM hub.permit WHERE district = '120103'`);
  expect(rows.length).toBeGreaterThan(50);
  expect(rows.filter(({ no }) => shown.has(no))).toEqual([]);
  expect(job.records).toBe(2_500 - rows.length);
});
