import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openKeyRing } from '../access/key-register.js';
import { importPermits } from '../intake/import-permits.js';
import { ledgerText } from '../intake/ledger-text.js';
import { ProgressDisplay } from '../intake/progress.js';
import { mendFile } from '../intake/mend-file.js';
import { systemClock } from '../measures/clock.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

/** Exit code when the file was taken in but some rows were rejected or are doubtful; failure is 1, wrong usage 2. */
const someHeldBack = 3;

const usage = '用法 · Usage: import permits FILE [--profile NAME | PATH.yaml] [--json]\n       import rejects BATCH > mend.csv';

/** Takes a file of permits in and prints the batch ledger; or prints the bad rows of a batch as a file to mend. */
export function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { profile: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [what, subject] = positionals;
  if (!subject || positionals.length > 2) throw new UsageError(usage);
  if (what === 'rejects') return printRejects(subject);
  if (what !== 'permits') throw new UsageError(usage);
  return withDatabase(async (database, { dataFolder }) => {
    const progress = new ProgressDisplay(process.stderr);
    const ledger = await importPermits(database, {
      file: subject,
      clock: systemClock,
      onProgress: (reached) => progress.update(reached),
      keyRing: await openKeyRing(database, dataFolder),
      ...(values.profile === undefined ? {} : { profile: values.profile }),
    }).finally(() => progress.end());
    process.stdout.write(values.json ? `${JSON.stringify(ledger)}\n` : ledgerText(ledger));
    return ledger.rejected + ledger.doubtful > 0 ? someHeldBack : 0;
  });
}

function printRejects(batch: string): Promise<number> {
  return withDatabase(async (database, { dataFolder }) => {
    for await (const line of mendFile(database.pool('concordat_writer'), await openKeyRing(database, dataFolder), batch)) {
      if (!process.stdout.write(line)) await once(process.stdout, 'drain');
    }
    return 0;
  });
}
