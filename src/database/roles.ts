import { StartUpError } from '../start-up-error.js';
import { isCode } from './binaries.js';

/** Whatever runs SQL as the owner: a pg client or pool, or TypeORM's QueryRunner. */
export interface SqlRunner {
  query(sql: string): Promise<unknown>;
}

const plainName = /^[a-z_][a-z0-9_]{0,62}$/;

/**
 * Makes sure that the NOLOGIN role `name` exists and that the owner can take it on (`-c role=`, SET ROLE). Works inside
 * a migration's transaction and outside, on PostgreSQL 15 to 18.
 *
 * Roles belong to the whole server, so databases that migrate at once meet here: advisory locks are per database and
 * cannot help, so each step runs in a block that lets the other one win. Since 16 the creator of a role may grant it
 * but not take it on; the grant to ourselves adds that, without inheriting the role's rights.
 * Throws StartUpError DATABASE_ROLE_FOREIGN when the role belongs to somebody else.
 */
export async function ensureRole(runner: SqlRunner, name: string): Promise<void> {
  if (!plainName.test(name)) throw new Error(`not a role name: ${name}`);
  try {
    await runner.query(`
      DO $ensure$
      DECLARE
        modern boolean := current_setting('server_version_num')::int >= 160000;
      BEGIN
        BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${name}') THEN
            CREATE ROLE ${name} NOLOGIN;
          END IF;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
        END;
        FOR attempt IN 1..20 LOOP
          BEGIN
            -- By number: a name that this session found missing a moment ago may still count as missing for it.
            EXIT WHEN EXISTS (SELECT FROM pg_roles r WHERE r.rolname = '${name}'
              AND pg_has_role(current_user, r.oid, CASE WHEN modern THEN 'SET' ELSE 'MEMBER' END));
            IF modern THEN
              EXECUTE 'GRANT ${name} TO CURRENT_USER WITH INHERIT FALSE, SET TRUE';
            ELSE
              EXECUTE 'GRANT ${name} TO CURRENT_USER';
            END IF;
          EXCEPTION
            -- XX000 is "tuple concurrently updated": the same grant from another database.
            WHEN internal_error OR unique_violation OR undefined_object THEN
              IF attempt = 20 THEN RAISE; END IF;
              PERFORM pg_sleep(0.02 * attempt);
          END;
        END LOOP;
      END $ensure$`);
  } catch (cause) {
    // 42501 insufficient_privilege (also as the driver error TypeORM passes on).
    if (!isCode(cause, '42501')) throw cause;
    throw new StartUpError(
      'DATABASE_ROLE_FOREIGN',
      {
        zh: `数据库角色 ${name} 已存在且属于他人。请由管理员执行:GRANT ${name} TO <hub 账户> WITH ADMIN OPTION; 或为 hub 使用单独的数据库服务器。`,
        en: `The database role ${name} exists and belongs to somebody else. Have an administrator run GRANT ${name} TO <the hub's login> WITH ADMIN OPTION; or give the hub a server of its own.`,
      },
      { cause },
    );
  }
}
