import { FixedClock } from '../../src/measures/clock.js';
import { exportClient } from '../export/export-hub.js';
import { CreditHub, codesOf, granted, refusedWith, watchLists } from './credit-hub.js';

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const query = '{ creditList(filter: {list: BLACK}) { nodes { entryNo list state subjectName responsibleOrgan { code } } } }';
const line = (entryNo: string, organ: string) => ({ entryNo, list: 'BLACK', state: 'PUBLISHED', subjectName: '天津甲劳务有限公司', responsibleOrgan: { code: organ } });

test('YZ-3.5d: the lists are exported as permits are, and streams and pages go on from the position of the file', async () => {
  const one = await hub.list('HEPING_HRSS');
  const two = await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other });
  await hub.list('MUNI_HRSS', { list: 'RED' });
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed' }));
  const platform = await exportClient(hub.running, 'CREDIT_PLATFORM');
  const job = await platform.exported({ query, idempotencyKey: 'lists' });
  expect(job).toMatchObject({ state: 'READY', error: null, records: 2, expected: 2 });
  expect(await platform.lines(job.data)).toEqual([line(two, 'HEDONG_HRSS'), line(one, 'HEPING_HRSS')]);

  const position = job.position ?? '';
  await hub.repair(one, '2026-07-12');
  const stream = await hub.subscribe('CREDIT_PLATFORM', watchLists('list: BLACK'), position);
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
  expect(await hub.change(stream)).toMatchObject({ kind: 'CHANGED', number: 1, entryNo: one });
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', number: 2, entryNo: one, leftAs: 'REPAIRED' });
  const { changes } = granted(
    await hub.ask('CREDIT_PLATFORM', 'query ($after: String) { changes(of: LIST_ENTRY, first: 10, after: $after) { hasMore changes { kind number ... on CreditListChange { entryNo leftAs } } } }', { after: position }),
  );
  expect(changes).toEqual({ hasMore: false, changes: [{ kind: 'CHANGED', number: 1, entryNo: one, leftAs: null }, { kind: 'LEFT', number: 2, entryNo: one, leftAs: 'REPAIRED' }] });
});

test('B-38: as CSV; an organ that sees permits, too, gets a cursor of the lists; who may not see them gets no job', async () => {
  await hub.list('HEPING_HRSS');
  const organ = await exportClient(hub.running, 'HEPING_HRSS');
  const job = await organ.exported({ query, format: 'CSV', idempotencyKey: 'csv' });
  expect((await organ.bytes(job.data)).toString()).toContain(['HEPING_HRSS/2026-1', 'BLACK', 'PUBLISHED', '天津甲劳务有限公司', 'HEPING_HRSS'].map((cell) => `"${cell}"`).join(','));
  const stream = await hub.subscribe('HEPING_HRSS', watchLists(), job.position ?? '');
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
  const refused = await hub.ask('JINBAO', 'mutation ($input: ExportInput!) { requestExport(input: $input) { id } }', { input: { query, format: 'NDJSON', idempotencyKey: 'none' } });
  expect(refusedWith(refused)).toMatch(/^(BOUNDARY_DENIED|EXPORT_SCOPE_MISSING)$/);
  await expect((await exportClient(hub.running, 'JINBAO')).request({ query, idempotencyKey: 'none' })).rejects.toThrow('BOUNDARY_DENIED');
});
