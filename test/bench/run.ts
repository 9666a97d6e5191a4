import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { argv, stderr, stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { districts } from '../../src/measures/agencies.js';
import { checkAgreement } from './agreement.js';
import { BackgroundWriter } from './background-writer.js';
import { BenchIssuer } from './bench-issuer.js';
import { openBenchDatabase, type BenchDatabase } from './bench-database.js';
import { ChildServer, machineCpuSeconds } from './child-server.js';
import { benchSize } from './data.js';
import {
  implementationNames,
  implementations,
  nodeForServers,
  peersFolder,
  projectFolder,
  serverCommand,
  type HubTokens,
  type Implementation,
  type ServerName,
} from './implementations.js';
import { runLoad } from './load.js';
import { PostgresCpu } from './postgres-cpu.js';
import { foreignShare, report, type Cell } from './report.js';
import { workloads, type Workload, type WorkloadName } from './workloads.js';

/*
 * npm run bench -- [--only hub,limit] [--workloads W1,W2] [--rounds 3] [--seconds 3]
 *                  [--warm-up 10] [--connections 16]
 * Prints progress to standard error and the report to standard output; keeps both database and report in .bench/.
 */
const list = <T extends string>(allowed: readonly [T, ...T[]]) =>
  z.string().transform((text) => text.split(',')).pipe(z.array(z.enum(allowed)));
const options = z
  .object({
    only: list(implementationNames),
    workloads: list(['W1', 'W2']),
    rounds: z.coerce.number().int().positive(),
    seconds: z.coerce.number().positive(),
    'warm-up': z.coerce.number().positive(),
    connections: z.coerce.number().int().positive(),
  })
  .parse(
    parseArgs({
      args: argv.slice(2),
      options: {
        only: { type: 'string', default: implementationNames.join(',') },
        workloads: { type: 'string', default: 'W1,W2' },
        rounds: { type: 'string', default: '3' },
        seconds: { type: 'string', default: '3' },
        // PostGraphile's compiled code settles only after some 12,000 point look-ups: 1,300/s at first, 2,300/s then.
        'warm-up': { type: 'string', default: '10' },
        connections: { type: 'string', default: '16' },
      },
    }).values,
  );

const benchFolder = new URL('.bench/', projectFolder);
const hubFolder = new URL('hub/', benchFolder).pathname;
const say = (line: string): void => void stderr.write(`${line}\n`);

function installPeers(): void {
  if (existsSync(new URL('node_modules/', peersFolder))) return;
  say('installing the peers …');
  execFileSync('npm', ['ci', '--no-audit', '--no-fund'], { cwd: peersFolder, stdio: ['ignore', 'ignore', 'inherit'] });
}

installPeers();
const node = nodeForServers();
if (node === process.execPath) say(`note: the peers' Node 24 does not run here; every server runs on ${process.version}`);

async function tokens(issuer: BenchIssuer): Promise<HubTokens> {
  const ownBureaus = options.only.includes('hub-own-bureau') ? districts : [];
  return {
    municipal: await issuer.token('MUNI_HRSS'),
    byDistrict: new Map(await Promise.all(ownBureaus.map(async ({ code, stem }) => [code, await issuer.token(`${stem}_HRSS`)] as const))),
  };
}

/** Starts the servers one after the other; they live until the end of the run. */
async function startAll(
  names: readonly ServerName[],
  database: BenchDatabase,
  servers: Map<ServerName, ChildServer>,
  issuer: BenchIssuer,
): Promise<void> {
  for (const name of names) {
    // Each hub has a data folder of its own, as two hubs of one database have.
    const hubEnvironment = {
      ...issuer.environment,
      HUB_DATA: name === 'hub' ? hubFolder : hubFolder.replace(/\/$/, `-${name}/`),
      HUB_EVIDENCE: name === 'hub-journal' ? 'journal' : 'database',
    };
    servers.set(name, await ChildServer.start(serverCommand(name, database.url, hubEnvironment)));
  }
}

/** One implementation, one workload, and the server to ask. */
interface Pair {
  readonly one: Implementation;
  readonly workload: Workload;
  readonly server: ChildServer;
}

/** By workload, so that neighbours in time are what is compared. */
function pairsOf(
  chosen: readonly Implementation[],
  all: Readonly<Record<WorkloadName, Workload>>,
  servers: ReadonlyMap<ServerName, ChildServer>,
): Pair[] {
  return options.workloads.flatMap((name) =>
    chosen.flatMap((one) => {
      const server = servers.get(one.server);
      return server && one.workloads.includes(name) ? [{ one, workload: all[name], server }] : [];
    }),
  );
}

/** A cell of a warm server begins to count once its connections are open. */
const cellTimes = { warmUp: 0.5, seconds: options.seconds };

/** `seconds` of load on one implementation with one workload, counted after the first `warmUp` seconds. */
async function measure(
  { one, workload, server }: Pair,
  postgres: PostgresCpu | null,
  { warmUp, seconds, offset }: { warmUp: number; seconds: number; offset: number },
): Promise<Cell> {
  const cpu = { begin: { server: 0, postgres: 0, machine: 0 }, end: { server: 0, postgres: 0, machine: 0 } };
  const result = await runLoad(
    node,
    {
      url: new URL(one.path(workload.name), server.url).href,
      connections: options.connections,
      warmUp,
      seconds,
      headers: { ...one.headers },
      requests: workload.variables.map((variables) => ({
        body: one.body(workload, variables),
        ...(one.authorization ? { authorization: one.authorization(variables) } : {}),
      })),
      offset,
      expectedStart: one.expectedStart(workload.name),
    },
    (mark) => (cpu[mark] = { server: server.cpuSeconds(), postgres: postgres?.seconds() ?? 0, machine: machineCpuSeconds() }),
  );
  if (result.failures > 0) throw new Error(`${one.name} ${workload.name}: ${result.failures} failed: ${result.firstFailure ?? ''}`);
  const perRequest = (cpuSeconds: number): number => (cpuSeconds * 1000) / result.requests;
  const used = { server: cpu.end.server - cpu.begin.server, postgres: cpu.end.postgres - cpu.begin.postgres };
  const foreign = cpu.end.machine - cpu.begin.machine - used.server - used.postgres - result.cpuSeconds;
  return {
    implementation: one.name,
    workload: workload.name,
    requestsPerSecond: result.requests / result.seconds,
    serverCpu: perRequest(used.server),
    postgresCpu: postgres ? perRequest(used.postgres) : null,
    p50: result.latency.p50,
    p99: result.latency.p99,
    bodyBytes: result.bodyBytes / result.requests,
    generatorCpu: result.cpuSeconds / result.seconds,
    foreignCpu: foreign / (result.seconds * cpus().length),
    peakMemory: server.peakMemory(),
  };
}

async function facts(database: BenchDatabase, changesPerSecond: number, cells: readonly Cell[]): Promise<string[]> {
  const { rows } = await database.owner.query<{ version: string }>(`SELECT current_setting('server_version') AS version`);
  const nodeVersion = execFileSync(node, ['--version'], { encoding: 'utf8' }).trim();
  return [
    `${new Date().toISOString().slice(0, 10)} · Node ${nodeVersion.slice(1)} for every server · PostgreSQL ${rows[0]?.version ?? ''} · ${cpus().length} cores (${cpus()[0]?.model ?? ''}) shared by PostgreSQL, server and load generator`,
    `${benchSize.subjects} subjects, ${benchSize.permits} permits, ${benchSize.actions} actions; ${options.connections} connections; medians of ${options.rounds} interleaved rounds of ${options.seconds} s after ${options['warm-up']} s of warm-up each; no answer cache, > 10,000 distinct arguments; ${changesPerSecond.toFixed(0)} rows a second changed meanwhile`,
    foreignShare(cells),
    'same `data` from all implementations for 40 arguments a workload, and no stale answer after a change, checked before',
  ];
}

async function bench(database: BenchDatabase): Promise<void> {
  const issuer = await BenchIssuer.open(hubFolder);
  const chosen = implementations(await tokens(issuer)).filter(({ name }) => options.only.includes(name));
  const all = await workloads(database.owner);
  const postgres = await PostgresCpu.of(database.owner);
  const servers = new Map<ServerName, ChildServer>();
  const writer = await BackgroundWriter.connect(database.url);
  try {
    await startAll([...new Set(chosen.map(({ server }) => server))], database, servers, issuer);
    say('checking that all give the same answers …');
    await checkAgreement(all, options.workloads, chosen, servers, database.owner);
    const pairs = pairsOf(chosen, all, servers);
    writer.start();
    say(`warming up, ${options['warm-up']} s each …`);
    for (const [index, pair] of pairs.entries()) {
      await measure(pair, postgres, { warmUp: options['warm-up'], seconds: 0.1, offset: index * 1709 });
    }
    const cells: Cell[] = [];
    for (let round = 0; round < options.rounds; round++) {
      for (const index of pairs.keys()) {
        const pair = pairs[(index + round) % pairs.length];
        if (!pair) continue;
        const cell = await measure(pair, postgres, { ...cellTimes, offset: cells.length * 1709 });
        cells.push(cell);
        say(`round ${round + 1} · ${cell.workload} · ${cell.implementation}: ${cell.requestsPerSecond.toFixed(0)}/s`);
      }
    }
    const text = report(await facts(database, await writer.stop(), cells), options.workloads, chosen, cells);
    writeFileSync(new URL('last.md', benchFolder), text);
    stdout.write(text);
  } finally {
    await writer.stop();
    for (const server of servers.values()) await server.stop();
  }
}

mkdirSync(hubFolder, { recursive: true });
const database = await openBenchDatabase(new URL('data/', benchFolder).pathname, say);
try {
  await bench(database);
} finally {
  await database.close();
}
