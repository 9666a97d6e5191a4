import type { Cells } from '../cell.js';
import type { Implementation } from '../implementations.js';
import type { Options } from '../options.js';
import { details } from './details.js';
import { costs, speeds, targetTable } from './overview.js';

/** The report in Markdown: facts of the run, the tables of the README, then everything by workload and connections. */
export function report(
  facts: readonly string[],
  { connections, workloads }: Pick<Options, 'connections' | 'workloads'>,
  chosen: readonly Implementation[],
  cells: Cells,
  cold: Cells,
): string {
  return [
    ...facts.map((fact) => `- ${fact}`),
    '',
    ...connections.flatMap((count) => [...speeds(count, workloads, chosen, cells), '']),
    ...targetTable(workloads, cells),
    ...connections.flatMap((count) => [...costs(count, workloads, chosen, cells), '']),
    '## In detail',
    ...connections.flatMap((count) => workloads.flatMap((workload) => ['', ...details(workload, count, chosen, cells, cold)])),
    '',
  ].join('\n');
}
