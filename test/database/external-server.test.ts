import { randomBytes } from 'node:crypto';
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
