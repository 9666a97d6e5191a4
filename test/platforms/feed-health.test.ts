import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { FeedPlace } from '../../src/feed/cursor.js';
import { Receipts, type Transport } from '../../src/feed/receipts.js';
import { textLog } from '../../src/log.js';
import { FixedClock } from '../../src/measures/clock.js';
import { platforms } from '../../src/platforms/platforms.js';
import { clauseOf } from '../../src/measures/clauses.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { decide, headOf, newWorld } from '../duties/duty-world.js';
import { vocabularyCodes } from '../measures/vocabulary.js';

let running: RunningHub;

beforeAll(async () => {
  newWorld();
  running = await RunningHub.start();
});

afterAll(() => running.close());

interface Health {
  readonly lastChangeAt: string | null;
  readonly platforms: readonly { readonly platform: { readonly code: string }; readonly state: string; readonly recordTypes: readonly string[]; readonly clauses: readonly string[]; readonly following: readonly Row[] }[];
  readonly others: readonly Row[];
}

interface Row extends Readonly<Record<string, unknown>> {
  readonly agency: { readonly code: string };
}

const question = `{ feedHealth {
  lastChangeAt
  platforms { platform { code } clauses recordTypes state following { ...Row } }
  others { ...Row }
} }
fragment Row on FeedFollowing { agency { code } recordType transport consumers connected state lagSeconds delivered lastDeliveredAt acknowledgedAt }`;

async function ask(agency: string, role: string | null = null): Promise<{ readonly data?: { readonly feedHealth: Health | null } | null; readonly errors?: readonly { readonly extensions: Readonly<Record<string, unknown>> }[] }> {
  const token = await running.hub.issuer.issue(agency, role);
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
    body: JSON.stringify({ query: question }),
  });
  return (await response.json()) as Awaited<ReturnType<typeof ask>>;
}

async function health(): Promise<Health> {
  const { data, errors } = await ask('MUNI_HRSS', 'HUB');
  expect(errors).toBeUndefined();
  if (!data?.feedHealth) throw new Error('no health');
  return data.feedHealth;
}

/** What a transport of a hub whose clock shows `at` reports for a consumer. */
async function report(agency: string, principal: string, transport: Transport, name: string, at: Date, position: bigint, events = 0): Promise<void> {
  const { epoch } = await headOf(running.database.pool());
  const receipts = new Receipts({ pool: running.database.pool(), clock: new FixedClock(at), log: textLog('error', () => undefined), sinks: [] });
  const consumer = receipts.consumer({ agency, principal }, { recordType: 'Permit', transport, name });
  const place: FeedPlace = { epoch, position, number: events };
  consumer.took(Array.from({ length: events }, (_, i) => position - BigInt(events - i)), place);
  await receipts.close();
}

test('every platform of the vocabulary is listed, with clauses that exist', () => {
  const named = vocabularyCodes.filter((code) => /_(PLATFORM|SYSTEM|DB|PORTAL|CITY_CREDIT)$|^JINBAO$/.test(code));
  expect(platforms.map(({ agency }) => agency.code).sort()).toEqual([...named].sort());
  for (const { clauses } of platforms) for (const clause of clauses) expect([clause, clauseOf(clause)?.id]).toEqual([clause, clause]);
});

test('a platform stands as it is served: not entitled, never seen, current, lagging, silent', async () => {
  const pool = running.database.pool();
  const state = async (code: string): Promise<string | undefined> => (await health()).platforms.find(({ platform }) => platform.code === code)?.state;
  expect([await state('GOV_PORTAL'), await state('JINBAO')]).toEqual(['NOT_ENTITLED', 'NEVER_SEEN']);
  await decide(pool, { documentNo: '平台1', item: 'P05', decidedBy: 'HEPING_APPROVAL', district: '120101' });
  const { position } = await headOf(pool);
  const now = new Date();
  await report('JINBAO', 'JINBAO', 'SSE', 'jinbao-1', now, position + 1n, 2);
  expect(await state('JINBAO')).toBe('CURRENT');
  await report('JINBAO', 'JINBAO', 'SSE', 'jinbao-1', new Date(now.getTime() - 120_000), position + 1n);
  expect(await state('JINBAO')).toBe('SILENT');
  // Behind by a change that waits for an hour.
  await pool.query(`UPDATE hub.feed_transaction SET committed_at = now() - interval '1 hour' WHERE first_position + events - 1 = $1`, [String(position)]);
  await report('JINBAO', 'JINBAO', 'SSE', 'jinbao-1', now, position);
  const jinbao = (await health()).platforms.find(({ platform }) => platform.code === 'JINBAO');
  expect(jinbao).toMatchObject({ state: 'LAGGING', recordTypes: ['Permit'], following: [{ transport: 'SSE', consumers: 1, connected: 1, delivered: 2 }] });
  expect(jinbao?.following[0]?.['lagSeconds']).toBeGreaterThanOrEqual(3_600);
  expect(jinbao?.following[0]?.['lagSeconds']).toBeLessThan(3_700);
  // A second consumer that is up to date: the platform has it all.
  await report('JINBAO', 'JINBAO', 'WEBHOOK', 'hook', now, position + 1n);
  expect(await state('JINBAO')).toBe('CURRENT');
});

