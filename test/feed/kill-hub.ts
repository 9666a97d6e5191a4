import 'reflect-metadata';
import { readConfig } from '../../src/config.js';
import { HubDatabase } from '../../src/database/database.js';
import { migrate } from '../../src/database/migrate.js';
import { Hub } from '../../src/server/hub.js';
import { PartnerNetwork } from '../webhooks/receiver.js';

/**
 * The hub of the kill test as a process of its own, by its environment as `main` reads it, with one partner's name and
 * address leading to a port of this machine. Arguments: host, address, port.
 */
const [host = '', address = '', port = ''] = process.argv.slice(2);
const network = new PartnerNetwork();
network.names.set(host, [address]);
network.receivers.set(`${address} 80`, Number(port));
const config = readConfig(process.env);
const database = await HubDatabase.open(config, (line) => void process.stderr.write(`${line}\n`));
await migrate(database, () => undefined);
const hub = await Hub.start(database, { dataFolder: config.dataFolder, port: config.port, identity: config.identity, evidence: config.evidence, network });
process.once('SIGTERM', () => void hub.close().then(() => database.close()).then(() => process.exit()));
process.stdout.write(`ready ${hub.url}\n`);
