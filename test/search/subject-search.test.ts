import { pluck } from '../boundary/graphql-answer.js';
import { asker } from '../boundary/hub-under-test.js';
import { Random } from '../boundary/random.js';
import { TwoHubs } from '../boundary/two-hubs.js';
import { emptyWorld, randomPermit } from '../boundary/world.js';
import { namedWorld } from './naive-search.js';

/** What the search refuses and shows at the edges; what it finds is held against a naive reader in subject-search.long. */

let hubs: TwoHubs;

beforeAll(async () => {
  hubs = await TwoHubs.start();
});
afterAll(() => hubs.close());

test('what is left of an identity number is shown with a permit one decided, and no other', async () => {
  const random = new Random(2);
  const permit = (id: number, holder: number, cells: object) => ({ ...randomPermit(random, id, holder, `N${id}`, 1), jurisdiction: 'CN-TJ', item: 'P02', district: '120101', ...cells });
  const person = (id: number) => ({ id, kind: 'NATURAL_PERSON', name: `津天${id}`, uscc: null, identity_mask: `***${id}` });
  await hubs.load({ ...emptyWorld, subjects: [person(1), person(2)], permits: [permit(1, 1, { decided_by: 'HEPING_APPROVAL' }), permit(2, 2, { decided_by: 'BINHAI_APPROVAL' })] });
  const query = '{ subjectSearch(name: "津", first: 9) { nodes { subject { name identityMask } } } }';
  const answer = await hubs.ask(asker('HEPING_APPROVAL'), query);
  expect(pluck(answer.data, 'subjectSearch.nodes.subject')).toEqual([{ name: '津天1', identityMask: '***1' }, { name: '津天2', identityMask: null }]);
  expect((await hubs.ask(asker('HEPING_HRSS'), query)).errors).toMatchObject([{ extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Subject.identityMask' } }]);
});

test('who reads no permits searches no names, and a text of brackets is none', async () => {
  await hubs.load(namedWorld(new Random(3), 5));
  for (const who of [asker('US_OFLC'), asker('MUNI_HRSS', 'AUDITOR'), asker('HEPING_HRSS', 'ANALYST')]) {
    const answer = await hubs.ask(who, '{ subjectSearch(name: "天", first: 1) { nodes { match } } }');
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BOUNDARY_DENIED', coordinate: 'Query.subjectSearch' } }]);
  }
  for (const name of ['', '（·）', '天'.repeat(201)]) {
    const answer = await hubs.ask(asker('MUNI_HRSS'), { query: 'query($name: String!) { subjectSearch(name: $name, first: 1) { nodes { match } } }', variables: { name } });
    expect(answer.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT' } }]);
  }
});

test('a cursor serves its agency and its text alone', async () => {
  const world = namedWorld(new Random(4), 60);
  await hubs.load(world);
  const first = await hubs.ask(asker('MUNI_HRSS'), '{ subjectSearch(name: "天", first: 1) { pageInfo { endCursor } } }');
  const cursor = pluck(first.data, 'subjectSearch.pageInfo.endCursor');
  const query = (name: string): string => `{ subjectSearch(name: "${name}", first: 1, after: ${JSON.stringify(cursor)}) { nodes { match } } }`;
  for (const [who, name] of [[asker('HEPING_HRSS'), '天'], [asker('MUNI_HRSS'), '津']] as const) {
    expect((await hubs.ask(who, query(name))).errors).toMatchObject([{ extensions: { code: 'BAD_CURSOR' } }]);
  }
  expect((await hubs.ask(asker('MUNI_HRSS'), query('（天）'))).errors).toEqual([]);
});
