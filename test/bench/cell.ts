import type { ImplementationName } from './implementations.js';
import type { WorkloadName } from './workloads/workload.js';

/** One measured cell: an implementation, a workload, a number of connections and a round. */
export interface Cell {
  readonly implementation: ImplementationName;
  readonly workload: WorkloadName;
  readonly connections: number;
  readonly requestsPerSecond: number;
  /** CPU milliseconds a request. */
  readonly serverCpu: number;
  readonly postgresCpu: number | null;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  /** Bytes of one answer's body, on average. */
  readonly bodyBytes: number;
  /** Share of one core that the load generator used. */
  readonly generatorCpu: number;
  /** Share of the machine that was used by neither server, PostgreSQL nor load generator, 0 … 1. */
  readonly foreignCpu: number;
  /** MB, peak of the server process up to the end of the cell. */
  readonly peakMemory: number;
  /** Changes committed meanwhile that a read which began after the commit was seen to show. */
  readonly freshReads: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

/** The cells of a run, asked by what they are of. */
export class Cells {
  constructor(readonly all: readonly Cell[]) {}

  of(implementation: ImplementationName, workload: WorkloadName, connections: number): readonly Cell[] {
    return this.all.filter((cell) => cell.implementation === implementation && cell.workload === workload && cell.connections === connections);
  }

  /** Median of the rounds; NaN where nothing was measured. */
  median(implementation: ImplementationName, workload: WorkloadName, connections: number, value: (cell: Cell) => number): number {
    return median(this.of(implementation, workload, connections).map(value));
  }

  speed(implementation: ImplementationName, workload: WorkloadName, connections: number): number {
    return this.median(implementation, workload, connections, (cell) => cell.requestsPerSecond);
  }

  /** The fastest of `names` on a workload, or null where none was measured. */
  fastest(names: readonly ImplementationName[], workload: WorkloadName, connections: number): { name: ImplementationName; speed: number } | null {
    return names
      .map((name) => ({ name, speed: this.speed(name, workload, connections) }))
      .filter(({ speed }) => speed > 0)
      .reduce<{ name: ImplementationName; speed: number } | null>((best, next) => (best && best.speed >= next.speed ? best : next), null);
  }
}
