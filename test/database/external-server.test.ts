import { randomBytes } from 'node:crypto';
import { readConfig } from '../../src/config.js';
import type { HubDatabase } from '../../src/database/database.js';
import { databaseUrl } from '../../src/database/database-settings.js';
import { checkExternalServer } from '../../src/database/external-server.js';
import { freePort } from '../../src/database/ports.js';
import { emptyDatabase } from '../support/test-database.js';

let database: HubDatabase;
const guest = `hub_test_guest_${randomBytes(5).toString('hex')}`;
const silent = (): void => undefined;

beforeAll(async () => {
  database = await emptyDatabase();
  await database.pool().query(`CREATE ROLE ${guest} LOGIN PASSWORD 'guest'`);
});
afterAll(async () => {
  await database.pool().query(`DROP ROLE ${guest}`);
  await database.close();
});

test('DATABASE_URL of a fit server is accepted and read', async () => {
  expect(await checkExternalServer(databaseUrl(database.settings), silent)).toEqual(database.settings);
});

test('a login without the needed rights is refused with the statements that give them', async () => {
  const url = databaseUrl({ ...database.settings, user: guest, password: 'guest' });
  await expect(checkExternalServer(url, silent)).rejects.toMatchObject({
    code: 'DATABASE_RIGHTS',
    message: expect.stringContaining(`ALTER ROLE ${guest} CREATEROLE;`) as string,
  });
});

test('an unreachable server and a wrong password are told apart from a fault of ours, without the password', async () => {
  const away = databaseUrl({ ...database.settings, port: await freePort(), password: 'secret-word' });
  const wrong = databaseUrl({ ...database.settings, user: guest, password: 'secret-word' });
  for (const url of [away, wrong]) {
    const failed: unknown = await checkExternalServer(url, silent, 0).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'DATABASE_UNREACHABLE' });
    expect(String(failed)).not.toContain('secret-word');
  }
});

test('configuration: defaults, values, and unfit values named without showing them', () => {
  expect(readConfig({})).toMatchObject({ port: 4000, portIsDefault: true, databaseUrl: null, sample: true });
  expect(readConfig({}).dataFolder).toMatch(/\/data$/);
  expect(readConfig({ PORT: '0', HUB_DATA: '/x/y', DATABASE_URL: 'postgres://a@b/c', HUB_SAMPLE: '0' })).toEqual({
    portIsDefault: false,
    host: '127.0.0.1',
    port: 0,
    dataFolder: '/x/y',
    databaseUrl: 'postgres://a@b/c',
    sample: false,
  });
  expect(readConfig({ PORT: '', DATABASE_URL: '' })).toMatchObject({ port: 4000, databaseUrl: null });
  for (const env of [{ PORT: '99999' }, { PORT: 'http' }, { DATABASE_URL: 'mysql://x' }, { HUB_SAMPLE: 'no' }]) {
    const [[name, value] = ['', '']] = Object.entries(env);
    expect(() => readConfig(env)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }) as Error);
    expect(() => readConfig(env)).toThrow(name);
    expect(() => readConfig(env)).not.toThrow(value);
  }
});
