import { boundaries, boundaryPolicy } from '../../src/server/schema.js';
import { Coverage, queryUses } from './coverage.js';
import { asker, HubUnderTest, type Answer, type GraphQLCall } from './hub-under-test.js';
import { explain, Rounds, type Side } from './rounds.js';
import { emptyWorld } from './world.js';
import { policyMoving, policyWithout, twoSides } from './planner-sides.js';
import { makePair } from './pairs.js';
import { Random } from './random.js';

/**
 * Generated pairs per run: few in `npm run test:long`, hundreds in `npm run test:boundary`, as many as one likes with PAIRS=….
 * From `enough` pairs on, everything the surface offers must have been asked under every relation; a run goes on for it.
 */
const pairs = Number(process.env['PAIRS'] ?? '16');
const enough = 300;
const full = pairs >= enough;
const operationsPerPair = full ? 4 : 3;
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

const say = (text: string): void => void process.stdout.write(`non-interference: ${text}\n`);

let one: HubUnderTest;
let other: HubUnderTest;
const tokens = new Map<string, Promise<string>>();

function side(hub: HubUnderTest): Side {
  const ids = one.ids();
  return {
    load: (world) => hub.loader.load(world),
    id: (type, key) => ids.encode(type, String(key)),
    ask: async (viewer, call, lane) => {
      const key = `${viewer.agency} ${viewer.role ?? ''} ${String(viewer.bulk)}`;
      let token = tokens.get(key);
      if (!token) tokens.set(key, (token = one.token(viewer)));
      // Purpose and case come in headers or in the body, and mean the same.
      const { purpose, caseNo } = viewer;
      if (lane === 'apollo') {
        const headers = { ...(purpose === undefined ? {} : { 'x-concordat-purpose': purpose }), ...(caseNo === undefined ? {} : { 'x-concordat-case': encodeURIComponent(caseNo) }) };
        return hub.ask(await token, call, lane, headers);
      }
      return hub.ask(await token, purpose === undefined ? call : { ...call, extensions: { purpose, ...(caseNo === undefined ? {} : { caseNo }) } }, lane);
    },
  };
}

beforeAll(async () => {
  one = await HubUnderTest.start(undefined, { unlimited: true });
  other = await HubUnderTest.start(one, { unlimited: true });
});

afterAll(async () => {
  await one.close();
  await other.close();
});

test(
  `${pairs} pairs of databases that differ only in what a viewer may not see give equal bytes, and the bytes the boundary table grants (B-01, B-02, B-05 to B-07, B-09, B-15, B-16)`,
  async () => {
    const coverage = new Coverage(boundaryPolicy(), boundaries, queryUses);
    const rounds = new Rounds([side(one), side(other)], ['apollo', 'any'], { coverage });
    const started = Date.now();
    const seconds = (): number => Math.round((Date.now() - started) / 1000);
    const most = full ? pairs * 4 : pairs;
    let played = 0;
    for (let next = full ? coverage.next() : null; played < pairs || (played < most && next); next = full ? coverage.next() : null) {
      // Behind the pairs asked for come those about what chance has left out.
      const about = played < pairs ? null : next;
      const finding = await rounds.play(seed + played, operationsPerPair, about?.viewer, about?.wanted);
      if (finding) throw new Error(`${about ? `about ${JSON.stringify(about)}: ` : ''}${explain(finding)}`);
      played += 1;
      if (played % 500 === 0) say(`${played} of ${pairs} pairs, ${seconds()} s; to go on from here: FAST_CHECK_SEED=${seed + played} PAIRS=${pairs - played}`);
    }
    say(`seed ${seed}, ${played} pairs, ${rounds.calls} calls, ${seconds()} s`);
    if (full) {
      say(coverage.report());
      expect(coverage.missing()).toEqual([]);
    }
  },
  pairs * 2_000 + 60_000,
);

test.each([
  ['without the district condition', policyWithout('district'), 'HEPING_HRSS'],
  ['without the item condition', policyWithout('item'), 'BINHAI_HRSS'],
  ['with the content open to all', policyMoving(['content'], 'PERMIT_BASIC'), 'HEPING_HRSS'],
  ['with the revision open to all', policyMoving(['revision'], 'PERMIT_BASIC'), 'HEPING_APPROVAL'],
])('the rounds find a boundary %s (the test of the test)', async (_fault, policy, agency) => {
  const faulty = await twoSides({ plans: policy, database: policy });
  try {
    const rounds = new Rounds(faulty.sides, ['any']);
    let found: string | null = null;
    for (let i = 0; i < 40 && found !== 'the answers differ' && found !== 'the lists differ'; i += 1) {
      found = (await rounds.play(seed + i, 3, asker(agency)))?.what ?? null;
    }
    expect(found).toMatch(/differ$/);
  } finally {
    await faulty.close();
  }
});

test('a viewer without visible rows gets the bytes of an empty database, scope note included', async () => {
  const calls: GraphQLCall[] = [
    { query: '{ permits(first: 50) { nodes { documentNo holder { name } actions { action } content } pageInfo { hasNextPage endCursor } } }' },
    { query: '{ permit(documentNo: "津许 1") { documentNo } }' },
    { query: '{ permits(first: 1, filter: {district: "120101"}) { edges { cursor } } permitDuplicate(holderUscc: "X", item: P01, pendingCase: "1") { exists } }' },
  ];
  const viewers = [asker('JIZHOU_HRSS'), asker('JIZHOU_APPROVAL'), asker('FTZ_CBD_APPROVAL'), asker('US_OFLC'), asker('MUNI_HRSS', 'ANALYST')];
  const { one: full } = makePair(new Random(seed), asker('BINHAI_HRSS'));
  await one.loader.load(full);
  await other.loader.load(emptyWorld);
  for (const viewer of viewers) {
    for (const call of calls) {
      for (const lane of ['apollo', 'any'] as const) {
        const token = await one.token(viewer);
        const [fullAnswer, emptyAnswer]: Answer[] = await Promise.all([one.ask(token, call, lane), other.ask(token, call, lane)]);
        expect(fullAnswer).toEqual(emptyAnswer);
      }
    }
  }
});

test('a scope note names relations, rows of the table and the viewer’s own values, and nothing of the data', async () => {
  await one.loader.load(emptyWorld);
  const answer = await one.ask(await one.token(asker('HEPING_HRSS')), { query: '{ a: permits(first: 1) { nodes { item } } }' });
  const { extensions } = JSON.parse(answer.body) as { extensions: { scope: { path: string; relations: { relation: string; rows: string[]; viewer: object }[] }[] } };
  expect(extensions.scope.map(({ path }) => path)).toEqual(['a']);
  expect(extensions.scope[0]?.relations.map(({ relation, rows, viewer }) => ({ relation, rows, viewer }))).toEqual([
    { relation: 'supervising', rows: ['B-02'], viewer: { district: '120101' } },
    { relation: 'sharing', rows: ['B-04', 'B-05', 'B-06'], viewer: { district: '120101' } },
    { relation: 'labourRelations', rows: ['B-09'], viewer: { district: '120101' } },
  ]);
});
