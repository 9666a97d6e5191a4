import { createHash, randomBytes } from 'node:crypto';
import { chmod, chown, link, lstat, mkdir, readFile, readdir, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { StartUpError } from '../start-up-error.js';
import { copyBinaries, exists, installedBinaries, isCode, repairLinks, type PostgresBinaries } from './binaries.js';
import { processExists } from './processes.js';
import { canWorkIn, isRoot, ownerOf, run, unprivilegedUser, type ServerUser } from './server-user.js';

/** The login every part of the hub uses: owner of the database, no superuser. */
export const ownerName = 'concordat';
export const databaseName = 'concordat';

/** An embedded database on disk, ready to be served. */
export interface Cluster {
  /** PGDATA. */
  readonly folder: string;
  readonly binaries: PostgresBinaries;
  readonly user: ServerUser | null;
  readonly password: string;
  /** Remembers the port, so that it stays the same over restarts. */
  readonly portFile: string;
}

export interface ClusterOptions {
  readonly dataFolder: string;
  /** False only in tests: skips the flush to disk at creation. */
  readonly durable: boolean;
  readonly say: (line: string) => void;
}

/** Folders open to every account, tried in this order when the hub's own are closed to the server's account. */
const openFolders = ['/var/lib', '/var/tmp'];

const locationSchema = z.object({ home: z.string(), complete: z.boolean() });
type Location = z.infer<typeof locationSchema>;

/**
 * Finds the cluster of a data folder, or creates it. The folder's `database.json` says where it lies: in the data
 * folder, or, where the server's account cannot work there (root's home), in a traversable folder, which is said.
 * Creation is all or nothing: everything is prepared beside the final place and renamed.
 * Throws StartUpError DATABASE_CLUSTER_MISSING, DATABASE_NO_PLACE, DATABASE_INITDB_FAILED, DATABASE_MAJOR_VERSION.
 */
export async function openCluster(options: ClusterOptions): Promise<Cluster> {
  const { dataFolder, say } = options;
  await mkdir(dataFolder, { recursive: true });
  const account = await unprivilegedUser();
  const location = await locate(dataFolder, account);
  const home = resolve(dataFolder, location.home);
  const folder = join(home, 'cluster');
  if (isAbsolute(location.home)) {
    say(`数据库文件在 ${home}(数据库账户无法进入 ${dataFolder}) · Database files are in ${home}: the server's account cannot enter ${dataFolder}`);
  }

  const present = await exists(home);
  if (!present && location.complete) {
    throw new StartUpError('DATABASE_CLUSTER_MISSING', {
      zh: `数据库文件夹 ${home} 不见了。请从备份恢复;若要从空库开始,请删除 ${join(dataFolder, 'database.json')}。`,
      en: `The database folder ${home} is gone. Restore it from a backup, or delete ${join(dataFolder, 'database.json')} to begin empty.`,
    });
  }
  const user = present ? await ownerOf(folder) : account;
  const binaries = await usableBinaries(await installedBinaries(), user, say);
  if (!present) {
    say('正在创建数据库 · Creating the database');
    await createHome(home, binaries, user, options.durable);
  }
  if (!location.complete) await writeLocation(dataFolder, { ...location, complete: true });

  const major = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  if (binaries.version.split('.')[0] !== major) {
    throw new StartUpError('DATABASE_MAJOR_VERSION', {
      zh: `数据库文件属于 PostgreSQL ${major},程序为 ${binaries.version}。请安装与之匹配的 hub 版本,导出数据后再升级。`,
      en: `The database files are of PostgreSQL ${major}, the programs of ${binaries.version}. Run the hub release of that version and export the data before upgrading.`,
    });
  }
  const password = (await readFile(join(home, 'owner-password'), 'utf8')).trim();
  return { folder, binaries, user, password, portFile: join(home, 'port') };
}

/** Reads where the cluster lies, or decides it once. */
async function locate(dataFolder: string, account: ServerUser | null): Promise<Location> {
  const file = join(dataFolder, 'database.json');
  const recorded = await readFile(file, 'utf8').catch(() => null);
  if (recorded !== null) return locationSchema.parse(JSON.parse(recorded));
  const decided: Location = { home: await chooseHome(dataFolder, account), complete: false };
  const fresh = `${file}.new-${process.pid}`;
  await writeFile(fresh, JSON.stringify(decided));
  try {
    // A link fails where a rename would overwrite: of two first starts at once one decides.
    await link(fresh, file);
    return decided;
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw error;
    return locationSchema.parse(JSON.parse(await readFile(file, 'utf8')));
  } finally {
    await rm(fresh, { force: true });
  }
}

async function writeLocation(dataFolder: string, location: Location): Promise<void> {
  const file = join(dataFolder, 'database.json');
  const fresh = `${file}.new-${process.pid}`;
  await writeFile(fresh, JSON.stringify(location));
  await rename(fresh, file);
}

async function chooseHome(dataFolder: string, account: ServerUser | null): Promise<string> {
  if (!account || (await canWorkIn(account, dataFolder))) return 'postgres';
  // Inode and birth belong to the name: a data folder deleted and made anew begins with an empty database.
  const { ino, birthtimeMs } = await stat(dataFolder);
  const identity = `${await realpath(dataFolder)}\0${ino}\0${birthtimeMs}`;
  const name = `concordat-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}`;
  for (const parent of openFolders) {
    const home = join(parent, name);
    if ((await canWorkIn(account, parent)) && (await isFreeOrOurs(home))) return home;
  }
  throw noPlace(dataFolder);
}

/** In a folder open to all, somebody else may have taken a name we could guess. */
async function isFreeOrOurs(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => null);
  return found === null || (found.isDirectory() && found.uid === 0 && (found.mode & 0o022) === 0);
}

