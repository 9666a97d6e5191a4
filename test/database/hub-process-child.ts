import { readConfig } from '../../src/config.js';
import { HubDatabase } from '../../src/database/database.js';

// A process that holds the database of HUB_DATA open, like a hub does, until it is told to end (SIGTERM) or to fail
// (SIGUSR2: exits without closing); started by the tests as a child so that it can be killed. Prints one line of JSON
// when the database is open and the signals are heard.
const database = await HubDatabase.open(readConfig(process.env), (line) => process.stderr.write(`${line}\n`));
// The pools and the supervisor alone do not keep a process alive.
const alive = setInterval(() => undefined, 60_000);
process.once('SIGTERM', () => {
  clearInterval(alive);
  void database.close();
});
process.once('SIGUSR2', () => process.exit(7));
process.stdout.write(`${JSON.stringify(database.settings)}\n`);
