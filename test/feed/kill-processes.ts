import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import { z } from 'zod';
import type { EvidenceMode } from '../../src/access/log/evidence-mode.js';
import type { DatabaseSettings } from '../../src/database/database-settings.js';
import { databaseName, ownerName } from '../../src/database/cluster.js';
import { EmbeddedServer } from '../../src/database/embedded-server.js';
import { waitFor } from '../support/wait-for.js';

const script = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url));

/** Of a hub that ended by itself: the stack of its fault, and what led to it. */
const lastLines = 30;

/** Where a partner's receiver is: a name and address of the partner's that lead to this machine. */
export interface PartnerPlace {
  readonly host: string;
  readonly address: string;
}

/** The hub, its embedded database, subscribers and a receiver of webhooks as processes of their own, to be killed and started again. */
export class KillProcesses {
  /** The data folder of the hub, and where subscribers and the receiver keep what they got; a folder of its own, gone with `stop`. */
  readonly folder: string;
  #hub: ChildProcess | null = null;
  /** What the hub of now has said. */
  #said: readonly string[] = [];
  #subscribers: ChildProcess[] = [];
  #receiver: ChildProcess | null = null;
  readonly #partner: PartnerPlace | null;

  private constructor(folder: string, partner: PartnerPlace | null) {
    this.folder = folder;
    this.#partner = partner;
  }

  /** Nothing is started yet. With a partner the hub's webhooks find its receiver. */
  static async create(partner: PartnerPlace | null = null): Promise<KillProcesses> {
    const folder = await mkdtemp(path.join(tmpdir(), 'concordat-kill-'));
    await chmod(folder, 0o755); // as root the server runs under another account, which has to get in
    return new KillProcesses(folder, partner);
  }

  /** Starts the hub and returns when it says it is ready; its address stands in the file `url` then. */
  async startHub(evidence: EvidenceMode): Promise<string> {
    const command = this.#partner
      ? [script('./kill-hub.js'), this.#partner.host, this.#partner.address, readFileSync(path.join(this.folder, 'receiver-port'), 'utf8')]
      : [script('../../src/main.js')];
    const child = spawn(process.execPath, command, {
      env: { ...process.env, PORT: '0', HUB_DATA: this.folder, HUB_SAMPLE: '0', DATABASE_URL: '', HUB_EVIDENCE: evidence },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#hub = child;
    const said: string[] = [];
    this.#said = said;
    // It tells of every request it could not answer; wanted only when it does not start, or ends by itself.
    createInterface({ input: child.stderr }).on('line', (text) => said.push(text));
    const url = await new Promise<string>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`the hub ended with ${code ?? 'a signal'}:\n${said.join('\n')}`)));
      createInterface({ input: child.stdout }).on('line', (line) => {
        said.push(line);
        const ready = /^ready (\S+)$/.exec(line)?.[1];
        if (ready !== undefined) resolve(ready);
      });
    });
    const file = path.join(this.folder, 'url');
    writeFileSync(`${file}.new`, url);
    renameSync(`${file}.new`, file);
    return url;
  }

  /** Starts a subscriber over each transport. */
  startSubscriber(token: string): void {
    this.#subscribers = ['sse', 'ws'].map((transport) =>
      spawn(process.execPath, [script('./kill-subscriber.js'), this.folder, token, transport], { stdio: ['ignore', 'inherit', 'inherit'] }));
  }

  /** Starts the receiver of webhooks; its port stands in the file `receiver-port` then, and stays the same. */
  async startReceiver(): Promise<void> {
    this.#receiver = spawn(process.execPath, [script('./kill-receiver.js'), this.folder], { stdio: ['ignore', 'inherit', 'inherit'] });
    await waitFor('the receiver to listen', () => existsSync(path.join(this.folder, 'receiver-port')));
  }

  killReceiver(): Promise<void> {
    return end(this.#receiver, 'SIGKILL');
  }

  /** Login of the embedded database. */
  settings(): DatabaseSettings {
    const read = (name: string): string => readFileSync(path.join(this.#home(), name), 'utf8').trim();
    return { host: '127.0.0.1', port: Number(read('port')), user: ownerName, password: read('owner-password'), database: databaseName };
  }

  /**
   * Runs work on a connection of its own to the database, which may be gone at any moment: then it throws. Whoever is
   * killed closes the connection; the 30 s are for a machine that is busy with recovery.
   */
  async connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
    const client = new pg.Client({ ...this.settings(), connectionTimeoutMillis: 2_000, query_timeout: 30_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  /** Throws, with the last it said, when the hub has ended by itself: whoever waits for its work would wait for ever. */
  expectHub(): void {
    const { exitCode = null, signalCode = null } = this.#hub ?? {};
    if (exitCode === null && signalCode === null) return;
    throw new Error(`the hub ended by itself with ${exitCode ?? signalCode ?? ''}:\n${this.#said.slice(-lastLines).join('\n')}`);
  }

  killHub(): Promise<void> {
    return end(this.#hub, 'SIGKILL');
  }

  async killSubscriber(): Promise<void> {
    await Promise.all(this.#subscribers.map((subscriber) => end(subscriber, 'SIGKILL')));
  }

  /** Kills the postmaster, the server's first process; who restarts it is the hub. */
  killPostmaster(): void {
    process.kill(this.postmaster(), 'SIGKILL');
  }

  /** Kills a backend of the server, if it is still there. */
  killBackend(pid: number): void {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      this.killPostmaster();
    }
  }

  postmaster(): number {
    const [first = ''] = readFileSync(path.join(this.#home(), 'cluster/postmaster.pid'), 'utf8').split('\n');
    return Number(first);
  }

  /** Ends the processes and removes the folder; the database is stopped even when the hub no longer could. */
  async stop(): Promise<void> {
    await Promise.all([this.killSubscriber(), this.killReceiver()]);
    await end(this.#hub, 'SIGTERM');
    const server = await EmbeddedServer.open({ dataFolder: this.folder, say: () => undefined });
    await server.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** The folder of the database; as root it may lie elsewhere, as `database.json` says. */
  #home(): string {
    const { home } = z.object({ home: z.string() }).parse(JSON.parse(readFileSync(path.join(this.folder, 'database.json'), 'utf8')));
    return path.resolve(this.folder, home);
  }
}

async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill(signal);
  await ended;
}
