import { spawn } from 'node:child_process';
import { get, type IncomingMessage } from 'node:http';
import { createClient } from 'graphql-sse';
import { FixedClock } from '../../src/measures/clock.js';
import { waitFor } from '../support/wait-for.js';
import { withoutEvidence } from './evidence.js';
import { addPermits, addSubject } from './registry-rows.js';
import { RunningHub, watchPermits, type Change } from './running-hub.js';
import { namedSubjects } from '../support/named-subjects.js';

let running: RunningHub;
const closing: (() => void)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) close();
  await running.close();
});

const brief = ({ kind, number, documentNo, permit }: Change): unknown[] => [kind, number, documentNo ?? null, permit?.['certificateNo'] ?? null];

describe('what a subscriber sees of the changes', () => {
  beforeEach(async () => {
    running = await RunningHub.start({ heartbeatMs: 60_000 });
  });

  test('OPENED with a cursor, then rows as they enter, change and leave the scope of the viewer (B-02, B-06)', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '和平一号');
    const stream = await running.subscribe('HEPING_HRSS');
    expect(stream.response.status).toBe(200);
    expect(stream.response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(stream.response.headers.get('cache-control')).toBe('no-store');
    const opened = await running.event(stream);
    expect(opened).toMatchObject({ kind: 'OPENED', number: 0, permit: null });
    expect(opened.cursor).not.toBe('');

    await addPermits(pool, [
      { documentNo: 'H1', holderId, certificateNo: 'c1' },
      { documentNo: 'H2', holderId, item: 'P02', certificateNo: 'c2' },
      { documentNo: 'H5', holderId, item: 'P07' },
      { documentNo: 'X1', holderId, district: '120103' },
    ]);
    await pool.query(`UPDATE hub.permit SET certificate_no = 'c3' WHERE document_no IN ('H1', 'X1')`);
    await pool.query(`UPDATE hub.permit SET district = '120103' WHERE document_no = 'H1'`);
    await pool.query(`UPDATE hub.permit SET certificate_no = 'c4' WHERE document_no = 'H1'`);
    await pool.query(`UPDATE hub.permit SET district = '120101' WHERE document_no IN ('H1', 'X1')`);
    await pool.query(`UPDATE hub.permit SET item = 'P07' WHERE document_no = 'H2'`);
    await pool.query(`DELETE FROM hub.permit WHERE document_no = 'X1'`);
    const seen: Change[] = [];
    while (seen.length < 8) seen.push(await running.event(stream));
    expect(seen.map(brief)).toEqual([
      ['ENTERED', 1, 'H1', 'c1'],
      ['ENTERED', 2, 'H2', 'c2'],
      ['CHANGED', 3, 'H1', 'c3'],
      ['LEFT', 4, 'H1', null],
      ['ENTERED', 5, 'H1', 'c4'],
      ['ENTERED', 6, 'X1', 'c3'],
      ['LEFT', 7, 'H2', null],
      ['LEFT', 8, 'X1', null],
    ]);
    expect(seen[0]?.permit).toEqual({
      documentNo: 'H1', item: 'P01', district: '120101', status: 'VALID', certificateNo: 'c1', holder: { name: '和平一号' },
    });
    expect(seen[3]?.permit).toBeNull();
  });

  test('a withheld cell that changes alone is no event; a holder renamed is one', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '旧名');
    await addPermits(pool, [{ documentNo: 'H1', holderId, content: 'first' }]);
    const stream = await running.subscribe('HEPING_HRSS');
    await running.event(stream);
    await pool.query(`UPDATE hub.permit SET content = 'second', remarks = 'r', revision = revision + 1, legal_representative = '王五'`);
    await pool.query(namedSubjects(`UPDATE hub.subject SET name = '新名'`));
    const next = await running.event(stream);
    expect(next).toMatchObject({ kind: 'CHANGED', number: 1, documentNo: 'H1', permit: { holder: { name: '新名' } } });
  });

  test('the deciding organ hears of content, and of a legal representative by the masked form only (B-01)', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    await addPermits(pool, [{ documentNo: 'H1', holderId }]);
    await pool.query(`UPDATE hub.permit SET legal_representative = '王小五'`);
    const query = 'subscription { permitChanged { kind number cursor permit { content legalRepresentative } } }';
    const stream = await running.subscribe('HEPING_APPROVAL', undefined, query);
    await running.event(stream);
    await pool.query(`UPDATE hub.permit SET legal_representative = '王大六'`);
    await pool.query(`UPDATE hub.permit SET content = 'changed'`);
    const next = await running.event(stream);
    // 王小五 and 王大六 are masked alike: the first change cannot be told from none.
    expect(next).toMatchObject({ kind: 'CHANGED', number: 1, permit: { content: 'changed' } });
    expect(String(next.permit?.['legalRepresentative'])).toMatch(/^王/);
    expect(String(next.permit?.['legalRepresentative'])).not.toMatch(/[大小五六]/);
  });

  test('the graphql-sse client reads it, and the stream that a client leaves is given up', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const client = createClient({
      url: `${running.hub.url}/stream`,
      headers: { authorization: `Bearer ${await running.token('MUNI_HRSS')}` },
      retryAttempts: 0,
    });
    closing.push(() => client.dispose());
    const subscription = client.iterate<{ permitChanged: Change }>({ query: watchPermits });
    const next = async (): Promise<Change | undefined> => {
      const result = await subscription.next();
      return result.done === true ? undefined : result.value.data?.permitChanged;
    };
    expect(await next()).toMatchObject({ kind: 'OPENED', number: 0 });
    await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'W', holderId, item: 'US-H2B' }, { documentNo: 'B', holderId, district: '120116' }]);
    expect(await next()).toMatchObject({ kind: 'ENTERED', number: 1, documentNo: 'A' });
    expect(await next()).toMatchObject({ kind: 'ENTERED', number: 2, documentNo: 'B' });
    await subscription.return?.();
  });

  test('plain curl reads it', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const query = 'subscription { permitChanged { kind number documentNo } }';
    const curl = spawn('curl', ['-sN', '-H', `Authorization: Bearer ${await running.token('HEPING_HRSS')}`, '-G', '--data-urlencode', `query=${query}`, `${running.hub.url}/stream`]);
    closing.push(() => curl.kill());
    let text = '';
    curl.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    await waitFor('the stream to open', () => text.includes('\n\n'));
    await addPermits(pool, [{ documentNo: 'A', holderId }]);
    await waitFor('the event', () => text.split('\n\n').length === 3);
    expect(text).toBe(
      'event: next\ndata: {"data":{"permitChanged":{"kind":"OPENED","number":0,"documentNo":null}}}\n\n' +
        'event: next\ndata: {"data":{"permitChanged":{"kind":"ENTERED","number":1,"documentNo":"A"}}}\n\n',
    );
  });

  test('numbers go on without gap from any cursor, whole transactions or cut in the middle', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const stream = await running.subscribe('HEPING_HRSS');
    const whole = [await running.event(stream)];
    for (let i = 0; i < 4; i += 1) {
      await addPermits(pool, [0, 1, 2].flatMap((k) => [
        { documentNo: `D${i}${k}`, holderId },
        { documentNo: `X${i}${k}`, holderId, district: '120103' },
      ]));
    }
    while (whole.length < 13) whole.push(await running.event(stream));
    expect(whole.map(({ number }) => number)).toEqual(Array.from({ length: 13 }, (_, i) => i));
    for (const from of whole) {
      const resumed = await running.subscribe('HEPING_HRSS', from.cursor);
      const opened = await running.event(resumed);
      expect(opened).toMatchObject({ kind: 'OPENED', number: from.number });
      for (const expected of whole.slice(from.number + 1)) expect(brief(await running.event(resumed))).toEqual(brief(expected));
      resumed.close();
    }
  });

  test('more events than one page, in one transaction: all of them, in order', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const stream = await running.subscribe('HEPING_HRSS');
    await running.event(stream);
    await addPermits(pool, Array.from({ length: 450 }, (_, i) => ({ documentNo: `D${i}`, holderId })));
    for (let i = 0; i < 450; i += 1) expect(brief(await running.event(stream))).toEqual(['ENTERED', i + 1, `D${i}`, null]);
  });

  test('every frame has its entry in the access log', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '甲');
    const streams = [await running.subscribe('HEPING_HRSS'), await running.subscribe('MUNI_HRSS')];
    await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId, district: '120103' }]);
    for (const stream of streams) await running.event(stream);
    for (const stream of streams) await running.event(stream);
    await expect(running.event(await running.subscribe('HEPING_HRSS', 'nonsense'))).rejects.toThrow('CURSOR_INVALID');
    const refused = await running.subscribe('US_OFLC');
    running.released.push(await refused.response.text());
    const entries = await running.entries();
    expect(withoutEvidence(running.released, entries, running.evidenceKeys)).toEqual([]);
    expect(running.released.length).toBe(6);
    expect(entries.filter(({ agency }) => agency === 'HEPING_HRSS').map(({ records }) => records).sort()).toEqual([0, 0, 1]);
  });
});

