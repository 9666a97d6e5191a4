import { asker } from '../boundary/hub-under-test.js';
import { sight, type Asker } from '../boundary/judge.js';
import { plannerSide, policyMoving, type PlannerSide } from '../boundary/planner-sides.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';
import type { World } from '../boundary/world.js';

const heping = asker('HEPING_APPROVAL');
const supervisor = asker('HEPING_HRSS');
const city = asker('MUNI_HRSS');
let side: PlannerSide;
let world: World;

beforeAll(async () => {
  side = await plannerSide();
  let seed = 1;
  const seen = (who: Asker): number => world.permits.filter((permit) => sight(who, permit) !== 'hidden').length;
  do world = makePair(new Random(seed++), heping).one;
  while (seen(heping) < 4 || seen(heping) === world.permits.length);
  await side.load(world);
});
afterAll(() => side.close());

interface Answer {
  readonly data: Record<string, unknown>;
  readonly errors?: readonly { readonly path: readonly string[]; readonly extensions: { readonly code: string; readonly coordinate: string } }[];
}

async function ask(who: Asker, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<Answer> {
  return JSON.parse((await side.ask(who, { query, variables }, 'any')).body) as Answer;
}

async function idsOf(who: Asker): Promise<{ id: string; documentNo: string; holder: { id: string; name: string } }[]> {
  const { data } = await ask(who, '{ permits(first: 100) { nodes { id documentNo holder { id name } } } }');
  return (data['permits'] as { nodes: { id: string; documentNo: string; holder: { id: string; name: string } }[] }).nodes;
}

const fetchNode = 'query ($id: ID!) { node(id: $id) { __typename id ... on Permit { documentNo holder { name } } ... on Subject { name } ... on Node { again: id } } }';

test('node gives back every visible record and its holder by the id an answer showed', async () => {
  for (const permit of await idsOf(heping)) {
    expect((await ask(heping, fetchNode, { id: permit.id })).data['node']).toEqual({
      __typename: 'Permit', id: permit.id, documentNo: permit.documentNo, holder: { name: permit.holder.name }, again: permit.id,
    });
    expect((await ask(heping, fetchNode, { id: permit.holder.id })).data['node']).toEqual({
      __typename: 'Subject', id: permit.holder.id, name: permit.holder.name, again: permit.holder.id,
    });
  }
});

test('an id is the same for every viewer, and null where the record is not shared, as for an id that never was (L-12)', async () => {
  const all = await idsOf(city);
  const own = new Set((await idsOf(heping)).map(({ id }) => id));
  expect(all.filter(({ id }) => own.has(id)).length).toBeGreaterThan(0);
  const hidden = all.filter(({ id }) => !own.has(id));
  expect(hidden.length).toBeGreaterThan(0);
  const never = JSON.stringify((await ask(heping, fetchNode, { id: 'AAAAAAAAAAAAAAAAAAAAAA' })).data);
  expect(never).toBe('{"node":null}');
  for (const { id } of hidden) expect(JSON.stringify((await ask(heping, fetchNode, { id })).data)).toBe(never);
  expect((await ask(asker('HEPING_HRSS', 'ANALYST'), fetchNode, { id: [...own][0] })).errors?.[0]?.extensions).toMatchObject({ code: 'BOUNDARY_DENIED', coordinate: 'Query.node' });
});

test('a denied field behind node is null with its denial, whichever way it is reached (L-11)', async () => {
  const [first] = await idsOf(supervisor);
  const id = first?.id ?? (await idsOf(city))[0]?.id ?? '';
  const viewer = first ? supervisor : asker('BINHAI_HRSS');
  const query = 'query ($id: ID!) { node(id: $id) { ...P } other: node(id: $id) { ... on Node { ... on Permit { secret: content } } } } fragment P on Permit { item content }';
  const answer = await ask(viewer, query, { id });
  expect(answer.errors?.map(({ path, extensions }) => [path.join('.'), extensions.coordinate])).toEqual([
    ['node.content', 'Permit.content'],
    ['other.secret', 'Permit.content'],
  ]);
});

test('the permits of one company by its code, and the company itself, are those its viewer sees', async () => {
  const codes = new Set(world.subjects.flatMap(({ uscc }) => (uscc === null ? [] : [uscc])));
  for (const who of [heping, supervisor, city]) {
    for (const uscc of codes) {
      const held = world.permits.filter((permit) => world.subjects.some(({ id, uscc: code }) => code === uscc && id === permit.holder_id));
      const seen = held.filter((permit) => sight(who, permit) !== 'hidden').map(({ document_no }) => document_no);
      const { data } = await ask(who, 'query ($u: String!) { permits(first: 100, filter: {holderUscc: $u}) { nodes { documentNo } } subject(uscc: $u) { uscc } }', { u: uscc });
      expect((data['permits'] as { nodes: { documentNo: string }[] }).nodes.map(({ documentNo }) => documentNo).sort()).toEqual([...seen].sort());
      expect(data['subject']).toEqual(seen.length > 0 ? { uscc } : null);
    }
  }
});

test('a viewer class that may not read the id of a type cannot ask by it (L-01, L-13)', async () => {
  const hiding = policyMoving(['id'], 'DECISION_RECORD');
  const withheld = await plannerSide({ plans: hiding, database: hiding });
  try {
    await withheld.load(world);
    const node = async (who: Asker, type: string, key: number): Promise<unknown> => {
      const call = { query: 'query ($id: ID!) { node(id: $id) { __typename } }', variables: { id: withheld.parts.ids.encode(type, String(key)) } };
      return (JSON.parse((await withheld.ask(who, call, 'any')).body) as Answer).data['node'];
    };
    const seen = world.permits.filter((permit) => sight(supervisor, permit) !== 'hidden');
    expect(seen.length).toBeGreaterThan(0);
    for (const permit of seen) {
      expect(await node(supervisor, 'Permit', permit.id)).toBeNull();
      expect(await node(supervisor, 'Subject', permit.holder_id)).toEqual({ __typename: 'Subject' });
    }
  } finally {
    await withheld.close();
  }
});
