import { spawn, type ChildProcess } from 'node:child_process';
import { randomInt, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { databaseUrl } from '../../src/database/database-settings.js';
import { withoutEvidence } from '../feed/evidence.js';
import { addPermits, addSubject, inTransaction } from '../feed/registry-rows.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { Partner } from './partner.js';
import { PartnerNetwork, Receiver, type Received } from './receiver.js';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 5);
const targets = ['a hub', 'all hubs', 'the receiver', 'the connections to the database'] as const;

let running: RunningHub;
let network: PartnerNetwork;
let partner: Partner;
let receiver: Receiver;
const children: ChildProcess[] = [];

beforeAll(async () => {
  network = new PartnerNetwork();
  // Takes the mutations; the others deliver beside it until it stops.
  running = await RunningHub.start({ network });
  partner = await Partner.join(running, network, 'HEPING_HRSS', '10.99.0.1');
  receiver = partner.receiver;
}, 60_000);

afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await running.database.close();
  await rm(running.folder, { recursive: true, force: true });
  await receiver.stop();
}, 60_000);

async function startHub(port: number): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./hub-child.js', import.meta.url));
  const child = spawn(process.execPath, [script, databaseUrl(running.database.settings), running.folder, partner.host, partner.address, String(port)], { stdio: ['ignore', 'pipe', 'inherit'] });
  children.push(child);
  const ready = await Promise.race([once(createInterface({ input: child.stdout }), 'line').then(() => true), once(child, 'exit').then(() => false)]);
  if (!ready) throw new Error('the hub did not start');
  return child;
}

async function kill(child: ChildProcess | undefined): Promise<void> {
  if (!child || child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}

/** Writes permits one behind the other, some rolled back; its journal holds what was acknowledged as committed. */
async function write(holderId: string, journal: string[], stopped: () => boolean): Promise<void> {
  while (!stopped()) {
    const documentNo = `文${randomUUID()}`;
    const client = await running.database.pool().connect().catch(() => null);
    if (!client) continue;
    try {
      await inTransaction(client, async () => {
        await addPermits(client, [{ documentNo, holderId }]);
        if (randomInt(5) === 0) throw new Error('rolled back');
      });
      journal.push(documentNo);
      client.release();
    } catch {
      client.release(true);
    }
    await delay(randomInt(20));
  }
}

test('hubs, receiver and connections are killed at random: nothing lost, order kept, repeats told by their id', async () => {
  const pool = running.database.pool();
  pool.on('error', () => undefined);
  pool.on('connect', (client) => client.on('error', () => undefined));
  const holderId = await addSubject(pool, '持有人');
  const id = await partner.active();
  const { port } = partner.receiver;
  const kept: Received[] = [];
  // What is killed is what delivers: this process's hub takes no part from here on.
  await running.hub.close();
  let hubs = [await startHub(port), await startHub(port)];
  const journals = Array.from({ length: 3 }, (): string[] => []);
  let over = false;
  const writing = journals.map((journal) => write(holderId, journal, () => over));
  const count = (): number => kept.length + receiver.changes.length;
  for (let round = 0; round < rounds; round += 1) {
    const target = targets[(round + randomInt(2)) % targets.length] ?? 'a hub';
    const before = count();
    await waitFor(`messages before round ${round}`, () => count() > before + 5);
    await delay(randomInt(100));
    if (target === 'a hub') {
      await kill(hubs.shift());
      hubs.push(await startHub(port));
    } else if (target === 'all hubs') {
      await Promise.all(hubs.map(kill));
      hubs = [await startHub(port), await startHub(port)];
    } else if (target === 'the receiver') {
      kept.push(...receiver.changes);
      const { keys } = receiver;
      await receiver.stop();
      await delay(randomInt(300));
      receiver = await Receiver.start(port);
      for (const [key, secret] of keys) receiver.keys.set(key, secret);
    } else {
      await pool.query('SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()').catch(() => undefined);
    }
    await pool.query('UPDATE hub.webhook SET not_before = NULL WHERE id = $1', [id]).catch(() => undefined);
  }
  over = true;
  await Promise.all(writing);
  const committed = new Set(journals.flat());
  const received = (): readonly Received[] => [...kept, ...receiver.changes];
  await waitFor('everything', async () => {
    await pool.query('UPDATE hub.webhook SET not_before = NULL WHERE id = $1', [id]);
    const there = new Set(received().map(({ data }) => data?.permitChanged.documentNo));
    return [...committed].every((documentNo) => there.has(documentNo));
  });
  const firsts = [...new Map([...received()].reverse().map((message) => [message.id, message])).values()].reverse();
  // Gap-free and in order; a repeat is the same message with the same number.
  expect(firsts.map(({ number }) => number)).toEqual(firsts.map((_, at) => at + 1));
  for (const { id: event, number, data } of received()) {
    const first = firsts.find((message) => message.id === event);
    expect([number, data?.permitChanged.documentNo]).toEqual([first?.number, first?.data?.permitChanged.documentNo]);
  }
  // What was committed without its writer hearing of it may be there too; nothing else, and each once.
  const documents = firsts.map(({ data }) => data?.permitChanged.documentNo ?? '');
  expect(new Set(documents).size).toBe(documents.length);
  const { rows } = await pool.query<{ document_no: string }>('SELECT document_no FROM hub.permit');
  expect([...documents].sort()).toEqual(rows.map((row) => row.document_no).sort());
  for (const journal of journals) expect(documents.filter((documentNo) => journal.includes(documentNo))).toEqual(journal);
  for (const { signedBy } of received()) expect(signedBy).toHaveLength(1);
  // Whatever left stands in the evidence, also what left a hub that was killed.
  expect(withoutEvidence(received().map(({ text }) => text), await running.entries(), running.evidenceKeys)).toEqual([]);
}, 120_000 + rounds * 30_000);
