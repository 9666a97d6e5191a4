import { KeyRing } from '../../src/access/key-ring.js';
import { loadSampleLists } from '../../src/credit/lists/sample-lists.js';
import { loadSample } from '../../src/intake/sample.js';
import { FixedClock } from '../../src/measures/clock.js';
import { CreditHub, granted } from './credit-hub.js';

const clock = new FixedClock('2026-02-28T04:00:00Z');
let hub: CreditHub;

beforeAll(async () => {
  hub = await CreditHub.start({ clock });
});
afterAll(() => hub.close());

test('the sample entries are on the lists once, however many hubs load them, and are about holders of sample permits', async () => {
  const { database, folder } = hub.running;
  const keyRing = KeyRing.open(folder);
  await loadSample(database, clock, keyRing);
  const loaded = await Promise.all([1, 2, 3].map(() => loadSampleLists(database, clock, keyRing)));
  expect(loaded.sort()).toEqual([0, 0, 3]);
  const { creditList } = granted(await hub.ask('CREDIT_PLATFORM', '{ creditList(first: 10) { nodes { entryNo list state publishedOn validTo } } }'));
  expect(creditList).toEqual({
    nodes: [
      { entryNo: 'MUNI_HRSS/SYNTHETIC-1', list: 'RED', state: 'PUBLISHED', publishedOn: '2026-01-11', validTo: '2029-01-11' },
      { entryNo: 'HEDONG_HRSS/SYNTHETIC-1', list: 'BLACK', state: 'PUBLISHED', publishedOn: '2026-01-11', validTo: '2029-01-11' },
      { entryNo: 'HEPING_HRSS/SYNTHETIC-1', list: 'BLACK', state: 'PUBLISHED', publishedOn: '2026-01-11', validTo: '2029-01-11' },
    ],
  });
  const { creditCases } = granted(await hub.ask('CREDIT_PLATFORM', '{ creditCases(first: 10, filter: {kind: REPAIR, overdueOn: "2026-02-28"}) { nodes { caseNo entryNo state } } }'));
  expect(creditCases).toEqual({ nodes: [{ caseNo: 'CREDIT_PLATFORM/SYNTHETIC-1', entryNo: 'HEDONG_HRSS/SYNTHETIC-1', state: 'ACCEPTED' }] });
  const { rows } = await database.pool().query('SELECT count(*)::int AS entries FROM hub.list_entry e WHERE EXISTS (SELECT FROM hub.permit p WHERE p.holder_id = e.subject_id)');
  expect(rows).toEqual([{ entries: 3 }]);
});
