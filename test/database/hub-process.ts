import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { EmbeddedServer } from '../../src/database/embedded-server.js';

/** A second process that keeps the database of `dataFolder` open. */
export async function openInChild(dataFolder: string): Promise<ChildProcess> {
  const child = spawn(process.execPath, [fileURLToPath(new URL('./hub-process-child.js', import.meta.url))], {
    env: { ...process.env, HUB_DATA: dataFolder, DATABASE_URL: '' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(createInterface({ input: child.stdout }), 'line');
  return child;
}

/** Ends a child by a signal and waits for its end. */
export async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}

/** The process id in the cluster's postmaster.pid. */
export async function postmasterId(dataFolder: string): Promise<number> {
  return Number((await readFile(join(dataFolder, 'postgres/cluster/postmaster.pid'), 'utf8')).split('\n')[0]);
}

/** Server parameters for tests that do not test durability. */
export const quick = { fsync: 'off', shared_buffers: '32MB' } as const;

/** Folders of one test file; `clear` stops what still serves them and removes them. */
export class DataFolders {
  readonly #folders: string[] = [];

  /** `mode` 0755 lets the server's account in when the tests run as root; mkdtemp alone makes 0700. */
  async make(mode = 0o755): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), `concordat-test-${process.pid}-`));
    await chmod(folder, mode);
    this.#folders.push(folder);
    return folder;
  }

  async clear(): Promise<void> {
    for (const dataFolder of this.#folders) {
      const server = await EmbeddedServer.open({ dataFolder, say: () => undefined, parameters: quick }).catch(() => null);
      await server?.close();
      await rm(dataFolder, { recursive: true, force: true });
    }
  }
}
