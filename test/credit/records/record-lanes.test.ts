import { Planner } from '../../../src/planner/planner.js';
import { plannerSide, type PlannerSide } from '../../boundary/planner-sides.js';
import { Random } from '../../boundary/random.js';
import { asker } from '../../boundary/viewers.js';
import { visibleRecords } from './record-judge.js';
import { randomRecord, RecordWriter } from './record-world.js';
import { worldDay } from '../list-world.js';

/** The compiled writers and the resolvers give the same bytes, lists of codes among them. */
let side: PlannerSide;
let writer: RecordWriter;

beforeAll(async () => {
  side = await plannerSide({});
  writer = await RecordWriter.open(side.database);
});
afterAll(async () => {
  await writer.close();
  await side.close();
});

test('compiled and by resolvers, records with no, one and several penalties are written alike', async () => {
  const random = new Random(Number(process.env['FAST_CHECK_SEED'] ?? '1'));
  const subjects = [{ id: 1, kind: 'ORGANISATION', name: 'N', uscc: 'CODE' }];
  const records = Array.from({ length: 60 }, (_, i) => randomRecord(random, i + 1, `n${i}`, subjects));
  await writer.load({ subjects, records });
  const resolving = new Planner({ ...side.parts, byResolvers: true });
  const query = '{ creditRecords(first: 100) { totalCount edges { cursor node { id recordNo penalties severity publicUntil informedOn responsibleOrgan { code } } } pageInfo { hasNextPage } } }';
  const kinds = new Set<string | undefined>();
  for (const agency of ['XM_SIMING_HRSS', 'XM_CREDIT_DIV', 'XM_CITY_CREDIT']) {
    const [compiled, resolved] = [await side.answer(asker(agency), { query }), await side.answer(asker(agency), { query }, resolving)];
    expect([agency, resolved.body, resolved.records]).toEqual([agency, compiled.body, compiled.records]);
    const shown = visibleRecords(asker(agency), records, worldDay);
    const penalties = [...compiled.body.matchAll(/"penalties":(\[[^\]]*\])/g)].map(([, list]) => list);
    expect([agency, penalties]).toEqual([agency, shown.map(({ penalties: codes }) => JSON.stringify(codes))]);
    for (const list of penalties) kinds.add(list);
  }
  expect(kinds.size).toBeGreaterThan(2);
});
