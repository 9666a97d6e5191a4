import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { HubDatabase } from '../../src/database/database.js';
import type { FeedPlace } from '../../src/feed/cursor.js';
import { Receipts, type Channel, type DeliverySink } from '../../src/feed/receipts.js';
import { textLog } from '../../src/log.js';
import { FixedClock } from '../../src/measures/clock.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
const clock = new FixedClock('2026-03-02T09:00:00+08:00');
let epoch = '';
const warned: string[] = [];

const viewer = { agency: 'BINHAI_HRSS', principal: 'DISTRICT_HRSS', account: 'reader-1' } as const;
const channel: Channel = { recordType: 'Permit', transport: 'SSE', name: 'reader-1' };

const at = (position: number, number = 0): FeedPlace => ({ epoch, position: BigInt(position), number });
const event = (position: number, seenAfter = true): { position: bigint; seenAfter: boolean } => ({ position: BigInt(position), seenAfter });

/** Remembers what it is told; fulfils no promise before `release`. */
class Witness implements DeliverySink {
  readonly told: string[] = [];

  concerns(agency: string): boolean {
    return agency === 'BINHAI_HRSS';
  }

  handedOut(agency: string, recordType: string, positions: readonly bigint[]): Promise<void> {
    this.told.push(`${agency} ${recordType} ${positions.join()}`);
    return Promise.resolve();
  }

  acknowledged(_client: unknown, _agency: string, _recordType: string, place: FeedPlace): Promise<number> {
    this.told.push(`acknowledged ${place.position}`);
    return Promise.resolve(2);
  }
}

function receipts(sinks: readonly DeliverySink[] = []): Receipts {
  return new Receipts({ pool: database.pool('concordat_writer'), clock, log: textLog('warn', (line) => void warned.push(line)), sinks, flushMs: 3_600_000 });
}

async function progress(name: string): Promise<unknown> {
  const { rows } = await database.pool().query(
    'SELECT reached_position::int AS reached, delivered_position::int AS delivered, delivered_events::int AS events FROM hub.feed_consumer WHERE name = $1',
    [name],
  );
  return rows[0];
}

beforeAll(async () => {
  database = await testDatabase();
  const { rows } = await database.pool().query<{ epoch: string }>('SELECT epoch FROM hub.feed_head');
  epoch = rows[0]?.epoch ?? '';
});

afterAll(async () => {
  await database.close();
});

describe('how far a consumer has come', () => {
  test('is written down for all at once; hidden stretches of the log are no lag', async () => {
    const desk = receipts();
    const first = desk.consumer(viewer, channel);
    const other = desk.consumer({ agency: 'HEPING_HRSS', principal: 'DISTRICT_HRSS' }, { ...channel, name: 'other' });
    await first.delivered([event(3), event(5)], at(6, 2));
    first.reached(at(40, 2));
    other.reached(at(40));
    await desk.flush();
    expect(await progress('reader-1')).toEqual({ reached: 40, delivered: 5, events: 2 });
    expect(await progress('other')).toEqual({ reached: 40, delivered: null, events: 0 });
    await first.delivered([event(41)], at(42, 3));
    await desk.close();
    expect(await progress('reader-1')).toEqual({ reached: 42, delivered: 41, events: 3 });
  });

  test('two streams under one name are one consumer', async () => {
    const desk = receipts();
    const shared = { ...channel, name: 'twice' };
    await desk.consumer(viewer, shared).delivered([event(7)], at(8, 1));
    await desk.consumer(viewer, shared).delivered([event(7)], at(8, 1));
    await desk.close();
    expect(await progress('twice')).toEqual({ reached: 8, delivered: 7, events: 2 });
  });

  test('what could not be written is written later', async () => {
    const desk = receipts();
    const kept = desk.consumer(viewer, { ...channel, name: 'kept' });
    await kept.delivered([event(9)], { ...at(10, 1), epoch: 'no epoch' });
    await expect(desk.flush()).rejects.toThrow();
    await kept.delivered([event(10)], at(11, 2));
    expect(kept.take()).toMatchObject({ events: 2, place: at(11, 2), delivered: { position: 10n } });
  });

  test('a new epoch begins anew', async () => {
    const desk = receipts();
    const consumer = desk.consumer(viewer, { ...channel, name: 'restored' });
    await consumer.delivered([event(90)], at(91, 1));
    await desk.flush();
    await consumer.delivered([event(50)], { ...at(51, 1), epoch: randomUUID() });
    await desk.close();
    expect(await progress('restored')).toMatchObject({ reached: 51, delivered: 50 });
  });
});

describe('exact deliveries', () => {
  test('go to who must know of them, without events that say nothing of the record', async () => {
    const witness = new Witness();
    const desk = receipts([witness]);
    await desk.consumer(viewer, channel).delivered([event(3), event(4, false), event(5)], at(6));
    await desk.consumer({ agency: 'HEPING_HRSS', principal: 'DISTRICT_HRSS' }, channel).delivered([event(3)], at(6));
    await desk.consumer(viewer, channel).delivered([event(8, false)], at(9));
    expect(witness.told).toEqual(['BINHAI_HRSS Permit 3,5']);
    await desk.close();
  });

  test('a delivery that cannot be recorded is not made', async () => {
    const broken: DeliverySink = { concerns: () => true, handedOut: () => Promise.reject(new Error('gone')), acknowledged: () => Promise.resolve(0) };
    const desk = receipts([broken]);
    await expect(desk.consumer(viewer, channel).delivered([event(3)], at(4))).rejects.toThrow('gone');
    await desk.close();
  });
});

describe('acknowledging', () => {
  test('is a receipt that only moves forward', async () => {
    const witness = new Witness();
    const desk = receipts([witness]);
    const first = await desk.acknowledged(viewer, 'Permit', at(20, 4));
    expect(first).toEqual({ recordType: 'Permit', acknowledgedAt: clock.now(), number: 4, duties: 2 });
    clock.set('2026-03-02T10:00:00+08:00');
    expect(await desk.acknowledged(viewer, 'Permit', at(12, 3))).toMatchObject({ number: 4, acknowledgedAt: first?.acknowledgedAt });
    expect(await desk.acknowledged(viewer, 'Permit', at(30, 9))).toMatchObject({ number: 9, acknowledgedAt: clock.now() });
    expect(witness.told).toEqual(['acknowledged 20', 'acknowledged 12', 'acknowledged 30']);
    await desk.close();
  });

  test('of another epoch is none: its positions may not have been given yet', async () => {
    const witness = new Witness();
    const desk = receipts([witness]);
    expect(await desk.acknowledged(viewer, 'Permit', { ...at(900), epoch: randomUUID() })).toBeNull();
    expect(witness.told).toEqual([]);
    await desk.close();
  });
});
