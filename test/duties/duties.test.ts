import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DutySink } from '../../src/duties/delivery-sink.js';
import { dutyLatenesses } from '../../src/duties/duty.js';
import { addNaturalDays } from '../../src/measures/calendar.js';
import { FixedClock } from '../../src/measures/clock.js';
import { dueDate, lateness } from '../../src/measures/due-date.js';
import type { EventStream } from '../feed/event-stream.js';
import { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { act, decide, headOf, newWorld, positionsOf } from './duty-world.js';

/** `duties` as bureaus ask it, over a running hub; the day is the test's, later than 2020-04-15, when the boundary changed. */

let running: RunningHub;
const clock = new FixedClock('2021-04-06T09:00:00+08:00');

beforeAll(async () => {
  newWorld();
  running = await RunningHub.start({ clock });
});

afterAll(() => running.close());

beforeEach(async () => {
  clock.set('2021-04-06T09:00:00+08:00');
  await running.database.pool().query('DELETE FROM hub.permit');
});

interface Answer {
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly errors?: readonly { readonly message: string; readonly extensions: Readonly<Record<string, unknown>> }[];
}

async function ask(agency: string, query: string, variables: object = {}): Promise<Answer> {
  const response = await fetch(running.hub.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${await running.token(agency)}` },
    body: JSON.stringify({ query, variables }),
  });
  return (await response.json()) as Answer;
}

const fields = `clause rulings documentNo documentPart action actedOn decidedBy { code } receiver { code } dueOn altDueOn provisional standing state lateness deliveredAt acknowledgedAt`;
const ratesFields = 'rates { total due delivered acknowledged onTime late lateUnderAnyReading pastPolicyDefault undecided onTimeRate lateRate }';
const question = `query Duties($filter: DutyFilter, $first: Int, $after: String, $last: Int, $before: String) {
  duties(filter: $filter, first: $first, after: $after, last: $last, before: $before) {
    totalCount ${ratesFields} nodes { ${fields} } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
  }
}`;

interface Node extends Readonly<Record<string, unknown>> {
  readonly documentNo: string;
  readonly lateness: string;
}

interface Page {
  readonly totalCount: number;
  readonly rates: Readonly<Record<string, number | null>>;
  readonly nodes: readonly Node[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string; readonly endCursor: string };
}

async function duties(agency: string, filter: object | null = null, page: object = { first: 50 }): Promise<Page> {
  const { data, errors } = await ask(agency, question, { filter, ...page });
  expect(errors).toBeUndefined();
  return data?.['duties'] as Page;
}

/** A permit with one action; its key. */
async function acted(documentNo: string, action: string, actedOn: string, decidedBy = 'BINHAI_APPROVAL'): Promise<string> {
  const permit = await decide(running.database.pool(), { documentNo, decidedBy });
  await act(running.database.pool(), permit, action, actedOn);
  return permit;
}

async function handOut(permit: string, at: string): Promise<void> {
  const pool = running.database.pool();
  await new DutySink(pool).handedOut('BINHAI_HRSS', 'Permit', await positionsOf(pool, permit), new Date(at));
}

describe('a duty through its days', () => {
  test('due, late, late under any reading (A-01, over the days of Qingming)', async () => {
    await acted('滨许1', 'GRANT', '2021-04-02');
    const seen = async (day: string): Promise<unknown> => {
      clock.set(`${day}T23:59:59+08:00`);
      const { nodes } = await duties('BINHAI_HRSS');
      return [nodes[0]?.['state'], nodes[0]?.lateness];
    };
    expect((await duties('BINHAI_HRSS')).nodes).toEqual([
      {
        clause: 'XT-5.1.2c', rulings: ['A-01', 'A-02', 'A-07', 'A-68'], documentNo: '滨许1', documentPart: 1, action: 'GRANT', actedOn: '2021-04-02',
        decidedBy: { code: 'BINHAI_APPROVAL' }, receiver: { code: 'BINHAI_HRSS' }, dueOn: '2021-04-06', altDueOn: '2021-04-08', provisional: false,
        standing: 'STATED', state: 'DUE', lateness: 'IN_TIME', deliveredAt: null, acknowledgedAt: null,
      },
    ]);
    expect(await seen('2021-04-06')).toEqual(['DUE', 'IN_TIME']);
    expect(await seen('2021-04-07')).toEqual(['DUE', 'LATE']);
    expect(await seen('2021-04-08')).toEqual(['DUE', 'LATE']);
    expect(await seen('2021-04-09')).toEqual(['DUE', 'LATE_UNDER_ANY_READING']);
  });

  test('delivered in time stays in time, by the legal day in Shanghai', async () => {
    await handOut(await acted('滨许2', 'CHANGE', '2021-04-02'), '2021-04-06T23:59:59+08:00');
    await handOut(await acted('滨许3', 'CHANGE', '2021-04-02'), '2021-04-07T00:00:00+08:00');
    clock.set('2021-06-01T00:00:00+08:00');
    const { nodes, rates } = await duties('BINHAI_HRSS');
    expect(nodes.map((node) => [node.documentNo, node['state'], node.lateness, node['deliveredAt']])).toEqual([
      ['滨许3', 'DELIVERED', 'LATE', '2021-04-06T16:00:00.000Z'],
      ['滨许2', 'DELIVERED', 'IN_TIME', '2021-04-06T15:59:59.000Z'],
    ]);
    expect(rates).toEqual({
      total: 2, due: 0, delivered: 2, acknowledged: 0, onTime: 1, late: 1, lateUnderAnyReading: 0, pastPolicyDefault: 0, undecided: 0, onTimeRate: 0.5, lateRate: 0.5,
    });
  });

  test('a late revocation is past a policy default, never late, and in no rate (A-70)', async () => {
    await acted('滨许4', 'REVOCATION', '2021-04-02');
    clock.set('2021-06-01T00:00:00+08:00');
    const { nodes, rates } = await duties('BINHAI_HRSS');
    expect(nodes).toMatchObject([{ standing: 'POLICY_DEFAULT', lateness: 'PAST_POLICY_DEFAULT', rulings: ['A-01', 'A-02', 'A-07', 'A-68', 'A-70'] }]);
    expect(rates).toMatchObject({ late: 0, pastPolicyDefault: 1, onTimeRate: null, lateRate: null });
  });

  test('lateness in the database is that of the measures, on every day around every holiday', async () => {
    const pool = running.database.pool();
    const permit = await decide(pool, { documentNo: '滨许5' });
    const days = fc.integer({ min: 0, max: 2_400 }).map((offset) => addNaturalDays('2020-05-01', offset));
    const cases = fc.sample(fc.tuple(days, fc.constantFrom('GRANT', 'REVOCATION'), fc.integer({ min: 0, max: 14 })), 150);
    for (const [day, action] of cases) await act(pool, permit, action, day);
    // One look at each of a few days; each duty is then some days old, or far from it.
    for (const [day, , later] of cases.slice(0, 12)) {
      const today = addNaturalDays(day, later);
      clock.set(`${today}T12:00:00+08:00`);
      for (const node of (await duties('BINHAI_HRSS', null, { first: 100 })).nodes) {
        const actedOn = String(node['actedOn']);
        const { readings } = dueDate('XT-5.1.2c', actedOn, { trigger: node['action'] === 'GRANT' ? 'permit.decided' : 'permit.revoked' });
        expect([actedOn, today, node.lateness]).toEqual([actedOn, today, lateness(readings, today)]);
      }
    }
  });

  test('beyond the calendar nothing is decided (A-68)', async () => {
    await acted('滨许6', 'GRANT', '2026-12-30');
    await acted('滨许7', 'GRANT', '1999-03-03');
    clock.set('2027-03-01T09:00:00+08:00');
    const { nodes, rates } = await duties('BINHAI_HRSS');
    expect(nodes.map((node) => [node.documentNo, node['provisional'], node.lateness])).toEqual([['滨许6', true, 'UNDECIDED'], ['滨许7', true, 'UNDECIDED']]);
    expect(rates).toMatchObject({ undecided: 2, onTimeRate: null });
  });
});

describe('acknowledging', () => {
  let opened = 0;
  let closed = 0;

  async function follow(agency: string, after?: string): Promise<EventStream> {
    opened += 1;
    return running.subscribe(agency, after);
  }

  /** Waits until the hub knows that the streams are gone: until then it hands out to them. */
  async function leave(...streams: readonly EventStream[]): Promise<void> {
    for (const stream of streams) stream.close();
    closed += streams.length;
    await waitFor('the streams to be closed in the evidence', async () => {
      const { rows } = await running.database.pool().query<{ closed: number }>(
        `SELECT count(*)::int AS closed FROM hub.access_entry WHERE entry::jsonb -> 'stream' ->> 'act' = 'close'`,
      );
      return rows[0]?.closed === closed;
    });
  }

  afterEach(() => expect(closed).toBe(opened));

  test('a stream delivers, the cursor of its receiver acknowledges what came before it; once, and by its owner alone', async () => {
    const stream = await follow('BINHAI_HRSS');
    const municipal = await follow('MUNI_HRSS');
    await running.change(stream);
    await running.change(municipal);
    await acted('滨许8', 'GRANT', '2021-04-02');
    await running.event(municipal);
    await running.event(municipal);
    await running.event(stream);
    const { cursor } = await running.event(stream);
    // Durable before the frame left: no waiting.
    const states = async (): Promise<unknown> => (await duties('BINHAI_HRSS')).nodes.map((node) => [node.documentNo, node['state'], node['deliveredAt'], node['acknowledgedAt']]);
    expect(await states()).toEqual([['滨许8', 'DELIVERED', '2021-04-06T01:00:00.000Z', null]]);
    await acted('滨许9', 'GRANT', '2021-04-02');
    await running.event(stream);
    await running.event(stream);
    const acknowledge = 'mutation Acknowledge($cursor: String!) { acknowledgeChanges(cursor: $cursor) { recordType acknowledgedAt number duties } }';
    expect((await ask('HEPING_HRSS', acknowledge, { cursor })).errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
    expect((await ask('BINHAI_HRSS', acknowledge, { cursor: 'x' })).errors).toMatchObject([{ extensions: { code: 'CURSOR_INVALID' } }]);
    const given = { recordType: 'Permit', acknowledgedAt: '2021-04-06T02:00:00.000Z', number: 2 };
    clock.set('2021-04-06T10:00:00+08:00');
    expect(await ask('BINHAI_HRSS', acknowledge, { cursor })).toMatchObject({ data: { acknowledgeChanges: { ...given, duties: 1 } } });
    clock.set('2021-04-06T11:00:00+08:00');
    expect(await ask('BINHAI_HRSS', acknowledge, { cursor })).toMatchObject({ data: { acknowledgeChanges: { ...given, duties: 0 } } });
    expect(await states()).toEqual([
      ['滨许9', 'DELIVERED', '2021-04-06T01:00:00.000Z', null], ['滨许8', 'ACKNOWLEDGED', '2021-04-06T01:00:00.000Z', '2021-04-06T02:00:00.000Z'],
    ]);
    await leave(stream, municipal);
  });

  test('who resumes gets, and is noted for, what happened while it was away; others deliver nothing for it', async () => {
    const stream = await follow('BINHAI_HRSS');
    const { cursor } = await running.change(stream);
    await leave(stream);
    const other = await follow('MUNI_HRSS');
    await running.change(other);
    await acted('滨许10', 'GRANT', '2021-04-02');
    await running.event(other);
    await running.event(other);
    expect((await duties('BINHAI_HRSS')).nodes).toMatchObject([{ state: 'DUE' }]);
    clock.set('2021-04-07T10:00:00+08:00');
    const again = await follow('BINHAI_HRSS', cursor);
    await running.event(again);
    await running.event(again);
    await running.event(again);
    expect((await duties('BINHAI_HRSS')).nodes).toMatchObject([{ state: 'DELIVERED', lateness: 'LATE', deliveredAt: '2021-04-07T02:00:00.000Z' }]);
    await leave(other, again);
  });

  test('a decision pushed by its bureau, then its cancellation: two duties, each delivered by its frame', async () => {
    const stream = await follow('BINHAI_HRSS');
    await running.change(stream);
    const push = async (change: object): Promise<unknown> => {
      const { data } = await ask('BINHAI_APPROVAL', 'mutation($input: UpsertPermitInput!) { upsertPermit(input: $input) { fate findings { code } } }', {
        input: {
          sourceVersion: 1, documentNo: '津滨审许〔2021〕1号', item: 'P01', certificateName: '劳务派遣经营许可证', certificateNo: '12010001', holderName: '虚构劳务有限公司', legalRepresentative: '虚构人甲',
          holderKind: 'ORGANISATION', holderUscc: '91120116MA0HUB014T', state: 'VALID', decidedOn: '2021-04-02', validFrom: '2021-04-02', validTo: '2024-04-01', content: '劳务派遣',
          ...change,
        },
      });
      return data?.['upsertPermit'];
    };
    expect(await push({})).toEqual({ fate: 'STORED', findings: [] });
    expect(await running.event(stream)).toMatchObject({ kind: 'ENTERED' });
    expect(await push({ sourceVersion: 2, state: 'CANCELLED', endedOn: '2021-04-06' })).toMatchObject({ fate: 'UPDATED' });
    expect(await running.event(stream)).toMatchObject({ kind: 'CHANGED' });
    expect((await duties('BINHAI_APPROVAL')).nodes.map((node) => [node['action'], node['dueOn'], node['state'], node.lateness])).toEqual([
      ['CANCELLATION', '2021-04-09', 'DELIVERED', 'IN_TIME'], ['GRANT', '2021-04-06', 'DELIVERED', 'IN_TIME'],
    ]);
    await leave(stream);
  });

  test('a cursor from before a restore acknowledges nothing', async () => {
    const stream = await follow('BINHAI_HRSS');
    const { cursor } = await running.change(stream);
    await leave(stream);
    const { epoch } = await headOf(running.database.pool());
    try {
      await running.database.pool().query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
      expect((await ask('BINHAI_HRSS', `mutation { acknowledgeChanges(cursor: "${cursor}") { number } }`)).errors).toMatchObject([{ extensions: { code: 'CURSOR_EPOCH' } }]);
    } finally {
      await running.database.pool().query('UPDATE hub.feed_head SET epoch = $1', [epoch]);
    }
  });
});

describe('who sees which', () => {
  test('who owes and who is owed see their own, the municipal bureau all, others none', async () => {
    await acted('滨许A', 'GRANT', '2021-04-02');
    await acted('东疆B', 'GRANT', '2021-04-01', 'FTZ_DONGJIANG_APPROVAL');
    const seen = async (agency: string): Promise<string[]> => (await duties(agency)).nodes.map(({ documentNo }) => documentNo);
    expect(await seen('BINHAI_HRSS')).toEqual(['滨许A', '东疆B']);
    expect(await seen('MUNI_HRSS')).toEqual(['滨许A', '东疆B']);
    expect(await seen('BINHAI_APPROVAL')).toEqual(['滨许A']);
    expect(await seen('FTZ_DONGJIANG_APPROVAL')).toEqual(['东疆B']);
    expect(await seen('FTZ_AIRPORT_APPROVAL')).toEqual([]);
    expect(await seen('HEPING_HRSS')).toEqual([]);
    for (const agency of ['HEPING_APPROVAL', 'CREDIT_PLATFORM', 'US_OFLC']) {
      const { data, errors } = await ask(agency, '{ duties(first: 1) { totalCount } }');
      expect([data, errors?.[0]?.extensions['code']]).toEqual([{ duties: null }, 'BOUNDARY_DENIED']);
    }
    expect((await duties('FTZ_DONGJIANG_APPROVAL')).rates).toMatchObject({ total: 1, due: 1 });
  });

  test('every filter holds, alone and with the others', async () => {
    await handOut(await acted('滨许C', 'GRANT', '2021-03-31'), '2021-04-01T10:00:00+08:00');
    await acted('滨许D', 'CHANGE', '2021-03-20');
    await acted('东疆E', 'RENEWAL', '2021-04-02', 'FTZ_DONGJIANG_APPROVAL');
    const found = async (filter: object): Promise<string> => (await duties('MUNI_HRSS', filter)).nodes.map(({ documentNo }) => documentNo).join();
    expect(await found({ state: 'DUE' })).toBe('东疆E,滨许D');
    expect(await found({ state: 'DELIVERED' })).toBe('滨许C');
    expect(await found({ lateness: 'LATE_UNDER_ANY_READING' })).toBe('滨许D');
    expect(await found({ action: 'CHANGE' })).toBe('滨许D');
    expect(await found({ decidedBy: 'FTZ_DONGJIANG_APPROVAL' })).toBe('东疆E');
    expect(await found({ receiver: 'BINHAI_HRSS', documentNo: '滨许C' })).toBe('滨许C');
    expect(await found({ receiver: 'HEPING_HRSS' })).toBe('');
    expect(await found({ actedFrom: '2021-03-31', actedTo: '2021-04-01' })).toBe('滨许C');
    expect(await found({ dueTo: '2021-03-31', state: 'DUE', lateness: 'LATE_UNDER_ANY_READING' })).toBe('滨许D');
    expect((await duties('MUNI_HRSS', { state: 'DUE' })).rates).toMatchObject({ total: 2, due: 2, late: 1, onTime: 0, onTimeRate: 0 });
    for (const one of dutyLatenesses) expect((await duties('MUNI_HRSS', { lateness: one })).nodes.every((node) => node.lateness === one)).toBe(true);
  });

  test('pages follow each other both ways and count alike; a cursor is its agency’s', async () => {
    for (let day = 1; day <= 7; day += 1) await acted(`滨许F${day}`, 'GRANT', `2020-03-${String(10 + Math.ceil(day / 2))}`);
    const order = ['滨许F7', '滨许F6', '滨许F5', '滨许F4', '滨许F3', '滨许F2', '滨许F1'];
    const forward: string[] = [];
    let page = await duties('BINHAI_HRSS', null, { first: 3 });
    for (;;) {
      expect(page.totalCount).toBe(7);
      forward.push(...page.nodes.map(({ documentNo }) => documentNo));
      if (!page.pageInfo.hasNextPage) break;
      page = await duties('BINHAI_HRSS', null, { first: 3, after: page.pageInfo.endCursor });
    }
    expect(forward).toEqual(order);
    const back = await duties('BINHAI_HRSS', null, { last: 3, before: page.pageInfo.startCursor });
    expect(back.nodes.map(({ documentNo }) => documentNo)).toEqual(order.slice(3, 6));
    const { errors } = await ask('MUNI_HRSS', question, { first: 3, after: page.pageInfo.endCursor });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_CURSOR' } }]);
    expect((await ask('BINHAI_HRSS', '{ duties { totalCount } }')).errors).toMatchObject([{ extensions: { code: 'BAD_PAGE_SIZE' } }]);
  });
});
