import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const project = fileURLToPath(new URL('../../..', import.meta.url));

/** The hub, or a command of it, as a process of its own. Nothing of this process's configuration goes on. */
export class HubProgram {
  out = '';
  error = '';
  readonly exited: Promise<number | null>;

  constructor(
    readonly process: ChildProcess,
  ) {
    process.stdout?.on('data', (chunk: Buffer) => (this.out += chunk.toString()));
    process.stderr?.on('data', (chunk: Buffer) => (this.error += chunk.toString()));
    this.exited = once(process, 'close').then(() => process.exitCode);
  }

  static hub(environment: Readonly<Record<string, string>>): HubProgram {
    return HubProgram.#run('dist/src/main.js', [], environment);
  }

  static command(environment: Readonly<Record<string, string>>, ...args: string[]): HubProgram {
    return HubProgram.#run('dist/src/cli/main.js', args, environment);
  }

  /** The lines of standard error as JSON. */
  get logged(): Record<string, unknown>[] {
    return this.error.trim().split('\n').filter((line) => line !== '').map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  static #run(module: string, args: readonly string[], environment: Readonly<Record<string, string>>): HubProgram {
    const { PATH = '', HOME = '', LANG = '' } = process.env;
    return new HubProgram(spawn(process.execPath, [path.join(project, module), ...args], { env: { PATH, HOME, LANG, PORT: '0', ...environment } }));
  }
}
