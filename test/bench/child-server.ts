import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface, type Interface } from 'node:readline';

const READY_SECONDS = 60;

export interface ServerCommand {
  readonly executable: string;
  readonly arguments: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
}

/** A server in a process of its own that printed `ready <url>`, or logged it. */
export class ChildServer {
  private constructor(
    readonly url: string,
    readonly processId: number,
    private readonly child: ChildProcess,
    /** Its standard output and standard error, line by line. */
    private readonly output: readonly Interface[],
  ) {}

  /** Starts the command and waits for its line `ready <url>`; fails with what it printed when it ends before that. */
  static async start(command: ServerCommand): Promise<ChildServer> {
    const child = spawn(command.executable, [...command.arguments], {
      env: { ...process.env, NODE_ENV: 'production', ...command.environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const printed: string[] = [];
    const output = [child.stdout, child.stderr].map((input) => createInterface({ input }));
    const ready = new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error('not ready in time')), READY_SECONDS * 1000);
      const fail = (reason: string): void => reject(new Error(reason));
      child.once('error', (error) => fail(error.message));
      child.once('exit', (code) => fail(`ended with ${code ?? 'a signal'}`));
      for (const lines of output) {
        lines.on('line', (line) => {
          if (printed.length < 100) printed.push(line);
          const url = (/^ready (\S+)/.exec(line) ?? /"event":"ready".*"url":"([^"]+)"/.exec(line))?.[1]; // the hub logs JSON
          if (url === undefined) return;
          clearTimeout(timer);
          resolve(url);
        });
      }
    });
    try {
      const url = await ready;
      return new ChildServer(url, child.pid ?? 0, child, output);
    } catch (cause) {
      child.kill('SIGKILL');
      const output = printed.map((line) => `  ${line}`).join('\n');
      throw new Error(`${command.arguments.join(' ')} did not start:\n${output}`, { cause });
    }
  }

  /** CPU seconds the process has used so far, all threads. */
  cpuSeconds(): number {
    return cpuSecondsOf(this.processId);
  }

  /** Peak resident set so far, MB. */
  peakMemory(): number {
    const peak = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${this.processId}/status`, 'utf8'))?.[1];
    return Number(peak ?? 0) / 1024;
  }

  signal(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }

  /** The next line it prints that fits: its first group, else the whole. Fails when the process ends before. */
  line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error(`the server ended before it printed ${String(pattern)}`));
      const look = (line: string): void => {
        const found = pattern.exec(line);
        if (!found) return;
        this.child.off('exit', ended);
        for (const output of this.output) output.off('line', look);
        resolve(found[1] ?? line);
      };
      this.child.once('exit', ended);
      for (const output of this.output) output.on('line', look);
    });
  }

  /** Asks it to end, and makes it end after three seconds. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 3000);
    await ended;
    clearTimeout(timer);
  }
}

const TICKS_PER_SECOND = 100; // USER_HZ, fixed at 100 in what Linux shows to programs

/** The fields of /proc/<pid>/stat after the command name: [1] parent, [11] user, [12] system, [13], [14] of ended children. */
export function processStatistics(processId: number): readonly number[] {
  const text = readFileSync(`/proc/${processId}/stat`, 'utf8');
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

export function cpuSecondsOf(processId: number, withEndedChildren = false): number {
  const [user = 0, system = 0, endedUser = 0, endedSystem = 0] = processStatistics(processId).slice(11, 15);
  return (user + system + (withEndedChildren ? endedUser + endedSystem : 0)) / TICKS_PER_SECOND;
}

/** CPU seconds all processors of this machine have been busy, stolen time included. */
export function machineCpuSeconds(): number {
  const [user = 0, nice = 0, system = 0, , , interrupts = 0, softInterrupts = 0, stolen = 0] = readFileSync('/proc/stat', 'utf8')
    .slice(3, 200)
    .trim()
    .split(/\s+/)
    .map(Number);
  return (user + nice + system + interrupts + softInterrupts + stolen) / TICKS_PER_SECOND;
}
