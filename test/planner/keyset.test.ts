import fc from 'fast-check';
import { asker } from '../boundary/hub-under-test.js';
import { visiblePermits, type Asker } from '../boundary/judge.js';
import { plannerSide, type PlannerSide } from '../boundary/planner-sides.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';
import { dates, type World } from '../boundary/world.js';

let side: PlannerSide;
beforeAll(async () => {
  side = await plannerSide();
});
afterAll(() => side.close());

interface Page {
  readonly nodes: readonly { readonly documentNo: string; readonly decidedOn: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

async function pageOf(who: Asker, first: number, after: string | null, filter = ''): Promise<Page> {
  const query = `query ($first: Int!, $after: String) { permits(first: $first, after: $after${filter}) {
    nodes { documentNo decidedOn actions { action } holder { name } } edges { cursor } pageInfo { hasNextPage endCursor } } }`;
  const answer = await side.ask(who, { query, variables: { first, after } }, 'any');
  return (JSON.parse(answer.body) as { data: { permits: Page } }).data.permits;
}

/** A world of one viewer in which every number is its own, so that rows can be told apart. */
function numbered(seed: number, who: Asker): World {
  const { one } = makePair(new Random(seed), who);
  return { ...one, permits: one.permits.map((permit) => ({ ...permit, document_no: `N${permit.id}`, decided_on: dates[permit.id % 2] ?? permit.decided_on })) };
}

/** HEPING_APPROVAL reads two branches: its pages come out of a union. */
const viewers = ['HEPING_APPROVAL', 'HEPING_HRSS', 'BINHAI_APPROVAL', 'MUNI_HRSS'].map((code) => asker(code));

test('pages of any size tile the whole list, in order, without gap or repeat, under ties', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(...viewers), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), async (seed, who, sizes) => {
      const world = numbered(seed, who);
      await side.load(world);
      const whole = visiblePermits(who, world).map(({ document_no }) => document_no);
      const seen: string[] = [];
      let after: string | null = null;
      for (const size of sizes) {
        const page: Page = await pageOf(who, size, after);
        expect(page.nodes.length).toBe(Math.min(size, whole.length - seen.length));
        seen.push(...page.nodes.map(({ documentNo }) => documentNo));
        expect(page.pageInfo.hasNextPage).toBe(seen.length < whole.length);
        expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
        if (!page.pageInfo.hasNextPage) break;
        after = page.pageInfo.endCursor;
      }
      expect(seen).toEqual(whole);
    }),
    { numRuns: 25 },
  );
});

interface WholePage {
  readonly nodes: readonly { readonly documentNo: string }[];
  readonly edges: readonly { readonly cursor: string }[];
  readonly pageInfo: { readonly hasNextPage: boolean; readonly hasPreviousPage: boolean; readonly startCursor: string | null; readonly endCursor: string | null };
}

test('pages from the end tile the whole list backwards, each in the order of the list, also between two cursors', async () => {
  const query = `query ($first: Int, $after: String, $last: Int, $before: String) {
    permits(first: $first, after: $after, last: $last, before: $before) {
      nodes { documentNo } edges { cursor } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }`;
  const ask = async (who: Asker, variables: Readonly<Record<string, unknown>>): Promise<WholePage> =>
    (JSON.parse((await side.ask(who, { query, variables }, 'any')).body) as { data: { permits: WholePage } }).data.permits;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), fc.constantFrom(...viewers), fc.infiniteStream(fc.integer({ min: 1, max: 7 })), async (seed, who, sizes) => {
      const world = numbered(seed, who);
      await side.load(world);
      const whole = visiblePermits(who, world).map(({ document_no }) => document_no);
      const cursors: string[] = [];
      let rest = [...whole];
      let before: string | null = null;
      for (const size of sizes) {
        const page: WholePage = await ask(who, { last: size, before });
        const expected = rest.slice(-size);
        expect(page.nodes.map(({ documentNo }) => documentNo)).toEqual(expected);
        rest = rest.slice(0, rest.length - expected.length);
        expect(page.pageInfo).toEqual({
          hasPreviousPage: rest.length > 0,
          hasNextPage: before !== null,
          startCursor: page.edges[0]?.cursor ?? null,
          endCursor: page.edges.at(-1)?.cursor ?? null,
        });
        cursors.unshift(...page.edges.map(({ cursor }) => cursor));
        if (rest.length === 0) break;
        before = page.pageInfo.startCursor;
      }
      const between = await ask(who, { first: 100, after: cursors[0], before: cursors.at(-1) });
      if (whole.length > 0) expect(between.nodes.map(({ documentNo }) => documentNo)).toEqual(whole.slice(1, -1));
    }),
    { numRuns: 15 },
  );
});

