import { parseArgs } from 'node:util';
import { listKeys, rotateKeys, type SealedTable } from '../access/key-rotation.js';
import { exportSeals } from '../export/export-seal.js';
import { badRowSeals } from '../intake/bad-rows.js';
import { doubtSeals } from '../intake/doubts.js';
import { permitSeals, subjectSeals } from '../subjects/sealed-identifiers.js';
import { webhookSeals } from '../webhooks/webhook-seal.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage = '用法 · Usage: keys list | keys rotate [--retire]';

/** Every table of the hub that holds sealed values. */
export const sealedTables: readonly SealedTable[] = [subjectSeals, permitSeals, doubtSeals, badRowSeals, exportSeals, webhookSeals];

/** The keys of sealed personal data: `list` says what each still seals, `rotate` brings a new one in. Prints no key. */
export function keysCommand(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options: { retire: { type: 'boolean', default: false } } });
  const [what, ...rest] = positionals;
  if ((what !== 'list' && what !== 'rotate') || rest.length > 0 || (what === 'list' && values.retire)) throw new UsageError(usage);
  return withDatabase(async (database, { dataFolder }) => {
    if (what === 'list') {
      for (const { number, isCurrent, madeAt, seals } of await listKeys(database, sealedTables)) {
        const uses = [...seals].map(([table, count]) => `${table} ${count}`).join(', ');
        process.stdout.write(`${number}\t${madeAt.toISOString()}\t${isCurrent ? '当前 · current' : '旧 · old'}\t${uses || '未用 · unused'}\n`);
      }
      return 0;
    }
    const { current, isNew, resealed, retired } = await rotateKeys(database, dataFolder, sealedTables, {
      retire: values.retire,
      onProgress: (done, total) => void process.stderr.write(`已重新加密 ${done} / ${total} · sealed again ${done} of ${total}\n`),
    });
    process.stdout.write(
      `${current} 号密钥为当前密钥${isNew ? '（新）' : ''}；重新加密 ${resealed} 项；停用 ${retired.join('、') || '无'}。\n` +
        `Key ${current} is current${isNew ? ' (new)' : ''}; sealed again: ${resealed}; retired: ${retired.join(', ') || 'none'}.\n`,
    );
    return 0;
  });
}
