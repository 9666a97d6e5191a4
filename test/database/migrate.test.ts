import type { HubDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { agencies } from '../../src/measures/agencies.js';
import { migrations, migrationsTable } from '../../ormconfig.js';
import { emptyDatabase } from '../support/test-database.js';

let database: HubDatabase;
beforeAll(async () => {
  database = await emptyDatabase();
});
afterAll(() => database.close());

const names = async (): Promise<string[]> => {
  const answer = await database.pool().query<{ name: string }>(`SELECT name FROM ${migrationsTable} ORDER BY id`);
  return answer.rows.map((row) => row.name);
};

test('two processes migrate at once: each migration runs once, the agencies are there', async () => {
  await Promise.all([migrate(database), migrate(database)]);
  expect(await names()).toEqual(migrations.map((migration) => migration.name));
  const answer = await database.pool().query<{ code: string }>('SELECT code FROM hub.agency ORDER BY code');
  expect(answer.rows.map((row) => row.code)).toEqual(agencies.map((agency) => agency.code).sort());
});

test('a changed name of an agency is refreshed, again and again without harm', async () => {
  await database.pool().query(`UPDATE hub.agency SET name_en = 'old' WHERE code = 'MUNI_HRSS'`);
  await migrate(database);
  const answer = await database.pool().query(`SELECT 1 FROM hub.agency WHERE name_en = 'old'`);
  expect(answer.rowCount).toBe(0);
});

test('a schema made by a newer release is refused', async () => {
  await database.pool().query(`INSERT INTO ${migrationsTable} (timestamp, name) VALUES (9999999999999, 'Future9999999999999')`);
  await expect(migrate(database)).rejects.toMatchObject({ code: 'DATABASE_NEWER' });
});
