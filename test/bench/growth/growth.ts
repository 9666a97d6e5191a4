import { mkdirSync, writeFileSync } from 'node:fs';
import { env, stdout } from 'node:process';
import { z } from 'zod';
import { openBenchDatabase, type BenchDatabase } from '../bench-database.js';
import { sizeOf } from '../data.js';
import { measure, type Instruments, type Pair } from '../measure.js';
import { readOptions, type Defaults, type Options } from '../options.js';
import { benchFolder, nodeForServers, versionOf } from '../servers.js';
import { openStage, type Stage } from '../stage.js';
import { growthReport, type Latency } from './growth-report.js';
import { pagePairs } from './pages.js';

/** Latency, not throughput: with one connection nothing waits for anything but its own answer. */
const defaults: Defaults = {
  only: 'limit,hub,hub-apollo',
  workloads: 'W1,W2',
  rounds: '5',
  seconds: '1',
  'warm-up': '4',
  connections: '1',
  sizes: '10000,100000,1000000',
};

const CELL_WARM_UP = 0.3;

/** Only implementations that know the hub's cursors or the limit's keyset can turn pages. */
const measurable = z.array(z.enum(['limit', 'hub', 'hub-apollo', 'hub-journal', 'hub-open', 'hub-node20']));
const growing = z.array(z.enum(['W1', 'W2']));

interface Point {
  readonly pair: Pair;
  readonly latency: Omit<Latency, 'p50' | 'p99'>;
}

async function pointsOf(database: BenchDatabase, stage: Stage, withPages: boolean): Promise<Point[]> {
  const bySize = stage.pairs.map((pair) => ({
    pair,
    latency: { implementation: pair.one.name, title: pair.one.title, series: pair.workload.name, at: database.size.permits },
  }));
  if (!withPages) return bySize;
  const pages = await pagePairs(stage, database.owner);
  return [
    ...bySize,
    ...pages.map(({ page, ...pair }) => ({
      pair,
      latency: { implementation: pair.one.name, title: pair.one.title, series: 'page' as const, at: page },
    })),
  ];
}

async function measureAll(points: readonly Point[], options: Options, say: (line: string) => void): Promise<Latency[]> {
  const instruments: Instruments = { node: nodeForServers(), postgres: null, writer: null };
  const connections = Math.max(...options.connections);
  say(`warming up, ${options['warm-up']} s each …`);
  for (const { pair } of points) await measure(pair, instruments, { connections, warmUp: options['warm-up'], seconds: 0.1, offset: 0 });
  const found: Latency[] = [];
  for (let round = 0; round < options.rounds; round++) {
    for (const index of points.keys()) {
      const point = points[(index + round) % points.length];
      if (!point) continue;
      const load = { connections, warmUp: CELL_WARM_UP, seconds: options.seconds, offset: found.length * 1709 };
      const { p50, p99 } = await measure(point.pair, instruments, load);
      found.push({ ...point.latency, p50, p99 });
      say(`round ${round + 1} · ${point.latency.series} · ${point.latency.at} · ${point.latency.implementation}: ${p50.toFixed(2)} ms`);
    }
  }
  return found;
}

/**
 * `npm run bench -- growth [options]`: latency of W1 and W2 over databases of 10⁴, 10⁵ and 10⁶ permits, and of pages 1 to
 * 1,000 of a list in the largest, interleaved. The databases are embedded ones, made at the first use (about three
 * minutes); `--connections` takes one number here.
 */
export async function runGrowth(args: readonly string[], say: (line: string) => void): Promise<void> {
  const options = readOptions(args, defaults);
  const [names, workloads] = [measurable.parse(options.only), growing.parse(options.workloads)];
  if (env['BENCH_DATABASE_URL'] !== undefined) throw new Error('growth compares embedded databases of its own; unset BENCH_DATABASE_URL');
  const databases: BenchDatabase[] = [];
  const stages: Stage[] = [];
  try {
    const points: Point[] = [];
    for (const permits of options.sizes) {
      const database = await openBenchDatabase(new URL('databases/', benchFolder), sizeOf(permits), say);
      databases.push(database);
      const stage = await openStage(database, names, workloads);
      stages.push(stage);
      points.push(...(await pointsOf(database, stage, permits === Math.max(...options.sizes))));
    }
    const facts = [
      `${new Date().toISOString().slice(0, 10)} · Node ${versionOf(nodeForServers())} · latency p50 with ${Math.max(...options.connections)} connection(s), medians of ${options.rounds} interleaved rounds of ${options.seconds} s after ${options['warm-up']} s of warm-up`,
      'a page holds 50 permits of the largest district with subject, bureau and actions, behind a cursor; pages are of the largest database',
    ];
    const text = growthReport(facts, await measureAll(points, options, say));
    mkdirSync(benchFolder, { recursive: true });
    writeFileSync(new URL('growth.md', benchFolder), text);
    stdout.write(text);
  } finally {
    for (const stage of stages) await stage.close();
    for (const database of databases) await database.close();
  }
}
