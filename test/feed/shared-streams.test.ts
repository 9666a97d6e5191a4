import { get, type IncomingMessage } from 'node:http';
import { z } from 'zod';
import { waitFor } from '../support/wait-for.js';
import { Hub } from '../../src/server/hub.js';
import { EventStream } from './event-stream.js';
import { addPermits, addSubject } from './registry-rows.js';
import { RunningHub, type Change } from './running-hub.js';

let running: RunningHub;
const closing: (() => void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await running.close();
});

const noted = z.object({
  agency: z.string(),
  account: z.string(),
  stream: z.object({ group: z.string(), stream: z.string().nullable(), act: z.string(), number: z.number() }).optional(),
});

async function entries(): Promise<z.infer<typeof noted>[]> {
  const { rows } = await running.database.pool().query<{ entry: string }>('SELECT entry FROM hub.access_entry ORDER BY chain, position');
  return rows.map(({ entry }) => noted.parse(JSON.parse(entry)));
}

async function framesOf(agency: string): Promise<z.infer<typeof noted>[]> {
  return (await entries()).filter((entry) => entry.agency === agency && entry.stream?.act === 'frame');
}

async function take(stream: EventStream, count: number): Promise<Change[]> {
  const taken: Change[] = [];
  while (taken.length < count) taken.push(await running.event(stream));
  return taken;
}

test('streams of one scope share one execution: the same bytes, one entry a frame that names the group', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const heping = await Promise.all(Array.from({ length: 12 }, () => running.subscribe('HEPING_HRSS')));
  const hexi = await running.subscribe('HEXI_HRSS');
  for (const stream of [...heping, hexi]) expect(await running.event(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
  running.released.length = 0;
  await addPermits(pool, [0, 1, 2, 3, 4].flatMap((i) => [{ documentNo: `H${i}`, holderId }, { documentNo: `X${i}`, holderId, district: '120103' }]));
  for (const stream of heping) expect((await take(stream, 5)).map(({ number, documentNo }) => [number, documentNo])).toEqual([1, 2, 3, 4, 5].map((n) => [n, `H${n - 1}`]));
  expect(new Set(running.released).size).toBe(5);
  expect((await take(hexi, 5)).map(({ documentNo }) => documentNo)).toEqual(['X0', 'X1', 'X2', 'X3', 'X4']);

  const frames = await framesOf('HEPING_HRSS');
  expect(frames.map(({ stream }) => stream?.number)).toEqual([1, 2, 3, 4, 5]);
  const [group] = new Set(frames.map(({ stream }) => stream?.group));
  expect(new Set(frames.map(({ account }) => account))).toEqual(new Set([`group ${group ?? ''}`]));
  const opened = (await entries()).filter(({ agency, stream }) => agency === 'HEPING_HRSS' && stream?.act === 'open');
  expect(opened.map(({ stream }) => [stream?.group, stream?.number])).toEqual(Array.from({ length: 12 }, () => [group, 0]));
  expect(new Set(opened.map(({ stream }) => stream?.stream)).size).toBe(12);
});

test('who comes later counts on from the group; who comes back joins it behind its cursor, and both lose nothing', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const first = await running.subscribe('HEPING_HRSS');
  await running.event(first);
  await addPermits(pool, [0, 1, 2].map((i) => ({ documentNo: `A${i}`, holderId })));
  const before = await take(first, 3);
  const late = await running.subscribe('HEPING_HRSS');
  expect(await running.event(late)).toMatchObject({ kind: 'OPENED', number: 3 });
  const back = await running.subscribe('HEPING_HRSS', before[0]?.cursor);
  expect(await running.event(back)).toMatchObject({ kind: 'OPENED', number: 1 });
  expect((await take(back, 2)).map(({ number, documentNo }) => [number, documentNo])).toEqual([[2, 'A1'], [3, 'A2']]);
  await addPermits(pool, [3, 4].map((i) => ({ documentNo: `A${i}`, holderId })));
  for (const stream of [first, late, back]) expect((await take(stream, 2)).map(({ number, documentNo }) => [number, documentNo])).toEqual([[4, 'A3'], [5, 'A4']]);
  expect((await framesOf('HEPING_HRSS')).length).toBe(5);
  for (const stream of [first, late, back]) stream.close();
  await waitFor('the streams to be closed in the evidence', async () => (await entries()).filter(({ stream }) => stream?.act === 'close' && stream.number === 5).length === 3);
});

