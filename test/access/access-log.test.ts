import pg from 'pg';
import { databaseUrl } from '../../src/database/database-settings.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub, watchPermits } from '../feed/running-hub.js';
import { withoutEvidence, type Entry } from '../feed/evidence.js';
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
  const killAll = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${database}' AND usename = current_user AND pid <> pg_backend_pid()`;
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

/** Asks as a viewer and returns the newest entry. */
async function entryOf(query: string, agency: string, lane?: string): Promise<Entry> {
  await fetch(running.hub.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await running.token(agency)}`, 'content-type': 'application/json', ...(lane === undefined ? {} : { 'x-concordat-lane': lane }) },
    body: JSON.stringify({ query }),
  });
  const entry = (await running.entries()).at(-1);
  if (!entry) throw new Error('no entry');
  return entry;
}

test('XM-3.5.8 an entry says whose records were shown: one, pages, parts, by id, in a stream, and what an operation told of them', async () => {
  const { rows } = await owner.query<{ id: string }>('SELECT id FROM hub.subject');
  const first = Number(rows[0]?.id);
  const second = Number(await addSubject(owner, '乙'));
  await owner.query(`UPDATE hub.subject SET uscc = 'U-2' WHERE id = $1`, [second]);
  await addPermits(owner, [2, 3].map((no) => ({ documentNo: `D${no}`, holderId: String(second) })));
  const page = '{ permits(first: 10) { nodes { status } } }';
  for (const lane of [undefined, 'apollo', undefined]) {
    expect(await entryOf(page, 'HEPING_HRSS', lane)).toMatchObject({ outcome: 'ANSWERED', records: 3, subjects: [first, second] });
  }
  expect(await entryOf('{ permits(first: 1) { nodes { status } } }', 'HEPING_HRSS')).toMatchObject({ records: 1, subjects: [second] });
  expect(await entryOf('{ permit(documentNo: "D1") { status } }', 'HEPING_HRSS')).toMatchObject({ records: 1, subjects: [first] });
  expect(await entryOf('{ permit(documentNo: "none") { status } }', 'HEPING_HRSS')).toMatchObject({ records: 0, subjects: [] });
  expect(await entryOf('{ subjects(first: 10) { nodes { name } } a: permit(documentNo: "D2") { status } }', 'HEPING_HRSS')).toMatchObject({ records: 3, subjects: [first, second] });
  expect(await entryOf('{ permitDuplicate(holderUscc: "U-2", item: P01, pendingCase: "A-1") { exists } }', 'HEPING_APPROVAL')).toMatchObject({ records: 1, subjects: [second] });
  const stream = await running.subscribe('HEPING_HRSS');
  await running.event(stream);
  await owner.query(`UPDATE hub.permit SET certificate_no = 'c1' WHERE document_no = 'D1'`);
  await running.event(stream);
  expect((await running.entries()).at(-1)).toMatchObject({ outcome: 'STREAM', records: 1, subjects: [first] });
});

test('an entry says how the answer came out, and its four times in their order', async () => {
  const outcome = async (query: string, agency = 'HEPING_HRSS'): Promise<string> => (await entryOf(query, agency)).outcome;
  expect(await outcome('{ permit(documentNo: "D1") { status } }')).toBe('ANSWERED');
  const answered = (await running.entries()).at(-1);
  const times = [answered?.received, answered?.started, answered?.executed, answered?.recorded].map(Number);
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(times[0]).toBeGreaterThan(Date.now() - 60_000);
  expect(await outcome('{ permit(documentNo: "D1") { status } certificateStock(item: P01) { used } }')).toBe('PARTLY_DENIED');
  expect(await outcome('{ certificateStock(item: P01) { used } }')).toBe('DENIED');
  expect(await outcome('{ nothing }')).toBe('REFUSED');
  expect(await outcome('{ permits(first: 0) { nodes { status } } }')).toBe('REFUSED');
  // What fails inside is an answer as well: what the reader reads is taken away.
  await owner.query('ALTER SCHEMA shared RENAME TO shared_away');
  expect(await outcome('{ permit(documentNo: "D1") { status } }')).toBe('FAILED');
  await owner.query('ALTER SCHEMA shared_away RENAME TO shared');
});
