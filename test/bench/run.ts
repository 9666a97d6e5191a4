import { argv, stderr } from 'node:process';
import { runGrowth } from './growth/growth.js';
import { runFeed } from './feed/feed.js';
import { runRepair } from './feed/repair.js';
import { runWebhooks } from './feed/webhooks.js';
import { runProfile } from './profile/profile.js';
import { runRounds } from './rounds.js';
import { installPeers, nodeForServers } from './servers.js';

/*
 * npm run bench -- [--only hub,limit] [--workloads W1,W2] [--rounds 3] [--seconds 2] [--warm-up 8] [--connections 1,16,64]
 * npm run bench -- growth [--only hub,limit] [--rounds 5] …      how latency grows with rows and pages
 * npm run bench -- feed [--subscribers 2000,10000] …             how fast changes reach their subscribers
 * npm run bench -- repair [--subscribers 10000] …                how fast a repair is known to all who follow the lists
 * npm run bench -- webhooks [--receivers 1,10] …                 how many events a second webhooks take
 * npm run bench -- profile [--only hub] [--workloads W1] …       where a server's time goes
 * Prints progress to standard error and the report to standard output; keeps databases and reports in .bench/.
 * docs/bench.md says what the options mean and how to read the report.
 */
const commands = new Map([
  ['feed', runFeed],
  ['growth', runGrowth],
  ['profile', runProfile],
  ['repair', runRepair],
  ['webhooks', runWebhooks],
]);

const say = (line: string): void => void stderr.write(`${line}\n`);
const [first = '', ...rest] = argv.slice(2);
const command = commands.get(first);

installPeers(say);
if (nodeForServers() === process.execPath) say(`note: the peers' Node 24 does not run here; every server runs on ${process.version}`);
await (command ? command(rest, say) : runRounds(argv.slice(2), say));
