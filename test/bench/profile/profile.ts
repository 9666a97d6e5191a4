import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { openBenchDatabase, type BenchDatabase } from '../bench-database.js';
import { benchSize, sizeOf } from '../data.js';
import { measure, type Instruments, type Pair } from '../measure.js';
import { readOptions, type Defaults, type Options } from '../options.js';
import { PostgresCpu } from '../postgres-cpu.js';
import { number, table } from '../report/markdown.js';
import { benchFolder, nodeForServers } from '../servers.js';
import { openStage } from '../stage.js';
import { workloadNames } from '../workloads/workload.js';
import { cpuProfile, summarise, type ProfileSummary } from './self-time.js';

const defaults: Defaults = { only: 'hub,hub-apollo', workloads: workloadNames.join(','), rounds: '1', seconds: '4', 'warm-up': '8', connections: '16', sizes: String(benchSize.permits) };

const FUNCTIONS = 20;
const PLACES = 12;

/** Profiles one pair under load: begun and ended by signal, see `profiled.ts`. */
async function profilePair(pair: Pair, instruments: Instruments, options: Options): Promise<{ file: string; summary: ProfileSummary; perSecond: number }> {
  const connections = Math.max(...options.connections);
  await measure(pair, instruments, { connections, warmUp: options['warm-up'], seconds: 0.1, offset: 0 });
  const began = pair.server.line(/^profile began/);
  pair.server.signal('SIGUSR2');
  await began;
  const cell = await measure(pair, instruments, { connections, warmUp: 0.2, seconds: options.seconds, offset: 4999 });
  const ended = pair.server.line(/^profile (\/.*)/);
  pair.server.signal('SIGUSR2');
  const file = await ended;
  return { file, summary: summarise(cpuProfile.parse(JSON.parse(readFileSync(file, 'utf8')))), perSecond: cell.requestsPerSecond };
}

function section({ one, workload }: Pair, { file, summary, perSecond }: Awaited<ReturnType<typeof profilePair>>): string[] {
  const rows = (ranked: ProfileSummary['functions'], count: number): string[][] =>
    ranked.slice(0, count).map(({ name, share }) => [`\`${name}\``, `${number(share * 100, 1)} %`]);
  return [
    `## ${workload.name} · ${one.title}`,
    '',
    `${number(perSecond, 0)} req/s while profiled; the thread was busy ${number(summary.busy * 100, 0)} % of the time. Shares of busy time. ${file}`,
    '',
    ...table(['place', 'self'], rows(summary.places, PLACES)),
    '',
    ...table(['function', 'self'], rows(summary.functions, FUNCTIONS)),
    '',
  ];
}

async function profileAll(database: BenchDatabase, options: Options, say: (line: string) => void): Promise<string> {
  const folder = new URL('profiles/', benchFolder);
  mkdirSync(folder, { recursive: true });
  const hook = new URL('profiled.js', import.meta.url).pathname;
  const stage = await openStage(database, options.only, options.workloads, {
    nodeFlags: ['--import', hook],
    environment: { PROFILE_FOLDER: folder.pathname.replace(/\/$/, '') },
  });
  try {
    const instruments = { node: nodeForServers(), postgres: await PostgresCpu.of(database.owner), writer: null };
    const sections: string[] = [];
    for (const pair of stage.pairs) {
      say(`profiling ${pair.one.name} with ${pair.workload.name} …`);
      sections.push(...section(pair, await profilePair(pair, instruments, options)));
    }
    return sections.join('\n');
  } finally {
    await stage.close();
  }
}

/**
 * `npm run bench -- profile [options]`: CPU profiles of servers under the load of the bench, one per implementation and
 * workload, kept in `.bench/profiles/` (they open in the developer tools of a browser), and their self times as tables.
 */
export async function runProfile(args: readonly string[], say: (line: string) => void): Promise<void> {
  const options = readOptions(args, defaults);
  const database = await openBenchDatabase(new URL('databases/', benchFolder), sizeOf(Math.max(...options.sizes)), say);
  try {
    const text = await profileAll(database, options, say);
    writeFileSync(new URL('profile.md', benchFolder), text);
    stdout.write(text);
  } finally {
    await database.close();
  }
}
