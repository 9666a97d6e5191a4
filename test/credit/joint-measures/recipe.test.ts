import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { projectFile } from '../../../src/cli/project-file.js';
import { loadSampleLists } from '../../../src/credit/lists/sample-lists.js';
import { loadSampleMeasures } from '../../../src/credit/joint-measures/sample-measures.js';
import { KeyRing } from '../../../src/access/key-ring.js';
import { clauseOf } from '../../../src/measures/clauses.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { jointMeasureCatalogue } from '../../../src/measures/credit/joint-measure-catalogue.js';
import { boundaryPolicy, hubSchema } from '../../../src/server/schema.js';
import { granted } from '../credit-hub.js';
import { MeasureHub } from './measure-hub.js';

/** docs/recipes/joint-measures.md: its operations are of the schema; the page of JOINT_MEASURE_REFUSED names every reason; catalogue and samples. */
test('every operation of the recipe is one of the schema', async () => {
  const recipe = await readFile(projectFile('docs/recipes/joint-measures.md'), 'utf8');
  const schema = await hubSchema(boundaryPolicy());
  const blocks = [...recipe.matchAll(/\n```graphql (\w+)\n([^`]+)\n```/g)];
  expect(blocks.map(([, name]) => name)).toEqual(['catalogue', 'start', 'step', 'overdue', 'stream']);
  for (const [, name, text = ''] of blocks) expect([name, validate(schema, parse(text))]).toEqual([name, []]);
});

test('the page of JOINT_MEASURE_REFUSED explains every reason there is', async () => {
  const [page, source] = await Promise.all(['docs/errors/JOINT_MEASURE_REFUSED.md', 'src/credit/joint-measures/measure-mutations.ts'].map((file) => readFile(projectFile(file), 'utf8')));
  const listed = [...(page ?? '').matchAll(/^\| `(MEASURE_\w+)` \|/gm)].map(([, reason]) => reason);
  expect(listed.sort()).toEqual([...(source ?? '').matchAll(/^ {2}(MEASURE_\w+): '/gm)].map(([, reason]) => reason).sort());
  expect(listed.length).toBeGreaterThan(10);
});

test('YZ-3.5a, YZ-3.5d, XM-3.6.4b: the catalogue rests on clauses there are, names no list a sanction may not answer, and is read by anybody', async () => {
  const hub = await MeasureHub.start();
  try {
    for (const { code, clauses } of jointMeasureCatalogue()) expect([code, clauses.filter((id) => clauseOf(id) === null)]).toEqual([code, []]);
    const { jointMeasureCatalogue: items } = granted(await hub.lists.ask('MARKET_SUPERVISION', '{ jointMeasureCatalogue { code type list subjectKinds confirmed paper } }'));
    expect(items).toEqual(jointMeasureCatalogue().map(({ code, type, list, subjectKinds, confirmed, paper }) => ({ code, type, list, subjectKinds, confirmed, paper })));
    const { jointMeasureCatalogue: red } = granted(await hub.lists.ask('MARKET_SUPERVISION', '{ jointMeasureCatalogue(list: RED) { code } }'));
    expect(red).toEqual([{ code: 'TJ_INCENTIVE' }]);
    const ofEnterprises = jointMeasureCatalogue().filter(({ clauses }) => clauses.includes('YZ-3.5d'));
    expect(ofEnterprises.map(({ type, subjectKinds }) => [type, subjectKinds])).toEqual(['INSPECTION', 'COERCION', 'PENALTY'].map((type) => [type, ['ORGANISATION']]));
  } finally {
    await hub.close();
  }
});

test('the sample measure stands once, however many hubs load it, and none where its entry is not', async () => {
  const clock = new FixedClock('2026-02-28T04:00:00Z');
  const hub = await MeasureHub.start({ clock });
  try {
    const { database, folder } = hub.lists.running;
    expect(await loadSampleMeasures(database, clock)).toBe(0);
    await loadSampleLists(database, clock, KeyRing.open(folder));
    await Promise.all([1, 2, 3].map(() => loadSampleMeasures(database, clock)));
    expect(await hub.seen('JOINT_SANCTION_PLATFORM')).toEqual([
      { measureNo: 'MUNI_HRSS/SYNTHETIC-1/HEDONG_HRSS', state: 'ASKED' }, { measureNo: 'MUNI_HRSS/SYNTHETIC-1/MUNI_HRSS', state: 'STARTED' },
    ]);
    clock.set('2026-03-01T04:00:00Z');
    expect(await loadSampleMeasures(database, clock)).toBe(0);
  } finally {
    await hub.close();
  }
});
