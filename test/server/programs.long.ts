import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import { migrations, migrationsTable } from '../../ormconfig.js';
import { IdentityProvider, issuerName } from '../access/identity-provider.js';
import { emptyDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { HubProgram } from './hub-program.js';

/** Hubs as processes of their own, on one database that was empty before. */

let folder = '';
let database: HubDatabase;
let provider: IdentityProvider;
const running: HubProgram[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-programs-'));
  database = await emptyDatabase();
  provider = await IdentityProvider.start();
  await writeFile(path.join(folder, 'jwks.json'), provider.keySet());
});
afterAll(async () => {
  for (const hub of running) hub.process.kill('SIGKILL');
  await Promise.all(running.map((hub) => hub.exited));
  await provider.stop();
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

function start(data: string, environment: Readonly<Record<string, string>>): HubProgram {
  const hub = HubProgram.hub({ DATABASE_URL: databaseUrl(database.settings), HUB_DATA: path.join(folder, data), ...environment });
  running.push(hub);
  return hub;
}

const production = (): Record<string, string> => ({
  NODE_ENV: 'production',
  HUB_ISSUER: issuerName,
  HUB_JWKS: path.join(folder, 'jwks.json'),
  HUB_LOG: 'debug',
});

const localUrl = async (hub: HubProgram): Promise<string> => {
  await waitFor('the ready line', () => /^ready /m.test(hub.out), 60);
  return /^ready (.*)$/m.exec(hub.out)?.[1] ?? '';
};

const productionUrl = async (hub: HubProgram): Promise<string> => {
  await waitFor('the ready line', () => hub.error.includes('"event":"ready"'), 60);
  return String(hub.logged.find(({ event }) => event === 'ready')?.['url']);
};

test('two hubs start at once on an empty database: migrated once, the sample is there once, both answer', async () => {
  const hubs = [start('first', { HUB_SAMPLE: '1' }), start('second', { HUB_SAMPLE: '1' })];
  const urls = await Promise.all(hubs.map(localUrl));
  for (const url of urls) expect((await fetch(url.replace('/graphql', '/ready'))).status).toBe(200);
  const { rows } = await database.pool().query<{ name: string }>(`SELECT name FROM ${migrationsTable} ORDER BY id`);
  expect(rows.map(({ name }) => name)).toEqual(migrations.map(({ name }) => name));
  const permits = await database.pool().query<{ count: string }>('SELECT count(*) FROM hub.permit');
  expect(permits.rows[0]?.count).toBe('400');
  for (const hub of hubs) hub.process.kill('SIGTERM');
  expect(await Promise.all(hubs.map((hub) => hub.exited))).toEqual([0, 0]);
  expect(hubs.map((hub) => hub.error)).toEqual(['', '']);
}, 120_000);

test('in production standard output is empty, every line is JSON, no sample is loaded and no token printed', async () => {
  const hub = start('third', production());
  const url = await productionUrl(hub);
  const response = await fetch(url, {
    method: 'POST',
    headers: { authorization: `Bearer ${await provider.token()}`, 'content-type': 'application/json' },
    body: '{"query":"{ viewer { principal } }"}',
  });
  await expect(response.json()).resolves.toMatchObject({ data: { viewer: { principal: 'DISTRICT_HRSS' } } });
  hub.process.kill('SIGTERM');
  expect(await hub.exited).toBe(0);
  expect(hub.out).toBe('');
  expect(hub.logged.map(({ event }) => event)).toEqual(expect.arrayContaining(['ready', 'request', 'start']));
  expect(hub.error).not.toContain('Bearer');
}, 120_000);

test('a second signal ends a stop that waits', async () => {
  const hub = start('fourth', production());
  const url = await productionUrl(hub);
  const half = httpRequest(url, { method: 'POST', headers: { authorization: `Bearer ${await provider.token()}`, 'content-length': '1000' } });
  half.on('error', () => undefined);
  half.write('{');
  await once(half, 'socket');
  await waitFor('the request to arrive', async () => (await fetch(url.replace('/graphql', '/health'))).ok);
  hub.process.kill('SIGTERM');
  await waitFor('the stop', () => hub.error.includes('stopping'));
  hub.process.kill('SIGTERM');
  expect(await hub.exited).toBe(1);
  expect(hub.logged.at(-1)).toMatchObject({ event: 'forced' });
}, 120_000);
