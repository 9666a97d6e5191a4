import { isIP } from 'node:net';
import type { Seal } from '../access/keys.js';
import type { HubDatabase } from '../database/database.js';
import type { FeedListener } from '../feed/listener.js';
import type { LeaseWorker } from '../leases/lease-worker.js';
import { Meter } from '../limits/meter.js';
import { defaultLimits, settingsOf, type AgencyLimits } from '../limits/settings.js';
import type { Log } from '../log.js';
import type { Services } from '../planner/context.js';
import { StartUpError } from '../start-up-error.js';
import { ApprovalStore } from '../webhooks/approval-store.js';
import { DeliveryStore } from '../webhooks/delivery-store.js';
import type { RunParts } from '../webhooks/delivery-run.js';
import { deliveryWorker } from '../webhooks/delivery-work.js';
import { webhookSeal } from '../webhooks/operations.js';
import type { Webhook } from '../webhooks/webhook.js';
import { WebhookDesk, webhookDesk } from '../webhooks/webhook-desk.js';
import { WebhookStore } from '../webhooks/webhook-store.js';

export interface WebhookServiceParts extends Omit<RunParts, 'store' | 'approvals' | 'neighbours' | 'random' | 'meter'> {
  readonly services: Services;
  readonly seal: Seal;
  readonly listener: FeedListener;
  readonly log: Log;
  /** Whoever registers a webhook pays as whoever opens a stream; what is delivered is not charged. */
  readonly meter: Meter;
}

/** Deliveries come when something changes, not when one asks: they count against nobody's budget. */
const unbounded: AgencyLimits = { ...defaultLimits, operationCost: 1_000_000_000, budget: { perMinute: 1_000_000_000, burst: 1_000_000_000 } };

/** Webhooks of a hub: the operations that manage them, and the worker that delivers once it is started. */
export async function openWebhooks(database: HubDatabase, { services, seal, meter, listener, log, ...given }: WebhookServiceParts): Promise<LeaseWorker<Webhook>> {
  const pool = database.pool('concordat_writer');
  const parts: RunParts = {
    ...given,
    meter: new Meter(settingsOf(unbounded, new Map()), given.clock),
    store: new DeliveryStore(pool),
    approvals: new ApprovalStore(pool),
    neighbours: await databaseAddresses(database, given),
    random: Math.random,
  };
  const worker = deliveryWorker(parts, log);
  // Every transaction sealed into the log may be somebody's.
  listener.follow(() => worker.wake());
  services.set(webhookSeal, seal).set(webhookDesk, new WebhookDesk({ ...parts, meter, pool, webhooks: new WebhookStore(pool), wake: () => worker.wake() }));
  return worker;
}

/**
 * Where the database stands: no delivery goes there. A folder of sockets has no address. Throws StartUpError
 * DATABASE_UNREACHABLE for a name that leads nowhere: without its address nothing would keep deliveries from it.
 */
async function databaseAddresses({ settings }: HubDatabase, { network }: Pick<WebhookServiceParts, 'network'>): Promise<readonly string[]> {
  const { host } = settings;
  if (host.startsWith('/')) return [];
  if (isIP(host) !== 0) return [host];
  return network.addressesOf(host).catch((cause: unknown) => {
    throw new StartUpError(
      'DATABASE_UNREACHABLE',
      {
        zh: '数据库主机名未能解析，无从保证回调不投递到数据库，枢纽不启动。请检查 DATABASE_URL 的主机名与域名解析。',
        en: 'The name of the database host could not be resolved, so that nothing would keep webhooks from it; the hub does not start. Check the host of DATABASE_URL and the name service.',
      },
      { cause },
    );
  });
}
