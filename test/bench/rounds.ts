import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { stdout } from 'node:process';
import { argumentsCompared, checkAgreement } from './agreement.js';
import { BackgroundWriter } from './background-writer.js';
import { openBenchDatabase, type BenchDatabase } from './bench-database.js';
import { Cells, type Cell } from './cell.js';
import { benchSize, sizeOf } from './data.js';
import { implementationNames } from './implementations.js';
import { measure, type Instruments, type Pair } from './measure.js';
import { readOptions, type Defaults, type Options } from './options.js';
import { PostgresCpu } from './postgres-cpu.js';
import { foreignShare } from './report/details.js';
import { report } from './report/report.js';
import { benchFolder, nodeForServers, versionOf } from './servers.js';
import { openStage, type Stage } from './stage.js';
import { workloadNames } from './workloads/workload.js';

const defaults: Defaults = {
  only: implementationNames.join(','),
  workloads: workloadNames.join(','),
  rounds: '3',
  seconds: '2',
  // PostGraphile's compiled code settles only after some 12,000 point look-ups: 1,300/s at first, 2,300/s then.
  'warm-up': '8',
  connections: '16',
  sizes: String(benchSize.permits),
};

/** A cell of a warm server begins to count once its connections are open. */
const CELL_WARM_UP = 0.4;

/** The first seconds of a fresh process are noted, because the reference figures of PostGraphile measured those. */
const COLD = { warmUp: 0.5, seconds: 1.5 } as const;

/** What a cell takes beside its seconds: a process for the load, its requests, its last answers. */
const CELL_OVERHEAD = 0.6;

/** W1 warms a fresh process; the other workloads meet one that is warm but for their own code. */
function warmUpOf({ workload }: Pair, options: Options): number {
  return workload.name === options.workloads[0] ? options['warm-up'] : options['warm-up'] / 2;
}

function minutesOf(pairs: readonly Pair[], options: Options): number {
  const warmUp = pairs.reduce((sum, pair) => sum + warmUpOf(pair, options) + 2 * CELL_OVERHEAD, 0);
  const cells = pairs.length * options.rounds * options.connections.length;
  return (warmUp + cells * (CELL_WARM_UP + options.seconds + CELL_OVERHEAD)) / 60;
}

async function facts(database: BenchDatabase, options: Options, changesPerSecond: number, cells: readonly Cell[]): Promise<string[]> {
  const { rows } = await database.owner.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const { subjects, permits, actions } = database.size;
  const fresh = cells.reduce((sum, cell) => sum + cell.freshReads, 0);
  return [
    `${new Date().toISOString().slice(0, 10)} · Node ${versionOf(nodeForServers())} for every server · PostgreSQL ${rows[0]?.version ?? ''} · ${cpus().length} cores (${cpus()[0]?.model ?? ''}) shared by PostgreSQL, server and load generator`,
    `${subjects} subjects, ${permits} permits, ${actions} actions; ${options.connections.join(', ')} connections; medians of ${options.rounds} interleaved rounds of ${options.seconds} s after ${options['warm-up']} s of warm-up; no answer cache, > 10,000 distinct arguments a workload`,
    `${changesPerSecond.toFixed(0)} rows a second changed meanwhile; ${fresh} changes were read back after their commit from the server under load, none stale`,
    foreignShare(cells),
    `same \`data\` from all implementations for ${argumentsCompared} arguments a workload, checked before`,
  ];
}

/** Warms every pair; tells the speed of the first seconds, a cell of round 0. */
async function warmUp(stage: Stage, instruments: Instruments, options: Options): Promise<Cell[]> {
  const connections = options.connections.includes(16) ? 16 : Math.max(...options.connections);
  const cold: Cell[] = [];
  for (const [index, pair] of stage.pairs.entries()) {
    const offset = index * 1709;
    cold.push(await measure(pair, instruments, { connections, ...COLD, offset }));
    const rest = Math.max(0.1, warmUpOf(pair, options) - COLD.warmUp - COLD.seconds);
    await measure(pair, instruments, { connections, warmUp: rest, seconds: 0.1, offset: offset + 997 });
  }
  return cold;
}

async function rounds(stage: Stage, instruments: Instruments, options: Options, say: (line: string) => void): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const connections of options.connections) {
      for (const index of stage.pairs.keys()) {
        const pair = stage.pairs[(index + round) % stage.pairs.length];
        if (!pair) continue;
        const cell = await measure(pair, instruments, { connections, warmUp: CELL_WARM_UP, seconds: options.seconds, offset: cells.length * 1709 });
        cells.push(cell);
        say(`round ${round + 1} · ${connections} · ${cell.workload} · ${cell.implementation}: ${cell.requestsPerSecond.toFixed(0)}/s`);
      }
    }
  }
  return cells;
}

async function bench(database: BenchDatabase, options: Options, say: (line: string) => void): Promise<void> {
  const writer = await BackgroundWriter.connect(database.url, database.size.permits);
  let stage: Stage | null = null;
  try {
    stage = await openStage(database, options.only, options.workloads);
    const instruments = { node: nodeForServers(), postgres: await PostgresCpu.of(database.owner), writer };
    say('checking that all give the same answers …');
    await checkAgreement(stage.workloads, stage.chosen, stage.servers);
    writer.start();
    say(`measuring, about ${minutesOf(stage.pairs, options).toFixed(0)} minutes; warming up first …`);
    const cold = await warmUp(stage, instruments, options);
    const cells = await rounds(stage, instruments, options, say);
    const known = await facts(database, options, await writer.stop(), cells);
    const text = report(known, options, stage.chosen, new Cells(cells), new Cells(cold));
    keep(text, { facts: known, cells, cold });
    stdout.write(text);
  } finally {
    await writer.stop();
    await stage?.close();
  }
}

/** Keeps every report with its cells, so that runs can be held side by side; `last.md` is the newest. */
function keep(text: string, cells: unknown): void {
  const results = new URL('results/', benchFolder);
  mkdirSync(results, { recursive: true });
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '');
  writeFileSync(new URL(`${stamp}.md`, results), text);
  writeFileSync(new URL(`${stamp}.json`, results), JSON.stringify(cells));
  writeFileSync(new URL('last.md', benchFolder), text);
}

/** `npm run bench -- [options]`: all implementations, interleaved rounds, the report to standard output and to `.bench/`. */
export async function runRounds(args: readonly string[], say: (line: string) => void): Promise<void> {
  const options = readOptions(args, defaults);
  const database = await openBenchDatabase(new URL('databases/', benchFolder), sizeOf(Math.max(...options.sizes)), say);
  try {
    await bench(database, options, say);
  } finally {
    await database.close();
  }
}
