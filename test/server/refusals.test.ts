import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { limits } from '../../src/limits/limits.js';
import { Hub } from '../../src/server/hub.js';
import { testDatabase } from '../support/test-database.js';

/** Refusals of the front itself: worded, coded, and in the evidence when the asker is known. */
test('refusals to a known viewer are in the access log; the unknown get nothing but the way in', async () => {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-refusals-'));
  const hub = await Hub.start(database, { dataFolder: folder, port: 0 });
  try {
    const authorization = `Bearer ${await hub.issuer.issue('MUNI_HRSS', null)}`;
    const post = async (address: string, body: string, headers: Record<string, string> = {}): Promise<[number, unknown]> => {
      const response = await fetch(address, { method: 'POST', headers: { 'content-type': 'application/json', ...headers }, body });
      const answer = (await response.json()) as { readonly errors?: readonly { readonly extensions?: { readonly code?: string } }[] };
      return [response.status, answer.errors?.[0]?.extensions?.code];
    };
    const known = { authorization };
    await expect(post(hub.url, JSON.stringify({ query: '{ viewer { principal } }' }))).resolves.toEqual([401, 'TOKEN_MISSING']);
    await expect(post(hub.url, '{}', { authorization: 'Bearer x.y.z' })).resolves.toEqual([401, 'TOKEN_REFUSED']);
    await expect(post(hub.url.replace('/graphql', '/nowhere'), '{}', known)).resolves.toEqual([404, 'NOT_FOUND']);
    await expect(post(`${hub.url}/stream`, '{"variables":{}}', known)).resolves.toEqual([400, 'BAD_USER_INPUT']);
    await expect(post(`${hub.url}/stream`, '{"query":"{ viewer { principal } }"}', known)).resolves.toEqual([400, 'OPERATION_NOT_SERVED_HERE']);
    await expect(post(hub.url, JSON.stringify({ query: ' '.repeat(limits.requestBody.limit) }), known)).resolves.toEqual([413, 'BODY_TOO_LARGE']);
    await expect(post(hub.url, '{"query":"{ nope }"}', known)).resolves.toEqual([400, 'GRAPHQL_VALIDATION_FAILED']);

    const { rows } = await database.pool().query<{ status: string }>(
      `SELECT entry::jsonb ->> 'status' AS status FROM hub.access_entry ORDER BY chain, position`,
    );
    expect(rows.map(({ status }) => Number(status))).toEqual([400, 400, 413, 400]);
  } finally {
    await hub.close();
    await database.close();
    await rm(folder, { recursive: true, force: true });
  }
});
