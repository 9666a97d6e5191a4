import { openKeyRing } from '../../src/access/key-register.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Hub, type HubOptions } from '../../src/server/hub.js';
import { loadSample } from '../../src/intake/sample.js';
import { systemClock } from '../../src/measures/clock.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from './test-database.js';

export interface SampleHub {
  readonly hub: Hub;
  readonly database: HubDatabase;
  readonly folder: string;
  /** Address of the server without a path. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** A hub with the sample rows on a database and a data folder of its own. */
export async function sampleHub(options: Partial<HubOptions> = {}): Promise<SampleHub> {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-page-'));
  await loadSample(database, systemClock, await openKeyRing(database, folder));
  const hub = await Hub.start(database, { dataFolder: folder, port: 0, ...options });
  return {
    hub,
    database,
    folder,
    origin: new URL(hub.url).origin,
    close: async () => {
      await hub.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
