import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { isCode } from './binaries.js';

const hasProc = process.platform === 'linux';

/** Whether a process with this id exists at all, ours or not, zombies included. */
export function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return isCode(error, 'EPERM');
  }
}

/**
 * Whether `pid` is a PostgreSQL process standing in `cluster`. An id alone proves nothing: after a crash or a reboot it
 * may belong to a foreign program, and in a container without an init a killed server stays a zombie that still
 * answers signal 0. Where /proc is not there or not readable, existence has to do.
 */
export async function isServerProcess(pid: number, cluster: string): Promise<boolean> {
  if (!processExists(pid)) return false;
  if (!hasProc) return true;
  try {
    const folder = await readlink(`/proc/${pid}/cwd`);
    return folder === (await realpath(cluster)) && (await readFile(`/proc/${pid}/comm`, 'utf8')).trim() === 'postgres';
  } catch (error) {
    return isCode(error, 'EACCES', 'EPERM') && processExists(pid);
  }
}

/**
 * Ids of backends of `cluster` whose postmaster is gone. A busy one notices the death of its postmaster late and until
 * then keeps the shared memory, so that no new server may start.
 */
export async function orphanedBackends(cluster: string): Promise<readonly number[]> {
  if (!hasProc) return [];
  const orphans: number[] = [];
  for (const entry of await readdir('/proc')) {
    const pid = Number(entry);
    if (!Number.isInteger(pid) || !(await isServerProcess(pid, cluster))) continue;
    // A backend renames itself "postgres: …"; a postmaster shows the command line it was started with.
    const title = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '');
    if (!title.startsWith('postgres: ')) continue;
    const parent = parentOf(pid);
    if (parent === null || !(await isServerProcess(parent, cluster))) orphans.push(pid);
  }
  return orphans;
}

function parentOf(pid: number): number | null {
  const fields = statFields(pid);
  return fields ? Number(fields[1]) : null;
}

/** Fields of /proc/<pid>/stat after the command name, which may itself hold spaces and brackets: [state, parent, …]. */
function statFields(pid: number): readonly string[] | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** `<pid>-<start>`: start is in clock ticks since boot, so that a reused id is another process. */
export function identityOf(pid: number): string | null {
  if (!processExists(pid)) return null;
  if (!hasProc) return `${pid}-0`;
  const fields = statFields(pid);
  return fields && fields[0] !== 'Z' ? `${pid}-${fields[19] ?? '0'}` : null;
}

/**
 * The processes that use one embedded server. Whoever leaves last stops it: a command-line call beside a running hub
 * leaves the server alone, and one that had to start it stops it again unless a hub has come in the meantime.
 */
export class ServerUsers {
  static #count = 0;
  readonly #folder: string;
  #entry: string | null = null;

  constructor(folder: string) {
    this.#folder = folder;
  }

  enter(): void {
    const identity = identityOf(process.pid) ?? `${process.pid}-0`;
    ServerUsers.#count += 1;
    this.#entry = join(this.#folder, `${identity}-${ServerUsers.#count}`);
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(this.#entry, '');
  }

  /** Leaves; true when no other living process uses the server. Synchronous, because it also runs as a process exits. */
  leave(): boolean {
    if (this.#entry === null) return false;
    rmSync(this.#entry, { force: true });
    this.#entry = null;
    let alone = true;
    for (const name of readdirSync(this.#folder)) {
      const [pid, start] = name.split('-');
      if (identityOf(Number(pid)) === `${pid ?? ''}-${start ?? ''}`) alone = false;
      else rmSync(join(this.#folder, name), { force: true });
    }
    return alone;
  }
}
