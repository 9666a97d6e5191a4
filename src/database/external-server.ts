import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { StartUpError } from '../start-up-error.js';
import { isCode } from './binaries.js';
import type { DatabaseSettings } from './database-settings.js';
import { checkSessions } from './session-check.js';

const leastVersion = 150_000;

const rights = z.object({
  version: z.coerce.number(),
  encoding: z.string(),
  superuser: z.boolean(),
  bypass: z.boolean(),
  createrole: z.boolean(),
  create: z.boolean(),
  public: z.boolean(),
  login: z.string(),
  database: z.string(),
});

/**
 * Checks the PostgreSQL of DATABASE_URL: reachable (waits up to `waitSeconds` for a server that is just starting),
 * version ≥ 15, UTF8, a login that owns its database without being able to walk past row security, and sessions that
 * no pooler takes apart.
 * Throws StartUpError DATABASE_UNREACHABLE, DATABASE_TOO_OLD, DATABASE_ENCODING, DATABASE_SUPERUSER, DATABASE_RIGHTS,
 * DATABASE_POOLER_UNFIT.
 */
export async function checkExternalServer(
  connectionString: string,
  say: (line: string) => void,
  waitSeconds = 30,
): Promise<DatabaseSettings> {
  const client = await connect(connectionString, say, waitSeconds);
  try {
    const answer = await client.query(`
      SELECT current_setting('server_version_num') AS version, current_setting('server_encoding') AS encoding,
             rolsuper AS superuser, rolbypassrls AS bypass, rolcreaterole AS createrole,
             has_database_privilege(current_database(), 'CREATE') AS create,
             has_schema_privilege('public', 'CREATE') AS public,
             quote_ident(current_user) AS login, quote_ident(current_database()) AS database
        FROM pg_roles WHERE rolname = current_user`);
    assertFit(rights.parse(answer.rows[0]));
    await checkSessions(connectionString);
    const { host, port, user, password, database } = client;
    return { host, port, user: user ?? '', password: password ?? '', database: database ?? '' };
  } finally {
    await client.end();
  }
}

function assertFit(found: z.infer<typeof rights>): void {
  const { login, database } = found;
  if (found.version < leastVersion) {
    throw new StartUpError('DATABASE_TOO_OLD', {
      zh: `DATABASE_URL 指向的 PostgreSQL 版本过低(${found.version})。请升级到 15 或更高版本。`,
      en: `The PostgreSQL of DATABASE_URL is too old (${found.version}). Upgrade it to 15 or newer.`,
    });
  }
  if (found.encoding !== 'UTF8') {
    throw new StartUpError('DATABASE_ENCODING', {
      zh: `数据库 ${database} 的编码为 ${found.encoding}。请新建:CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;`,
      en: `Database ${database} is encoded in ${found.encoding}. Create one with: CREATE DATABASE … ENCODING 'UTF8' LOCALE 'C.UTF-8' TEMPLATE template0;`,
    });
  }
  if (found.superuser || found.bypass) {
    throw new StartUpError('DATABASE_SUPERUSER', {
      zh: `账户 ${login} 是超级用户或可绕过行级安全,共享边界将不起作用。请执行:ALTER ROLE ${login} NOSUPERUSER NOBYPASSRLS CREATEROLE; 或换用普通账户。`,
      en: `Login ${login} is a superuser or bypasses row security, which would void the boundary. Use an ordinary login, or: ALTER ROLE ${login} NOSUPERUSER NOBYPASSRLS CREATEROLE;`,
    });
  }
  const missing = [
    ...(found.createrole ? [] : [`ALTER ROLE ${login} CREATEROLE;`]),
    ...(found.create ? [] : [`ALTER DATABASE ${database} OWNER TO ${login};`]),
    ...(found.public ? [] : [`GRANT CREATE ON SCHEMA public TO ${login};`]),
  ].join(' ');
  if (missing) {
    throw new StartUpError('DATABASE_RIGHTS', {
      zh: `账户 ${login} 权限不足。请由数据库管理员执行:${missing}`,
      en: `Login ${login} lacks rights. Have an administrator run: ${missing}`,
    });
  }
}

async function connect(
  connectionString: string,
  say: (line: string) => void,
  waitSeconds: number,
): Promise<pg.Client> {
  const deadline = Date.now() + waitSeconds * 1000;
  let told = false;
  for (;;) {
    const client = new pg.Client({ connectionString, connectionTimeoutMillis: 5000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return client;
    } catch (cause) {
      await client.end().catch(() => undefined);
      // 57P03: the server is starting up or shutting down.
      const mayPass = isCode(cause, 'ECONNREFUSED', 'ECONNRESET', 'EAI_AGAIN', 'ENOTFOUND', '57P03');
      if (!mayPass || Date.now() > deadline) {
        const reason = cause instanceof Error ? cause.message || String(cause) : String(cause);
        throw new StartUpError(
          'DATABASE_UNREACHABLE',
          {
            zh: `无法登录 DATABASE_URL 指向的数据库:${reason}。请检查地址、账户与口令;若无数据库,请执行:CREATE ROLE concordat LOGIN CREATEROLE PASSWORD '…'; CREATE DATABASE concordat OWNER concordat;`,
            en: `Cannot log in to the database of DATABASE_URL: ${reason}. Check address, login and password; where there is none: CREATE ROLE concordat LOGIN CREATEROLE PASSWORD '…'; CREATE DATABASE concordat OWNER concordat;`,
          },
          { cause },
        );
      }
      if (!told) say('等待数据库启动 · Waiting for the database of DATABASE_URL');
      told = true;
      await delay(300);
    }
  }
}
