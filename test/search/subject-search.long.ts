import { z } from 'zod';
import { asker } from '../boundary/hub-under-test.js';
import type { Asker } from '../boundary/judge.js';
import { Random } from '../boundary/random.js';
import { TwoHubs } from '../boundary/two-hubs.js';
import { emptyWorld, randomPermit } from '../boundary/world.js';
import { foldedName } from '../../src/subjects/names/folded-name.js';
import { fold, namedWorld, naiveSearch, otherToNobody, spelled, type NaiveSearch } from './naive-search.js';

let hubs: TwoHubs;

beforeAll(async () => {
  hubs = await TwoHubs.start();
});
afterAll(() => hubs.close());

const viewers = [asker('HEPING_HRSS'), asker('HEPING_APPROVAL'), asker('FTZ_DONGJIANG_APPROVAL'), asker('MUNI_HRSS')];
const selection = '{ edges { cursor node { match subject { id name uscc kind } } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } }';
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

const pageOf = z.object({
  edges: z.array(z.object({ cursor: z.string(), node: z.object({ match: z.string(), subject: z.object({ id: z.string(), name: z.string(), uscc: z.string().nullable(), kind: z.string() }) }) })),
  pageInfo: z.object({ hasNextPage: z.boolean(), hasPreviousPage: z.boolean(), startCursor: z.string().nullable(), endCursor: z.string().nullable() }),
});

/** One page, the same from both hubs on both lanes. */
async function page(who: Asker, { name, item }: NaiveSearch, paging: string): Promise<z.infer<typeof pageOf>> {
  const filter = item === undefined ? '' : `, filter: {item: ${JSON.stringify(item)}}`;
  const answer = await hubs.ask(who, { query: `query($name: String!) { subjectSearch(name: $name, ${paging}${filter}) ${selection} }`, variables: { name } });
  expect(answer.errors).toEqual([]);
  return pageOf.parse(answer.data?.['subjectSearch']);
}

function hits({ edges }: z.infer<typeof pageOf>): unknown[] {
  return edges.map(({ node: { match, subject: { name, uscc, kind } } }) => ({ match, subject: { name, uscc, kind } }));
}

test.each(viewers)('$agency: finds what a naive reader finds, in its order, whatever hidden subjects there are', async (who) => {
  const random = new Random(seed + who.agency.length * 7 + (who.district === null ? 0 : Number(who.district)));
  const world = namedWorld(random, 60);
  await hubs.load(world, otherToNobody(world, who, random));
  const name = (): string => spelled(random, random.pick([1, 1, 2, 2, 3, 4]));
  const searches: NaiveSearch[] = [
    { name: random.pick(world.subjects).name }, { name: '天' }, { name: '濱' }, { name: '𠮷' }, { name: name() }, { name: name() }, { name: name() },
    { name: '津', item: random.pick(world.permits).item },
  ];
  for (const search of searches) {
    if (fold(search.name) === '') continue;
    const found = await page(who, search, 'first: 100');
    expect({ search, hits: hits(found) }).toEqual({ search, hits: naiveSearch(world, who, search) });
  }
});

test.each(viewers)('$agency: pages forward and backward are the whole list, cut', async (who) => {
  const random = new Random(seed + 1);
  const world = namedWorld(random, 80);
  await hubs.load(world, otherToNobody(world, who, random));
  const search: NaiveSearch = { name: '天' };
  const expected = naiveSearch(world, who, search);
  const forward: unknown[] = [];
  for (let after: string | null = null; ; ) {
    const part = await page(who, search, `first: 4${after === null ? '' : `, after: ${JSON.stringify(after)}`}`);
    forward.push(...hits(part));
    expect(part.pageInfo).toMatchObject({ hasNextPage: forward.length < expected.length, hasPreviousPage: after !== null });
    after = part.pageInfo.endCursor;
    if (!part.pageInfo.hasNextPage) break;
  }
  expect(forward).toEqual(expected);
  const backward: unknown[] = [];
  for (let before: string | null = null; ; ) {
    const part = await page(who, search, `last: 5${before === null ? '' : `, before: ${JSON.stringify(before)}`}`);
    backward.unshift(...hits(part));
    before = part.pageInfo.startCursor;
    if (!part.pageInfo.hasPreviousPage) break;
  }
  expect(backward).toEqual(expected);
});

test('a text that is common is read in the order of names, with the same answer', async () => {
  const who = asker('MUNI_HRSS');
  const random = new Random(5);
  const subjects = Array.from({ length: 6_000 }, (_, at) => ({ id: at + 1, kind: 'ORGANISATION', name: `天津${spelled(random, 3)}`, uscc: null, identity_mask: null }));
  const permits = subjects.map(({ id }) => ({ ...randomPermit(random, id, id, `N${id}`, 1), item: random.pick(['P01', 'P02']) }));
  const world = { ...emptyWorld, subjects, permits };
  await hubs.load(world);
  for (const name of ['天', '天津', '天津海']) {
    const expected = naiveSearch(world, who, { name });
    const first = await page(who, { name }, 'first: 50');
    expect(hits(first)).toEqual(expected.slice(0, 50));
    const second = await page(who, { name }, `first: 50, after: ${JSON.stringify(first.pageInfo.endCursor)}`);
    expect(hits(second)).toEqual(expected.slice(50, 100));
    expect(hits(await page(who, { name }, 'last: 20'))).toEqual(expected.slice(-20));
  }
  expect(foldedName('天津（滨海）')).toBe('天津滨海');
});
