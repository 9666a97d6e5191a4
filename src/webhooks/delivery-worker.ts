import { randomUUID } from 'node:crypto';
import type { FeedListener } from '../feed/listener.js';
import { faultOf, type Log } from '../log.js';
import { interfaceAddresses } from './address-rules.js';
import { leaseSeconds } from './delivery-store.js';
import { runWebhook, type RunParts } from './delivery-run.js';
import type { Webhook } from './webhook.js';

/** Webhooks of one hub at a time: each mostly waits for its receiver, and a silent one holds its place for 15 s at most. */
const atOnce = 16;

/** How often webhooks are looked for whose wait is over or whose hub is gone; a new event is seen at once. */
const lookMs = 1_000;

const sweepMs = 60_000;

/** Messages that arrived stay in the list for 30 days; the evidence of them stays. */
const forgottenSeconds = 30 * 24 * 60 * 60;

/** What is under way when the hub stops may end by itself; what does not is cut and repeated by the next hub. */
const graceMs = 2_000;

/** A fault of the hub itself must not become a busy loop. */
const faultWaitMs = 2_000;

export interface WorkerParts extends RunParts {
  readonly listener: FeedListener;
  readonly log: Log;
}

/** Delivers webhooks in the background, beside other hubs on the same database. */
export class DeliveryWorker {
  readonly #parts: WorkerParts;
  readonly #running = new Set<Promise<void>>();
  readonly #stop = new AbortController();
  readonly #cut = new AbortController();
  readonly #timers: readonly NodeJS.Timeout[];
  readonly #following: Promise<void>;
  #looking: Promise<void> | null = null;
  #sweeping: Promise<void>;
  #again = false;

  constructor(parts: WorkerParts) {
    this.#parts = parts;
    this.#sweeping = this.#sweep();
    const sweep = (): void => void (this.#sweeping = this.#sweep());
    this.#timers = [setInterval(() => this.wake(), lookMs).unref(), setInterval(sweep, sweepMs).unref()];
    this.#following = this.#follow();
  }

  /** Looks for webhooks now. */
  wake(): void {
    if (this.#stop.signal.aborted) return;
    this.#again = true;
    this.#looking ??= this.#look().finally(() => (this.#looking = null));
  }

  /** Sends nothing more and gives the claims back, so that another hub goes on with them at once. */
  async close(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
    this.#stop.abort();
    const cut = setTimeout(() => this.#cut.abort(), graceMs);
    await Promise.all([this.#following, this.#looking, this.#sweeping]);
    await Promise.all(this.#running);
    clearTimeout(cut);
  }

  /** Every transaction sealed into the log may be somebody's. */
  async #follow(): Promise<void> {
    const { listener } = this.#parts;
    while (!this.#stop.signal.aborted) {
      const heard = listener.heard();
      this.wake();
      await listener.wait(heard, lookMs, this.#stop.signal);
      // A closed listener waits for nothing.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #look(): Promise<void> {
    while (this.#again) {
      this.#again = false;
      while (await this.#take());
    }
  }

  /** Takes one webhook, where there is a place for it; a hub whose boundary is of the day before reads nothing. */
  async #take(): Promise<boolean> {
    const { store, day, log } = this.#parts;
    if (this.#running.size >= atOnce || day.outdated || this.#stop.signal.aborted) return false;
    const worker = randomUUID();
    const hook = await store.claim(worker).catch((error: unknown) => {
      log.warn('webhook-claim-failed', '未能领取回调任务 · Webhooks could not be looked for', { fault: faultOf(error) });
      return null;
    });
    if (!hook) return false;
    const run = this.#run(hook, worker).finally(() => {
      this.#running.delete(run);
      this.wake();
    });
    this.#running.add(run);
    return true;
  }

  async #run(hook: Webhook, worker: string): Promise<void> {
    const { store, log } = this.#parts;
    const lost = new AbortController();
    // A receiver that takes long must not look like a hub that was killed.
    const renewal = setInterval(() => {
      void store.renew(hook.id, worker).then((held) => (held ? undefined : lost.abort()), () => undefined);
    }, (leaseSeconds * 1000) / 3).unref();
    try {
      await runWebhook(this.#parts, hook, worker, this.#stop.signal, AbortSignal.any([this.#cut.signal, lost.signal]));
    } catch (error) {
      log.warn('webhook-interrupted', '回调投递中断，稍后续投 · Deliveries of a webhook were interrupted and go on later', { id: hook.id, fault: faultOf(error) });
      // Where the database is gone the lease runs out, and whoever looks first goes on.
      await store.postponed(hook.id, worker, faultWaitMs).catch(() => undefined);
    } finally {
      clearInterval(renewal);
    }
  }

  async #sweep(): Promise<void> {
    const { store, approvals, log } = this.#parts;
    try {
      await approvals.seen(interfaceAddresses());
      await store.sweep(forgottenSeconds);
    } catch (error) {
      log.warn('webhook-sweep-failed', '回调记录未能清理 · Old deliveries could not be deleted', { fault: faultOf(error) });
    }
  }
}
