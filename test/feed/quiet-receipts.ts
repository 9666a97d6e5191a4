import type { HubDatabase } from '../../src/database/database.js';
import { Receipts } from '../../src/feed/receipts.js';
import { textLog } from '../../src/log.js';
import type { Clock } from '../../src/measures/clock.js';

/** Receipts that nobody asks for: nothing is written down before the test is over. */
export function quietReceipts(database: HubDatabase, clock: Clock): Receipts {
  return new Receipts({ pool: database.pool('concordat_writer'), clock, log: textLog('error', () => undefined), sinks: [], flushMs: 3_600_000 });
}
