import { setTimeout as delay } from 'node:timers/promises';
import { ask, statusesIn } from './ask.js';
import type { BackgroundWriter } from './background-writer.js';
import type { Implementation } from './implementations.js';
import type { Workload } from './workloads/workload.js';

const INTERVAL = 250; // milliseconds between two probes: a few requests beside hundreds or thousands

/** A round trip that begins after the commit must show it; these two never stand in the seeded row at once. */
const statuses = ['CANCELLED', 'REVOKED'] as const;

/**
 * Looks while a server is under load whether it answers stale: the writer commits a change to one permit, a read that
 * begins after the commit must show it. Caches of answers, of rows and of loaders would show here.
 */
export class StalenessProbe {
  readonly #stop = new AbortController();
  #checks = 0;
  readonly #done: Promise<void>;

  private constructor(one: Implementation, url: string, workload: Workload, writer: BackgroundWriter, first: number) {
    this.#done = this.#probe(one, url, workload, writer, first);
    this.#done.catch(() => undefined); // told by stop()
  }

  /** Begins with the arguments at `first`; call stop() to learn of a stale answer. */
  static start(one: Implementation, url: string, workload: Workload, writer: BackgroundWriter, first: number): StalenessProbe {
    return new StalenessProbe(one, url, workload, writer, first);
  }

  async #probe(one: Implementation, url: string, workload: Workload, writer: BackgroundWriter, first: number): Promise<void> {
    for (let at = first; !this.#stop.signal.aborted; at++) {
      const variables = workload.variables[at % workload.variables.length];
      if (!variables) return;
      const shown = [...statusesIn(await ask(one, url, workload, variables))].filter(([, status]) => typeof status === 'string');
      const [documentNo, before] = shown[at % Math.max(shown.length, 1)] ?? [];
      const status = statuses.find((other) => other !== before);
      if (documentNo !== undefined && status !== undefined) {
        await writer.setStatus(documentNo, status);
        const now = statusesIn(await ask(one, url, workload, variables)).get(documentNo);
        if (now !== status) throw new Error(`${one.name} ${workload.name} answers stale: ${documentNo} is ${status}, the answer says ${String(now)}`);
        this.#checks += 1;
      }
      await delay(INTERVAL, undefined, { signal: this.#stop.signal }).catch(() => undefined);
    }
  }

  /** Ends after the probe under way; tells how many changes were seen. Throws on a stale answer. */
  async stop(): Promise<number> {
    this.#stop.abort();
    await this.#done;
    return this.#checks;
  }
}
