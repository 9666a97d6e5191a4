import { userInfo } from 'node:os';
import { parseArgs } from 'node:util';
import { openKeyRing } from '../access/key-register.js';
import { acceptDoubt, refuseDoubt } from '../intake/accept-doubt.js';
import { contentOf, listDoubts, openDoubt, type DoubtEntry, type DoubtState } from '../intake/doubts.js';
import { ledgerText } from '../intake/ledger-text.js';
import { systemClock } from '../measures/clock.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage = `用法 · Usage: doubts list [--state OPEN|ACCEPTED|REFUSED|SUPERSEDED|ALL] [--limit N]
       doubts show REFERENCE
       doubts accept REFERENCE [--term other] [--by WHO] [--note TEXT]
       doubts refuse REFERENCE --note TEXT [--by WHO]`;

const states: readonly DoubtState[] = ['OPEN', 'ACCEPTED', 'REFUSED', 'SUPERSEDED'];

/** An accepted row that was overtaken meanwhile, or that a stored entry contradicts: nothing was stored. */
const notStored = 3;

/** The work list of doubtful rows: list, show, accept, refuse. Who settles is --by, else the account of the machine. */
export function doubtsCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      state: { type: 'string', default: 'OPEN' },
      limit: { type: 'string', default: '100' },
      by: { type: 'string' },
      note: { type: 'string' },
      term: { type: 'string' },
    },
  });
  const [what, reference] = positionals;
  if (what === 'list') return list(values.state, Number(values.limit));
  if (!reference || positionals.length > 2) throw new UsageError(usage);
  const decision = { reference, by: values.by ?? userInfo().username, note: values.note ?? null };
  if (what === 'refuse' && decision.note === null) throw new UsageError(usage);
  if (values.term !== undefined && (what !== 'accept' || values.term !== 'other')) throw new UsageError(usage);
  return withDatabase(async (database, { dataFolder }) => {
    const tools = { database, keyRing: await openKeyRing(database, dataFolder), clock: systemClock };
    switch (what) {
      case 'show': {
        const { record, ...entry } = await openDoubt(database.pool('concordat_writer'), tools.keyRing, reference);
        process.stdout.write(`${entryText(entry)}${JSON.stringify(contentOf(record), null, 2)}\n`);
        return 0;
      }
      case 'accept': {
        const ledger = await acceptDoubt(tools, { ...decision, otherTerm: values.term === 'other' });
        process.stdout.write(ledgerText(ledger));
        return ledger.rejected + ledger.doubtful > 0 ? notStored : 0;
      }
      case 'refuse':
        await refuseDoubt(tools, decision);
        process.stdout.write('已退回 · refused\n');
        return 0;
      default:
        throw new UsageError(usage);
    }
  });
}

function list(stateName: string, limit: number): Promise<number> {
  const state = stateName === 'ALL' ? null : (states.find((known) => known === stateName) ?? undefined);
  if (state === undefined || !Number.isSafeInteger(limit) || limit < 1) throw new UsageError(usage);
  return withDatabase(async (database) => {
    const entries = await listDoubts(database.pool('concordat_writer'), { state, limit });
    for (const entry of entries) process.stdout.write(entryText(entry));
    if (entries.length === 0) process.stdout.write('没有存疑行 · no doubtful rows\n');
    return 0;
  });
}

function entryText({ reference, state, documentNo, batch, line, openedAt, settledAt, settledBy, note, findings }: DoubtEntry): string {
  const settled = settledAt === null ? '' : `  ${settledAt} ${settledBy ?? ''}${note === null ? '' : `: ${note}`}\n`;
  const found = findings.map(({ field, code, reason }) => `  ${field} ${code} ${reason}\n`).join('');
  return `${reference}  ${state}  ${documentNo}  (${batch} : ${line}, ${openedAt})\n${settled}${found}`;
}
