import { createHash, verify } from 'node:crypto';
import { parse as parseCsv } from 'csv-parse/sync';
import { z } from 'zod';
import { exportText } from '../../src/export/export-manifest.js';
import { legalDate } from '../../src/measures/clock.js';
import { withoutEvidence } from '../feed/evidence.js';
import { RunningHub } from '../feed/running-hub.js';
import { addManyPermits, exportClient } from './export-hub.js';
import type { ExportClient } from './export-client.js';

let running: RunningHub;
let bureau: ExportClient;

const selection = 'documentNo decidedOn certificateNo holder { name } decidedBy { code } actions { action }';
const everything = `{ permits { nodes { ${selection} } } }`;

const permits = 2_345;

beforeAll(async () => {
  running = await RunningHub.start();
  await addManyPermits(running.database.pool(), permits);
  await addManyPermits(running.database.pool(), 50, 100_001);
  // Of another district: nobody of Heping sees them.
  await running.database.pool().query(`UPDATE hub.permit SET district = '120103', location = '120103' WHERE substr(document_no, 2)::int > 100000`);
  bureau = await exportClient(running, 'HEPING_HRSS');
}, 60_000);

afterAll(() => running.close());

/** What the pages of the same connection show, as anybody reads them. */
async function byPages(client: ExportClient): Promise<unknown[]> {
  const shape = z.object({ permits: z.object({ nodes: z.array(z.unknown()), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }) }) });
  const nodes: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const { data } = await client.ask(`query ($after: String) { permits(first: 700, after: $after) { nodes { ${selection} } pageInfo { hasNextPage endCursor } } }`, { after });
    const page = shape.parse(data).permits;
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) return nodes;
    after = page.pageInfo.endCursor;
  }
}

test('an export holds what the pages of its connection show, and its manifest says what it is', async () => {
  const job = await bureau.exported({ query: everything, idempotencyKey: 'whole' });
  expect(job).toMatchObject({ state: 'READY', records: permits, expected: permits, error: null, data: `/exports/${job.id}/data` });
  const file = await bureau.bytes(job.data);
  expect(await bureau.lines(job.data)).toEqual(await byPages(bureau));
  expect(createHash('sha256').update(file).digest('hex')).toBe(job.digest);

  const manifest = z.record(z.string(), z.unknown()).parse(JSON.parse((await bureau.bytes(job.manifest)).toString()));
  expect(manifest).toMatchObject({
    id: job.id, format: 'NDJSON', records: permits, bytes: file.length, sha256: job.digest, day: legalDate(new Date()),
    columns: ['documentNo', 'decidedOn', 'certificateNo', 'holder.name', 'decidedBy.code', 'actions'],
    requestedBy: { agency: 'HEPING_HRSS', role: null, purpose: null, caseNo: null },
    request: { query: everything, variables: {} },
    scope: [{ path: 'permits', type: 'Permit', relations: expect.arrayContaining([expect.objectContaining({ viewer: { district: '120101' } })]) as unknown }],
  });
  const { position, signature } = z.object({ position: z.string(), signature: z.object({ value: z.string() }) }).parse(manifest);
  const signed = exportText({ id: job.id, digest: job.digest, bytes: file.length, records: permits, position });
  expect(verify(null, Buffer.from(signed), running.evidenceKeys.publicKey, Buffer.from(signature.value, 'base64url'))).toBe(true);
  expect(verify(null, Buffer.from(`${signed}.`), running.evidenceKeys.publicKey, Buffer.from(signature.value, 'base64url'))).toBe(false);
});

test('a request that is repeated is the same job; its key with another request is refused', async () => {
  const order = { query: everything, idempotencyKey: 'again', format: 'CSV' } as const;
  const [one, two] = await Promise.all([bureau.request(order), bureau.request(order)]);
  expect(two.id).toBe(one.id);
  expect((await bureau.request(order)).id).toBe(one.id);
  await expect(bureau.request({ ...order, format: 'NDJSON' })).rejects.toThrow('EXPORT_KEY_REUSED');
  await bureau.ended(one.id);
  // Keys are an agency's own.
  const other = await exportClient(running, 'HEDONG_HRSS');
  expect((await other.exported(order)).id).not.toBe(one.id);
});

