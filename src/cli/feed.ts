import { startEpoch } from '../feed/log-keeper.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage = '用法 · Usage: feed status | feed new-epoch';

/**
 * The change log: `status` says where it stands, `new-epoch` makes every cursor start from a snapshot. A hub finds out by
 * itself after a promotion, a restore to a point in time or into another cluster; after a restore that leaves no trace (the
 * files of the cluster put back as they were), the operator runs `new-epoch` before the hub starts.
 */
export function feedCommand(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  if ((what !== 'status' && what !== 'new-epoch') || rest.length > 0) throw new UsageError(usage);
  return withDatabase(async (database) => {
    if (what === 'new-epoch') {
      process.stdout.write(`新纪元 · New epoch ${await startEpoch(database)}\n`);
      return 0;
    }
    const { rows } = await database.pool().query<{ epoch: string; position: string; low_water: string; oldest: string | null }>(
      `SELECT epoch, position::text, low_water::text,
         (SELECT to_char(min(committed_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') FROM hub.feed_transaction) AS oldest FROM hub.feed_head`,
    );
    const [head] = rows;
    if (!head) throw new Error('the change log has no head');
    process.stdout.write(`纪元 · epoch ${head.epoch}\n位置 · position ${head.position}\n可读自 · readable behind ${head.low_water} (${head.oldest ?? '–'})\n`);
    return 0;
  });
}
