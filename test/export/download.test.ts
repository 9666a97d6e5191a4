import { createHash } from 'node:crypto';
import { get } from 'node:http';
import fc from 'fast-check';
import { parse } from 'csv-parse/sync';
import { rotateKeys } from '../../src/access/key-rotation.js';
import { sealedTables } from '../../src/cli/keys.js';
import { Hub } from '../../src/server/hub.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { addManyPermits, exportClient } from './export-hub.js';
import type { ExportClient, Job } from './export-client.js';

let running: RunningHub;
let bureau: ExportClient;
let job: Job;
let file: Buffer;

const permits = 3_500;

beforeAll(async () => {
  running = await RunningHub.start();
  await addManyPermits(running.database.pool(), permits);
  bureau = await exportClient(running, 'HEPING_HRSS');
  job = await bureau.exported({ query: '{ permits { nodes { documentNo decidedOn certificateNo holder { name } actions { action } } } }', format: 'CSV', idempotencyKey: 'csv' });
  file = await bureau.bytes(job.data);
}, 60_000);

afterAll(() => running.close());

const fetchData = (headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> => bureau.fetch(job.data ?? '', headers, method);

test('the CSV of an export, read back', async () => {
  const rows: Record<string, string>[] = parse(file, { bom: true, columns: true });
  expect(rows).toHaveLength(permits);
  const row = rows.find(({ documentNo }) => documentNo === '文11');
  expect(row).toEqual({ documentNo: '文11', decidedOn: '2020-01-12', certificateNo: "'=1+11", 'holder.name': '持有人 "2", 有限公司', actions: '[]' });
  expect(createHash('sha256').update(file).digest('hex')).toBe(job.digest);
  const response = await fetchData({}, 'HEAD');
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present', 'content-length': String(file.length), 'accept-ranges': 'bytes', 'cache-control': 'no-store',
    etag: `"${job.digest ?? ''}"`, 'repr-digest': `sha-256=:${createHash('sha256').update(file).digest('base64')}:`,
    'content-disposition': `attachment; filename="export-${job.id}.csv"`,
  });
});

test('any range is those bytes of the file, across pages', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 0, max: 10_000_000 }), fc.integer({ min: 0, max: 10_000_000 }), async (one, other) => {
      const [start, last] = [one % file.length, other % file.length].sort((a, b) => a - b);
      if (start === undefined || last === undefined) return;
      const response = await fetchData({ range: `bytes=${start}-${last}` });
      expect([response.status, response.headers.get('content-range')]).toEqual([206, `bytes ${start}-${last}/${file.length}`]);
      expect(Buffer.from(await response.arrayBuffer()).equals(file.subarray(start, last + 1))).toBe(true);
    }),
    { numRuns: 40 },
  );
  expect((await bureau.bytes(job.data, { range: 'bytes=-100' })).equals(file.subarray(-100))).toBe(true);
});

test('conditions: the tag names the bytes; a range of another file is none of this one', async () => {
  const etag = `"${job.digest ?? ''}"`;
  expect((await fetchData({ 'if-none-match': etag })).status).toBe(304);
  expect((await fetchData({ 'if-none-match': '"other"' })).status).toBe(200);
  expect((await fetchData({ range: 'bytes=5-9', 'if-range': etag })).status).toBe(206);
  expect((await fetchData({ range: 'bytes=5-9', 'if-range': '"other"' })).status).toBe(200);
  const behind = await fetchData({ range: `bytes=${file.length}-` });
  expect([behind.status, behind.headers.get('content-range'), await behind.text()]).toEqual([416, `bytes */${file.length}`, expect.stringContaining('RANGE_NOT_SATISFIABLE')]);
});

test('a download that breaks off is resumed, and the parts are the file', async () => {
  const part = await new Promise<Buffer>((resolve, reject) => {
    const chunks: Buffer[] = [];
    const request = get(new URL(job.data ?? '', bureau.url), { headers: { authorization: `Bearer ${bureau.token}` } }, (response) => {
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk);
        response.destroy();
      });
      response.once('close', () => resolve(Buffer.concat(chunks)));
    });
    request.once('error', reject);
  });
  expect(part.length).toBeGreaterThan(0);
  expect(part.length).toBeLessThan(file.length);
  const rest = await bureau.bytes(job.data, { range: `bytes=${part.length}-`, 'if-range': `"${job.digest ?? ''}"` });
  expect(Buffer.concat([part, rest]).equals(file)).toBe(true);
});

test('after a rotation of the keys the file is the same, and the old key is not needed', async () => {
  const rotation = await rotateKeys(running.database, running.folder, sealedTables, { retire: true });
  expect([rotation.isNew, rotation.retired.length]).toEqual([true, 1]);
  expect(rotation.resealed).toBeGreaterThan(0);
  expect((await bureau.bytes(job.data)).equals(file)).toBe(true);
  expect((await bureau.exported({ query: '{ permits { nodes { documentNo } } }', idempotencyKey: 'new-key' })).state).toBe('READY');
});

test('a file whose time is over is gone, and its pages with it', async () => {
  const short = await bureau.exported({ query: '{ permits { nodes { documentNo } } }', idempotencyKey: 'short' });
  const pool = running.database.pool();
  await pool.query(`UPDATE hub.export_job SET expires_at = now() - interval '1 second' WHERE id = $1`, [short.id]);
  // The sweep of a hub that starts finds it.
  const other = await Hub.start(running.database, { dataFolder: running.folder, port: 0, drainMs: 1_000 });
  try {
    await waitFor('the sweep', async () => (await bureau.job(short.id))?.state === 'EXPIRED');
  } finally {
    await other.close();
  }
  expect((await pool.query('SELECT FROM hub.export_page WHERE job = $1', [short.id])).rowCount).toBe(0);
  const response = await bureau.fetch(`/exports/${short.id}/data`);
  expect([response.status, await response.text()]).toEqual([410, expect.stringContaining('EXPORT_EXPIRED')]);
  expect((await bureau.job(short.id))?.data).toBeNull();
});
