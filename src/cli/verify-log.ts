import { HubKeys } from '../access/keys.js';
import { verifyLog } from '../access/verify-log.js';
import { withDatabase } from './with-database.js';

/** Verifies every chain of the access log; exit code 1 names the first bad entry. */
export function verifyLogCommand(): Promise<number> {
  return withDatabase(async (database, config) => {
    const { chains, entries, fault } = await verifyLog(database, new HubKeys(config.dataFolder).key('audit'));
    if (fault) {
      process.stdout.write(`不一致 · broken: chain ${fault.chain}, entry ${fault.position}: ${fault.reason}\n`);
      return 1;
    }
    process.stdout.write(`一致 · intact: ${entries} entries in ${chains} chain${chains === 1 ? '' : 's'}\n`);
    return 0;
  });
}
