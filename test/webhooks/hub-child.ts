import 'reflect-metadata';
import { HubDatabase } from '../../src/database/database.js';
import { Hub } from '../../src/server/hub.js';
import { PartnerNetwork } from './receiver.js';

/**
 * A hub as a process of its own, to be killed: over a database somebody else looks after, with one partner's name and
 * address leading to a port of this machine. Arguments: DATABASE_URL, data folder, host, address, port.
 */
const [url = '', folder = '', host = '', address = '', port = ''] = process.argv.slice(2);
const network = new PartnerNetwork();
network.names.set(host, [address]);
network.receivers.set(`${address} 80`, Number(port));
const database = await HubDatabase.open({ dataFolder: folder, databaseUrl: url }, () => undefined);
const hub = await Hub.start(database, { dataFolder: folder, port: 0, network, log: { debugs: false, debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined } });
process.stdout.write(`ready ${hub.url}\n`);
