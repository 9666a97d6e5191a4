import { randomInt } from 'node:crypto';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { HubKeys } from '../../src/access/keys.js';
import { LocalIssuer } from '../../src/access/local-issuer.js';
import { systemClock } from '../../src/measures/clock.js';
import { addPermits, addSubject, inTransaction } from '../feed/registry-rows.js';
import { KillProcesses } from '../feed/kill-processes.js';
import { LineFile } from '../feed/line-file.js';
import { waitFor } from '../support/wait-for.js';

/** Decisions of Binhai under kill -9 of hub, database and subscriber: no duty lost, none delivered unsaid. */

const rounds = Number(process.env['KILL_ROUNDS'] ?? 6);
const targets = ['hub', 'subscriber', 'hub and postmaster'] as const;

let processes: KillProcesses;
let frames: LineFile;

beforeAll(async () => {
  processes = await KillProcesses.create();
  frames = new LineFile(path.join(processes.folder, 'frames'));
});

afterAll(() => processes.stop(), 60_000);

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
      await processes.connected(async (client) => {
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
function received(): readonly string[] {
  return frames.lines().flatMap((line) => /"documentNo":"(滨 \d+)"/.exec(line)?.[1] ?? []);
}

async function duties(): Promise<ReadonlyMap<string, boolean>> {
  const { rows } = await processes.connected((client) =>
    client.query<{ document: string; delivered: boolean }>(
      'SELECT p.document_no AS document, d.delivered_at IS NOT NULL AS delivered FROM hub.delivery_duty d JOIN hub.permit p ON p.id = d.permit_id',
    ),
  );
  return new Map(rows.map(({ document, delivered }) => [document, delivered]));
}

test(`${rounds} rounds of kill -9: every decision has its duty, and whatever was received is delivered`, async () => {
  await processes.startHub('database');
  const issuer = await LocalIssuer.open(new HubKeys(processes.folder), systemClock);
  const token = await issuer.issue('BINHAI_HRSS', null);
  const holder = await processes.connected((client) => addSubject(client, '滨海劳务有限公司'));
  processes.startSubscriber(token);
  // A stream without a cursor starts now: decisions come once it is open.
  await waitFor('the stream to be open', () => frames.lastNumber() >= 0);
  const deciders = new Deciders(holder, 4);
  try {
    for (let round = 0; round < rounds; round += 1) {
      const before = received().length;
      await waitFor('frames under way', () => received().length > before + randomInt(1, 10));
      const target = targets[round % targets.length] ?? 'hub';
      if (target === 'subscriber') {
        await processes.killSubscriber();
        processes.startSubscriber(token);
        continue;
      }
      if (target === 'hub and postmaster') processes.killPostmaster();
      await processes.killHub();
      const seen = received();
      await processes.startHub('database');
      // Written before the frame left: a hub that is killed behind its frame forgets nothing.
      const known = await duties();
      expect(seen.filter((document) => known.get(document) !== true)).toEqual([]);
    }
  } finally {
    await deciders.stop();
  }
  await waitFor('the subscriber to have everything', () => {
    const seen = new Set(received());
    return deciders.acknowledged.every((document) => seen.has(document));
  });
  const known = await duties();
  // An acknowledged commit is there; one in doubt whole or not at all; nothing else.
  expect(deciders.acknowledged.filter((document) => !known.has(document))).toEqual([]);
  expect([...known.keys()].filter((document) => !deciders.asked.includes(document))).toEqual([]);
  const seen = new Set(received());
  expect([...known].filter(([document, delivered]) => seen.has(document) !== delivered)).toEqual([]);
  expect(known.size).toBeGreaterThan(rounds * 2);
}, 600_000);
