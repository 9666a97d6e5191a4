import { randomInt } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { z } from 'zod';
import { EvidenceFolder } from '../../src/access/log/evidence-folder.js';
import { EvidenceKeys } from '../../src/access/log/evidence-keys.js';
import { evidenceModes } from '../../src/access/log/evidence-mode.js';
import { HubKeys } from '../../src/access/keys.js';
import { LocalIssuer } from '../../src/access/local-issuer.js';
import { verifyLog } from '../../src/access/log/verify-log.js';
import { HubDatabase } from '../../src/database/database.js';
import { systemClock } from '../../src/measures/clock.js';
import { ApprovalStore } from '../../src/webhooks/approval-store.js';
import { waitFor } from '../support/wait-for.js';
import { accessEntries, withoutEvidence } from './evidence.js';
import { expectJournal, visibleByLog } from './journal-oracle.js';
import { LineFile } from './line-file.js';
import { KillPuller } from './kill-puller.js';
import { KillProcesses } from './kill-processes.js';
import { KillWriters } from './kill-writers.js';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 10);
const targets = ['hub', 'postmaster', 'backend', 'subscriber', 'receiver', 'hub and postmaster'] as const;

/** Most milliseconds a transaction stays open: so long that some are at any moment. */
const dawdle = 100;

/** Events the webhook, one message for each round trip, may be behind the streams before the writers wait for it. */
const mostBehind = 100;

const partner = { host: 'hook.muni.example', address: '10.99.0.1' };
const subscription = 'subscription { permitChanged { kind number cursor documentNo permit { certificateNo holder { name } } } }';

const line = z.object({
  data: z.object({
    permitChanged: z.object({
      kind: z.enum(['OPENED', 'ENTERED', 'CHANGED', 'LEFT', 'HEARTBEAT']),
      number: z.number(),
      documentNo: z.string().nullable(),
      permit: z.object({ certificateNo: z.string().nullable() }).nullable(),
    }),
  }),
});

/** A message as the receiver of webhooks kept it. */
const message = z.object({ id: z.string(), number: z.number(), data: line.shape.data });
const registered = z.object({ data: z.object({ registerWebhook: z.object({ webhook: z.object({ id: z.string() }), key: z.object({ id: z.string(), secret: z.string() }) }) }) });

let folder: string;
let processes: KillProcesses;
let keys: HubKeys;

beforeAll(async () => {
  processes = await KillProcesses.create(partner);
  ({ folder } = processes);
  keys = new HubKeys(folder);
});

afterAll(() => processes.stop(), 60_000);

const keptBy = (reader: 'sse' | 'ws' | 'webhook'): LineFile => new LineFile(path.join(folder, { sse: 'frames', ws: 'frames-ws', webhook: 'frames-webhook' }[reader]));

