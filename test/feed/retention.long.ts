import { keepLog, startEpoch } from '../../src/feed/log-keeper.js';
import { FixedClock } from '../../src/measures/clock.js';
import { addPermits, addSubject } from './registry-rows.js';
import { PullClient } from './pull-client.js';
import { RunningHub, type Change } from './running-hub.js';

let running: RunningHub;

beforeEach(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
});
afterEach(() => running.close());

const partitions = async (): Promise<string[]> => {
  const { rows } = await running.database.pool().query<{ name: string }>(
    `SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
     WHERE n.nspname = 'hub_log' AND c.relkind = 'r' AND c.relname ~ '^feed_transaction_[0-9]{6}$' ORDER BY 1`,
  );
  return rows.map(({ name }) => name.slice(-6));
};

/** The month `offset` months from now, as its first day in UTC. */
function month(offset: number): Date {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset, 15));
}

const label = (offset: number): string => month(offset).toISOString().slice(0, 7).replace('-', '');

async function take(after: string, count: number): Promise<Change[]> {
  const stream = await running.subscribe('HEPING_HRSS', after);
  await running.event(stream);
  const taken: Change[] = [];
  while (taken.length < count) taken.push(await running.event(stream));
  stream.close();
  return taken;
}

test('months go whole: a cursor before them is too old and is told where to start, one behind them loses nothing', async () => {
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const stream = await running.subscribe('HEPING_HRSS');
  const opened = await running.event(stream);
  await addPermits(pool, [0, 1, 2].map((i) => ({ documentNo: `OLD${i}`, holderId })));
  const old = [await running.event(stream), await running.event(stream), await running.event(stream)];
  // What was written so far becomes a matter of last month; in the default partition, as if nobody had made one for it.
  await pool.query(`
    ALTER TABLE hub.feed_event DISABLE TRIGGER USER;
    UPDATE hub.feed_event SET month = (month - interval '1 month')::date;
    UPDATE hub.feed_transaction SET month = (month - interval '1 month')::date;
    ALTER TABLE hub.feed_event ENABLE TRIGGER USER`);
  await addPermits(pool, [0, 1].map((i) => ({ documentNo: `NEW${i}`, holderId })));
  expect((await take(opened.cursor, 5)).map(({ number, documentNo }) => [number, documentNo])).toEqual([
    [1, 'OLD0'], [2, 'OLD1'], [3, 'OLD2'], [4, 'NEW0'], [5, 'NEW1'],
  ]);

  await keepLog(running.database, new FixedClock(month(-1)), 13); // makes the partition of that month, and takes its rows along
  expect(await partitions()).toEqual(expect.arrayContaining([label(-1), label(0), label(1)]));
  expect((await take(opened.cursor, 5)).length).toBe(5);
  expect(await keepLog(running.database, new FixedClock(month(0)), 1)).toBe(0);
  expect((await take(opened.cursor, 5)).length).toBe(5);

  expect(await keepLog(running.database, new FixedClock(month(1)), 1)).toBe(2);
  expect(await partitions()).not.toContain(label(-1));
  for (const early of [opened.cursor, old[0]?.cursor, old[1]?.cursor]) {
    await expect(running.event(await running.subscribe('HEPING_HRSS', early))).rejects.toThrow('CURSOR_TOO_OLD');
    await expect(new PullClient(running.hub.url, await running.token('HEPING_HRSS')).page(early ?? '')).rejects.toThrow('CURSOR_TOO_OLD');
  }
  expect(running.released.filter((body) => body.includes('CURSOR_TOO_OLD')).every((body) => body.includes('requestExport'))).toBe(true);
  expect((await take(old[2]?.cursor ?? '', 2)).map(({ number, documentNo }) => [number, documentNo])).toEqual([[4, 'NEW0'], [5, 'NEW1']]);
  // A stream that runs is behind all of it and goes on.
  await addPermits(pool, [{ documentNo: 'LAST', holderId }]);
  expect([await running.event(stream), await running.event(stream), await running.event(stream)].map(({ documentNo }) => documentNo)).toEqual(['NEW0', 'NEW1', 'LAST']);
});

test('another cluster, or an operator who says so, starts a new epoch; the same one does not', async () => {
  const pool = running.database.pool();
  const epoch = async (): Promise<unknown> => (await pool.query('SELECT epoch, cluster FROM hub.feed_head')).rows[0];
  const before = await epoch();
  expect(before).toMatchObject({ cluster: expect.stringMatching(/^\d+\/[0-9A-F]{8}$/) as string });
  await pool.query('SELECT hub.feed_epoch()');
  expect(await epoch()).toEqual(before);
  const stream = await running.subscribe('HEPING_HRSS');
  const { cursor } = await running.event(stream);
  // As after a promotion: the row says another timeline than the server.
  await pool.query(`UPDATE hub.feed_head SET cluster = split_part(cluster, '/', 1) || '/00000000'`);
  expect((await pool.query('SELECT hub.feed_epoch() AS began')).rows).toEqual([{ began: true }]);
  await expect(running.event(stream)).rejects.toThrow('CURSOR_EPOCH');
  await expect(running.event(await running.subscribe('HEPING_HRSS', cursor))).rejects.toThrow('CURSOR_EPOCH');
  const fresh = await running.subscribe('HEPING_HRSS');
  expect(await running.event(fresh)).toMatchObject({ kind: 'OPENED', number: 0 });
  expect(await startEpoch(running.database)).toMatch(/^[0-9a-f-]{36}$/);
  await expect(running.event(fresh)).rejects.toThrow('CURSOR_EPOCH');
});
