import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { generateDirtyLayout } from '../intake/dirt/dirty-layout.js';
import { generatedForms, writeGenerated, type GeneratedForm, type GeneratedLine } from '../intake/dirt/generated-file.js';
import { generateNationalRows, type GeneratorOptions } from '../intake/generator.js';
import { systemClock, legalDate } from '../measures/clock.js';
import { UsageError } from './usage.js';

const usage = `用法 · Usage: generate permits ROWS [--seed N] [--at YYYY-MM-DD] [--dirt] [--as ${generatedForms.join(' | ')}]`;

/** Writes a synthetic file of the national layout to standard output: the same rows for the same seed and day. */
export async function generateCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      seed: { type: 'string', default: '1' },
      at: { type: 'string', default: legalDate(systemClock.now()) },
      dirt: { type: 'boolean', default: false },
      as: { type: 'string', default: 'utf-8' },
    },
  });
  const [what, count] = positionals;
  const rows = Number(count);
  const seed = Number(values.seed);
  const form = generatedForms.find((name) => name === values.as);
  if (what !== 'permits' || !Number.isSafeInteger(rows) || rows < 1 || !Number.isSafeInteger(seed) || !form) throw new UsageError(usage);
  await print({ rows, seed, at: values.at }, values.dirt, form);
  return 0;
}

async function print(options: GeneratorOptions, dirt: boolean, form: GeneratedForm): Promise<void> {
  for await (const bytes of writeGenerated(dirt ? generateDirtyLayout(options) : cleanLines(options), form)) {
    if (!process.stdout.write(bytes)) await once(process.stdout, 'drain');
  }
}

async function* cleanLines(options: GeneratorOptions): AsyncGenerator<GeneratedLine> {
  for await (const cells of generateNationalRows(options)) yield { cells };
}
