import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { HubKeys } from '../../src/access/keys.js';
import type { ServerName } from './servers.js';

/**
 * What every hub of the bench is told beside database and identity. One identity asks everything here, so budgets and
 * quotas of an agency are set far above what a run can use: they are counted in full and refuse nothing.
 */
const settingsOfHubs: Readonly<Record<string, string>> = {};

/** Environment of one hub; each has a data folder of its own below `folder`, as two hubs of one database have. */
export function hubEnvironment(server: ServerName, folder: URL): Readonly<Record<string, string>> {
  return {
    ...settingsOfHubs,
    PORT: '0',
    HUB_DATA: hubFolder(server, folder),
    HUB_EVIDENCE: server === 'hub-journal' ? 'journal' : 'database',
  };
}

/** The data folder of a hub, with the key that seals cursors: hubs of one cluster share it, so a cursor is good for all. */
function hubFolder(server: ServerName, folder: URL): string {
  const shared = new URL('hub/', folder);
  new HubKeys(shared.pathname).key('seal');
  const own = new URL(`${server}/`, folder);
  const key = new URL('keys/seal.key', own);
  if (!existsSync(key)) {
    mkdirSync(new URL('keys/', own), { recursive: true, mode: 0o700 });
    copyFileSync(new URL('keys/seal.key', shared), key);
  }
  return own.pathname;
}
