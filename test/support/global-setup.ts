import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig } from '../../src/config.js';
import { HubDatabase } from '../../src/database/database.js';
import type { DatabaseSettings } from '../../src/database/database-settings.js';
import { EmbeddedServer } from '../../src/database/embedded-server.js';
import { migrate } from '../../src/database/migrate.js';
import { processExists } from '../../src/database/processes.js';
import globalTeardown, { afterRun } from './global-teardown.js';
import { announceTestServer, createDatabase, dropDatabase } from './test-server.js';

const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** One server per run: that of DATABASE_URL (an owner with CREATEDB), else an embedded one without fsync. */
export default async function globalSetup(): Promise<void> {
  try {
    await prepare();
  } catch (error) {
    // Jest runs no teardown after a failed set-up.
    await globalTeardown();
    throw error;
  }
}

async function prepare(): Promise<void> {
  process.env['FAST_CHECK_SEED'] ??= String(randomInt(2 ** 31));
  say(`\nfast-check seed: FAST_CHECK_SEED=${process.env['FAST_CHECK_SEED']}`);

  const settings = await startServer();
  const template = await createDatabase(settings);
  afterRun(() => dropDatabase(settings, template.database));
  const database = HubDatabase.at(template);
  await migrate(database);
  await database.close();
  announceTestServer({ settings, template: template.database });
}

async function startServer(): Promise<DatabaseSettings> {
  const config = readConfig(process.env);
  if (config.databaseUrl !== null) {
    const database = await HubDatabase.open(config, say);
    afterRun(() => database.close());
    return database.settings;
  }
  await stopAbandoned();
  const dataFolder = await mkdtemp(join(tmpdir(), `concordat-test-${process.pid}-`));
  afterRun(() => rm(dataFolder, { recursive: true, force: true }));
  // mkdtemp closes the folder to all others; as root the server runs under another account.
  await chmod(dataFolder, 0o755);
  const server = await EmbeddedServer.open({
    dataFolder,
    say,
    // Nothing here outlives the run: no log is written that only a crash or a standby would read.
    parameters: { fsync: 'off', full_page_writes: 'off', wal_level: 'minimal', max_wal_senders: '0', max_connections: '300', wal_compression: 'off', shared_buffers: '64MB' },
  });
  afterRun(() => server.close());
  return server.settings;
}

/** A run that was killed leaves its server behind: adopted here, it stops. */
async function stopAbandoned(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const pid = Number(/^concordat-test-(\d+)-/.exec(name)?.[1]);
    if (!(pid > 0) || processExists(pid)) continue;
    const dataFolder = join(tmpdir(), name);
    const server = await EmbeddedServer.open({ dataFolder, say: () => undefined, parameters: { fsync: 'off' } }).catch(() => null);
    await server?.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
