import { median } from '../cell.js';
import type { ImplementationName } from '../implementations.js';
import { number, table } from '../report/markdown.js';

/** Latency of one cell: a workload at a number of permits, or a page of a list by its number. */
export interface Latency {
  readonly implementation: ImplementationName;
  readonly title: string;
  readonly series: 'W1' | 'W2' | 'W3' | 'W4' | 'page';
  /** Permits in the database; of the series `page`, the number of the page. */
  readonly at: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
}

/** Last : first of a series may be this much at most. */
const targets: Readonly<Record<Latency['series'], number>> = { W1: 1.5, W2: 1.5, W3: 1.5, W4: 1.5, page: 1.2 };

const heads: Readonly<Record<Latency['series'], (at: number) => string>> = {
  W1: (at) => `W1, ${number(at, 0)} permits`,
  W2: (at) => `W2, ${number(at, 0)} permits`,
  W3: (at) => `W3, ${number(at, 0)} permits`,
  W4: (at) => `W4, ${number(at, 0)} permits`,
  page: (at) => `page ${number(at, 0)}`,
};

const distinct = <T>(values: readonly T[]): T[] => [...new Set(values)];

function seriesTable(series: Latency['series'], found: readonly Latency[]): string[] {
  const of = found.filter((latency) => latency.series === series);
  const places = distinct(of.map(({ at }) => at)).sort((a, b) => a - b);
  const rows = distinct(of.map(({ implementation }) => implementation)).map((name) => {
    const own = of.filter(({ implementation }) => implementation === name);
    const medians = places.map((place) => median(own.filter(({ at }) => at === place).map(({ p50 }) => p50)));
    const ratio = (medians.at(-1) ?? Number.NaN) / (medians[0] ?? Number.NaN);
    return [own[0]?.title ?? name, ...medians.map((value) => number(value, 2)), `${number(ratio, 2)} ${ratio <= targets[series] ? '≤' : '**>**'} ${targets[series]}`];
  });
  return table(['p50, ms', ...places.map(heads[series]), 'last : first'], rows);
}

/** The report in Markdown: a table per series, each with the ratio of its last to its first place and the target. */
export function growthReport(facts: readonly string[], found: readonly Latency[]): string {
  const series = distinct(found.map((latency) => latency.series));
  return [...facts.map((fact) => `- ${fact}`), ...series.flatMap((one) => ['', ...seriesTable(one, found)]), ''].join('\n');
}
