import { FixedClock } from '../../src/measures/clock.js';
import { EventStream } from '../feed/event-stream.js';
import { addPermits, addSubject } from '../feed/registry-rows.js';
import { RunningHub, watchPermits, type Change } from '../feed/running-hub.js';

/** Leaks L-14 … L-17 of the catalogue (reference/anchors.md §3): what a stream may bring, to whom and for how long. */

let running: RunningHub;
afterEach(() => running.close());

const brief = ({ kind, documentNo, permit }: Change): unknown[] => [kind, documentNo ?? null, permit?.['item'] ?? null];

describe('changes', () => {
  let holderId: string;

  beforeEach(async () => {
    running = await RunningHub.start({ heartbeatMs: 60_000 });
    holderId = await addSubject(running.database.pool(), '甲');
  });

  test('L-14 leave-scope: decided on the image before and after; *left* names the record and nothing else, to those who saw it alone', async () => {
    const pool = running.database.pool();
    const heping = await running.subscribe('HEPING_HRSS');
    const hedong = await running.subscribe('HEDONG_HRSS');
    const nankai = await running.subscribe('NANKAI_HRSS');
    for (const stream of [heping, hedong, nankai]) await running.event(stream);
    await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId, district: '120102' }, { documentNo: 'F', holderId, item: 'P07' }]);
    await pool.query(`UPDATE hub.permit SET district = '120102' WHERE document_no = 'A'`);
    await pool.query(`DELETE FROM hub.permit WHERE document_no IN ('A', 'F')`);
    await addPermits(pool, [{ documentNo: 'N', holderId, district: '120104' }]);
    const read = async (stream: EventStream, count: number): Promise<unknown[][]> => {
      const seen: unknown[][] = [];
      while (seen.length < count) seen.push(brief(await running.event(stream)));
      return seen;
    };
    expect(await read(heping, 2)).toEqual([['ENTERED', 'A', 'P01'], ['LEFT', 'A', null]]);
    expect(await read(hedong, 3)).toEqual([['ENTERED', 'B', 'P01'], ['ENTERED', 'A', 'P01'], ['LEFT', 'A', null]]);
    // Nankai saw neither A, B nor F: the first it hears of is its own N, and its numbers have no gap.
    const first = await running.event(nankai);
    expect([...brief(first), first.number]).toEqual(['ENTERED', 'N', 'P01', 1]);
    const left = running.released.filter((frame) => frame.includes('"LEFT"'));
    expect(left).toHaveLength(2);
    for (const frame of left) expect(frame).not.toMatch(/甲|P01|120102|VALID/);
  });

  test('L-15 publisher’s payload: each subscriber gets the row as its own class may see it, whoever wrote it and whatever was written', async () => {
    const pool = running.database.pool();
    const query = 'subscription { permitChanged { kind number cursor documentNo permit { documentNo item district status certificateNo holder { name } content } } }';
    const decider = await running.subscribe('HEPING_APPROVAL', undefined, query);
    const supervisor = await running.subscribe('HEPING_HRSS');
    await running.event(decider);
    await running.event(supervisor);
    await addPermits(pool, [{ documentNo: 'A', holderId, content: '机密' }, { documentNo: 'S', holderId, item: 'P02', decidedBy: 'HEDONG_APPROVAL', content: '他人机密' }]);
    const own = await running.event(decider);
    const shared = await running.event(decider);
    expect([own.permit?.['content'], shared.permit?.['content']]).toEqual(['机密', null]);
    expect([brief(await running.event(supervisor)), brief(await running.event(supervisor))]).toEqual([['ENTERED', 'A', 'P01'], ['ENTERED', 'S', 'P02']]);
    // Content alone is written: an event for the decider of A, none for anybody of S, none for the supervisor.
    await pool.query(`UPDATE hub.permit SET content = content || '二'`);
    await pool.query(`UPDATE hub.permit SET certificate_no = 'c' WHERE document_no = 'S'`);
    expect((await running.event(decider)).permit).toMatchObject({ documentNo: 'A', content: '机密二' });
    expect((await running.event(decider)).permit).toMatchObject({ documentNo: 'S', content: null, certificateNo: 'c' });
    expect((await running.event(supervisor)).permit).toMatchObject({ documentNo: 'S', certificateNo: 'c' });
    for (const frame of running.released) if (!frame.includes('"content"')) expect(frame).not.toContain('机密');
  });

  test('L-17 another’s cursor: bound to agency, class and kind of list; a page cursor opens no stream and a stream’s no page', async () => {
    const pool = running.database.pool();
    await addPermits(pool, [{ documentNo: 'A', holderId }, { documentNo: 'B', holderId, item: 'P02' }]);
    const stream = await running.subscribe('HEPING_HRSS');
    const { cursor } = await running.event(stream);
    const page = async (agency: string, query: string, after: string | null): Promise<{ data: { list: { edges: { cursor: string }[] } } | null; errors?: { extensions: { code: string } }[] }> => {
      const response = await fetch(running.hub.url, {
        method: 'POST',
        headers: { authorization: `Bearer ${await running.token(agency)}`, 'content-type': 'application/json' },
        body: JSON.stringify({ query, variables: { after } }),
      });
      return (await response.json()) as Awaited<ReturnType<typeof page>>;
    };
    const permits = 'query ($after: String) { list: permits(first: 1, after: $after) { edges { cursor } } }';
    const own = (await page('HEPING_HRSS', permits, null)).data?.list.edges[0]?.cursor ?? '';
    expect((await page('HEPING_HRSS', permits, own)).data?.list.edges).toHaveLength(1);
    for (const [agency, query, after] of [
      ['HEDONG_HRSS', permits, own], ['HEPING_APPROVAL', permits, own], ['MUNI_HRSS', permits, own],
      ['HEPING_HRSS', permits.replace('permits', 'subjects'), own], ['HEPING_HRSS', permits, cursor],
    ] as const) {
      expect([agency, (await page(agency, query, after)).errors?.[0]?.extensions.code]).toEqual([agency, 'BAD_CURSOR']);
    }
    for (const [agency, after] of [['HEDONG_HRSS', cursor], ['HEPING_APPROVAL', cursor], ['HEPING_HRSS', own]] as const) {
      await expect(running.event(await running.subscribe(agency, after))).rejects.toThrow('CURSOR_INVALID');
    }
  });
});

test('L-16 a stream ends with its token: before the next event is released, and without one within a second', async () => {
  const clock = new FixedClock('2026-03-02T01:00:00Z');
  running = await RunningHub.start({ clock, heartbeatMs: 60_000 });
  const pool = running.database.pool();
  const holderId = await addSubject(pool, '甲');
  const [busy, idle] = [await running.subscribe('HEPING_HRSS'), await running.subscribe('HEPING_HRSS')];
  await running.event(busy);
  await running.event(idle);
  clock.set('2026-03-02T14:00:00Z');
  const since = Date.now();
  await addPermits(pool, [{ documentNo: 'LATE', holderId }]);
  for (const stream of [busy, idle]) {
    await expect(running.event(stream)).rejects.toThrow('TOKEN_EXPIRED');
    expect(await stream.next()).toEqual({ event: 'complete', data: '' });
  }
  // Once a second by design; the rest is a busy machine.
  expect(Date.now() - since).toBeLessThan(5_000);
  expect(running.released.join('\n')).not.toContain('LATE');
  expect((await EventStream.open(running.hub.url, 'x.y.z', watchPermits)).response.status).toBe(401);
});
