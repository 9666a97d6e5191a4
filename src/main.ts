import { accessSync, constants, mkdirSync } from 'node:fs';
import { openKeyRing } from './access/key-register.js';
import { modeOf, readConfig, type HubConfig } from './config.js';
import { HubDatabase } from './database/database.js';
import { migrate } from './database/migrate.js';
import { loadSampleMeasures } from './credit/joint-measures/sample-measures.js';
import { loadSampleLists } from './credit/lists/sample-lists.js';
import { loadSample } from './intake/sample.js';
import { faultOf, jsonLog, textLog, type Log } from './log.js';
import { systemClock } from './measures/clock.js';
import { loadReferenceInBackground } from './reference/load-in-background.js';
import { Hub } from './server/hub.js';
import { StartUpError } from './start-up-error.js';
import { SystemNetwork } from './webhooks/network.js';

/** Bureaus whose tokens the start prints: the same question looks different to each of them. */
const welcomed = [
  ['BINHAI_HRSS', '滨海新区人力社保局：监管本区的许可 · supervises the permits of its district'],
  ['MUNI_HRSS', '市人力社保局：指导全市 · guides the whole city'],
  ['HEPING_HRSS', '和平区人力社保局：看不到滨海的许可 · sees nothing of Binhai'],
] as const;

/** Longer than the drains of hub and database together; an orchestrator kills after 30 s. */
const stopMs = 20_000;

/** In production every line is JSON on standard error; else people read standard output, and faults stand on standard error. */
const production = modeOf(process.env) === 'production';
const toError = (line: string): void => void process.stderr.write(line);
let log: Log = production ? jsonLog('info', toError) : textLog('info', toError);

function say(line: string): void {
  if (production) log.info('start', line);
  else process.stdout.write(`${line}\n`);
}

/** What is running, closed in reverse order when the process is told to stop, also in the middle of the start. */
const running: (() => Promise<void>)[] = [];

/** config → database → schema → server → background work. */
async function start(): Promise<void> {
  const config = readConfig(process.env);
  log = production ? jsonLog(config.logLevel, toError) : textLog(config.logLevel, toError);
  assertWritable(config);
  const database = await HubDatabase.open(config, say);
  running.push(() => database.close());
  await migrate(database, (folded) => say(`名称索引 · folding names for the search: ${folded}`));
  const keyRing = await openKeyRing(database, config.dataFolder);
  if (config.sample) {
    await loadSample(database, systemClock, keyRing, say);
    await loadSampleLists(database, systemClock, keyRing, say);
    await loadSampleMeasures(database, systemClock, say);
  }
  const hub = await Hub.start(database, {
    dataFolder: config.dataFolder,
    host: config.host,
    port: config.port,
    orAnyFreePort: config.portIsDefault,
    identity: config.identity,
    evidence: config.evidence,
    feedMonths: config.feedMonths,
    network: new SystemNetwork(config.ownAddresses),
    log,
  });
  running.push(() => hub.close());
  if (config.identity.mode === 'local') {
    for (const [agency, what] of welcomed) {
      say(`\n${agency}  ${what}\nAuthorization: Bearer ${await hub.issuer.issue(agency, null)}`);
    }
    say(`\nready ${hub.url}`);
  } else log.info('ready', '已就绪 · ready', { url: hub.url });
  loadReferenceInBackground();
}

/** The folder holds the keys; found unusable here, it is named before anything else fails over it. */
function assertWritable({ dataFolder }: HubConfig): void {
  try {
    mkdirSync(dataFolder, { recursive: true });
    accessSync(dataFolder, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    throw new StartUpError(
      'DATA_FOLDER_UNUSABLE',
      {
        zh: `数据文件夹 ${dataFolder} 无法建立或写入。请检查 HUB_DATA 与权限。`,
        en: `The data folder ${dataFolder} cannot be made or written. Check HUB_DATA and the rights.`,
      },
      { cause },
    );
  }
}

let stopping: Promise<never> | null = null;

function stop(code: number): Promise<never> {
  return (stopping ??= (async () => {
    setTimeout(() => process.exit(1), stopMs).unref();
    for (const close of running.reverse()) {
      await close().catch((error: unknown) => log.error('stop-failed', '停止时出错 · A part did not stop cleanly', { fault: faultOf(error) }));
    }
    process.exit(code);
  })());
}

/** A fault with a code of ours says all there is to say, in one line. */
function isCoded(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && error.message.startsWith(`[${error.code}] `);
}

/** Of an unknown fault the message helps whoever starts the hub. */
function fail(error: unknown): Promise<never> {
  if (isCoded(error)) log.error('start-failed', error.message, { code: error.code });
  else {
    const [line = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    const code = 'START_FAILED';
    log.error('start-failed', `[${code}] 启动失败 · The hub could not start: ${line}`, { code, fault: faultOf(error) });
  }
  return stop(1);
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stopping) {
      log.warn('forced', '再次收到停止信号，立即退出 · Told again to stop: leaving at once');
      process.exit(1);
    }
    say('正在停止 · stopping');
    void stop(0);
  });
}
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    if (isCoded(error)) return void fail(error);
    // Without its message, which may carry values; the places tell where to look.
    const places = error instanceof Error ? (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line)).slice(0, 5) : [];
    log.error('fault', '内部故障，枢纽停止 · Internal fault; the hub stops', { fault: faultOf(error), at: places.map((line) => line.trim()).join(' | ') });
    void stop(1);
  });
}
await start().catch((error: unknown) => (stopping ? undefined : fail(error)));
