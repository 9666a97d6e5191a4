import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { HubKeys } from '../../src/access/keys.js';
import type { ServerName } from './servers.js';

/* The one place that says how the hubs of the bench are set up: environment and files of their data folders. */

/**
 * `limits.yaml`: one agency asks everything here, at the speed of the machine, so its budget is as large as can be said.
 * It is counted, told in headers and never exhausted; the cost of one operation is held to the default. `feed` opens ten
 * thousand streams.
 */
const limits = 'objectsPerMinute: 1000000000\nburst: 1000000000\nsubscriptions: 100000\nconnections: 100000\n';

/** Environment of one hub; each has a data folder of its own below `folder`, as two hubs of one database have. */
export function hubEnvironment(server: ServerName, folder: URL): Readonly<Record<string, string>> {
  return {
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
  writeFileSync(new URL('limits.yaml', own), limits);
  return own.pathname;
}
