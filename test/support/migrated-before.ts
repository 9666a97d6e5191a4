import { createDataSource, migrations } from '../../ormconfig.js';
import { Agency } from '../../src/access/agency.js';
import type { HubDatabase } from '../../src/database/database.js';
import { agencies } from '../../src/measures/agencies.js';
import { emptyDatabase } from './test-database.js';

/** A database as a release left it that ended before a migration, with its agencies; dropped by close(). */
export async function migratedBefore(stamp: number): Promise<HubDatabase> {
  const database = await emptyDatabase();
  const before = createDataSource(database);
  before.setOptions({ migrations: migrations.filter(({ name }) => Number(/\d+$/.exec(name)?.[0]) < stamp) });
  await before.initialize();
  await before.runMigrations();
  await before.getRepository(Agency).upsert([...agencies], { conflictPaths: ['code'] });
  await before.destroy();
  return database;
}