test('behind the last record there is an empty page, and a cursor holds after its row is gone', async () => {
  const who = asker('HEPING_APPROVAL');
  let world = numbered(1, who);
  for (let seed = 2; visiblePermits(who, world).length < 5; seed += 1) world = numbered(seed, who);
  await side.load(world);
  const all = await pageOf(who, 100, null);
  expect(await pageOf(who, 3, all.pageInfo.endCursor)).toEqual({ nodes: [], edges: [], pageInfo: { hasNextPage: false, endCursor: null } });
  const second = all.edges[1]?.cursor ?? '';
  const gone = visiblePermits(who, world)[1]?.id;
  await side.load({ ...world, permits: world.permits.filter(({ id }) => id !== gone), actions: world.actions.filter((action) => action.permit_id !== gone) });
  expect((await pageOf(who, 100, second)).nodes).toEqual(all.nodes.slice(2));
});

test('a cursor is bound to agency and class, not to filter or page size, and any change of it is refused (L-03, L-17)', async () => {
  const who = asker('MUNI_HRSS');
  const world = numbered(5, who);
  await side.load(world);
  const { edges } = await pageOf(who, 100, null);
  const cursor = edges[0]?.cursor ?? '';
  expect(cursor).toMatch(/^[\w-]{40,}$/);
  const codeOf = async (viewer: Asker, text: string): Promise<unknown> => {
    const { body } = await side.ask(viewer, { query: 'query ($after: String) { permits(first: 1, after: $after) { nodes { item } } }', variables: { after: text } }, 'any');
    return (JSON.parse(body) as { errors?: { extensions: { code: string } }[] }).errors?.[0]?.extensions.code;
  };
  expect(await codeOf(who, cursor)).toBeUndefined();
  for (const other of ['HEPING_HRSS', 'HEPING_APPROVAL', 'BINHAI_HRSS']) expect(await codeOf(asker(other), cursor)).toBe('BAD_CURSOR');
  for (const at of [0, 10, 20, cursor.length - 2]) {
    const changed = `${cursor.slice(0, at)}${cursor[at] === 'A' ? 'B' : 'A'}${cursor.slice(at + 1)}`;
    expect(await codeOf(who, changed)).toBe('BAD_CURSOR');
  }
  for (const text of ['', ' ', '0', 'null', `${cursor}AAAA`, cursor.slice(0, -4), JSON.stringify(['2024-01-01', '1'])]) expect(await codeOf(who, text)).toBe('BAD_CURSOR');
  expect(new Set(edges.map((edge) => edge.cursor)).size).toBe(edges.length);
});

test('the length of a cursor says nothing of the internal number behind it', async () => {
  const who = asker('MUNI_HRSS');
  const base = numbered(5, who).permits.find((permit) => visiblePermits(who, { subjects: [], permits: [permit], actions: [] }).length === 1);
  if (!base) throw new Error('the world has a visible permit');
  const ids = [1, 10_000, 4_000_000_000];
  await side.load({
    subjects: [{ id: 1, kind: 'ORGANISATION', name: 'n', uscc: null }],
    permits: ids.map((id) => ({ ...base, id, document_no: `N${id}`, holder_id: 1 })),
    actions: [],
  });
  const lengths = (await pageOf(who, 100, null)).edges.map(({ cursor }) => cursor.length);
  expect(new Set(lengths).size).toBe(1);
});
