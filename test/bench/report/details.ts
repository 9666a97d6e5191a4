import { median, type Cell, type Cells } from '../cell.js';
import { bestPeers, type Implementation } from '../implementations.js';
import type { WorkloadName } from '../workloads/workload.js';
import { number, table } from './markdown.js';

/** What `performance.md` of the project's reference measured on this stack; far from it, no ratio is to be quoted. */
const expectedAgainstPostgraphile: Readonly<Record<WorkloadName, number>> = { W1: 5, W2: 2.4, W3: 2.5, W4: 2.3 };
const TOLERANCE = 0.25;

const titles: Readonly<Record<WorkloadName, string>> = {
  W1: 'W1 · point look-up by document number with subject and deciding bureau',
  W2: 'W2 · newest 50 permits of a district up to a day, with subject, bureau and actions',
  W3: 'W3 · 100 subjects of a district, each with its first 5 permits, their bureau and actions',
  W4: 'W4 · a wide page of 1,000 permits, 8 scalars and the subject',
};

/** Everything measured of one workload with one number of connections. */
export function details(
  workload: WorkloadName,
  connections: number,
  chosen: readonly Implementation[],
  cells: Cells,
  cold: Cells,
): string[] {
  const limit = cells.speed('limit', workload, connections);
  const best = cells.fastest(bestPeers, workload, connections)?.speed ?? Number.NaN;
  const heads = ['implementation', 'req/s', 'range', ': limit', ': best peer', 'CPU ms server', 'CPU ms PostgreSQL', 'p50 ms', 'p99 ms', 'kB', 'first seconds req/s', 'load CPU'];
  const rows = chosen
    .filter((one) => one.workloads.includes(workload))
    .map(({ name, title }) => {
      const rounds = cells.of(name, workload, connections);
      const of = (value: (cell: Cell) => number): number => cells.median(name, workload, connections, value);
      const speeds = rounds.map((cell) => cell.requestsPerSecond);
      const speed = median(speeds);
      return [
        title,
        number(speed, speed < 100 ? 1 : 0),
        `${number(Math.min(...speeds), 0)}–${number(Math.max(...speeds), 0)}`,
        number(speed / limit, 2),
        number(speed / best, 2),
        number(of((cell) => cell.serverCpu), 3),
        number(of((cell) => cell.postgresCpu ?? Number.NaN), 3),
        number(of((cell) => cell.p50), 1),
        number(of((cell) => cell.p99), 1),
        number(of((cell) => cell.bodyBytes) / 1000, 1),
        number(cold.speed(name, workload, connections), 0),
        `${number(of((cell) => cell.generatorCpu) * 100, 0)} %`,
      ];
    });
  return [
    `### ${titles[workload]} · ${connections} connections`,
    '',
    ...table(heads, rows),
    '',
    ...costOfBoundary(cells.speed('hub', workload, connections) / cells.speed('hub-open', workload, connections)),
    sanity(workload, limit / cells.speed('postgraphile', workload, connections), cold.speed('limit', workload, connections) / cold.speed('postgraphile', workload, connections)),
  ];
}

/** What boundary, database layer and evidence together take of the throughput without them. */
function costOfBoundary(ratio: number): string[] {
  return Number.isNaN(ratio) ? [] : [`Boundary, database layer and evidence cost ${number((1 - ratio) * 100, 0)} % of the throughput without them.`, ''];
}

/** The reference figure was taken 2 s after the start of a process: the ratio of the first seconds tells whether warmth is the reason of a distance. */
function sanity(workload: WorkloadName, ratio: number, cold: number): string {
  const expected = expectedAgainstPostgraphile[workload];
  if (Number.isNaN(ratio)) return 'Sanity: limit : PostGraphile was not measured here; these ratios are not to be quoted.';
  const near = (measured: number): boolean => Math.abs(measured / expected - 1) <= TOLERANCE;
  const said = `Sanity: limit : PostGraphile = ${number(ratio, 2)} (first seconds ${number(cold, 2)}), expected near ${expected}: `;
  if (near(ratio)) return `${said}as expected.`;
  return near(cold) ? `${said}as expected in the first seconds; PostGraphile gains more by warmth.` : `${said}**far from it; do not quote this run until the reason is known.**`;
}

const QUIET = 0.1; // the harness with its writer and the kernel's own work stay below this

/** Says how much of the machine went elsewhere: on a busy machine the ratios drift, fast implementations losing most. */
export function foreignShare(cells: readonly Cell[]): string {
  const share = median(cells.map((cell) => cell.foreignCpu));
  const said = `${number(share * 100, 0)} % of the machine's CPU went to other processes (median of the cells)`;
  return share <= QUIET ? said : `${said}: **the machine was busy; repeat the run on a quiet one before quoting it**`;
}
