import { spawn } from 'node:child_process';
import { chown, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { StartUpError } from '../start-up-error.js';

/** The account the database server runs under. Null stands for "ourselves", when the hub is not root. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** The environment of every server program: nothing of ours (PG* variables would change its behaviour). */
export const serverEnvironment: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'] ?? '/usr/bin:/bin',
  LANG: 'C.UTF-8',
  LC_ALL: 'C.UTF-8',
  TZ: 'UTC',
};

export function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/**
 * PostgreSQL refuses to run as root. As root an existing account is used, `postgres`, else `nobody`; none is ever
 * created, because that would change the machine for good. Throws DATABASE_NO_ACCOUNT.
 */
export async function unprivilegedUser(): Promise<ServerUser | null> {
  if (!isRoot()) return null;
  const accounts = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n').map((line) => line.split(':'));
  for (const name of ['postgres', 'nobody']) {
    const account = accounts.find((fields) => fields[0] === name);
    const user = { uid: Number(account?.[2]), gid: Number(account?.[3]) };
    if (user.uid > 0 && user.gid > 0) return user;
  }
  throw new StartUpError('DATABASE_NO_ACCOUNT', {
    zh: '以 root 运行时需要账户 postgres 或 nobody 来运行数据库,本机两者皆无。请以普通用户运行,或设置 DATABASE_URL。',
    en: 'As root the database needs an account postgres or nobody; this machine has neither. Run as an ordinary user, or set DATABASE_URL.',
  });
}

/** Spawn options that make a child run as `user`. */
export function asUser(user: ServerUser | null): { uid: number; gid: number } | Record<string, never> {
  return user ? { uid: user.uid, gid: user.gid } : {};
}

/** Runs a program to its end as `user`. `output` is stdout and stderr together; a program that cannot start has code -1. */
export async function run(
  user: ServerUser | null,
  command: string,
  args: readonly string[],
  input = '',
): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    let output = '';
    // The folder we stand in may be closed to the user; "/" is open to all.
    const child = spawn(command, args, { ...asUser(user), cwd: '/', env: serverEnvironment });
    const take = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on('data', take);
    child.stderr.on('data', take);
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    child.on('error', (error) => resolve({ code: -1, output: output + error.message }));
    child.on('close', (code) => resolve({ code: code ?? -1, output }));
  });
}

/** Whether `user` can work in a folder we make inside `parent`: found out by trying, as that user. */
export async function canWorkIn(user: ServerUser, parent: string): Promise<boolean> {
  const folder = await mkdtemp(join(parent, '.concordat-probe-')).catch(() => null);
  if (folder === null) return false;
  try {
    await chown(folder, user.uid, user.gid);
    const { code } = await run(user, '/bin/sh', ['-c', ': > "$1/probe"', 'sh', folder]);
    return code === 0;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The account a cluster belongs to, when we are root; an existing cluster keeps its account. */
export async function ownerOf(folder: string): Promise<ServerUser | null> {
  if (!isRoot()) return null;
  const { uid, gid } = await stat(folder);
  return { uid, gid };
}
