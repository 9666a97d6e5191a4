import { randomBytes } from 'node:crypto';
import pg from 'pg';
import type { HubDatabase } from '../../src/database/database.js';
import { ensureRole } from '../../src/database/roles.js';
import { emptyDatabase } from '../support/test-database.js';

let databases: HubDatabase[];
const names = Array.from({ length: 3 }, () => `hub_test_role_${randomBytes(5).toString('hex')}`);

beforeAll(async () => {
  databases = await Promise.all(Array.from({ length: 4 }, () => emptyDatabase()));
});
afterAll(async () => {
  for (const name of names) await databases[0]?.pool().query(`DROP ROLE IF EXISTS ${name}`);
  await Promise.all(databases.map((database) => database.close()));
});

test('several databases make the same roles at once, inside transactions, and each can take them on', async () => {
  await Promise.all(
    databases.map(async (database) => {
      const client = await database.pool().connect();
      try {
        await client.query('BEGIN');
        for (const name of names) await ensureRole(client, name);
        await client.query('COMMIT');
      } finally {
        client.release();
      }
    }),
  );
  for (const name of names) {
    const client = new pg.Client(databases[0]?.clientConfig(name));
    await client.connect();
    const answer = await client.query<{ role: string; login: boolean }>(
      'SELECT current_user AS role, rolcanlogin AS login FROM pg_roles WHERE rolname = current_user',
    );
    expect(answer.rows).toEqual([{ role: name, login: false }]);
    await client.end();
  }
});

test('a role that is there already is left as it is; outside a transaction too', async () => {
  const [database] = databases;
  const [name] = names;
  if (!database || !name) throw new Error('set-up failed');
  await ensureRole(database.pool(), name);
  await ensureRole(database.pool(), name);
  const answer = await database.pool(name).query<{ role: string }>('SELECT current_user AS role');
  expect(answer.rows).toEqual([{ role: name }]);
});

test('only plain names are accepted, as roles and in connections', async () => {
  const [database] = databases;
  if (!database) throw new Error('set-up failed');
  await expect(ensureRole(database.pool(), 'x; DROP ROLE y')).rejects.toThrow('not a role name');
  expect(() => database.clientConfig('x -c log_statement=all')).toThrow('not a role name');
});
