import { randomInt } from 'node:crypto';
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
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
import { waitFor } from '../support/wait-for.js';
import { accessEntries, withoutEvidence } from './evidence.js';
import { expectJournal, visibleByLog } from './journal-oracle.js';
import { KillProcesses } from './kill-processes.js';
import { KillWriters } from './kill-writers.js';

const rounds = Number(process.env['KILL_ROUNDS'] ?? 6);
const targets = ['hub', 'postmaster', 'subscriber', 'hub and postmaster'] as const;

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

let folder: string;
let processes: KillProcesses;
let keys: HubKeys;

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-kill-'));
  await chmod(folder, 0o755); // as root the server runs under another account, which has to get in
  processes = new KillProcesses(folder);
  keys = new HubKeys(folder);
}, 60_000);

afterAll(async () => {
  await processes.stop();
  await rm(folder, { recursive: true, force: true });
}, 60_000);

async function receivedLines(file: 'frames' | 'frames-ws' = 'frames'): Promise<string[]> {
  const text = await readFile(path.join(folder, file), 'utf8').catch(() => '');
  return text.slice(0, text.lastIndexOf('\n') + 1).split('\n').slice(0, -1);
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
  await processes.startHub('journal');
  const issuer = await LocalIssuer.open(keys, systemClock);
  const token = await issuer.issue('MUNI_HRSS', null);
  const writers = new KillWriters({ ...processes.settings() });
  const answers: string[] = [];
  let stopped = false;
  const asking = Array.from({ length: 3 }, () => ask(token, writers, answers, () => stopped));
  const done: string[] = [];
  try {
    processes.startSubscriber(token);
    await waitFor('the streams to open', async () => (await receivedLines()).length > 0 && (await receivedLines('frames-ws')).length > 0);
    writers.start(3);
    for (let round = 0; round < rounds; round += 1) {
      // Every target in each four rounds, at a random moment of the work; evidence durable in the journal or the database.
      const left = targets.filter((target) => !done.slice(round - (round % targets.length)).includes(target));
      const evidence = evidenceModes[randomInt(evidenceModes.length)] ?? 'journal';
      const target = left[randomInt(left.length)] ?? 'hub';
      done.push(target);
      await delay(randomInt(250));
      if (target === 'hub' || target === 'hub and postmaster') {
        if (target === 'hub and postmaster') processes.killPostmaster();
        await processes.killHub();
        await processes.startHub(evidence);
      } else if (target === 'subscriber') {
        await processes.killSubscriber();
        processes.startSubscriber(token);
      } else {
        processes.killPostmaster();
      }
      const before = { acknowledged: writers.acknowledged, lines: (await receivedLines()).length, answers: answers.length };
      // Everybody is at work again before the next blow.
      await waitFor(
        `commits, frames and answers after kill -9 of the ${target} in round ${round + 1}`,
        async () =>
          writers.acknowledged > before.acknowledged + 1 && answers.length > before.answers && (await receivedLines()).length > before.lines,
        30,
      );
    }
  } finally {
    stopped = true;
    await Promise.all([writers.stop(), ...asking]);
  }
  process.stdout.write(`kill -9: ${done.join(' ')}\n`);

  const client = new pg.Client({ ...processes.settings() });
  await client.connect();
  const database = HubDatabase.at(processes.settings());
  const evidenceKeys = new EvidenceKeys(keys);
  try {
    const expected = await visibleByLog(client);
    const changes = async (file?: 'frames-ws'): Promise<z.infer<typeof line>['data']['permitChanged'][]> =>
      (await receivedLines(file))
        .map((text) => line.parse(JSON.parse(text)).data.permitChanged)
        .filter(({ kind }) => kind !== 'OPENED' && kind !== 'HEARTBEAT');
    await waitFor('the subscribers to catch up', async () => (await changes()).length >= expected.length && (await changes('frames-ws')).length >= expected.length);
    await processes.killSubscriber();
    // What was released must outlive the hub also now; the verifier reads table and journal, a restart carries the rest.
    await processes.killHub();
    const verification = await verifyLog(database, { keys: evidenceKeys, folder: new EvidenceFolder(folder) });
    expect(verification.fault).toBeNull();
    await processes.startHub('journal');
    const received = await changes();
    for (const told of [received, await changes('frames-ws')]) {
      expect(told.map(({ number }) => number)).toEqual(Array.from({ length: expected.length }, (_, i) => i + 1));
      expect(told.map(({ kind, documentNo, permit }) => ({ kind, documentNo, certificateNo: permit?.certificateNo ?? null }))).toEqual(expected);
    }
    expectJournal(expected, writers.journal);
    const errors = await readFile(path.join(folder, 'errors'), 'utf8').catch(() => '');
    expect(new Set(errors.split('\n').slice(0, -1))).toEqual(new Set(errors === '' ? [] : ['STREAM_BROKEN']));

    expect(withoutEvidence([...answers, ...(await receivedLines())], await accessEntries(client), evidenceKeys)).toEqual([]);
    expect((await verifyLog(database, { keys: evidenceKeys, folder: new EvidenceFolder(folder) })).fault).toBeNull();
    process.stdout.write(
      `${received.length} events, ${answers.length} answers, ${verification.entries} entries in ${verification.chains} chains, ` +
        `${writers.journal.filter((commit) => commit.acknowledged === null).length} commits in doubt\n`,
    );
  } finally {
    await client.end();
    await database.close();
  }
}, 60_000 + rounds * 10_000);
