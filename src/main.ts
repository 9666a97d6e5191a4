import { readConfig } from './config.js';
import { HubDatabase } from './database/database.js';
import { migrate } from './database/migrate.js';
import { loadSample } from './intake/sample.js';
import { systemClock } from './measures/clock.js';
import { loadReferenceInBackground } from './reference/load-in-background.js';
import { Hub } from './server/hub.js';

/** Bureaus whose tokens the start prints: the same question looks different to each of them. */
const welcomed = [
  ['BINHAI_HRSS', '滨海新区人力社保局：监管本区的许可 · supervises the permits of its district'],
  ['MUNI_HRSS', '市人力社保局：指导全市 · guides the whole city'],
  ['HEPING_HRSS', '和平区人力社保局：看不到滨海的许可 · sees nothing of Binhai'],
] as const;

const say = (line: string): void => void process.stdout.write(`${line}\n`);

/** What is running, closed in reverse order when the process is told to stop, also in the middle of the start. */
const running: (() => Promise<void>)[] = [];

/** config → database → schema → server → background work. */
async function start(): Promise<void> {
  const config = readConfig(process.env);
  const database = await HubDatabase.open(config, say);
  running.push(() => database.close());
  await migrate(database);
  if (config.sample) await loadSample(database, systemClock, say);
  const hub = await Hub.start(database, {
    dataFolder: config.dataFolder,
    port: config.port,
    orAnyFreePort: config.portIsDefault ?? false,
    ...(config.host === undefined ? {} : { host: config.host }),
  });
  running.push(() => hub.close());
  for (const [agency, what] of welcomed) {
    say(`\n${agency}  ${what}\nAuthorization: Bearer ${await hub.issuer.issue(agency, null)}`);
  }
  say(`\nready ${hub.url}`);
  loadReferenceInBackground();
}

let stopping: Promise<never> | null = null;

function stop(code: number): Promise<never> {
  return (stopping ??= (async () => {
    for (const close of running.reverse()) await close();
    process.exit(code);
  })());
}

function fail(error: unknown): Promise<never> {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return stop(1);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    say('正在停止 · stopping');
    stop(0).catch(() => process.exit(1));
  });
}
await start().catch((error: unknown) => (stopping ? undefined : fail(error)));