test('agencies beside the platforms, their accounts taken together; who pulls may be quiet for a day', async () => {
  const { position } = await headOf(running.database.pool());
  const now = Date.now();
  await report('HEPING_HRSS', 'DISTRICT_HRSS', 'SSE', 'a', new Date(now), position, 3);
  await report('HEPING_HRSS', 'DISTRICT_HRSS', 'SSE', 'b', new Date(now - 90_000), position + 1n, 4);
  await report('HEXI_HRSS', 'DISTRICT_HRSS', 'PULL', 'c', new Date(now - 3_600_000), position + 1n);
  await report('HEDONG_HRSS', 'DISTRICT_HRSS', 'PULL', 'd', new Date(now - 25 * 3_600_000), position + 1n);
  const { others } = await health();
  const seen = (code: string): Row | undefined => others.find(({ agency }) => agency.code === code);
  expect(seen('HEPING_HRSS')).toMatchObject({ consumers: 2, connected: 1, state: 'CURRENT', lagSeconds: 0, delivered: 7 });
  expect(seen('HEXI_HRSS')).toMatchObject({ state: 'CURRENT', lastDeliveredAt: null });
  expect(seen('HEDONG_HRSS')).toMatchObject({ state: 'SILENT' });
  expect(JSON.stringify(others)).not.toMatch(/"[abcd]"/);
});

test('what was acknowledged is shown with who did; a restored log knows no lag', async () => {
  const pool = running.database.pool();
  const { epoch, position } = await headOf(pool);
  const receipts = new Receipts({ pool, clock: new FixedClock('2026-03-02T09:00:00+08:00'), log: textLog('error', () => undefined), sinks: [] });
  await receipts.acknowledged({ agency: 'HEPING_HRSS', principal: 'DISTRICT_HRSS', account: 'a' }, 'Permit', { epoch, position, number: 1 });
  await receipts.close();
  const row = async (): Promise<Row | undefined> => (await health()).others.find(({ agency }) => agency.code === 'HEPING_HRSS');
  expect(await row()).toMatchObject({ acknowledgedAt: '2026-03-02T01:00:00.000Z' });
  await pool.query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
  expect(await row()).toMatchObject({ lagSeconds: null, state: 'LAGGING' });
});

test('a stream reports by itself: when it opens, with every frame, with every heartbeat', async () => {
  const own = await RunningHub.start({ heartbeatMs: 200 });
  try {
    newWorld();
    const pool = own.database.pool();
    const stream = await own.subscribe('BINHAI_HRSS');
    await own.change(stream);
    const stands = async (delivered: number): Promise<boolean> => {
      const { rows } = await pool.query<{ transport: string; delivered: number; behind: string }>(
        `SELECT c.transport, c.delivered_events::int AS delivered, h.position + 1 - c.reached_position AS behind FROM hub.feed_consumer c, hub.feed_head h WHERE c.agency = 'BINHAI_HRSS'`,
      );
      return rows[0]?.transport === 'SSE' && rows[0].delivered === delivered && rows[0].behind === '0';
    };
    await decide(pool, { documentNo: '自报1' });
    await own.event(stream);
    await waitFor('the frame to be noted', () => stands(1));
    await decide(pool, { documentNo: '自报2', district: '120101', decidedBy: 'HEPING_APPROVAL' });
    await waitFor('a heartbeat behind what is hidden', () => stands(1));
  } finally {
    await own.close();
    newWorld();
  }
});

test('it is for the municipal bureau, the auditor and the operators of the hub', async () => {
  for (const [agency, role] of [['MUNI_HRSS', null], ['HEPING_HRSS', 'AUDITOR'], ['MUNI_HRSS', 'HUB']] as const) {
    expect((await ask(agency, role)).data?.feedHealth).toMatchObject({ platforms: expect.any(Array) as unknown });
  }
  for (const agency of ['BINHAI_HRSS', 'CREDIT_PLATFORM', 'BINHAI_APPROVAL']) {
    const { data, errors } = await ask(agency);
    expect([data, errors?.[0]?.extensions['code']]).toEqual([{ feedHealth: null }, 'BOUNDARY_DENIED']);
  }
});
