import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { generateNationalLayout } from '../intake/generator.js';
import { systemClock, legalDate } from '../measures/clock.js';
import { UsageError } from './usage.js';

/** Writes a synthetic file of the national layout to standard output: the same rows for the same seed and day. */
export async function generateCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { seed: { type: 'string', default: '1' }, at: { type: 'string', default: legalDate(systemClock.now()) } },
  });
  const [what, count] = positionals;
  const rows = Number(count);
  const seed = Number(values.seed);
  if (what !== 'permits' || !Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(seed)) {
    throw new UsageError('用法 · Usage: generate permits ROWS [--seed N] [--at YYYY-MM-DD]');
  }
  for await (const line of generateNationalLayout({ rows, seed, at: values.at })) {
    if (!process.stdout.write(line)) await once(process.stdout, 'drain');
  }
  return 0;
}
