import { spawn, type ChildProcess } from 'node:child_process';
import { open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { StartUpError } from '../start-up-error.js';
import { isCode } from './binaries.js';
import { databaseName, openCluster, ownerName, type Cluster } from './cluster.js';
import type { DatabaseSettings } from './database-settings.js';
import { freePort, isPortFree } from './ports.js';
import { isServerProcess, orphanedBackends, processExists, ServerUsers } from './processes.js';
import { asUser, serverEnvironment } from './server-user.js';

export interface EmbeddedServerOptions {
  readonly dataFolder: string;
  readonly say: (line: string) => void;
  /** Server parameters on top of the hub's own; tests turn fsync off. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Longest time to first readiness, crash recovery included. */
  readonly startTimeoutSeconds?: number;
}

const parametersOfHub: Readonly<Record<string, string>> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  // A hub that serves all twenty viewer classes holds sixty; two of them, during an upgrade, fit.
  max_connections: '200',
  shared_buffers: '256MB',
  synchronous_commit: 'on',
  max_wal_size: '2GB',
  wal_compression: 'on',
  log_checkpoints: 'off',
  // Values of rows must not reach the log: no statements, and no "Key (…)=(…) already exists" details.
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_parameter_max_length: '0',
  log_parameter_max_length_on_error: '0',
};

/** How often the supervisor looks: a killed server is back within about a second with recovery included. */
const watchMilliseconds = 200;
const pollMilliseconds = 40;
const logLimitBytes = 16 * 1024 * 1024;

/** One postgres this process has spawned. */
interface Attempt {
  readonly child: ChildProcess;
  ended: boolean;
}

interface Postmaster {
  readonly pid: number;
  /** Null until the starting server has written its port. */
  readonly port: number | null;
}

/**
 * The embedded PostgreSQL of one data folder: started or, when it already runs, adopted; watched and restarted on the
 * same port while open; stopped by whichever process leaves last. Only one postmaster can hold a cluster (PostgreSQL
 * sees to that), so several processes may supervise one server without a lock of ours.
 */
export class EmbeddedServer {
  readonly #cluster: Cluster;
  readonly #options: EmbeddedServerOptions;
  readonly #users: ServerUsers;
  readonly #logFile: string;
  #attempt: Attempt | null = null;
  #pid = 0;
  #port = 0;
  #logOffset = 0;
  #closed = false;
  #checking: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;

