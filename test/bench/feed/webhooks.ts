import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { HubDatabase } from '../../../src/database/database.js';
import { migrate } from '../../../src/database/migrate.js';
import { Hub } from '../../../src/server/hub.js';
import { ApprovalStore } from '../../../src/webhooks/approval-store.js';
import { addPermits, addSubject } from '../../feed/registry-rows.js';
import { waitFor } from '../../support/wait-for.js';
import { PartnerNetwork, Receiver } from '../../webhooks/receiver.js';

const shape = z.object({ receivers: z.string().transform((text) => text.split(',').map(Number)).pipe(z.array(z.number().int().min(1).max(20))), events: z.coerce.number().int().positive() });
const answer = z.object({ data: z.record(z.string(), z.unknown()) });
const registration = z.object({ webhook: z.object({ id: z.string() }), key: z.object({ id: z.string(), secret: z.string() }) });

const query = 'subscription { permitChanged { kind number cursor documentNo permit { documentNo item status certificateNo holder { name } } } }';

/** One measurement may take this long on a busy machine, in seconds. */
const longest = 300;

/**
 * `npm run bench -- webhooks [--receivers 1,10] [--events 500]`: how many events a second webhooks of one agency take whose
 * receivers answer at once. Hub and receivers share a process, so what the receivers verify is in the CPU time told.
 */
export async function runWebhooks(args: readonly string[], say: (line: string) => void): Promise<void> {
  const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const { receivers: counts, events } = shape.parse(parseArgs({ args: [...args], options: { receivers: option('1,10'), events: option('500') } }).values);
  const dataFolder = await mkdtemp(path.join(tmpdir(), 'concordat-bench-webhooks-'));
  await chmod(dataFolder, 0o755); // as root the server runs under another account, which has to get in
  const database = await HubDatabase.open({ dataFolder, databaseUrl: null }, say);
  const network = new PartnerNetwork();
  const receivers: Receiver[] = [];
  try {
    await migrate(database, () => undefined);
    const hub = await Hub.start(database, { dataFolder, port: 0, evidence: 'journal', network });
    const authorization = `Bearer ${await hub.issuer.issue('MUNI_HRSS', 'PERMISSION_ADMIN')}`;
    const ask = async (text: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> => {
      const response = await fetch(hub.url, { method: 'POST', headers: { authorization, 'content-type': 'application/json' }, body: JSON.stringify({ query: text, variables }) });
      return Object.values(answer.parse(await response.json()).data)[0];
    };
    const holderId = await addSubject(database.pool(), '天津市某某人力资源服务有限公司');
    stdout.write('| receivers | events/s each | events/s together | CPU ms an event |\n|---:|---:|---:|---:|\n');
    for (const count of counts) {
      while (receivers.length < count) {
        const receiver = await Receiver.start();
        receivers.push(receiver);
        const [host, address] = [`hook-${receivers.length}.example`, `10.99.0.${receivers.length}`];
        network.names.set(host, [address]);
        network.receivers.set(`${address} 80`, receiver.port);
        await new ApprovalStore(database.pool()).approve({ agency: 'MUNI_HRSS', host, port: 80, ranges: ['10.99.0.0/16'], plainHttp: true }, 'bench');
        const { webhook, key } = registration.parse(
          await ask('mutation ($input: WebhookInput!) { registerWebhook(input: $input) { webhook { id } key { id secret } } }', { input: { url: `http://${host}/in`, query, label: 'bench' } }));
        receiver.keys.set(key.id, key.secret);
        await ask('mutation ($id: ID!) { verifyWebhook(id: $id) { state } }', { id: webhook.id });
      }
      const before = receivers.map(({ changes }) => changes.length);
      const cpu = process.cpuUsage();
      const began = performance.now();
      await addPermits(database.pool(), Array.from({ length: events }, (_, i) => ({ documentNo: `B${count}-${i}`, holderId, certificateNo: `c${i}` })));
      await waitFor(`${events} events at ${count} receivers`, () => receivers.every(({ changes }, at) => changes.length >= (before[at] ?? 0) + events), longest);
      const seconds = (performance.now() - began) / 1_000;
      const { user, system } = process.cpuUsage(cpu);
      stdout.write(`| ${count} | ${Math.round(events / seconds)} | ${Math.round((count * events) / seconds)} | ${((user + system) / 1_000 / (count * events)).toFixed(2)} |\n`);
    }
    await hub.close();
  } finally {
    await Promise.all(receivers.map((receiver) => receiver.stop()));
    await database.close();
    await rm(dataFolder, { recursive: true, force: true });
  }
}