test('what the boundary denies is refused at the request, and so is what is no export', async () => {
  const asked = async (query: string, more: object = {}): Promise<string> =>
    bureau.request({ query, idempotencyKey: 'refused', ...more }).then(() => 'queued', (error: unknown) => (error instanceof Error ? error.message : ''));
  expect(await asked('{ permits { nodes { documentNo content } } }')).toBe('BOUNDARY_DENIED');
  expect(await asked('{ permits { nodes { documentNo holder { identityMask } } } }')).toBe('BOUNDARY_DENIED');
  for (const query of [
    '{ permits(first: 10) { nodes { documentNo } } }', '{ permits { edges { cursor } } }', '{ permits { nodes { documentNo } pageInfo { endCursor } } }',
    '{ permits { list: nodes { documentNo } } }', '{ permits { nodes { documentNo } } subjects { nodes { name } } }', '{ agencies { nodes { code } } }',
    '{ permit(documentNo: "1") { documentNo } }', 'query ($exportAfter: String) { permits(filter: {district: $exportAfter}) { nodes { documentNo } } }',
    '{ permits @include(if: true) { nodes { documentNo } } }', 'subscription { permitChanged { kind } }', 'mutation { cancelExport(id: "1") { id } }',
    'query A { permits { nodes { id } } } query B { permits { nodes { id } } }', '{ nothing }', '{',
  ]) {
    expect([query, await asked(query)]).toEqual([query, 'EXPORT_DOCUMENT_UNFIT']);
  }
  const { errors } = await bureau.ask('mutation { requestExport(input: {query: "{ permits { nodes { documentN } } }", format: CSV, idempotencyKey: "1"}) { id } }');
  expect(errors.map(({ message }) => message)).toEqual(['Cannot query field "documentN" on type "Permit".']);
  expect(await asked('query ($d: String!) { permits(filter: {district: $d}) { nodes { id } } }')).toBe('BAD_USER_INPUT');
  expect(await asked(everything, { idempotencyKey: 'with space' })).toBe('BAD_USER_INPUT');
  const small = await exportClient(running, 'HEPING_HRSS');
  Object.assign(small, { token: await running.token('HEPING_HRSS') });
  await expect(small.request({ query: everything, idempotencyKey: 'x' })).rejects.toThrow('EXPORT_SCOPE_MISSING');
  const nobody = await exportClient(running, 'HEPING_HRSS', {}, 'ANALYST');
  await expect(nobody.request({ query: everything, idempotencyKey: 'x' })).rejects.toThrow('BOUNDARY_DENIED');
});

test('one of several operations, with fragments, aliases, variables and skipped fields', async () => {
  const query = `query Other { permits { nodes { ...P } } } fragment P on Permit { id }
    query Wanted($no: String!, $more: Boolean!) { found: permits(filter: {documentNo: $no}) { nodes { ...N ... on Permit { by: decidedBy { code } item @include(if: $more) } } } }
    fragment N on Permit { number: documentNo __typename }`;
  const job = await bureau.exported({ query, operationName: 'Wanted', variables: { no: '文7', more: false }, idempotencyKey: 'fragments' });
  expect(await bureau.lines(job.data)).toEqual([{ number: '文7', __typename: 'Permit', by: { code: 'HEPING_APPROVAL' } }]);
});

test('subjects too, and an export of nothing is a file of nothing', async () => {
  const subjects = await bureau.exported({ query: '{ subjects { nodes { name } } }', idempotencyKey: 'subjects' });
  expect([subjects.state, subjects.records]).toEqual(['READY', Math.ceil(permits / 10)]);
  const none = await bureau.exported({ query: '{ permits(filter: {documentNo: "无"}) { nodes { documentNo } } }', idempotencyKey: 'none' });
  expect([none.state, none.records, none.bytes, (await bureau.bytes(none.data)).length]).toEqual(['READY', 0, 0, 0]);
});

test('permits nested in subjects are pages of fewer subjects, and one cell of a CSV', async () => {
  const query = '{ subjects { nodes { name permits(first: 100) { nodes { documentNo actions { action } } } } } }';
  const job = await bureau.exported({ query, format: 'CSV', idempotencyKey: 'nested' });
  const rows: Record<string, string>[] = parseCsv(await bureau.bytes(job.data), { bom: true, columns: true });
  expect(rows).toHaveLength(Math.ceil(permits / 10));
  expect(Object.keys(rows[0] ?? {})).toEqual(['name', 'permits.nodes']);
  const nested = rows.map((row) => z.array(z.object({ documentNo: z.string() })).parse(JSON.parse(row['permits.nodes'] ?? '')));
  expect(new Set(nested.flat().map(({ documentNo }) => documentNo)).size).toBe(permits);
  const { rows: pages } = await running.database.pool().query<{ records: number }>('SELECT records FROM hub.export_page WHERE job = $1 ORDER BY number LIMIT 1', [job.id]);
  expect(pages[0]?.records).toBeLessThan(50);
});

