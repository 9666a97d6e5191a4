import { z } from 'zod';
import { openKeyRing } from '../../src/access/key-register.js';
import { ListRegister } from '../../src/credit/lists/list-register.js';
import { FixedClock } from '../../src/measures/clock.js';
import { CuttableRelay } from '../feed/cuttable-relay.js';
import { waitFor } from '../support/wait-for.js';
import { Partner } from '../webhooks/partner.js';
import { PartnerNetwork } from '../webhooks/receiver.js';
import { CreditHub, codesOf, granted, listFrame, watchLists, type ListChange } from './credit-hub.js';
import { clients } from './list-followers.js';

/** The lists as platforms follow them, with the clients they use (docs/recipes/follow-the-lists.md). */

const today = '2026-11-22';
const clock = new FixedClock('2026-11-22T15:00:00Z');
let hub: CreditHub;
let relay: CuttableRelay;
let network: PartnerNetwork;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  clock.set('2026-11-22T15:00:00Z');
  network = new PartnerNetwork();
  hub = await CreditHub.start({ clock, network });
  relay = await CuttableRelay.to(hub.running.hub.url);
});
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await relay.close();
  await hub.close();
});

/** A client that follows the lists: what came, and what ended it. */
class Following {
  readonly changes: ListChange[] = [];
  ended: readonly string[] | null = null;

  constructor(client: string, agency: { readonly token: string }, query = watchLists(), after?: string) {
    const follow = clients[client];
    if (!follow) throw new Error(client);
    const leave = follow(
      { url: relay.url, token: agency.token, query, after },
      { change: (change) => void this.changes.push(change), end: (codes) => (this.ended ??= codes) },
    );
    closing.push(leave);
  }

  async until(count: number): Promise<readonly ListChange[]> {
    await waitFor(`${count} frames`, () => this.changes.length >= count || this.ended !== null);
    expect([this.changes.length, this.ended]).toEqual([count, null]);
    return this.changes;
  }
}


async function expire(): Promise<void> {
  clock.set('2026-11-22T16:00:00Z'); // midnight in Tianjin
  const register = new ListRegister(hub.running.database, await openKeyRing(hub.running.database, hub.running.folder), clock);
  expect(await register.expire(500)).toBe(1);
}

const brief = ({ kind, number, entryNo, leftAs, entry }: ListChange): unknown[] => [kind, number, entryNo ?? null, leftAs ?? null, entry?.['state'] ?? null];

describe.each(Object.keys(clients))('%s', (client) => {
  test('YZ-3.5e: brings entry, repair, expiry and revocation, each with its reason, and goes on behind its cursor after a cut', async () => {
    const agency = { token: await hub.running.token('CREDIT_PLATFORM') };
    const first = new Following(client, agency);
    await first.until(1);
    const one = await hub.list('HEPING_HRSS');
    const two = await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other }, { validTo: today });
    const before = await first.until(3);
    relay.cut();
    await waitFor('the cut', () => first.ended !== null);

    await hub.repair(one, '2026-07-12');
    const three = await hub.list('MUNI_HRSS');
    const second = new Following(client, agency, watchLists(), before.at(-1)?.cursor);
    await second.until(4);
    await expire();
    granted(await hub.take('MUNI_HRSS', three, 'REVOKE', '2026-02-01'));
    const behind = await second.until(6);

    expect([...before, ...behind].map(brief)).toEqual([
      ['OPENED', 0, null, null, null],
      ['ENTERED', 1, one, null, 'PUBLISHED'],
      ['ENTERED', 2, two, null, 'PUBLISHED'],
      ['OPENED', 2, null, null, null],
      ['CHANGED', 3, one, null, 'PUBLISHED'],
      ['LEFT', 4, one, 'REPAIRED', null],
      ['ENTERED', 5, three, null, 'PUBLISHED'],
      ['LEFT', 6, two, 'EXPIRED', null],
      ['LEFT', 7, three, 'REVOKED', null],
    ]);
  });

  test('B-38: who may not see the lists is told so with a code, and gets nothing', async () => {
    const denied = new Following(client, { token: await hub.running.token('JINBAO') });
    await waitFor('the refusal', () => denied.ended !== null);
    expect([denied.ended, denied.changes]).toEqual([['BOUNDARY_DENIED'], []]);
  });
});

const message = z.object({ number: z.number(), data: listFrame.shape.data });

test('YZ-3.5e: a webhook posts what the streams bring, signed, each once', async () => {
  const partner = await Partner.join(hub.running, network, 'BLACKLIST_DB', '10.99.0.1');
  closing.push(() => partner.receiver.stop());
  await partner.active({ query: 'subscription { creditListChanged { kind number cursor entryNo leftAs entry { entryNo list state subjectName } } }' });
  const stream = await hub.subscribe('BLACKLIST_DB');
  await hub.change(stream);
  const entryNo = await hub.list('HEPING_HRSS');
  const two = await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other }, { validTo: today });
  await hub.repair(entryNo, '2026-07-12');
  const posted = () => partner.receiver.received.filter(({ type }) => type === 'creditListChanged');
  const streamed = [await hub.change(stream), await hub.change(stream), await hub.change(stream), await hub.change(stream)];
  // Whoever reads of an entry only when its last day has passed is not told that it came.
  await waitFor('four messages', () => posted().length >= 4);
  await expire();
  streamed.push(await hub.change(stream));
  await waitFor('five messages', () => posted().length >= 5);
  expect(posted().every(({ signedBy }) => signedBy.length === 1)).toBe(true);
  const changes = posted().map(({ text }) => message.parse(JSON.parse(text)).data.creditListChanged);
  expect(changes.map(brief)).toEqual([
    ['ENTERED', 1, entryNo, null, 'PUBLISHED'], ['ENTERED', 2, two, null, 'PUBLISHED'], ['CHANGED', 3, entryNo, null, 'PUBLISHED'], ['LEFT', 4, entryNo, 'REPAIRED', null],
    ['LEFT', 5, two, 'EXPIRED', null],
  ]);
  expect(changes.map((change) => ({ ...change, cursor: '' }))).toEqual(streamed.map((change) => ({ ...change, cursor: '' })));
  // Its cursor is one of the streams.
  const resumed = await hub.subscribe('BLACKLIST_DB', watchLists(), changes[3]?.cursor);
  expect(await hub.change(resumed)).toMatchObject({ kind: 'OPENED', number: 4 });
  expect(await hub.change(resumed)).toMatchObject({ kind: 'LEFT', number: 5, entryNo: two, leftAs: 'EXPIRED' });
});
