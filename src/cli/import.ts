import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { openKeyRing } from '../access/key-register.js';
import { importFile } from '../intake/import-file.js';
import { ledgerText } from '../intake/ledger-text.js';
import { ProgressDisplay } from '../intake/progress.js';
import { mendFile } from '../intake/mend-file.js';
import { systemClock } from '../measures/clock.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

/** Exit code when the file was taken in but some rows were rejected or are doubtful; failure is 1, wrong usage 2. */
const someHeldBack = 3;

const usage = '用法 · Usage: import permits|lists FILE [--profile NAME | PATH.yaml] [--organ CODE] [--json]\n       import rejects BATCH > mend.csv';

/**
 * Takes a file in and prints the batch ledger; or prints the bad rows of a batch as a file to mend. What the rows are the
 * profile says; both words ask for the same, and are there for those who read the command.
 */
export function importCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { profile: { type: 'string' }, organ: { type: 'string' }, json: { type: 'boolean', default: false } },
  });
  const [what, subject] = positionals;
  if (!subject || positionals.length > 2) throw new UsageError(usage);
  if (what === 'rejects') return printRejects(subject);
  if (what !== 'permits' && what !== 'lists') throw new UsageError(usage);
  return withDatabase(async (database, { dataFolder }) => {
    const progress = new ProgressDisplay(process.stderr);
    const ledger = await importFile(database, {
      file: subject,
      clock: systemClock,
      onProgress: (reached) => progress.update(reached),
      keyRing: await openKeyRing(database, dataFolder),
      ...(values.profile === undefined ? {} : { profile: values.profile }),
      ...(values.organ === undefined ? {} : { organ: values.organ }),
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
