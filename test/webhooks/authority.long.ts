import { randomUUID } from 'node:crypto';
import { Hub } from '../../src/server/hub.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { sequenceLog } from '../feed/feed-log.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { Partner } from './partner.js';
import { PartnerNetwork } from './receiver.js';

let running: RunningHub;
let network: PartnerNetwork;
let partner: Partner;
let id: string;
let holderId: string;

beforeAll(async () => {
  network = new PartnerNetwork();
  running = await RunningHub.start({ network });
  holderId = await addSubject(running.database.pool(), '持有人');
  partner = await Partner.join(running, network, 'BINHAI_HRSS', '10.99.0.1');
  id = await partner.active();
}, 60_000);

afterAll(async () => {
  await running.close();
  await partner.receiver.stop();
});

async function decide(count: number): Promise<readonly string[]> {
  const numbers = Array.from({ length: count }, () => `文${randomUUID()}`);
  for (const documentNo of numbers) await addPermits(running.database.pool(), [{ documentNo, holderId, district: '120116', decidedBy: 'BINHAI_APPROVAL' }]);
  return numbers;
}

test('what a receiver took is told to the receipts, under the name of the webhook', async () => {
  const { receiver } = partner;
  receiver.answer = () => 503;
  const [documentNo] = await decide(1);
  await waitFor('an attempt', () => receiver.changes.length > 0);
  const consumers = async (): Promise<unknown[]> =>
    (await running.database.pool().query<{ events: string }>(`SELECT delivered_events AS events FROM hub.feed_consumer WHERE transport = 'WEBHOOK' AND name = $1 AND delivered_events > 0`, [id])).rows;
  expect(await consumers()).toEqual([]);
  receiver.answer = () => 204;
  await waitFor('taken and told', async () => {
    await partner.hurry(id);
    return (await consumers()).length === 1;
  });
  expect(await consumers()).toEqual([{ events: '1' }]);
  expect(receiver.documents).toEqual([documentNo]);
});

test('another boundary or agreement is told before anything is sent under it, until the receiver has taken that', async () => {
  const { receiver } = partner;
  receiver.received.length = 0;
  await running.database.pool().query(`UPDATE hub.webhook SET authority = 'that of the boundary before' WHERE id = $1`, [id]);
  let refusals = 3;
  receiver.answer = ({ type }) => (type === 'authorityChanged' && (refusals -= 1) >= 0 ? 500 : 204);
  const numbers = await decide(2);
  await waitFor('both changes', async () => {
    await partner.hurry(id);
    return receiver.changes.length === 2;
  });
  expect(receiver.received.map(({ type }) => type)).toEqual(['authorityChanged', 'authorityChanged', 'authorityChanged', 'authorityChanged', 'permitChanged', 'permitChanged']);
  expect(new Set(receiver.received.slice(0, 4).map((message) => message.id)).size).toBe(1);
  expect(receiver.documents).toEqual(numbers);
  // Its cursor is one of the present boundary.
  const stream = await running.subscribe('BINHAI_HRSS', receiver.received[0]?.cursor);
  expect((await running.change(stream)).kind).toBe('OPENED');
  expect((await running.event(stream)).documentNo).toBe(numbers[0]);
  stream.close();
});

test('two hubs on one database deliver each message once and in order', async () => {
  const { receiver } = partner;
  receiver.received.length = 0;
  receiver.answer = () => 204;
  const second = await Hub.start(running.database, { dataFolder: running.folder, port: 0, drainMs: 1_000, network });
  const numbers = await decide(40);
  await waitFor('all', () => receiver.changes.length >= 40);
  expect(receiver.changes.map(({ data }) => data?.permitChanged.documentNo)).toEqual(numbers);
  // A hub that stops gives its claims back: nothing waits for a lease.
  await second.close();
  const more = await decide(3);
  await waitFor('the rest', () => receiver.changes.length >= 43, 5);
  expect(receiver.changes.slice(40).map(({ data }) => data?.permitChanged.documentNo)).toEqual(more);
});

test('a hub that vanished with its claim is followed by another one within its lease', async () => {
  const { receiver } = partner;
  receiver.received.length = 0;
  await running.database.pool().query(`UPDATE hub.webhook SET worker = 'gone', lease_until = now() + interval '2 seconds' WHERE id = $1`, [id]);
  const [documentNo] = await decide(1);
  // Its last message may come once more: it had not noted it yet.
  await waitFor('it is taken over', () => receiver.documents.at(-1) === documentNo, 20);
});

test('a new epoch of the log suspends a webhook; it is moved and goes on', async () => {
  const { receiver } = partner;
  receiver.received.length = 0;
  const before = (await partner.webhook(id)).cursor;
  await running.database.pool().query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('CURSOR_EPOCH');
  await expect(partner.mutate('resumeWebhook', id)).rejects.toThrow('WEBHOOK_PLACE_GONE');
  await expect(partner.mutate('replayWebhook', id, `, after: "${before ?? ''}"`)).rejects.toThrow('WEBHOOK_PLACE_GONE');
  expect((await partner.mutate('replayWebhook', id)).state).toBe('PAUSED');
  expect((await partner.mutate('resumeWebhook', id)).state).toBe('ACTIVE');
  const numbers = await decide(2);
  await waitFor('both', () => receiver.changes.length === 2);
  expect(receiver.documents).toEqual(numbers);
});

test('a webhook that rested longer than the log is kept is suspended, and goes on from a cursor the log still reaches', async () => {
  const { receiver } = partner;
  receiver.received.length = 0;
  await partner.mutate('pauseWebhook', id);
  const [lost, kept] = await decide(2);
  const old = (await partner.webhook(id)).cursor;
  await sequenceLog(running.database.pool());
  await running.database.pool().query('UPDATE hub.feed_head SET low_water = position - 1');
  await partner.mutate('resumeWebhook', id);
  expect((await partner.until(id, 'SUSPENDED')).suspension?.code).toBe('CURSOR_TOO_OLD');
  await expect(partner.mutate('replayWebhook', id, `, after: "${old ?? ''}"`)).rejects.toThrow('WEBHOOK_PLACE_GONE');
  expect((await partner.mutate('replayWebhook', id)).state).toBe('PAUSED');
  await partner.mutate('resumeWebhook', id);
  const [next] = await decide(1);
  await waitFor('the next', () => receiver.documents.includes(next));
  expect(receiver.documents).toEqual([next]);
  expect([lost, kept].some((documentNo) => receiver.documents.includes(documentNo))).toBe(false);
});

test('a document with a filter: a record that leaves the filter leaves the webhook', async () => {
  const filtered = await Partner.join(running, network, 'HEPING_HRSS', '10.99.0.2');
  try {
    await filtered.active({
      query: 'subscription ($filter: PermitChangeFilter) { permitChanged(filter: $filter) { kind number cursor documentNo permit { documentNo status } } }',
      variables: { filter: { item: 'P01' } },
    });
    const pool = running.database.pool();
    const [one, other] = [`文${randomUUID()}`, `文${randomUUID()}`];
    await addPermits(pool, [{ documentNo: other, holderId, item: 'P02' }]);
    await addPermits(pool, [{ documentNo: one, holderId, item: 'P01' }]);
    await pool.query(`UPDATE hub.permit SET item = 'P02' WHERE document_no = $1`, [one]);
    await waitFor('two', () => filtered.receiver.changes.length === 2);
    expect(filtered.receiver.changes.map(({ data }) => [data?.permitChanged.kind, data?.permitChanged.documentNo])).toEqual([['ENTERED', one], ['LEFT', one]]);
  } finally {
    await filtered.receiver.stop();
  }
});
