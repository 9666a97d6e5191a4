import { spawn, type ChildProcessByStdio } from 'node:child_process';
import { createInterface, type Interface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import { z } from 'zod';
import { cpuSecondsOf } from '../child-server.js';

/** What a process of subscribers is told. */
export interface SubscriberOrder {
  readonly url: string;
  readonly count: number;
  readonly token: string;
  readonly query: string;
  /** Text by which a change is known; opening frames and heartbeats do not hold it. */
  readonly awaited: string;
  readonly keep: number;
}

/** Subscriber, document number of the change, and when it came, nanoseconds of the monotonic clock. */
export type KeptChange = readonly [subscriber: number, documentNo: string, at: bigint];

const keptChanges = z.array(z.tuple([z.number(), z.string(), z.string().transform(BigInt)]));

/** A process that holds subscribers of one server. */
export class SubscriberProcess {
  readonly #child: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: Interface;

  private constructor(executable: string) {
    this.#child = spawn(executable, [new URL('subscribers.js', import.meta.url).pathname], { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout });
  }

  /** Opens the subscribers; resolves when all of their subscriptions run. */
  static async open(executable: string, order: SubscriberOrder): Promise<SubscriberProcess> {
    const made = new SubscriberProcess(executable);
    const open = made.#line(/^(open)$/);
    made.#child.stdin.write(`${JSON.stringify(order)}\n`);
    await open;
    return made;
  }

  /** When the last subscriber had its n-th change, nanoseconds of the monotonic clock. */
  async got(number: number): Promise<bigint> {
    return BigInt(await this.#line(new RegExp(`^got ${number} (\\d+)$`)));
  }

  /** The changes of the kept subscribers. */
  async list(): Promise<readonly KeptChange[]> {
    const line = this.#line(/^list (.*)$/);
    this.#child.stdin.write('list\n');
    return keptChanges.parse(JSON.parse(await line));
  }

  cpuSeconds(): number {
    return cpuSecondsOf(this.#child.pid ?? 0);
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }

  #line(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const ended = (): void => reject(new Error('a process of subscribers ended'));
      const look = (line: string): void => {
        const found = pattern.exec(line);
        if (!found) return;
        this.#lines.off('line', look);
        this.#child.off('exit', ended);
        resolve(found[1] ?? '');
      };
      this.#lines.on('line', look);
      this.#child.once('exit', ended);
    });
  }
}