describe('what does not open, and what ends', () => {
  beforeEach(async () => {
    running = await RunningHub.start({ heartbeatMs: 60_000 });
  });

  test('a cursor of another agency, a tampered one and one of no stream: CURSOR_INVALID', async () => {
    const stream = await running.subscribe('HEPING_HRSS');
    const { cursor } = await running.event(stream);
    await expect(running.event(await running.subscribe('HEXI_HRSS', cursor))).rejects.toThrow('CURSOR_INVALID');
    await expect(running.event(await running.subscribe('MUNI_HRSS', cursor))).rejects.toThrow('CURSOR_INVALID');
    const middle = Math.floor(cursor.length / 2);
    const other = cursor[middle] === 'A' ? 'B' : 'A';
    for (const bad of [cursor.slice(0, middle) + other + cursor.slice(middle + 1), cursor.slice(0, -4), '', 'x', '0']) {
      const refused = await running.subscribe('HEPING_HRSS', bad);
      await expect(running.event(refused)).rejects.toThrow('CURSOR_INVALID');
      expect(await refused.next()).toEqual({ event: 'complete', data: '' });
      expect(await refused.next()).toBeNull();
    }
    expect(await running.event(await running.subscribe('HEPING_HRSS', cursor))).toMatchObject({ kind: 'OPENED' });
  });

  test('a cursor of a former epoch of the log: CURSOR_EPOCH, on a running stream too', async () => {
    const stream = await running.subscribe('HEPING_HRSS');
    const { cursor } = await running.event(stream);
    await running.database.pool().query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
    await expect(running.event(await running.subscribe('HEPING_HRSS', cursor))).rejects.toThrow('CURSOR_EPOCH');
    await expect(running.event(stream)).rejects.toThrow('CURSOR_EPOCH');
  });

  test('a denied subscription answers 403 and never opens', async () => {
    const content = 'subscription { permitChanged { number permit { documentNo content } } }';
    for (const [agency, query] of [['US_OFLC', watchPermits], ['HEPING_HRSS', content], ['BINHAI_HRSS', content]] as const) {
      const { response } = await running.subscribe(agency, undefined, query);
      expect(response.status).toBe(403);
      expect(response.headers.get('content-type')).toMatch(/^application\/json/);
      const body = await response.text();
      expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: expect.any(String) as string } }] });
      expect(body).not.toContain('"data"');
    }
    expect((await running.entries()).map(({ status, records }) => [status, records])).toEqual([[403, 0], [403, 0], [403, 0]]);
  });

  test('a query, an unknown field and a nested list do not open either', async () => {
    for (const query of ['{ viewer { principal } }', 'subscription { nothing }', 'subscription { permitChanged { permit { actions { action } } } }']) {
      const { response } = await running.subscribe('HEPING_HRSS', undefined, query);
      expect(response.status).toBe(400);
    }
  });
});