test('two hubs on one database: what one has told, the other goes on from', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const second = await Hub.start(running.database, { dataFolder: running.folder, port: 0, drainMs: 1_000 });
  try {
    const token = await running.token('HEPING_HRSS');
    const query = 'subscription ($after: String) { permitChanged(after: $after) { kind number cursor documentNo } }';
    const here = await running.subscribe('HEPING_HRSS', undefined, query);
    const there = await EventStream.open(second.url, token, query);
    for (const stream of [here, there]) expect(await running.event(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
    await addPermits(pool, [0, 1, 2].map((i) => ({ documentNo: `A${i}`, holderId })));
    const told = await take(here, 3);
    expect((await take(there, 3)).map(({ number, documentNo }) => [number, documentNo])).toEqual(told.map(({ number, documentNo }) => [number, documentNo]));
    const moved = await EventStream.open(second.url, token, query, { after: told[0]?.cursor });
    expect(await running.event(moved)).toMatchObject({ kind: 'OPENED', number: 1 });
    expect((await take(moved, 2)).map(({ number, documentNo }) => [number, documentNo])).toEqual([[2, 'A1'], [3, 'A2']]);
    await addPermits(pool, [{ documentNo: 'B', holderId }]);
    for (const stream of [here, there, moved]) expect(await running.event(stream)).toMatchObject({ number: 4, documentNo: 'B' });
    for (const stream of [there, moved]) stream.close();
  } finally {
    await second.close();
  }
});

test('a stream that does not read is cut and told so; the others of its group go on; its cursor loses nothing', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000, streamPatienceMs: 500 });
  const pool = running.database.pool();
  const names = Array.from({ length: 30 }, (_, i) => `n${i}: holder { name }`).join(' ');
  const query = `subscription ($after: String) { permitChanged(after: $after) { kind number cursor documentNo permit { ${names} } } }`;
  const events = 200;
  // 180 kB a frame and 36 MB in all, far more than the buffers of a loopback connection.
  const holderId = await addSubject(pool, '号'.repeat(2_000));
  const url = new URL(`${running.hub.url}/stream`);
  url.searchParams.set('query', query);
  const request = get(url, { headers: { authorization: `Bearer ${await running.token('HEPING_HRSS')}` } });
  closing.push(() => request.destroy());
  const response = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  response.pause();
  const reading = await running.subscribe('HEPING_HRSS', undefined, query);
  await running.event(reading);
  await addPermits(pool, Array.from({ length: events }, (_, i) => ({ documentNo: `D${i}`, holderId })));
  expect((await take(reading, events)).map(({ number }) => number)).toEqual(Array.from({ length: events }, (_, i) => i + 1));
  await waitFor('the slow stream to be closed', async () => (await entries()).some(({ stream }) => stream?.act === 'close'));

  let text = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => (text += chunk));
  response.on('error', () => undefined);
  response.resume();
  await new Promise((resolve) => response.once('close', resolve));
  const whole = text.split('\n\n').filter((frame) => frame.startsWith('event: next'));
  const got = whole.map((frame) => Number(/"number":(\d+)/.exec(frame)?.[1] ?? NaN)).filter((number) => !Number.isNaN(number));
  expect(got).toEqual(got.map((_, i) => i));
  expect(got.length).toBeLessThan(events);
  expect(text).toContain('"SLOW_READER"');
  const last = whole.filter((frame) => frame.includes('"cursor"')).at(-1) ?? '';
  const resumed = await running.subscribe('HEPING_HRSS', /"cursor":"([^"]+)"/.exec(last)?.[1], query);
  await running.event(resumed);
  const rest = await take(resumed, events - (got.at(-1) ?? 0));
  expect(rest.map(({ number }) => number)).toEqual(Array.from({ length: rest.length }, (_, i) => (got.at(-1) ?? 0) + i + 1));
});
