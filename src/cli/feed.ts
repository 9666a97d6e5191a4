import { startEpoch } from '../feed/log-keeper.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage = '用法 · Usage: feed status | feed new-epoch';

/**
 * The change log: `status` says where it stands, `new-epoch` makes every cursor start from a snapshot. A hub finds out by
 * itself after a promotion, a restore to a point in time or into another cluster; after a restore that leaves no trace (the
 * files of the cluster put back as they were), the operator runs `new-epoch` before the hub starts. Transactions wait for a
 * position while no hub runs.
 */
export function feedCommand(args: readonly string[]): Promise<number> {
  const [what, ...rest] = args;
  if ((what !== 'status' && what !== 'new-epoch') || rest.length > 0) throw new UsageError(usage);
  return withDatabase(async (database) => {
    if (what === 'new-epoch') {
      process.stdout.write(`新纪元 · New epoch ${await startEpoch(database)}\n`);
      return 0;
    }
    const { rows } = await database.pool().query<{ epoch: string; position: string; low_water: string; oldest: string | null; pending: string; since: string | null }>(
      `SELECT epoch, position::text, low_water::text,
         (SELECT to_char(min(committed_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD') FROM hub.feed_transaction) AS oldest, p.pending, p.since
       FROM hub.feed_head,
         (SELECT count(*)::text AS pending, to_char(min(committed_at) AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS since
            FROM hub.feed_transaction WHERE first_position IS NULL) p`,
    );
    const [head] = rows;
    if (!head) throw new Error('the change log has no head');
    process.stdout.write(
      `纪元 · epoch ${head.epoch}\n位置 · position ${head.position}\n可读自 · readable behind ${head.low_water} (${head.oldest ?? '–'})\n` +
      `待编号 · waiting for a position ${head.pending}${head.since === null ? '' : ` (${head.since})`}\n`);
    return 0;
  });
}
