import pg from 'pg';
import { databaseUrl } from '../../src/database/database-settings.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub, watchPermits } from '../feed/running-hub.js';
import { withoutEvidence } from '../feed/evidence.js';
import { waitFor } from '../support/wait-for.js';

let running: RunningHub;
let owner: pg.Client;

beforeEach(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  owner = new pg.Client({ connectionString: databaseUrl(running.database.settings) });
  await owner.connect();
  const holderId = await addSubject(owner, '甲');
  await addPermits(owner, [{ documentNo: 'D1', holderId }]);
});

afterEach(async () => {
  await owner.end();
  await running.close();
});

async function ask(documentNo: string, lane?: string): Promise<{ status: number; body: string }> {
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${await running.token('HEPING_HRSS')}`,
      'content-type': 'application/json',
      ...(lane === undefined ? {} : { 'x-concordat-lane': lane }),
    },
    body: JSON.stringify({ query: 'query ($no: ID!) { permit(documentNo: $no) { documentNo holder { name } } }', variables: { no: documentNo } }),
  });
  return { status: response.status, body: await response.text() };
}

/** Asks for D1 and returns the body of an answer with data. */
async function answer(lane?: string): Promise<string> {
  const { status, body } = await ask('D1', lane);
  expect(status).toBe(200);
  expect(JSON.parse(body)).toMatchObject({ data: { permit: { documentNo: 'D1', holder: { name: '甲' } } } });
  return body;
}

test('no answer of either lane leaves without its entry: while the log is closed to writing, nothing is released', async () => {
  const released = [await answer()];
  await owner.query('REVOKE INSERT ON hub.access_entry FROM concordat_writer');
  for (const lane of [undefined, 'apollo']) {
    const { status, body } = await ask('D1', lane);
    expect(status).toBe(500);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'INTERNAL_SERVER_ERROR' } }] });
    expect(body).not.toContain('D1');
  }
  await owner.query('GRANT INSERT ON hub.access_entry TO concordat_writer');
  released.push(await answer('apollo'));
  const entries = await running.entries();
  expect(withoutEvidence(released, entries, running.evidenceKeys)).toEqual([]);
  expect(entries.length).toBe(2);
  expect((await running.verify()).fault).toBeNull();
});

test('answers wait for their entry: none is released while the commit of its batch hangs', async () => {
  await owner.query('BEGIN');
  await owner.query('LOCK TABLE hub.access_entry IN SHARE MODE');
  let answered = 0;
  const answers = Array.from({ length: 8 }, () => answer().finally(() => (answered += 1)));
  await waitFor('the log to wait for the lock', async () => {
    const { rows } = await owner.query<{ waiting: string }>(`SELECT count(*) AS waiting FROM pg_locks WHERE NOT granted`);
    return rows[0]?.waiting === '1';
  });
  expect(answered).toBe(0);
  await owner.query('COMMIT');
  const released = await Promise.all(answers);
  expect(withoutEvidence(released, await running.entries(), running.evidenceKeys)).toEqual([]);
  expect((await running.entries()).length).toBe(8);
});

test('a stream releases no frame without its entry, and resumes when the log is back', async () => {
  const stream = await running.subscribe('HEPING_HRSS');
  const { cursor } = await running.event(stream);
  await owner.query('REVOKE INSERT ON hub.access_entry FROM concordat_writer');
  await owner.query(`UPDATE hub.permit SET certificate_no = 'c1'`);
  await expect(running.event(stream)).rejects.toThrow('STREAM_BROKEN');
  expect(running.released.at(-1)).not.toContain('D1');
  // Not even a refusal is said that could not be recorded.
  await expect(running.subscribe('HEPING_HRSS', 'nonsense')).rejects.toThrow('fetch failed');
  const denied = await running.subscribe('US_OFLC', undefined, watchPermits);
  expect(denied.response.status).toBe(500);
  await owner.query('GRANT INSERT ON hub.access_entry TO concordat_writer');
  const resumed = await running.subscribe('HEPING_HRSS', cursor);
  await running.event(resumed);
  expect(await running.event(resumed)).toMatchObject({ kind: 'CHANGED', number: 1, permit: { certificateNo: 'c1' } });
});

test('the database gone: error answers and no data; back again: answers, on an intact chain', async () => {
  const released = [await answer()];
  const { database } = running.database.settings;
  const killAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND pid <> pg_backend_pid()`;
  await owner.query(`ALTER DATABASE ${database} CONNECTION LIMIT 0`);
  await owner.query(killAll);
  for (let i = 0; i < 3; i += 1) {
    const { status, body } = await ask('D1');
    expect(status).toBe(500);
    expect(body).not.toContain('"data":{');
  }
  await owner.query(`ALTER DATABASE ${database} CONNECTION LIMIT -1`);
  await waitFor('the hub to answer again', async () => (await ask('D1')).status === 200);
  expect((await running.verify()).fault).toBeNull();
  released.push(await answer());
  expect(withoutEvidence(released, await running.entries(), running.evidenceKeys)).toEqual([]);
});
