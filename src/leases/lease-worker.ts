import { randomUUID } from 'node:crypto';
import { faultOf, type Log } from '../log.js';
import { Turns } from '../turns.js';

/** What has ended is looked through this often for what is to be forgotten. */
const sweepMs = 60_000;

/** What has ended stays in the lists for 30 days. */
const keptSeconds = 30 * 24 * 60 * 60;

/** Work that several hubs share by leases in the database: whoever holds the lease of a job does it. */
export interface LeasedWork<Job extends { readonly id: string }> {
  /** Before the codes of its log lines. */
  readonly name: string;
  /** Jobs of one hub at a time. */
  readonly atOnce: number;
  /** How often jobs are looked for, in milliseconds; `LeaseWorker.wake` looks at once. */
  readonly lookMs: number;
  /** How long a claim holds without being renewed, in seconds. */
  readonly leaseSeconds: number;
  /** How long what is under way may go on by itself when the hub stops, in milliseconds. */
  readonly graceMs: number;
  /** What is said, beside the code, when no job could be claimed and when nothing could be forgotten. */
  readonly trouble: { readonly claim: string; readonly sweep: string };
  /** Whether this hub may do any now. */
  ready(): boolean;
  /** Takes a job for a worker; null when there is none. */
  claim(worker: string): Promise<Job | null>;
  /** False when the claim is lost. */
  renew(id: string, worker: string): Promise<boolean>;
  /**
   * Does a claimed job and gives the claim back, whatever happens. `stop`: begin nothing more; `cut`: the claim is lost,
   * or the hub waits no longer.
   */
  run(job: Job, worker: string, stop: AbortSignal, cut: AbortSignal): Promise<void>;
  /** Forgets what ended so long ago. */
  sweep(keptSeconds: number): Promise<void>;
}

/** Does leased work in the background, beside other hubs on the same database, from `start` to `close`. */
export class LeaseWorker<Job extends { readonly id: string }> {
  readonly #work: LeasedWork<Job>;
  readonly #log: Log;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #looks: Turns;
  readonly #sweeps: Turns;
  #looking: Promise<void> | null = null;
  #started = false;
  #again = false;

  constructor(work: LeasedWork<Job>, log: Log) {
    this.#work = work;
    this.#log = log;
    this.#looks = new Turns(() => this.wake(), work.lookMs);
    this.#sweeps = new Turns(() => this.#told('sweep', work.sweep(keptSeconds)).then(() => undefined), sweepMs);
  }

  start(): void {
    this.#started = true;
    this.#looks.start(0);
    this.#sweeps.start(0);
  }

  /** Looks for jobs now. */
  wake(): void {
    if (!this.#started || this.#stop.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
  }

  /** Begins nothing more and gives the claims back, so that another hub goes on with them at once. */
  async close(): Promise<void> {
    this.#stop.abort();
    const cut = setTimeout(() => this.#cut.abort(), this.#work.graceMs);
    await Promise.all([this.#looks.close(), this.#sweeps.close(), this.#looking]);
    await Promise.all(this.#running);
    clearTimeout(cut);
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      while (await this.#take());
    }
  }

  /** Takes one job, where there is a place for it. */
  async #take(): Promise<boolean> {
    const { atOnce } = this.#work;
    if (this.#running.size >= atOnce || !this.#work.ready() || this.#stop.signal.aborted) return false;
    const worker = randomUUID();
    const job = await this.#told('claim', this.#work.claim(worker));
    if (!job) return false;
    const run = this.#run(job, worker).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.add(run);
    return true;
  }

  async #run(job: Job, worker: string): Promise<void> {
    const lost = new AbortController();
    // What takes long must not look like a hub that was killed.
    const renewals = new Turns(
      () => this.#work.renew(job.id, worker).then((held) => (held ? undefined : lost.abort()), () => undefined),
      (this.#work.leaseSeconds * 1000) / 3,
    );
    renewals.start((this.#work.leaseSeconds * 1000) / 3);
    try {
      await this.#work.run(job, worker, this.#stop.signal, AbortSignal.any([this.#cut.signal, lost.signal]));
    } finally {
      await renewals.close();
    }
  }

  async #told<T>(what: keyof LeasedWork<Job>['trouble'], work: Promise<T>): Promise<T | null> {
    return work.catch((error: unknown) => {
      this.#log.warn(`${this.#work.name}-${what}-failed`, this.#work.trouble[what], { fault: faultOf(error) });
      return null;
    });
  }
}
