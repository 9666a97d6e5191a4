import { parseArgs } from 'node:util';
import { importPermits } from '../intake/import-permits.js';
import { ProgressDisplay } from '../intake/progress.js';
import { systemClock } from '../measures/clock.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

/** Exit code when the file was taken in but some rows were rejected; failure is 1, wrong usage 2. */
const someRejected = 3;

/** Takes a file of permits in and prints the batch ledger. */
export function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { profile: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [what, file] = positionals;
  if (what !== 'permits' || !file || positionals.length > 2) {
    throw new UsageError('用法 · Usage: import permits FILE [--profile NAME] [--json]');
  }
  return withDatabase(async (database) => {
    const progress = new ProgressDisplay(process.stderr);
    const ledger = await importPermits(database, {
      file,
      clock: systemClock,
      onProgress: (reached) => progress.update(reached),
      ...(values.profile === undefined ? {} : { profile: values.profile }),
    }).finally(() => progress.end());
    process.stdout.write(values.json ? `${JSON.stringify(ledger)}\n` : ledgerText(ledger));
    return ledger.rejected > 0 ? someRejected : 0;
  });
}

function ledgerText(ledger: object): string {
  return Object.entries(ledger)
    .map(([name, value]) => `${name.padEnd(26)}${typeof value === 'object' ? JSON.stringify(value) : String(value)}\n`)
    .join('');
}
