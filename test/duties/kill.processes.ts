import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import pg from 'pg';
import { HubKeys } from '../../src/access/keys.js';
import { LocalIssuer } from '../../src/access/local-issuer.js';
import { systemClock } from '../../src/measures/clock.js';
import { addPermits, addSubject, inTransaction } from '../feed/registry-rows.js';
import { KillProcesses } from '../feed/kill-processes.js';
import { waitFor } from '../support/wait-for.js';

/** Decisions of Binhai under kill -9 of hub, database and subscriber: no duty lost, none delivered unsaid. */

const rounds = Number(process.env['KILL_ROUNDS'] ?? 6);
const targets = ['hub', 'subscriber', 'hub and postmaster'] as const;

let folder: string;
let processes: KillProcesses;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-duties-'));
  await chmod(folder, 0o755); // as root the server runs under another account, which has to get in
  processes = new KillProcesses(folder);
}, 60_000);

afterAll(async () => {
  await processes.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

/** Runs work on a connection of its own; the database may be gone at any moment. */
async function connected<T>(work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ ...processes.settings() });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Decides permits, each with its grant in one transaction; some roll back. Documents whose commit was acknowledged, and those in doubt. */
class Deciders {
  readonly acknowledged: string[] = [];
  readonly asked: string[] = [];
  #next = 0;
  #stop = false;
  readonly #done: Promise<unknown>;

  constructor(holder: string, count: number) {
    this.#done = Promise.all(Array.from({ length: count }, () => this.#run(holder)));
  }

  async stop(): Promise<void> {
    this.#stop = true;
    await this.#done;
  }

  async #run(holderId: string): Promise<void> {
    while (!this.#stop) {
      await connected(async (client) => {
        while (!this.#stop) {
          const documentNo = `滨 ${(this.#next += 1)}`;
          await inTransaction(client, async () => {
            const [image] = await addPermits(client, [{ documentNo, holderId, decidedBy: 'BINHAI_APPROVAL', district: '120116' }]);
            await client.query(
              `INSERT INTO hub.permit_action (permit_id, jurisdiction, item, decided_by, district, action, acted_on)
               SELECT id, jurisdiction, item, decided_by, district, 'GRANT', decided_on FROM hub.permit WHERE id = $1`,
              [image?.['id']],
            );
            if (randomInt(5) === 0) throw new Error('rolled back');
            this.asked.push(documentNo);
          }).then(() => this.acknowledged.push(documentNo), (error: unknown) => {
            if (!(error instanceof Error) || error.message !== 'rolled back') throw error;
          });
          await delay(randomInt(20));
        }
      }).catch(() => delay(50)); // the database is down
    }
  }
}

/** Documents of the frames the subscriber kept. */
async function received(): Promise<string[]> {
  const text = await readFile(path.join(folder, 'frames'), 'utf8').catch(() => '');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').flatMap((line) => /"documentNo":"(滨 \d+)"/.exec(line)?.[1] ?? []);
}

async function duties(): Promise<ReadonlyMap<string, boolean>> {
  const { rows } = await connected((client) =>
    client.query<{ document: string; delivered: boolean }>(
      'SELECT p.document_no AS document, d.delivered_at IS NOT NULL AS delivered FROM hub.delivery_duty d JOIN hub.permit p ON p.id = d.permit_id',
    ),
  );
  return new Map(rows.map(({ document, delivered }) => [document, delivered]));
}

test(`${rounds} rounds of kill -9: every decision has its duty, and whatever was received is delivered`, async () => {
  await processes.startHub('database');
  const issuer = await LocalIssuer.open(new HubKeys(folder), systemClock);
  const token = await issuer.issue('BINHAI_HRSS', null);
  const holder = await connected((client) => addSubject(client, '滨海劳务有限公司'));
  processes.startSubscriber(token);
  // A stream without a cursor starts now: decisions come once it is open.
  await waitFor('the stream to be open', async () => (await readFile(path.join(folder, 'frames'), 'utf8').catch(() => '')).includes('\n'));
  const deciders = new Deciders(holder, 4);
  for (let round = 0; round < rounds; round += 1) {
    const before = (await received()).length;
    await waitFor('frames under way', async () => (await received()).length > before + randomInt(1, 10));
    const target = targets[round % targets.length] ?? 'hub';
    if (target === 'subscriber') {
      await processes.killSubscriber();
      processes.startSubscriber(token);
      continue;
    }
    if (target === 'hub and postmaster') processes.killPostmaster();
    await processes.killHub();
    const seen = await received();
    await processes.startHub('database');
    // Written before the frame left: a hub that is killed behind its frame forgets nothing.
    const known = await duties();
    expect(seen.filter((document) => known.get(document) !== true)).toEqual([]);
  }
  await deciders.stop();
  await waitFor('the subscriber to have everything', async () => {
    const seen = new Set(await received());
    return deciders.acknowledged.every((document) => seen.has(document));
  });
  const known = await duties();
  // An acknowledged commit is there; one in doubt whole or not at all; nothing else.
  expect(deciders.acknowledged.filter((document) => !known.has(document))).toEqual([]);
  expect([...known.keys()].filter((document) => !deciders.asked.includes(document))).toEqual([]);
  const seen = new Set(await received());
  expect([...known].filter(([document, delivered]) => seen.has(document) !== delivered)).toEqual([]);
  expect(known.size).toBeGreaterThan(rounds * 2);
}, 600_000);
