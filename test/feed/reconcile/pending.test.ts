import { z } from 'zod';
import { addPermits, addSubject } from '../registry-rows.js';
import { PullClient, pullQuery } from '../pull-client.js';
import { RunningHub } from '../running-hub.js';
import { bucketsAnswer, bucketsOf, bucketsQuery, heldPermit, permitSelection, rowsAnswer, rowsOf, rowsQuery, textOf, type HeldPermit } from './reconcile-client.js';

let running: RunningHub;
let bureau: PullClient;

beforeEach(async () => {
  running = await RunningHub.start();
  bureau = new PullClient(running.hub.url, await running.token('HEPING_HRSS'), pullQuery(permitSelection));
});
afterEach(() => running.close());

const answer = z.object({ data: z.record(z.string(), z.unknown()).nullish(), errors: z.array(z.object({ extensions: z.looseObject({ code: z.string() }) })).optional() });

async function ask(query: string, input: Readonly<Record<string, unknown>>): Promise<Record<string, unknown>> {
  const { data, errors } = answer.parse(JSON.parse(await bureau.post(query, { input })));
  if (errors || !data) throw new Error(errors?.map(({ extensions }) => extensions.code).join());
  return data;
}

async function differingDays(held: ReadonlyMap<string, HeldPermit>): Promise<string[]> {
  const data = await ask(bucketsQuery, { by: 'DAY', buckets: bucketsOf(held.values(), 'DAY') });
  return bucketsAnswer.parse(data['reconcilePermits']).differing.map(({ bucket }) => bucket);
}

async function differences(held: ReadonlyMap<string, HeldPermit>, bucket: string, cursor: string | null): Promise<z.infer<typeof rowsAnswer>['differences']> {
  const data = await ask(rowsQuery, { by: 'DAY', bucket, rows: rowsOf(held.values(), 'DAY', bucket), cursor });
  return rowsAnswer.parse(data['reconcilePermitRows']).differences;
}

/** A partner's copy: applies what it pulls; loses the changes of the permits named. */
async function follow(held: Map<string, HeldPermit>, cursor: string, loses: readonly string[] = []): Promise<string> {
  const pulled = await bureau.all(cursor);
  for (const { kind, documentNo, permit } of pulled.changes) {
    const no = documentNo ?? String(permit?.['documentNo']);
    if (loses.includes(no)) continue;
    if (kind === 'LEFT') held.delete(no);
    else held.set(no, heldPermit.parse(permit));
  }
  return pulled.cursor;
}

test('a change under way explains its difference, a missed change is shown with the hub’s text', async () => {
  const pool = running.database.pool();
  const held = new Map<string, HeldPermit>();
  const start = await bureau.now();
  const holderId = await addSubject(pool, '和平一号');
  await addPermits(pool, Array.from({ length: 12 }, (_, n) => ({ documentNo: `D${n}`, holderId, certificateNo: `c${n}` })));
  let cursor = await follow(held, start);
  expect([held.size, await differingDays(held)]).toEqual([12, []]);

  // Missed: a change, a departure, an arrival.
  await pool.query(`UPDATE hub.permit SET certificate_no = '新' WHERE document_no = 'D1'`);
  await pool.query(`UPDATE hub.permit SET district = '120102' WHERE document_no = 'D2'`);
  await addPermits(pool, [{ documentNo: 'N1', holderId }]);
  cursor = await follow(held, cursor, ['D1', 'D2', 'N1']);
  // Under way: the same three, committed behind the cursor; and one that changed and changed back.
  await pool.query(`UPDATE hub.permit SET certificate_no = '新' WHERE document_no = 'D5'`);
  await pool.query(`UPDATE hub.permit SET district = '120102' WHERE document_no = 'D6'`);
  await addPermits(pool, [{ documentNo: 'N2', holderId }]);
  await pool.query(`UPDATE hub.permit SET certificate_no = '新' WHERE document_no = 'D7'`);
  await pool.query(`UPDATE hub.permit SET certificate_no = 'c7' WHERE document_no = 'D7'`);

  expect(await differingDays(held)).toEqual(['2026-03-02']);
  const found = await differences(held, '2026-03-02', cursor);
  expect(found.map(({ key, kind, pending }) => [key, kind, pending])).toEqual([
    ['D1 1', 'DIFFERENT', false], ['D2 1', 'EXTRA', false], ['D5 1', 'DIFFERENT', true], ['D6 1', 'EXTRA', true], ['N1 1', 'MISSING', false], ['N2 1', 'MISSING', true],
  ]);
  const d1 = held.get('D1');
  expect(found[0]?.text).toBe(d1 && textOf({ ...d1, certificateNo: '新' }));
  expect((await differences(held, '2026-03-02', null)).map(({ pending }) => pending)).toEqual(Array.from({ length: 6 }, () => null));

  cursor = await follow(held, cursor);
  const left = await differences(held, '2026-03-02', cursor);
  expect(left.map(({ key }) => key)).toEqual(['D1 1', 'D2 1', 'N1 1']);
  // Of the rows whose text it was shown, the evidence names the subject once.
  const shown = (await running.entries()).filter(({ outcome, records }) => outcome === 'ANSWERED' && records === 2).at(-1);
  expect(shown?.subjects).toHaveLength(1);

  // What the bureau may not see does not make a difference, nor does it explain one.
  await pool.query(`UPDATE hub.permit SET certificate_no = 'elsewhere' WHERE document_no IN ('D2', 'D6')`);
  await pool.query(`UPDATE hub.permit SET content = 'withheld' WHERE document_no = 'D1'`);
  expect(await differences(held, '2026-03-02', cursor)).toEqual(left);
});

test('who is too far behind, or holds no cursor of its own, is told so', async () => {
  const pool = running.database.pool();
  const cursor = await bureau.now();
  const other = new PullClient(running.hub.url, await running.token('HEDONG_HRSS'));
  const holderId = await addSubject(pool, '和平一号');
  await addPermits(pool, Array.from({ length: 1_000 }, (_, n) => ({ documentNo: `D${n}`, holderId })));
  expect((await differences(new Map(), '2026-03-02', cursor)).length).toBe(1_000);
  await addPermits(pool, [{ documentNo: 'E', holderId }]);
  await expect(differences(new Map(), '2026-03-02', cursor)).rejects.toThrow('RECONCILE_BEHIND');
  await expect(differences(new Map(), '2026-03-02', 'nonsense')).rejects.toThrow('CURSOR_INVALID');
  await expect(differences(new Map(), '2026-03-02', await other.now())).rejects.toThrow('CURSOR_INVALID');
  await pool.query('UPDATE hub.feed_head SET epoch = gen_random_uuid()');
  await expect(differences(new Map(), '2026-03-02', cursor)).rejects.toThrow('CURSOR_EPOCH');
});