test('jobs and files are those of the agency in its class: to all others they do not exist', async () => {
  const job = await bureau.exported({ query: '{ permits(filter: {documentNo: "文1"}) { nodes { documentNo } } }', idempotencyKey: 'own' });
  const unknown = '/exports/00000000-0000-4000-8000-000000000000/data';
  const said = async (client: ExportClient, path: string): Promise<unknown[]> => {
    const response = await client.fetch(path);
    const headers = [...response.headers].filter(([name]) => name !== 'date').sort();
    return [response.status, headers, await response.text()];
  };
  for (const stranger of [await exportClient(running, 'HEDONG_HRSS'), await exportClient(running, 'MUNI_HRSS'), await exportClient(running, 'HEPING_HRSS', {}, 'ANALYST')]) {
    const absent = await said(stranger, unknown);
    expect(absent[0]).toBe(404);
    for (const path of [job.data, job.manifest]) expect(await said(stranger, path ?? '')).toEqual(absent);
    expect(await stranger.job(job.id)).toBeNull();
    expect(await stranger.cancel(job.id)).toBeNull();
    const { data } = await stranger.ask('{ exportJobs(first: 100) { nodes { id } } }');
    expect(JSON.stringify(data)).not.toContain(job.id);
  }
  for (const id of ['', '1', 'a\u0000b', "' OR true --"]) expect([await bureau.job(id), await bureau.cancel(id)]).toEqual([null, null]);
  // A colleague of the same agency may.
  const colleague = await exportClient(running, 'HEPING_HRSS');
  expect(await colleague.lines(job.data)).toEqual([{ documentNo: '文1' }]);
  expect((await fetch(new URL(job.data ?? '', running.hub.url))).status).toBe(401);
  expect((await bureau.fetch('/exports/nonsense')).status).toBe(404);
  expect((await bureau.fetch(job.data ?? '', {}, 'POST')).status).toBe(405);
});

test('the list of jobs, newest first, page by page in both directions', async () => {
  const client = await exportClient(running, 'HEPING_APPROVAL');
  const ids: string[] = [];
  for (let i = 0; i < 5; i += 1) ids.unshift((await client.exported({ query: '{ permits(filter: {documentNo: "文1"}) { nodes { id } } }', idempotencyKey: `list-${i}` })).id);
  const shape = z.object({ exportJobs: z.object({ nodes: z.array(z.object({ id: z.string() })), pageInfo: z.record(z.string(), z.unknown()) }) });
  const page = async (args: string): Promise<{ ids: string[]; info: Record<string, unknown> }> => {
    const { exportJobs } = shape.parse((await client.ask(`{ exportJobs(${args}) { nodes { id } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`)).data);
    return { ids: exportJobs.nodes.map(({ id }) => id), info: exportJobs.pageInfo };
  };
  const first = await page('first: 2');
  expect([first.ids, first.info['hasNextPage'], first.info['hasPreviousPage']]).toEqual([ids.slice(0, 2), true, false]);
  const second = await page(`first: 3, after: "${String(first.info['endCursor'])}"`);
  expect([second.ids, second.info['hasNextPage'], second.info['hasPreviousPage']]).toEqual([ids.slice(2), false, true]);
  const back = await page(`last: 2, before: "${String(second.info['startCursor'])}"`);
  expect([back.ids, back.info['hasNextPage'], back.info['hasPreviousPage']]).toEqual([ids.slice(0, 2), true, false]);
  const refused = await bureau.ask(`{ exportJobs(first: 2, after: "${String(first.info['endCursor'])}") { nodes { id } } }`);
  expect(refused.errors[0]?.extensions['code']).toBe('BAD_CURSOR');
});

