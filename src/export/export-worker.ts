import { randomUUID } from 'node:crypto';
import { faultOf, type Log } from '../log.js';
import { ExportEnded, type ExportJob } from './export-job.js';
import { leaseSeconds, runExport, type RunParts } from './export-run.js';

/** Exports of one hub at a time: each keeps one connection and about half a core busy. */
const atOnce = 2;

/** How often waiting jobs are looked for; a request on this hub is seen at once. */
const lookMs = 2_000;

const sweepMs = 60_000;

/** Ended jobs stay in the list for 30 days. */
const forgottenSeconds = 30 * 24 * 60 * 60;

/** A job that failed this often without one more page does not get further. */
const mostAttempts = 5;

export interface WorkerParts extends RunParts {
  readonly log: Log;
}

/** Told to a run when the hub stops. */
class Stopping extends Error {}

/** Writes the files of export jobs in the background, a few at a time, beside other hubs on the same database. */
export class ExportWorker {
  readonly #parts: WorkerParts;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  #looking: Promise<void> | null = null;
  #sweeping: Promise<void>;
  #again = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#sweeping = this.#sweep();
    const sweep = (): void => void (this.#sweeping = this.#sweep());
    this.#timers = [setInterval(() => this.wake(), lookMs).unref(), setInterval(sweep, sweepMs).unref()];
    this.wake();
  }

  /** Looks for jobs now. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
  }

  /** Gives the jobs under way back, so that another hub goes on with them at once. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stop.abort(new Stopping());
    await Promise.all([this.#looking, this.#sweeping]);
    await Promise.all(this.#running);
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      while (await this.#take());
    }
  }

  /** Takes one job, where there is a place for it; a hub whose boundary is of the day before reads nothing. */
  async #take(): Promise<boolean> {
    const { store, day, log } = this.#parts;
    if (this.#running.size >= atOnce || day.outdated || this.#stop.signal.aborted) return false;
    const worker = randomUUID();
    const job = await store.claim(worker, leaseSeconds).catch((error: unknown) => {
      log.warn('export-claim-failed', '未能领取导出任务 · Export jobs could not be looked for', { fault: faultOf(error) });
      return null;
    });
    if (!job) return false;
    const run = this.#run(job, worker).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.add(run);
    return true;
  }

  async #run(job: ExportJob, worker: string): Promise<void> {
    const { store, log } = this.#parts;
    const stop = new AbortController();
    const signal = AbortSignal.any([this.#stop.signal, stop.signal]);
    // A page that takes long must not look like a hub that was killed.
    const renewal = setInterval(() => {
      void store.renew(job.id, worker, leaseSeconds).then((held) => (held ? undefined : stop.abort(new Stopping())), () => undefined);
    }, (leaseSeconds * 1000) / 3).unref();
    try {
      if (job.attempts > mostAttempts) throw new ExportEnded('EXPORT_FAILED');
      await runExport(this.#parts, job, worker, signal);
    } catch (error) {
      await this.#settle(job, worker, error).catch((failed: unknown) => {
        // The database is gone; the lease runs out and whoever looks first goes on.
        log.warn('export-unsettled', '导出任务状态未能写入 · The state of an export could not be written', { id: job.id, fault: faultOf(failed) });
      });
    } finally {
      clearInterval(renewal);
    }
  }

  async #settle(job: ExportJob, worker: string, error: unknown): Promise<void> {
    const { store, log } = this.#parts;
    if (this.#stop.signal.aborted || error instanceof Stopping) await store.putBack(job.id, worker, 0);
    else if (error instanceof ExportEnded) {
      log.info('export-ended', '导出任务终止 · An export ended without a file', { id: job.id, code: error.code });
      await store.fail(job.id, worker, error.code);
    } else {
      log.warn('export-interrupted', '导出中断，稍后续作 · An export was interrupted and goes on later', { id: job.id, fault: faultOf(error) });
      await store.putBack(job.id, worker, 2 ** job.attempts);
    }
  }

  async #sweep(): Promise<void> {
    await this.#parts.store.sweep(forgottenSeconds).catch((error: unknown) => {
      this.#parts.log.warn('export-sweep-failed', '过期导出未能清除 · Expired exports could not be deleted', { fault: faultOf(error) });
    });
  }
}
