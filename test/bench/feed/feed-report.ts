import { number, table } from '../report/markdown.js';
import type { FanOut } from './fan-out.js';
import type { Sustained } from './sustained.js';
import type { WriteCost } from './write-cost.js';

/** What `npm run bench -- feed` found. */
export interface FeedResults {
  readonly fanOuts: readonly FanOut[];
  readonly steady: Sustained;
  readonly writes: readonly WriteCost[];
  /** Peak memory of the hub, MB. */
  readonly peak: number;
  readonly node: string;
  readonly minutes: number;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

/** From a commit to the last subscriber, by way, with the ratio to the bare broadcast of the same run. */
export function fanOutTable(fanOuts: readonly FanOut[]): readonly string[] {
  const bare = (subscribers: number): FanOut | undefined => fanOuts.find((one) => one.subscribers === subscribers && one.name.startsWith('bare'));
  return table(
    ['from the commit to the last subscriber', 'subscribers', 'ms', 'range', ': bare', 'server CPU ms an event', 'kB a subscriber'],
    fanOuts.map(({ name, subscribers, milliseconds, cpu, memory }) => [
      name, number(subscribers, 0), number(median(milliseconds), 1),
      `${number(Math.min(...milliseconds), 1)}–${number(Math.max(...milliseconds), 1)}`,
      number(median(milliseconds) / median(bare(subscribers)?.milliseconds ?? []), 2), number(cpu, 1), number(memory, 1),
    ]),
  );
}

/** The report of a run, as Markdown. */
export function feedReport({ fanOuts, steady, writes, peak, node, minutes }: FeedResults): string {
  return [
    '# Feed bench',
    '',
    `- ${new Date().toISOString().slice(0, 10)} · Node ${node} · ${number(minutes, 0)} minutes · peak memory of the hub ${number(peak, 0)} MB`,
    '- medians of interleaved rounds; milliseconds from the answer to the commit until the last subscriber has the frame',
    '',
    ...fanOutTable(fanOuts),
    '',
    ...table(
      ['a steady stream', 'wanted a second', 'committed', 'delivered', 'p50 ms', 'p99 ms', 'hub CPU, cores'],
      [[`${steady.subscribers} subscribers`, number(steady.wanted, 0), number(steady.committed, 0), number(steady.delivered, 0), number(steady.p50, 1), number(steady.p99, 1), number(steady.cpuShare, 2)]],
    ),
    '',
    ...table(
      ['write cost', 'events a transaction', 'events a second with the log', 'without', 'with : without'],
      writes.map(({ writers, eventsPerTransaction, logged, unlogged }) => [
        `${writers} ${writers === 1 ? 'writer' : 'writers'}`, number(eventsPerTransaction, 0), number(median(logged), 0), number(median(unlogged), 0), number(median(logged) / median(unlogged), 2),
      ]),
    ),
    '',
  ].join('\n');
}
