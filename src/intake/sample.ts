import { fileURLToPath } from 'node:url';
import type { KeyRing } from '../access/key-ring.js';
import type { HubDatabase } from '../database/database.js';
import type { Clock } from '../measures/clock.js';
import { importFile } from './import-file.js';
import type { GeneratorOptions } from './generator.js';
import type { Ledger } from './ledger.js';

/** The sample rows shipped with the hub: made-up permits of Binhai, the free-trade areas and all other districts. */
// This module runs as dist/src/intake/sample.js, three folders below the project.
export const sampleFile = fileURLToPath(new URL('../../../samples/permits-synthetic.csv', import.meta.url));

/** What generateNationalLayout is told for that file; fewer rows than one batch, so that it is loaded whole or not at all. */
export const sampleOptions: GeneratorOptions = { rows: 400, seed: 20161016, at: '2025-12-31' };

/**
 * Loads the sample into a database that has no permits yet, and says so; one that has permits is left alone.
 * Returns the ledger, or null when nothing was to do. Errors as `importFile`.
 */
export async function loadSample(
  database: HubDatabase,
  clock: Clock,
  keyRing: KeyRing,
  say: (line: string) => void = () => undefined,
): Promise<Ledger | null> {
  const { rows } = await database.pool().query<{ present: boolean }>('SELECT EXISTS (SELECT FROM hub.permit) AS present');
  if (rows[0]?.present ?? false) return null;
  const ledger = await importFile(database, { file: sampleFile, clock, keyRing });
  say(`已载入 ${ledger.stored} 条合成示例许可 · Loaded ${ledger.stored} synthetic sample permits`);
  return ledger;
}
