import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { KeyRing } from '../../src/access/key-ring.js';
import { Hub, type HubOptions } from '../../src/server/hub.js';
import { loadSampleMeasures } from '../../src/credit/joint-measures/sample-measures.js';
import { loadSampleLists } from '../../src/credit/lists/sample-lists.js';
import { loadSample } from '../../src/intake/sample.js';
import { systemClock } from '../../src/measures/clock.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from './test-database.js';

export interface SampleHub {
  readonly hub: Hub;
  readonly database: HubDatabase;
  readonly folder: string;
  readonly keyRing: KeyRing;
  /** Address of the server without a path. */
  readonly origin: string;
  readonly close: () => Promise<void>;
}

/** A hub with the sample rows on a database and a data folder of its own. */
export async function sampleHub(options: Partial<HubOptions> = {}): Promise<SampleHub> {
  const database = await testDatabase();
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-page-'));
  const keyRing = KeyRing.open(folder);
  await loadSample(database, systemClock, keyRing);
  await loadSampleLists(database, systemClock, keyRing);
  await loadSampleMeasures(database, systemClock);
  const hub = await Hub.start(database, { dataFolder: folder, port: 0, ...options });
  return {
    hub,
    database,
    folder,
    keyRing,
    origin: new URL(hub.url).origin,
    close: async () => {
      await hub.close();
      await database.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
