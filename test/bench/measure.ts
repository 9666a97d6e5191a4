import { cpus } from 'node:os';
import type { BackgroundWriter } from './background-writer.js';
import type { Cell } from './cell.js';
import { machineCpuSeconds, type ChildServer } from './child-server.js';
import type { Implementation } from './implementations.js';
import { runLoad } from './load.js';
import type { PostgresCpu } from './postgres-cpu.js';
import { StalenessProbe } from './staleness.js';
import type { Workload } from './workloads/workload.js';

/** One implementation, one workload, and the server to ask. */
export interface Pair {
  readonly one: Implementation;
  readonly workload: Workload;
  readonly server: ChildServer;
}

/** What a measurement needs beside the pair. */
export interface Instruments {
  /** Node that runs the load generator. */
  readonly node: string;
  readonly postgres: PostgresCpu | null;
  /** Changes rows meanwhile; null leaves out the probe for stale answers. */
  readonly writer: BackgroundWriter | null;
}

export interface Load {
  readonly connections: number;
  /** Seconds before counting begins, then seconds that count. */
  readonly warmUp: number;
  readonly seconds: number;
  /** Where in the arguments to begin. */
  readonly offset: number;
}

/** Counts requests of one implementation with one workload. Throws when an answer is not of the expected kind or stale. */
export async function measure({ one, workload, server }: Pair, { node, postgres, writer }: Instruments, load: Load): Promise<Cell> {
  const probe = writer && one.comparable ? StalenessProbe.start(one, server.url, workload, writer, load.offset) : null;
  const cpu = { begin: { server: 0, postgres: 0, machine: 0 }, end: { server: 0, postgres: 0, machine: 0 } };
  const result = await runLoad(
    node,
    {
      url: new URL(one.path(workload.name), server.url).href,
      connections: load.connections,
      warmUp: load.warmUp,
      seconds: load.seconds,
      headers: { ...one.headers },
      requests: workload.variables.map((variables) => ({
        body: one.body(workload, variables),
        ...(one.authorization ? { authorization: one.authorization(variables) } : {}),
      })),
      offset: load.offset,
      expectedStart: one.expectedStart(workload.name),
    },
    (mark) => (cpu[mark] = { server: server.cpuSeconds(), postgres: postgres?.seconds() ?? 0, machine: machineCpuSeconds() }),
  );
  if (result.failures > 0) throw new Error(`${one.name} ${workload.name}: ${result.failures} failed: ${result.firstFailure ?? ''}`);
  const freshReads = (await probe?.stop()) ?? 0;
  const perRequest = (cpuSeconds: number): number => (cpuSeconds * 1000) / result.requests;
  const used = { server: cpu.end.server - cpu.begin.server, postgres: cpu.end.postgres - cpu.begin.postgres };
  const foreign = cpu.end.machine - cpu.begin.machine - used.server - used.postgres - result.cpuSeconds;
  return {
    implementation: one.name,
    workload: workload.name,
    connections: load.connections,
    requestsPerSecond: result.requests / result.seconds,
    serverCpu: perRequest(used.server),
    postgresCpu: postgres ? perRequest(used.postgres) : null,
    p50: result.latency.p50,
    p99: result.latency.p99,
    bodyBytes: result.bodyBytes / result.requests,
    generatorCpu: result.cpuSeconds / result.seconds,
    foreignCpu: foreign / (result.seconds * cpus().length),
    peakMemory: server.peakMemory(),
    freshReads,
  };
}
