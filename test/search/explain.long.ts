import { Seal } from '../../src/access/keys.js';
import { createSecretKey } from 'node:crypto';
import { searchStatements } from '../../src/search/search-statement.js';
import { asker } from '../boundary/hub-under-test.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import { explainAs, type Scan } from '../planner/explained.js';
import { largeWorld, loadRegistry } from '../planner/registry-of.js';

/** 10,000 subjects of three permits each; every name holds 机构 and its number. */
const world = largeWorld(30_000, 2);
const page = 50;
let side: PlannerSide;

beforeAll(async () => {
  side = await plannerSide();
  await loadRegistry(side.database, world);
  await side.database.pool().query('VACUUM ANALYZE hub.subject_name, hub.subject_gram');
});
afterAll(() => side.close());

async function scansOf(agency: string, name: string, backward = false): Promise<readonly Scan[]> {
  const who = asker(agency);
  const seal = new Seal(createSecretKey(Buffer.alloc(32)));
  const [settings, search] = searchStatements(viewerOf(who), seal, { name, item: null, district: null }, {}, { size: page, backward });
  if (!settings || !search) throw new Error('a search has two statements');
  return explainAs(side.database, who, search, [settings]);
}

const names = ['机', '机构', '构12', '机构12345', '99', '不在'];

test.each(['HEPING_HRSS', 'HEPING_APPROVAL', 'MUNI_HRSS'])('%s: grams, names and permits are read by index under the reader role', async (agency) => {
  for (const name of names) {
    for (const backward of [false, true]) {
      const scans = await scansOf(agency, name, backward);
      for (const scan of scans) {
        expect({ name, scan, indexed: scan.node.startsWith('Index') }).toEqual({ name, scan, indexed: true });
        expect(scan.indexCondition).not.toBe('');
      }
      expect(new Set(scans.map(({ relation }) => relation))).toEqual(new Set(['subject_gram', 'subject_name', 'permit', 'subject']));
    }
  }
});

test.each(['HEPING_HRSS', 'MUNI_HRSS'])('%s: a rare text reads the names of its rarest gram, a common one the names up to the end of the page', async (agency) => {
  const namesRead = async (name: string): Promise<number> =>
    (await scansOf(agency, name)).filter(({ relation }) => relation === 'subject_name').reduce((sum, { kept, removed }) => sum + kept + removed, 0);
  // 机构12345 alone has its last grams in a row; 45 stands in some 700 of the names.
  expect(await namesRead('机构12345')).toBeLessThan(1_500);
  expect(await namesRead('不在')).toBe(0);
  // A tenth of the holders are of one district, in no order of the names.
  expect(await namesRead('机构')).toBeLessThan(agency === 'MUNI_HRSS' ? 4 * page : 60 * page);
});