  /** A process that ends on a fault, without close(), does not leave its server behind. */
  readonly #onExit = (): void => {
    if (!this.#users.leave()) return;
    try {
      process.kill(this.#pid, 'SIGINT');
    } catch {
      // Gone already.
    }
  };

  private constructor(cluster: Cluster, options: EmbeddedServerOptions) {
    this.#cluster = cluster;
    this.#options = options;
    this.#users = new ServerUsers(join(options.dataFolder, 'database-users'));
    this.#logFile = join(options.dataFolder, 'postgres.log');
  }

  /** Throws StartUpError DATABASE_START_FAILED with the end of the server's log, or what openCluster throws. */
  static async open(options: EmbeddedServerOptions): Promise<EmbeddedServer> {
    const durable = options.parameters?.['fsync'] !== 'off';
    const cluster = await openCluster({ dataFolder: options.dataFolder, durable, say: options.say });
    const server = new EmbeddedServer(cluster, options);
    server.#users.enter();
    try {
      await server.#bringUp(null);
      await writeFile(cluster.portFile, String(server.#port));
    } catch (error) {
      server.#users.leave();
      throw error;
    }
    server.#timer = setInterval(() => server.#check(), watchMilliseconds).unref();
    process.once('exit', server.#onExit);
    return server;
  }

  get settings(): DatabaseSettings {
    return {
      host: '127.0.0.1',
      port: this.#port,
      user: ownerName,
      password: this.#cluster.password,
      database: databaseName,
    };
  }

  /** Process id of the running postmaster. */
  get pid(): number {
    return this.#pid;
  }

  /** Leaves the server; stops it when no other process uses it. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    process.off('exit', this.#onExit);
    if (this.#timer) clearInterval(this.#timer);
    await this.#checking;
    if (this.#users.leave()) await this.#stop();
  }

  #check(): void {
    if (this.#closed || this.#checking || !this.#timer) return;
    this.#checking = this.#restartIfGone()
      .catch((error: unknown) => this.#options.say(`数据库未能恢复,继续重试 · The database is not back yet, trying on: ${String(error)}`))
      .finally(() => {
        this.#checking = null;
      });
  }

  async #restartIfGone(): Promise<void> {
    if (await isServerProcess(this.#pid, this.#cluster.folder)) return;
    this.#options.say('数据库进程意外终止,正在重启 · The database process has ended, restarting it');
    await this.#bringUp(this.#port);
    if (!this.#closed) this.#options.say('数据库已恢复 · The database is back');
  }

  /**
   * Returns once a postmaster of this cluster accepts the owner's login, whoever started it. `fixedPort`: the port the
   * pools of this process know; null lets the server move when its usual port is taken.
   */
  async #bringUp(fixedPort: number | null): Promise<void> {
    const seconds = this.#options.startTimeoutSeconds ?? 60;
    const deadline = Date.now() + seconds * 1000;
    let failures = 0;
    let port = fixedPort ?? (await this.#usualPort());
    let refusal = '';
    let attempt: Attempt | null = null;
    while (!this.#closed) {
      const running = await this.#runningPostmaster();
      if (running?.port) {
        refusal = await this.#tryLogin(running.port);
        if (refusal === '') {
          if (fixedPort !== null && running.port !== fixedPort) throw await this.#failure(`port ${running.port} ≠ ${fixedPort}`);
          this.#pid = running.pid;
          this.#port = running.port;
          return;
        }
      } else if (!running && !attempt) {
        attempt = await this.#spawn(port);
      } else if (!running && attempt?.ended) {
        failures += 1;
        attempt = null;
        if (await this.#portWasTaken()) port = fixedPort ?? (await freePort());
        else for (const pid of await orphanedBackends(this.#cluster.folder)) process.kill(pid, 'SIGKILL');
        // Three refusals in a row are no accident at first start; later the pools wait, so we try until the deadline.
        if (fixedPort === null && failures >= 3) throw await this.#failure(refusal);
        await delay(Math.min(50 * failures, 500));
      }
      if (Date.now() > deadline) {
        if (attempt && fixedPort === null) attempt.child.kill('SIGQUIT');
        throw await this.#failure(refusal || `> ${seconds} s`);
      }
      await delay(pollMilliseconds);
    }
  }

  async #usualPort(): Promise<number> {
    const remembered = Number(await readFile(this.#cluster.portFile, 'utf8').catch(() => ''));
    return remembered > 0 && (await isPortFree(remembered)) ? remembered : freePort();
  }

  /** The postmaster named by postmaster.pid, if it is one of this cluster; a pid file that lies is taken away. */
  async #runningPostmaster(): Promise<Postmaster | null> {
    const file = join(this.#cluster.folder, 'postmaster.pid');
    const text = await readFile(file, 'utf8').catch(() => null);
    if (text === null) return null;
    const lines = text.split('\n');
    const pid = Number(lines[0]);
    if (!Number.isInteger(pid) || pid <= 0) return null;
    if (await isServerProcess(pid, this.#cluster.folder)) return { pid, port: Number(lines[3] ?? '') || null };
    // PostgreSQL itself overrides the file of a dead process. It refuses to start when the id lives on in a foreign
    // program or a zombie; then the file goes, unless another process has just written a new one.
    if (processExists(pid) && (await readFile(file, 'utf8').catch(() => '')) === text) await rm(file, { force: true });
    return null;
  }

  /** Empty when the owner can log in, else why not. */
  async #tryLogin(port: number): Promise<string> {
    const client = new pg.Client({ ...this.settings, port, connectionTimeoutMillis: 2000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return '';
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    } finally {
      await client.end().catch(() => undefined);
    }
  }

  async #spawn(port: number): Promise<Attempt> {
    const { binaries, folder, user } = this.#cluster;
    const size = await stat(this.#logFile).then(
      (found) => found.size,
      () => 0,
    );
    if (size > logLimitBytes) await rename(this.#logFile, `${this.#logFile}.1`);
    this.#logOffset = size > logLimitBytes ? 0 : size;
    const log = await open(this.#logFile, 'a', 0o600);
    try {
      const parameters = Object.entries({ ...parametersOfHub, ...this.#options.parameters });
      const child = spawn(
        binaries.postgres,
        ['-D', folder, '-p', String(port), ...parameters.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
        {
          ...asUser(user),
          cwd: '/',
          env: serverEnvironment,
          // A session of its own: Ctrl-C reaches the hub alone, which drains before it stops the server.
          detached: true,
          stdio: ['ignore', log.fd, log.fd],
        },
      );
      const attempt: Attempt = { child, ended: false };
      const ended = (): void => {
        attempt.ended = true;
        this.#check();
      };
      child.on('error', (error) => {
        this.#options.say(`postgres: ${error.message}`);
        ended();
      });
      child.on('exit', ended);
      child.unref();
      this.#attempt = attempt;
      return attempt;
    } finally {
      await log.close();
    }
  }

  async #logTail(): Promise<string> {
    const text = await readFile(this.#logFile).catch(() => Buffer.alloc(0));
    return text.subarray(this.#logOffset).toString().trim().split('\n').slice(-15).join('\n');
  }

  async #portWasTaken(): Promise<boolean> {
    return (await this.#logTail()).includes('could not bind');
  }

  async #failure(reason: string): Promise<StartUpError> {
    const log = await this.#logTail();
    return new StartUpError('DATABASE_START_FAILED', {
      zh: `数据库未能启动(${reason})。请根据下列日志排除原因后重试;完整日志:${this.#logFile}`,
      en: `The database did not start (${reason}). Remove the cause named in its log, then start again; full log: ${this.#logFile}\n${log}`,
    });
  }

  /** Fast shutdown: open transactions roll back. Immediate after 20 s; the next start then recovers from the WAL. */
  async #stop(): Promise<void> {
    const pid = (await this.#runningPostmaster())?.pid ?? (this.#attempt?.ended === false ? this.#attempt.child.pid : undefined) ?? this.#pid;
    const gone = async (): Promise<boolean> => !(await isServerProcess(pid, this.#cluster.folder));
    for (const [signal, seconds] of [['SIGINT', 20], ['SIGQUIT', 5], ['SIGKILL', 5]] as const) {
      try {
        if (await gone()) return;
        process.kill(pid, signal);
      } catch (error) {
        if (isCode(error, 'ESRCH')) return;
        throw error;
      }
      const deadline = Date.now() + seconds * 1000;
      while (Date.now() < deadline) {
        if (await gone()) return;
        await delay(pollMilliseconds);
      }
    }
  }
}