function noPlace(folder: string): StartUpError {
  return new StartUpError('DATABASE_NO_PLACE', {
    zh: `数据库账户无法进入 ${folder},${openFolders.join('、')} 也不可用。请把 HUB_DATA 设为该账户可进入的文件夹,或以普通用户运行。`,
    en: `The server's account cannot enter ${folder}, and ${openFolders.join(', ')} cannot be used. Set HUB_DATA to a folder it can enter, or run as an ordinary user.`,
  });
}

/** The installed programs when `user` can run them where they are, else a copy in a traversable folder, which is said. */
export async function usableBinaries(
  installed: PostgresBinaries,
  user: ServerUser | null,
  say: (line: string) => void,
): Promise<PostgresBinaries> {
  const linked = await repairLinks(installed);
  const attempt = await run(user, installed.postgres, ['--version']);
  if (linked && attempt.code === 0) return installed;
  if (isRoot()) {
    for (const parent of openFolders) {
      const target = join(parent, `concordat-postgres-${installed.version}`);
      if (!(await isFreeOrOurs(target))) continue;
      const copy = await copyBinaries(installed, target).catch(() => null);
      if (copy && (await run(user, copy.postgres, ['--version'])).code === 0) {
        say(`数据库程序已复制到 ${target}(数据库账户无法进入 ${installed.root}) · Database programs run from a copy in ${target}: the server's account cannot enter ${installed.root}`);
        return copy;
      }
    }
    throw noPlace(installed.root);
  }
  throw new StartUpError('DATABASE_BINARIES_UNUSABLE', {
    zh: `PostgreSQL 程序无法运行:${attempt.output.trim()}。请允许安装脚本后重新执行 npm ci,或设置 DATABASE_URL。`,
    en: `The PostgreSQL programs do not run: ${attempt.output.trim()}. Run npm ci again with install scripts allowed, or set DATABASE_URL.`,
  });
}

/**
 * initdb, access rules, owner and database, in a folder beside `home`, then one rename. The superuser exists for this
 * moment only: it works in single-user mode, has no password, and so can never log in.
 */
async function createHome(
  home: string,
  binaries: PostgresBinaries,
  user: ServerUser | null,
  durable: boolean,
): Promise<void> {
  await removeAbandoned(home);
  const fresh = `${home}.new-${process.pid}`;
  const folder = join(fresh, 'cluster');
  const password = randomBytes(24).toString('base64url');
  try {
    // 0711: the server's account passes through to its own folder and sees nothing else.
    await mkdir(fresh, { mode: 0o700 });
    if (user) await chmod(fresh, 0o711);
    await mkdir(folder, { mode: 0o700 });
    if (user) await chown(folder, user.uid, user.gid);
    // With LC_CTYPE=C trigrams of Chinese text would be empty, without any error (library-traps §8).
    await mustRun(user, binaries.initdb, [
      `--pgdata=${folder}`,
      '--username=postgres',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
      '--auth=reject',
      '--no-instructions',
      ...(durable ? [] : ['--no-sync']),
    ]);
    const rules = join(folder, 'pg_hba.conf');
    await writeFile(rules, 'host all all 127.0.0.1/32 scram-sha-256\n');
    await mustRun(
      user,
      binaries.postgres,
      ['--single', '-D', folder, '-c', 'exit_on_error=on', ...(durable ? [] : ['-c', 'fsync=off']), 'postgres'],
      [
        `CREATE ROLE ${ownerName} LOGIN NOSUPERUSER CREATEROLE CREATEDB PASSWORD '${password}'`,
        `CREATE DATABASE ${databaseName} OWNER ${ownerName}`,
        '',
      ].join('\n'),
    );
    await writeFile(join(fresh, 'owner-password'), `${password}\n`, { mode: 0o600 });
    await rename(fresh, home);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    // Another first start was quicker: its cluster is as good.
    if (!isCode(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/** Removes what first starts left behind that were killed midway. */
async function removeAbandoned(home: string): Promise<void> {
  const prefix = `${basename(home)}.new-`;
  for (const name of await readdir(dirname(home))) {
    const pid = Number(name.slice(prefix.length));
    if (name.startsWith(prefix) && (pid === process.pid || !processExists(pid))) {
      await rm(join(dirname(home), name), { recursive: true, force: true });
    }
  }
}

async function mustRun(user: ServerUser | null, command: string, args: readonly string[], input = ''): Promise<void> {
  const { code, output } = await run(user, command, args, input);
  if (code === 0) return;
  throw new StartUpError('DATABASE_INITDB_FAILED', {
    zh: `创建数据库失败(${basename(command)},退出码 ${code})。请检查磁盘空间与权限后重试。输出:\n${output.trim()}`,
    en: `Creating the database failed (${basename(command)}, exit code ${code}). Check disk space and rights, then start again.`,
  });
}
