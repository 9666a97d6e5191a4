import { readConfig, type HubConfig } from '../config.js';
import { HubDatabase } from '../database/database.js';
import { migrate } from '../database/migrate.js';

/** Runs a command on the migrated database of the configuration; what the database says goes to standard error. */
export async function withDatabase<T>(work: (database: HubDatabase, config: HubConfig) => Promise<T>): Promise<T> {
  const config = readConfig(process.env);
  const database = await HubDatabase.open(config, (line) => void process.stderr.write(`${line}\n`));
  try {
    await migrate(database, (folded) => void process.stderr.write(`名称索引 · folding names for the search: ${folded}\n`));
    return await work(database, config);
  } finally {
    await database.close();
  }
}
