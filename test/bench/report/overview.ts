import type { Cell, Cells } from '../cell.js';
import { bestPeers, type Implementation, type ImplementationName } from '../implementations.js';
import type { WorkloadName } from '../workloads/workload.js';
import { number, table } from './markdown.js';

/* The tables of the README: numbers and names alone, so that both languages can share them. */

interface Target {
  readonly lane: ImplementationName;
  readonly title: string;
  readonly against: 'limit' | 'best peer';
  readonly least: Readonly<Record<WorkloadName, number>>;
}

/** Ratios in one run, boundary and limits on, at {@link targetConnections}. */
const targets: readonly Target[] = [
  { lane: 'hub', title: 'short lane : limit', against: 'limit', least: { W1: 0.85, W2: 0.85, W3: 1.0, W4: 1.3 } },
  { lane: 'hub-apollo', title: 'Apollo lane : limit', against: 'limit', least: { W1: 0.5, W2: 0.6, W3: 0.8, W4: 0.9 } },
  { lane: 'hub', title: 'short lane : best peer', against: 'best peer', least: { W1: 2.5, W2: 1.8, W3: 2.5, W4: 2.2 } },
  { lane: 'hub-apollo', title: 'Apollo lane : best peer', against: 'best peer', least: { W1: 1.5, W2: 1.3, W3: 2.0, W4: 1.6 } },
];
const targetConnections = 16;
const HUB_MEMORY = 250; // MB

/** Requests a second and their ratio to the limit, a row per implementation; the fastest of the three peers in italics. */
export function speeds(connections: number, workloads: readonly WorkloadName[], chosen: readonly Implementation[], cells: Cells): string[] {
  const best = new Map(workloads.map((workload) => [workload, cells.fastest(bestPeers, workload, connections)?.name]));
  const rows = chosen.map(({ name, title }) => [
    title,
    ...workloads.flatMap((workload) => {
      const speed = cells.speed(name, workload, connections);
      const said = number(speed, speed < 100 ? 1 : 0);
      return [best.get(workload) === name ? `*${said}*` : said, number(speed / cells.speed('limit', workload, connections), 2)];
    }),
  ]);
  return table([`${connections} connections`, ...workloads.flatMap((workload) => [`${workload} req/s`, ': limit'])], rows);
}

/** CPU milliseconds a request, server + PostgreSQL, and the peak memory of each process. */
export function costs(connections: number, workloads: readonly WorkloadName[], chosen: readonly Implementation[], cells: Cells): string[] {
  const rows = chosen.map(({ name, title }) => [
    title,
    ...workloads.map((workload) => {
      const of = (value: (cell: Cell) => number): number => cells.median(name, workload, connections, value);
      const server = of((cell) => cell.serverCpu);
      const digits = server < 1 ? 2 : 1;
      return Number.isNaN(server) ? '–' : `${number(server, digits)} + ${number(of((cell) => cell.postgresCpu ?? Number.NaN), digits)}`;
    }),
    number(peakMemory(name, cells), 0),
  ]);
  return table(['CPU ms a request, server + PostgreSQL', ...workloads, 'peak MB'], rows);
}

/** The peak of the process over the whole run: both lanes of a hub share one. */
function peakMemory(name: ImplementationName, cells: Cells): number {
  return Math.max(...cells.all.filter((cell) => cell.implementation === name).map((cell) => cell.peakMemory), Number.NEGATIVE_INFINITY);
}

/** Every target with what was measured; nothing where the run did not measure at the connections the targets name. */
export function targetTable(workloads: readonly WorkloadName[], cells: Cells): string[] {
  const rows = targets.map(({ lane, title, against, least }) => [
    title,
    ...workloads.map((workload) => {
      const other =
        against === 'limit'
          ? cells.speed('limit', workload, targetConnections)
          : (cells.fastest(bestPeers, workload, targetConnections)?.speed ?? Number.NaN);
      const ratio = cells.speed(lane, workload, targetConnections) / other;
      if (Number.isNaN(ratio)) return '–';
      return `${number(ratio, 2)} ${ratio >= least[workload] ? '≥' : '**<**'} ${least[workload]}`;
    }),
  ]);
  if (rows.every(([, ...ratios]) => ratios.every((ratio) => ratio === '–'))) return [];
  const memory = Math.max(peakMemory('hub', cells), peakMemory('hub-apollo', cells)); // one process
  return [
    ...table([`targets, ${targetConnections} connections`, ...workloads], rows),
    '',
    ...(Number.isFinite(memory) ? [`Hub process: ${number(memory, 0)} MB at its peak ${memory <= HUB_MEMORY ? '≤' : '**>**'} ${HUB_MEMORY} MB.`, ''] : []),
  ];
}