test('the end of the token ends the stream with TOKEN_EXPIRED; a new token resumes by the cursor', async () => {
  const clock = new FixedClock('2026-03-02T01:00:00Z');
  running = await RunningHub.start({ clock });
  const stream = await running.subscribe('HEPING_HRSS');
  const { cursor } = await running.event(stream);
  clock.set('2026-03-02T14:00:00Z');
  await expect(running.event(stream)).rejects.toThrow('TOKEN_EXPIRED');
  expect(await stream.next()).toEqual({ event: 'complete', data: '' });
  expect(await running.event(await running.subscribe('HEPING_HRSS', cursor))).toMatchObject({ kind: 'OPENED', number: 0 });
});

test('heartbeats are of one length, whether nothing or a thousand hidden events lie between', async () => {
  running = await RunningHub.start({ heartbeatMs: 150 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const stream = await running.subscribe('HEPING_HRSS');
  await running.change(stream);
  const heartbeat = async (): Promise<string> => {
    expect(await running.change(stream)).toMatchObject({ kind: 'HEARTBEAT', number: 0, permit: null });
    return running.released.at(-1) ?? '';
  };
  const quiet = [await heartbeat(), await heartbeat()];
  await addPermits(pool, Array.from({ length: 1000 }, (_, i) => ({ documentNo: `X${i}`, holderId, district: '120103' })));
  await heartbeat(); // may have been made before the commit
  const busy = [await heartbeat(), await heartbeat()];
  expect(new Set([...quiet, ...busy].map((body) => Buffer.byteLength(body))).size).toBe(1);
});

test('a slow reader: frames are made only as the socket takes them, and none is lost', async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  const pool = running.database.pool();
  const names = Array.from({ length: 30 }, (_, i) => `n${i}: holder { name }`).join(' ');
  const query = `subscription { permitChanged { kind number permit { ${names} } } }`;
  const events = 400;
  // 30 copies of 6 kB: 180 kB a frame and 72 MB in all, far more than the buffers of a loopback connection.
  const holderId = await addSubject(pool, '号'.repeat(2_000));
  const url = new URL(`${running.hub.url}/stream`);
  url.searchParams.set('query', query);
  const request = get(url, { headers: { authorization: `Bearer ${await running.token('HEPING_HRSS')}` } });
  closing.push(() => request.destroy());
  const response = await new Promise<IncomingMessage>((resolve) => request.once('response', resolve));
  response.pause();
  await waitFor('the stream to open', async () => (await running.entries()).length === 1);
  await addPermits(pool, Array.from({ length: events }, (_, i) => ({ documentNo: `D${i}`, holderId })));

  // Stalled: the log has not grown over ten looks in a row.
  let [made, still] = [0, 0];
  await waitFor('the hub to stop making frames', async () => {
    const now = (await running.entries()).length;
    still = now === made && now > 1 ? still + 1 : 0;
    made = now;
    return still >= 10;
  });
  expect(made).toBeLessThan(events / 2);

  const numbers: number[] = [];
  let tail = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const parts = (tail + chunk).split('\n\n');
    tail = parts.pop() ?? '';
    for (const part of parts) numbers.push(Number(/"number":(\d+)/.exec(part)?.[1]));
  });
  response.resume();
  await waitFor('all frames', () => numbers.length === events + 1, 40);
  expect(numbers).toEqual(Array.from({ length: events + 1 }, (_, i) => i));
});
