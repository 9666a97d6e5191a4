import pg from 'pg';
import { StartUpError } from '../start-up-error.js';
import { isCode } from './binaries.js';

const named = { name: 'hub_session_check', text: `SELECT current_setting('default_transaction_read_only') AS marker` };

/**
 * Checks that a session of DATABASE_URL is one: it starts with the settings asked for (roles are taken on that way) and
 * keeps its prepared statements from one transaction to the next. PgBouncer 1.18 breaks the first in every mode, and the
 * second in transaction mode.
 * Throws StartUpError DATABASE_POOLER_UNFIT.
 */
export async function checkSessions(connectionString: string): Promise<void> {
  const open = (): pg.Client => {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000, options: '-c default_transaction_read_only=on' });
    client.on('error', () => undefined);
    return client;
  };
  const [one, other] = [open(), open()];
  try {
    await one.connect();
    await other.connect();
    const { rows } = await one.query<{ marker: string }>(named);
    if (rows[0]?.marker !== 'on') throw unfit('会话选项未生效', 'the options of a session have no effect');
    // Holds the server session the first transaction ran on: a pooler must take another one for the next.
    await other.query('BEGIN');
    await one.query(named);
    await other.query('ROLLBACK');
  } catch (error) {
    if (isCode(error, '26000', '42P05')) throw unfit('预备语句在事务之间丢失', 'prepared statements are lost between transactions', error);
    if (isCode(error, '08P01')) throw unfit('会话选项被拒绝', 'the options of a session are refused', error);
    throw error;
  } finally {
    await Promise.allSettled([one.end(), other.end()]);
  }
}

function unfit(zh: string, en: string, cause?: unknown): StartUpError {
  return new StartUpError(
    'DATABASE_POOLER_UNFIT',
    {
      zh: `DATABASE_URL 经由的连接池不适用:${zh}。请直接连接 PostgreSQL,或使用原样传递会话选项的连接池;URL 中不得含 options。`,
      en: `The pooler behind DATABASE_URL is unfit: ${en}. Connect to PostgreSQL itself, or use a pooler that passes the options of a session on; the URL must not carry options.`,
    },
    { cause },
  );
}