test('the hand-over is in the evidence: page by page, with its records, its subjects and the digest of its bytes', async () => {
  const client = await exportClient(running, 'HEPING_APPROVAL', { 'x-concordat-purpose': 'CASE_HANDLING', 'x-concordat-case': 'case-9' });
  const job = await client.exported({ query: '{ permits { nodes { documentNo legalRepresentative } } }', idempotencyKey: 'evidence' });
  const before = (await running.entries()).length;
  const file = await client.bytes(job.data);
  const mine = (await running.entries()).slice(before).filter(({ operation }) => operation === `GET /exports/${job.id}/data`);
  expect(mine.map(({ outcome, status, records }) => [outcome, status, records])).toEqual([['ANSWERED', 200, 1000], ['ANSWERED', 200, 1000], ['ANSWERED', 200, permits + 50 - 2000]]);
  const { rows } = await running.database.pool().query<{ id: string }>('SELECT DISTINCT holder_id AS id FROM hub.permit ORDER BY 1');
  expect([...new Set(mine.flatMap(({ subjects }) => subjects))].sort((a, b) => a - b)).toEqual(rows.map(({ id }) => Number(id)));
  // Each entry has the digest of its part of the file.
  const pages = await running.database.pool().query<{ start: string; bytes: number }>('SELECT start, bytes FROM hub.export_page WHERE job = $1 ORDER BY number', [job.id]);
  const parts = pages.rows.map(({ start, bytes }) => file.subarray(Number(start), Number(start) + bytes).toString());
  expect(withoutEvidence(parts, mine, running.evidenceKeys)).toEqual([]);
  const { rows: entries } = await running.database.pool().query<{ entry: string }>(`SELECT entry FROM hub.access_entry WHERE entry LIKE '%GET /exports/' || $1 || '/data%'`, [job.id]);
  for (const { entry } of entries) expect(JSON.parse(entry)).toMatchObject({ purpose: 'CASE_HANDLING', case: 'case-9', plan: expect.stringMatching(/^[0-9a-f]{64}$/) as unknown });
  // A part of one page names that page alone.
  const upTo = (await running.entries()).length;
  await client.bytes(job.data, { range: 'bytes=0-9' });
  expect((await running.entries()).slice(upTo).map(({ status, records }) => [status, records])).toEqual([[206, 1000]]);
  expect(await running.verify()).toMatchObject({ fault: null });
});

test('a file lies sealed: neither its text, nor the request, nor its key stands in the database', async () => {
  const job = await bureau.exported({ query: 'query ($n: String) { permits(filter: {documentNo: $n}) { nodes { documentNo holder { name } } } }', variables: { n: '文11' }, idempotencyKey: 'sealed' });
  expect((await bureau.bytes(job.data)).toString()).toContain('持有人');
  const { rows } = await running.database.pool().query<{ text: string }>(
    `SELECT j::text || encode(p.content, 'escape') AS text FROM hub.export_job j JOIN hub.export_page p ON p.job = j.id WHERE j.id = $1`, [job.id],
  );
  expect(rows).toHaveLength(1);
  expect(rows[0]?.text).not.toMatch(/文11|documentNo|持有人/);
});

test('an agency has one export running and five under way; a job is cancelled, and one that ended stays as it is', async () => {
  const client = await exportClient(running, 'BINHAI_HRSS');
  const pool = running.database.pool();
  // A hub that is alive holds this agency's place.
  const first = await client.exported({ query: everything, idempotencyKey: 'held' });
  await pool.query(`UPDATE hub.export_job SET state = 'RUNNING', worker = 'another hub', lease_until = now() + interval '1 hour' WHERE id = $1`, [first.id]);
  const jobs = [];
  for (let i = 0; i < 4; i += 1) jobs.push(await client.request({ query: everything, idempotencyKey: `open-${i}` }));
  await expect(client.request({ query: everything, idempotencyKey: 'open-5' })).rejects.toThrow('EXPORT_QUEUE_FULL');
  // Others are not held up by it.
  expect((await bureau.exported({ query: everything, idempotencyKey: 'beside' })).state).toBe('READY');
  for (const { id } of jobs) {
    expect((await client.job(id))?.state).toBe('QUEUED');
    expect((await client.fetch(`/exports/${id}/data`)).status).toBe(409);
    expect((await client.cancel(id))?.state).toBe('CANCELLED');
  }
  expect((await client.cancel(first.id))?.state).toBe('CANCELLED');
  expect((await pool.query('SELECT FROM hub.export_page WHERE job = $1', [first.id])).rowCount).toBe(0);
  const done = await client.exported({ query: everything, idempotencyKey: 'done' });
  expect((await client.cancel(done.id))?.state).toBe('READY');
});