/** Registers the partner's webhook; its receiver has the key before it is challenged. */
async function startWebhook(url: string, token: string): Promise<void> {
  const pool = new pg.Pool({ ...processes.settings(), max: 1 });
  try {
    await new ApprovalStore(pool).approve({ agency: 'MUNI_HRSS', host: partner.host, port: 80, ranges: ['10.99.0.0/16'], plainHttp: true }, 'test');
  } finally {
    await pool.end();
  }
  const ask = async (query: string, variables: Readonly<Record<string, unknown>>): Promise<unknown> => {
    const response = await fetch(url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
    return response.json();
  };
  const input = { url: `http://${partner.host}/in`, query: subscription, label: '测试' };
  const answer = registered.parse(await ask('mutation ($input: WebhookInput!) { registerWebhook(input: $input) { webhook { id } key { id secret } } }', { input }));
  const { webhook, key } = answer.data.registerWebhook;
  await writeFile(path.join(folder, 'receiver-key.new'), `${key.id} ${key.secret}`);
  await rename(path.join(folder, 'receiver-key.new'), path.join(folder, 'receiver-key'));
  await waitFor('the challenge to be answered', async () => JSON.stringify(await ask('mutation ($id: ID!) { verifyWebhook(id: $id) { state } }', { id: webhook.id })).includes('"ACTIVE"'));
}

/** A backend of the server, at random: the kill of one makes PostgreSQL end all the others and recover. */
async function someBackend(): Promise<number> {
  const { rows } = await processes.connected((client) => client.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()`));
  return rows[randomInt(rows.length)]?.pid ?? processes.postmaster();
}

/** A client that asks for permits without end and keeps every complete answer body that holds data. */
async function ask(token: string, writers: KillWriters, answers: string[], stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const documentNo = writers.documents[randomInt(Math.max(1, writers.documents.length))] ?? 'none';
    try {
      const response = await fetch(await readFile(path.join(folder, 'url'), 'utf8'), {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          query: 'query ($no: ID!) { permit(documentNo: $no) { documentNo certificateNo status holder { name } } }',
          variables: { no: documentNo },
        }),
      });
      const body = await response.text();
      if (response.status === 200) answers.push(body);
      else expect(body).not.toContain('"data":{');
    } catch {
      await delay(20); // the hub is down
    }
  }
}

test(`${rounds} rounds of kill -9: no event lost or repeated, no answer without its entry, the evidence intact`, async () => {
  await processes.startReceiver();
  const url = await processes.startHub('journal');
  const issuer = await LocalIssuer.open(keys, systemClock);
  const token = await issuer.issue('MUNI_HRSS', null);
  await startWebhook(url, await issuer.issue('MUNI_HRSS', 'PERMISSION_ADMIN'));
  const [sse, ws, webhook] = [keptBy('sse'), keptBy('ws'), keptBy('webhook')] as const;
  const writers = new KillWriters({ ...processes.settings() }, dawdle, () => sse.lastNumber() - webhook.lastNumber() > mostBehind);
  const answers: string[] = [];
  let stopped = false;
  const puller = new KillPuller(() => readFile(path.join(folder, 'url'), 'utf8'), token);
  let pulling: Promise<void> = Promise.resolve();
  const asking = Array.from({ length: 3 }, () => ask(token, writers, answers, () => stopped));
  const done: string[] = [];
  // Nobody waits for a clock: the next attempt is due now.
  const hurried = (): Promise<unknown> => processes.connected((client) => client.query('UPDATE hub.webhook SET not_before = NULL WHERE not_before IS NOT NULL')).catch(() => undefined);
  try {
    processes.startSubscriber(token);
    await waitFor('the streams to open', () => sse.lastNumber() >= 0 && ws.lastNumber() >= 0);
    await puller.open();
    pulling = puller.run();
    writers.start(3);
    for (let round = 0; round < rounds; round += 1) {
      // Every target in each six rounds, at a random moment of the work; evidence durable in the journal or the database.
      const left = targets.filter((target) => !done.slice(round - (round % targets.length)).includes(target));
      const evidence = evidenceModes[randomInt(evidenceModes.length)] ?? 'journal';
      const target = left[randomInt(left.length)] ?? 'hub';
      done.push(target);
      const backend = target === 'backend' ? await someBackend() : 0;
      await delay(randomInt(250));
      // The blow falls with a transaction open and a committed event that the stream has not brought yet.
      await waitFor('a transaction open and a frame in flight', () => writers.open > 0 && writers.newest !== null && !sse.tail().includes(`"${writers.newest}"`));
      const before = { acknowledged: writers.acknowledged, sse: sse.lastNumber(), ws: ws.lastNumber(), answers: answers.length, pulled: puller.changes.length };
      if (target === 'hub' || target === 'hub and postmaster') {
        if (target === 'hub and postmaster') processes.killPostmaster();
        await processes.killHub();
        await processes.startHub(evidence);
      } else if (target === 'subscriber') {
        await processes.killSubscriber();
        processes.startSubscriber(token);
      } else if (target === 'receiver') {
        await processes.killReceiver();
        await processes.startReceiver();
      } else if (target === 'backend') {
        processes.killBackend(backend);
      } else {
        processes.killPostmaster();
      }
      // Everybody is at work again before the next blow, and the webhook, a message for each round trip, not far behind.
      await waitFor(
        `commits, frames, messages, pages and answers after kill -9 of the ${target} in round ${round + 1}`,
        async () => {
          processes.expectHub();
          await hurried();
          return writers.acknowledged > before.acknowledged + 1 && answers.length > before.answers && sse.lastNumber() > before.sse && ws.lastNumber() > before.ws &&
            webhook.lastNumber() > before.sse && puller.changes.length > before.pulled;
        },
        120,
      );
      if (round % 20 === 19) process.stdout.write(`${round + 1} rounds, ${sse.lastNumber()} events\n`);
    }
  } catch (error) {
    // Who stands still.
    const hook = await processes.connected((client) => client.query<Record<string, unknown>>('SELECT state, suspension, number, attempts, worker, lease_until, not_before FROM hub.webhook')).then(({ rows }): unknown => rows, String);
    process.stdout.write(`${JSON.stringify({ acknowledged: writers.acknowledged, open: writers.open, answers: answers.length, sse: sse.lastNumber(), ws: ws.lastNumber(), webhook: webhook.lastNumber(), pulled: puller.changes.length, hook, done: done.length })}\n`);
    puller.stop();
    throw error;
  } finally {
    stopped = true;
    await Promise.all([writers.stop(), ...asking]);
  }
  process.stdout.write(`kill -9: ${done.join(' ')}\n`);

  const database = HubDatabase.at(processes.settings());
  const evidenceKeys = new EvidenceKeys(keys);
  try {
    const expected = await visibleByLog(database.pool());
    const numbers = Array.from({ length: expected.length }, (_, i) => i + 1);
    const brief = ({ kind, documentNo, permit }: z.infer<typeof line>['data']['permitChanged']): unknown => ({ kind, documentNo, certificateNo: permit?.certificateNo ?? null });
    await waitFor('the subscribers to catch up', () => sse.lastNumber() >= expected.length && ws.lastNumber() >= expected.length);
    await waitFor('the receiver to catch up', () => hurried().then(() => webhook.lastNumber() >= expected.length), 600);
    await waitFor('the reader of pages to catch up', () => puller.changes.length >= expected.length);
    puller.stop();
    await pulling;
    await Promise.all([processes.killSubscriber(), processes.killReceiver()]);
    // What was released must outlive the hub also now; the verifier reads table and journal, a restart carries the rest.
    await processes.killHub();
    const verification = await verifyLog(database, { keys: evidenceKeys, folder: new EvidenceFolder(folder) });
    expect(verification.fault).toBeNull();
    await processes.startHub('journal');
    for (const reader of [sse, ws]) {
      const told = reader.lines().map((text) => line.parse(JSON.parse(text)).data.permitChanged).filter(({ kind }) => kind !== 'OPENED' && kind !== 'HEARTBEAT');
      expect(told.map(({ number }) => number)).toEqual(numbers);
      expect(told.map(brief)).toEqual(expected);
    }
    // A message may come again, under its id, as long as the next one has not come.
    const messages = webhook.lines().map((text) => message.parse(JSON.parse(text)));
    const firsts = messages.filter(({ id }, at) => messages[at - 1]?.id !== id);
    expect(new Set(firsts.map(({ id }) => id)).size).toBe(firsts.length);
    expect(firsts.map(({ number }) => number)).toEqual(numbers);
    expect(firsts.map(({ data }) => brief(data.permitChanged))).toEqual(expected);
    for (const [at, { id, number, data }] of messages.entries()) if (messages[at - 1]?.id === id) expect([number, data]).toEqual([messages[at - 1]?.number, messages[at - 1]?.data]);
    expectJournal(expected, writers.journal);
    expect(puller.changes.map(({ number }) => number)).toEqual(numbers);
    expect(puller.changes.map(({ kind, documentNo, permit }) => ({ kind, documentNo, certificateNo: permit?.['certificateNo'] ?? null }))).toEqual(expected);
    const errors = await readFile(path.join(folder, 'errors'), 'utf8').catch(() => '');
    expect(new Set(errors.split('\n').slice(0, -1))).toEqual(new Set(errors === '' ? [] : ['STREAM_BROKEN']));

    expect(withoutEvidence([...answers, ...puller.answers, ...sse.lines(), ...webhook.lines()], await accessEntries(database.pool()), evidenceKeys)).toEqual([]);
    expect((await verifyLog(database, { keys: evidenceKeys, folder: new EvidenceFolder(folder) })).fault).toBeNull();
    process.stdout.write(
      `${expected.length} events, ${messages.length - firsts.length} messages repeated, ${answers.length} answers, ${puller.answers.length} pages of which ${puller.forgotten} were forgotten, ${verification.entries} entries in ${verification.chains} chains, ` +
        `${writers.journal.filter((commit) => commit.acknowledged === null).length} commits in doubt\n`,
    );
  } finally {
    puller.stop();
    await pulling;
    await database.close();
  }
}, 900_000 + rounds * 60_000);
