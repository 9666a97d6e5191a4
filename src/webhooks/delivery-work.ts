import { LeaseWorker } from '../leases/lease-worker.js';
import { faultOf, type Log } from '../log.js';
import { interfaceAddresses } from './address-rules.js';
import { runWebhook, type RunParts } from './delivery-run.js';
import { leaseSeconds } from './delivery-store.js';
import type { Webhook } from './webhook.js';

/** Webhooks of one hub at a time: each mostly waits for its receiver, and a silent one holds its place for 15 s at most. */
const atOnce = 16;

/** How often webhooks are looked for whose wait is over or whose hub is gone; a new event is seen at once. */
const lookMs = 1_000;

/** What is under way when the hub stops may end by itself; what does not is cut and repeated by the next hub. */
const graceMs = 2_000;

/** A fault of the hub itself must not become a busy loop. */
const faultWaitMs = 2_000;

/** Delivers webhooks; a hub whose boundary is of the day before reads nothing. Messages that arrived are forgotten, the evidence of them stays. */
export function deliveryWorker(parts: RunParts, log: Log): LeaseWorker<Webhook> {
  const { store, approvals, day } = parts;
  return new LeaseWorker<Webhook>(
    {
      name: 'webhook',
      atOnce,
      lookMs,
      leaseSeconds,
      graceMs,
      trouble: {
        claim: '未能领取回调任务 · Webhooks could not be looked for',
        sweep: '回调记录未能清理 · Old deliveries could not be deleted',
      },
      ready: () => !day.outdated,
      claim: (worker) => store.claim(worker),
      renew: (id, worker) => store.renew(id, worker),
      run: (hook, worker, stop, cut) =>
        runWebhook(parts, hook, worker, stop, cut).catch(async (error: unknown) => {
          log.warn('webhook-interrupted', '回调投递中断，稍后续投 · Deliveries of a webhook were interrupted and go on later', { id: hook.id, fault: faultOf(error) });
          // Where the database is gone the lease runs out, and whoever looks first goes on.
          await store.postponed(hook.id, worker, faultWaitMs).catch(() => undefined);
        }),
      sweep: async (keptSeconds) => {
        await approvals.seen(interfaceAddresses());
        await store.sweep(keptSeconds);
      },
    },
    log,
  );
}
