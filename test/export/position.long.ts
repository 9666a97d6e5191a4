import { PullClient, pullQuery } from '../feed/pull-client.js';
import { RunningHub, type Change } from '../feed/running-hub.js';
import { addPermits, addSubject, inTransaction } from '../feed/registry-rows.js';
import { namedSubjects } from '../support/named-subjects.js';
import { addManyPermits, exportClient } from './export-hub.js';

let running: RunningHub;

beforeEach(async () => {
  running = await RunningHub.start();
});
afterEach(() => running.close());

const fields = 'documentNo decidedOn certificateNo district holder { name }';

test('an export, and a stream or pages behind it, leave no gap: from the position on, the changes make the file what the registry is', async () => {
  const pool = running.database.pool();
  const count = 6_000;
  await addManyPermits(pool, count);
  const holderId = await addSubject(pool, '新持有人');
  const bureau = await exportClient(running, 'HEPING_HRSS');

  let going = true;
  let commits = 0;
  /** Changes rows everywhere: to the front of the order, to its end, out of sight and back, away, new ones, and their holders. */
  const writer = async (seed: number): Promise<void> => {
    const client = await pool.connect();
    try {
      for (let i = seed; going; i += 2) {
        const no = (of: number): string => `文${1 + ((i * 7919 + of * 104_729) % count)}`;
        await inTransaction(client, async () => {
          await client.query(`UPDATE hub.permit SET decided_on = '2026-03-01', certificate_no = 'front' || $2 WHERE document_no = $1`, [no(1), i]);
          await client.query(`UPDATE hub.permit SET decided_on = '2019-01-01' WHERE document_no = $1`, [no(2)]);
          await client.query(`UPDATE hub.permit SET district = CASE district WHEN '120101' THEN '120103' ELSE '120101' END WHERE document_no = $1`, [no(3)]);
          await client.query('DELETE FROM hub.permit WHERE document_no = $1', [no(4)]);
          await client.query(namedSubjects(`UPDATE hub.subject SET name = name || '改' WHERE id = (SELECT holder_id FROM hub.permit WHERE document_no = $1)`), [no(5)]);
          await addPermits(client, [{ documentNo: `新${i}`, holderId, certificateNo: `c${i}` }]);
        }).then(
          () => (commits += 1),
          // 40P01: two writers in each other's way; neither did anything.
          (error: unknown) => {
            if (!(error instanceof Error && 'code' in error && error.code === '40P01')) throw error;
          },
        );
      }
    } finally {
      client.release();
    }
  };
  const writing = Promise.all([writer(1), writer(2)]);
  const job = await bureau.request({ query: `{ permits { nodes { ${fields} } } }`, idempotencyKey: 'moving' });
  const ended = await bureau.ended(job.id);
  const during = commits;
  going = false;
  await writing;
  expect(ended).toMatchObject({ state: 'READY', error: null });
  expect(during).toBeGreaterThan(2);

  const state = new Map<string, unknown>();
  for (const node of await bureau.lines(ended.data)) state.set(String(node['documentNo']), node);
  const exported = new Map(state);
  const { position } = JSON.parse((await bureau.bytes(ended.manifest)).toString()) as { position: string };
  expect(ended.position).toBe(position);
  const stream = await running.subscribe('HEPING_HRSS', position, `subscription ($after: String) { permitChanged(after: $after) { kind number cursor documentNo permit { ${fields} } } }`);
  await addPermits(pool, [{ documentNo: '完', holderId }]);
  for (let change: Change | null = null; change?.documentNo !== '完'; ) {
    change = await running.event(stream);
    if (change.kind === 'LEFT') state.delete(String(change.documentNo));
    else if (change.permit) state.set(String(change.documentNo), change.permit);
  }
  // Pages of an identity without the scope `bulk`, from the position the job itself tells.
  const pulled = new Map(exported);
  const puller = new PullClient(running.hub.url, await running.token('HEPING_HRSS'), pullQuery(fields));
  for (const { kind, documentNo, permit } of (await puller.all(ended.position ?? '', [7, 100, 1])).changes) {
    if (kind === 'LEFT') pulled.delete(String(documentNo));
    else if (permit) pulled.set(String(documentNo), permit);
  }
  const now = await bureau.exported({ query: `{ permits { nodes { ${fields} } } }`, idempotencyKey: 'still' });
  const wanted = new Map((await bureau.lines(now.data)).map((node) => [String(node['documentNo']), node]));
  expect(state).toEqual(wanted);
  expect(pulled).toEqual(wanted);
  // It was the stream that brought them: the file alone is not what the registry is.
  expect(exported).not.toEqual(wanted);
}, 120_000);
