import { AccessLog } from '../../src/access/log/access-log.js';
import { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import { HubKeys } from '../../src/access/keys.js';
import { HubDatabase } from '../../src/database/database.js';
import type { DatabaseSettings } from '../../src/database/database-settings.js';
import { textLog } from '../../src/log.js';
import { record, SettableClock } from './evidence-log.js';

/**
 * Writes evidence to a journal as a process of its own, to be killed: records one after another, then some at once, says
 * how many, and waits. Arguments: settings of the database as JSON, data folder, the two counts.
 */
const [settings = '{}', dataFolder = '', single = '0', together = '0'] = process.argv.slice(2);
const database = HubDatabase.at(JSON.parse(settings) as DatabaseSettings);
const keys = new EvidenceKeys(new HubKeys(dataFolder));
const log = await AccessLog.open(database, { mode: 'journal', keys, dataFolder, clock: new SettableClock(), log: textLog('error', () => undefined) });
for (let number = 0; number < Number(single); number += 1) await log.append(record(number));
await Promise.all(Array.from({ length: Number(together) }, (_, number) => log.append(record(number))));
process.stdout.write('written\n');
setInterval(() => undefined, 1_000);
