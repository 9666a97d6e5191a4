import { isIP } from 'node:net';
import type { Seal } from '../access/keys.js';
import type { HubDatabase } from '../database/database.js';
import { Meter } from '../limits/meter.js';
import { defaultLimits, settingsOf, type AgencyLimits } from '../limits/settings.js';
import { faultOf } from '../log.js';
import type { Services } from '../planner/context.js';
import { ApprovalStore } from '../webhooks/approval-store.js';
import { DeliveryStore } from '../webhooks/delivery-store.js';
import { DeliveryWorker, type WorkerParts } from '../webhooks/delivery-worker.js';
import { webhookSeal } from '../webhooks/operations.js';
import { WebhookDesk, webhookDesk } from '../webhooks/webhook-desk.js';
import { WebhookStore } from '../webhooks/webhook-store.js';

export interface WebhookServiceParts extends Omit<WorkerParts, 'store' | 'approvals' | 'neighbours' | 'random' | 'meter'> {
  readonly services: Services;
  readonly seal: Seal;
  /** Whoever registers a webhook pays as whoever opens a stream; what is delivered is not charged. */
  readonly meter: Meter;
}

/** Deliveries come when something changes, not when one asks: they count against nobody's budget. */
const unbounded: AgencyLimits = { ...defaultLimits, operationCost: 1_000_000_000, budget: { perMinute: 1_000_000_000, burst: 1_000_000_000 } };

/** Webhooks of a hub: the operations that manage them, and the worker that delivers. */
export async function openWebhooks(database: HubDatabase, { services, seal, meter, ...given }: WebhookServiceParts): Promise<DeliveryWorker> {
  const pool = database.pool('concordat_writer');
  const parts: WorkerParts = {
    ...given,
    meter: new Meter(settingsOf(unbounded, new Map()), given.clock),
    store: new DeliveryStore(pool),
    approvals: new ApprovalStore(pool),
    neighbours: await databaseAddresses(database, given),
    random: Math.random,
  };
  const worker = new DeliveryWorker(parts);
  services.set(webhookSeal, seal).set(webhookDesk, new WebhookDesk({ ...parts, meter, pool, webhooks: new WebhookStore(pool), wake: () => worker.wake() }));
  return worker;
}

/** Where the database stands: no delivery goes there. A folder of sockets has no address. */
async function databaseAddresses({ settings }: HubDatabase, { network, log }: Pick<WebhookServiceParts, 'network' | 'log'>): Promise<readonly string[]> {
  const { host } = settings;
  if (host.startsWith('/')) return [];
  if (isIP(host) !== 0) return [host];
  return network.addressesOf(host).catch((error: unknown) => {
    log.warn('webhook-database-address', '数据库主机名未能解析，回调不会排除其地址 · The name of the database host could not be resolved; webhooks do not exclude its address', { fault: faultOf(error) });
    return [];
  });
}
