import { HubDatabase } from '../../src/database/database.js';
import { createDatabase, dropDatabase, testServer } from './test-server.js';

/**
 * A migrated database for one test file, cloned from the run's template and dropped by close(). As a URL for child
 * processes: `databaseUrl(database.settings)`.
 */
export async function testDatabase(): Promise<HubDatabase> {
  const server = testServer();
  return databaseFrom(server.template);
}

/** An empty database, not migrated, dropped by close(). */
export async function emptyDatabase(): Promise<HubDatabase> {
  return databaseFrom('template0');
}

async function databaseFrom(template: string): Promise<HubDatabase> {
  const server = testServer();
  const settings = await createDatabase(server.settings, template);
  return HubDatabase.at(settings, () => dropDatabase(server.settings, settings.database));
}
