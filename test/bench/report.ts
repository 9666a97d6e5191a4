import type { Implementation, ImplementationName } from './implementations.js';
import type { WorkloadName } from './workloads.js';

/** One measured cell: an implementation, a workload and a round. */
export interface Cell {
  readonly implementation: ImplementationName;
  readonly workload: WorkloadName;
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
}

/** What `performance.md` of the project's reference measured on this stack; far from it, no ratio is to be quoted. */
const expectedAgainstPostgraphile: Readonly<Record<WorkloadName, number>> = { W1: 5, W2: 2.4 };
const TOLERANCE = 0.25;

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  return Number.isInteger(middle) ? ((sorted[middle - 1] ?? upper) + upper) / 2 : upper;
}

const number = (value: number, digits: number): string =>
  Number.isFinite(value) ? value.toFixed(digits) : '–';

function row(cells: readonly string[]): string {
  return `| ${cells.join(' | ')} |`;
}

function table(workload: WorkloadName, chosen: readonly Implementation[], cells: readonly Cell[]): string[] {
  const of = (name: ImplementationName, value: (cell: Cell) => number): number =>
    median(cells.filter((cell) => cell.implementation === name && cell.workload === workload).map(value));
  const speed = (name: ImplementationName): number => of(name, (cell) => cell.requestsPerSecond);
  const heads = ['implementation', 'req/s', 'range', ': limit', ': PostGraphile', 'CPU ms server', 'CPU ms PostgreSQL', 'p50 ms', 'p99 ms', 'kB', 'peak MB', 'load CPU'];
  return [
    row(heads),
    row(heads.map((_head, column) => (column === 0 ? '---' : '---:'))),
    ...chosen
      .filter((one) => one.workloads.includes(workload))
      .map(({ name, title }) => {
        const rounds = cells.filter((cell) => cell.implementation === name && cell.workload === workload);
        const speeds = rounds.map((cell) => cell.requestsPerSecond);
        return row([
          title,
          number(speed(name), 0),
          `${number(Math.min(...speeds), 0)}–${number(Math.max(...speeds), 0)}`,
          number(speed(name) / speed('limit'), 2),
          number(speed(name) / speed('postgraphile'), 2),
          number(of(name, (cell) => cell.serverCpu), 3),
          number(of(name, (cell) => cell.postgresCpu ?? Number.NaN), 3),
          number(of(name, (cell) => cell.p50), 1),
          number(of(name, (cell) => cell.p99), 1),
          number(of(name, (cell) => cell.bodyBytes) / 1000, 1),
          number(Math.max(...rounds.map((cell) => cell.peakMemory)), 0),
          `${number(of(name, (cell) => cell.generatorCpu) * 100, 0)} %`,
        ]);
      }),
    '',
    ...costOfBoundary(speed('hub') / speed('hub-open')),
    sanity(workload, speed('limit') / speed('postgraphile')),
  ];
}

/** What boundary, database layer and evidence together take of the throughput without them. */
function costOfBoundary(ratio: number): string[] {
  return Number.isNaN(ratio) ? [] : [`Boundary, database layer and evidence cost ${number((1 - ratio) * 100, 0)} % of the throughput without them.`, ''];
}

function sanity(workload: WorkloadName, ratio: number): string {
  const expected = expectedAgainstPostgraphile[workload];
  if (Number.isNaN(ratio)) return 'Sanity: limit : PostGraphile was not measured in this run; its ratios are not to be quoted.';
  const near = Math.abs(ratio / expected - 1) <= TOLERANCE;
  return `Sanity: limit : PostGraphile = ${number(ratio, 2)}, expected near ${expected}: ${
    near ? 'as expected.' : '**far from it; do not quote this run until the reason is known.**'
  }`;
}

const QUIET = 0.1; // the harness with its writer and the kernel's own work stay below this

/** Says how much of the machine went elsewhere: on a busy machine the ratios drift, fast implementations losing most. */
export function foreignShare(cells: readonly Cell[]): string {
  const share = median(cells.map((cell) => cell.foreignCpu));
  const said = `${number(share * 100, 0)} % of the machine's CPU went to other processes (median of the cells)`;
  return share <= QUIET ? said : `${said}: **the machine was busy; repeat the run on a quiet one before quoting it**`;
}

const titles: Readonly<Record<WorkloadName, string>> = {
  W1: 'W1 · point look-up by document number with subject and deciding bureau',
  W2: 'W2 · newest 50 permits of a district up to a day, with subject, bureau and actions',
};

/** The report in Markdown: facts of the run, then medians and ratios per workload. */
export function report(
  facts: readonly string[],
  workloads: readonly WorkloadName[],
  chosen: readonly Implementation[],
  cells: readonly Cell[],
): string {
  return [
    ...facts.map((fact) => `- ${fact}`),
    ...workloads.flatMap((workload) => ['', `## ${titles[workload]}`, '', ...table(workload, chosen, cells)]),
    '',
  ].join('\n');
}
