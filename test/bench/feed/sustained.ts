import pg from 'pg';
import type { ChildServer } from '../child-server.js';
import { nodeForServers } from '../servers.js';
import { followedPermits } from './fan-out.js';
import { SubscriberProcess } from './subscriber-process.js';
import { toggleStatus } from './toggle.js';

/** What a steady stream of changes took, milliseconds from the answer to a commit until a subscriber had it. */
export interface Sustained {
  readonly subscribers: number;
  readonly wanted: number;
  /** Events a second that were committed, and that reached each kept subscriber. */
  readonly committed: number;
  readonly delivered: number;
  readonly p50: number;
  readonly p99: number;
  readonly cpuShare: number;
}

/** Every tenth subscriber is looked at event by event; the others only take their share. */
const keptShare = 10;

const writers = 4;

/** Commits `wanted` events a second, one a transaction, for so many seconds to the subscribers of a hub. */
export async function measureSustained(
  databaseUrl: string,
  hub: ChildServer,
  { subscribers, wanted, seconds, token, documents }: { readonly subscribers: number; readonly wanted: number; readonly seconds: number; readonly token: string; readonly documents: readonly string[] },
): Promise<Sustained> {
  const keep = Math.max(1, Math.floor(subscribers / keptShare));
  const held = await SubscriberProcess.open(nodeForServers(), { url: hub.url, count: subscribers, token, ...followedPermits, keep });
  const clients = await Promise.all(Array.from({ length: writers }, async () => {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    return client;
  }));
  const committedAt = new Map<string, bigint>();
  const cpu = hub.cpuSeconds();
  const began = performance.now();
  const total = wanted * seconds;
  let next = 0;
  await Promise.all(clients.map(async (client) => {
    for (let i = next++; i < total && i < documents.length; i = next++) {
      const early = began + (i / wanted) * 1000 - performance.now();
      if (early > 1) await new Promise((resolve) => setTimeout(resolve, early));
      const documentNo = documents[i] ?? '';
      await client.query({ name: 'change', text: `${toggleStatus} AND document_no = $1`, values: [documentNo] });
      committedAt.set(documentNo, process.hrtime.bigint());
    }
  }));
  const elapsed = (performance.now() - began) / 1000;
  await held.got(committedAt.size);
  const all = (performance.now() - began) / 1000;
  const cpuShare = (hub.cpuSeconds() - cpu) / all;
  const latencies = (await held.list()).map(([, documentNo, at]) => Number(at - (committedAt.get(documentNo) ?? at)) / 1e6).sort((a, b) => a - b);
  held.close();
  await Promise.all(clients.map((client) => client.end()));
  if (latencies.length !== committedAt.size * keep) throw new Error(`${latencies.length} receipts of ${committedAt.size * keep}`);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? NaN;
  return { subscribers, wanted, committed: committedAt.size / elapsed, delivered: committedAt.size / all, p50: at(0.5), p99: at(0.99), cpuShare };
}
