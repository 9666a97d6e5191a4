import { z } from 'zod';
import { asker } from '../../boundary/hub-under-test.js';
import { sight, type Asker } from '../../boundary/judge.js';
import { Random } from '../../boundary/random.js';
import { TwoHubs } from '../../boundary/two-hubs.js';
import { dates, emptyWorld, type World } from '../../boundary/world.js';
import { namedWorld, otherToNobody } from '../../search/naive-search.js';
import {
  bucketOf, bucketsAnswer, bucketsOf, bucketsQuery, heldPermit, keyOf, permitSelection, rowsAnswer, rowsOf, rowsQuery, textOf, type HeldPermit, type Scheme,
} from './reconcile-client.js';

let hubs: TwoHubs;

beforeAll(async () => {
  hubs = await TwoHubs.start();
});
afterAll(() => hubs.close());

const page = z.object({ nodes: z.array(heldPermit), pageInfo: z.object({ hasNextPage: z.boolean(), endCursor: z.string().nullable() }) });

/** Everything a viewer sees, page by page, as a partner would read it. */
async function everything(who: Asker): Promise<HeldPermit[]> {
  const held: HeldPermit[] = [];
  for (let after: string | null = null, more = true; more; ) {
    const query = `query ($after: String) { permits(first: 100, after: $after) { nodes { ${permitSelection} } pageInfo { hasNextPage endCursor } } }`;
    const answer = await hubs.ask(who, { query, variables: { after } });
    const { nodes, pageInfo } = page.parse(answer.data?.['permits']);
    held.push(...nodes);
    [after, more] = [pageInfo.endCursor, pageInfo.hasNextPage];
  }
  return held;
}

async function buckets(who: Asker, input: Readonly<Record<string, unknown>>): Promise<z.infer<typeof bucketsAnswer>> {
  const answer = await hubs.ask(who, { query: bucketsQuery, variables: { input } });
  expect(answer.errors).toEqual([]);
  return bucketsAnswer.parse(answer.data?.['reconcilePermits']);
}

async function rows(who: Asker, input: Readonly<Record<string, unknown>>): Promise<z.infer<typeof rowsAnswer>> {
  const answer = await hubs.ask(who, { query: rowsQuery, variables: { input } });
  expect(answer.errors).toEqual([]);
  return rowsAnswer.parse(answer.data?.['reconcilePermitRows']);
}

async function refusalOf(who: Asker, query: string, input: Readonly<Record<string, unknown>>): Promise<unknown> {
  return (await hubs.ask(who, { query, variables: { input } })).errors[0]?.extensions['code'];
}

/** A copy with faults: rows that were never stored, rows that were never deleted, rows that missed a change. */
function damaged(held: readonly HeldPermit[], random: Random): HeldPermit[] {
  return held.flatMap((permit): HeldPermit[] => {
    if (random.chance(0.8)) return [permit];
    return random.pick<HeldPermit[]>([
      [],
      [permit, { ...permit, documentNo: `${permit.documentNo}"多,余` }],
      [{ ...permit, holder: { ...permit.holder, name: `${permit.holder.name}\n旧` } }],
      [{ ...permit, certificateNo: permit.certificateNo === null ? '' : null }],
      [{ ...permit, decidedOn: random.pick(dates) }],
    ]);
  });
}

const byName = (one: { readonly bucket: string }, other: { readonly bucket: string }): number => (one.bucket < other.bucket ? -1 : 1);
const codePoints = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));

const schemes: readonly Scheme[] = ['DAY', 'HASH'];
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

test.each([asker('HEPING_HRSS'), asker('HEPING_APPROVAL'), asker('MUNI_HRSS'), asker('MUNI_STB')])(
  '$agency: exactly the buckets and rows that differ are named, and hidden rows change no answer',
  async (who) => {
    const random = new Random(seed);
    const world = namedWorld(random, 150);
    await hubs.load(world, otherToNobody(world, who, random));
    const current = await everything(who);
    expect(new Set(current.map(({ documentNo }) => documentNo))).toEqual(
      new Set(world.permits.filter((permit) => sight(who, permit) !== 'hidden').map(({ document_no: no }) => no)),
    );
    const held = damaged(current, random);
    for (const by of schemes) {
      expect(await buckets(who, { by, buckets: bucketsOf(current, by) })).toEqual({ hasMore: false, differing: [] });

      const [ours, theirs] = [bucketsOf(held, by), bucketsOf(current, by)];
      const differing = [...new Set([...ours, ...theirs].map(({ bucket }) => bucket))].map((bucket) => {
        const nothing = { bucket, count: 0, digest: bucketsOf([], by)[0]?.digest ?? emptyDigest };
        const [own, hub] = [ours, theirs].map((side) => side.find((one) => one.bucket === bucket) ?? nothing);
        return { bucket, hub, same: own?.digest === hub?.digest };
      });
      const wanted = differing.filter(({ same }) => !same);
      const answer = await buckets(who, { by, buckets: ours });
      expect(answer).toEqual({ hasMore: false, differing: wanted.map(({ hub }) => hub ?? null).sort((one, other) => (one && other ? byName(one, other) : 0)) });
      expect(answer.differing.length).toBeGreaterThan(0);

      for (const { bucket } of answer.differing.slice(0, 8)) {
        const [mine, its] = [held, current].map((side) => new Map(side.filter((permit) => bucketOf(permit, by) === bucket).map((permit) => [keyOf(permit), textOf(permit)])));
        const keys = [...new Set([...(mine?.keys() ?? []), ...(its?.keys() ?? [])])].filter((key) => mine?.get(key) !== its?.get(key)).sort(codePoints);
        const { differences, hasMore } = await rows(who, { by, bucket, rows: rowsOf(held, by, bucket) });
        expect(hasMore).toBe(false);
        expect(differences.map(({ key, kind, text, pending }) => ({ key, kind, text, pending }))).toEqual(
          keys.map((key) => ({ key, kind: !its?.has(key) ? 'EXTRA' : !mine?.has(key) ? 'MISSING' : 'DIFFERENT', text: its?.get(key) ?? null, pending: null })),
        );
      }
    }
  },
  120_000,
);

/** SHA-256 of nothing: the digest of an empty bucket. */
const emptyDigest = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';

test('days can be narrowed; an answer is cut at its limit and goes on behind its last entry', async () => {
  const who = asker('MUNI_HRSS');
  const random = new Random(seed);
  const world: World = namedWorld(random, 60);
  await hubs.load(world);
  const current = await everything(who);
  const inRange = current.filter(({ decidedOn }) => decidedOn >= '2024-02-29' && decidedOn <= '2025-06-01');
  expect(await buckets(who, { by: 'DAY', from: '2024-02-29', to: '2025-06-01', buckets: bucketsOf(inRange, 'DAY') })).toEqual({ hasMore: false, differing: [] });
  expect((await buckets(who, { by: 'DAY', buckets: bucketsOf(inRange, 'DAY') })).differing.map(({ bucket }) => bucket)).toEqual(
    [...new Set(current.map(({ decidedOn }) => decidedOn))].filter((day) => day < '2024-02-29' || day > '2025-06-01').sort(),
  );

  const invented = Array.from({ length: 1_200 }, (_, n) => ({ key: `X${String(n).padStart(4, '0')} 1`, digest: emptyDigest }));
  const first = await rows(who, { by: 'DAY', bucket: '1999-01-01', rows: invented });
  expect([first.hasMore, first.differences.length, first.differences[0]?.kind]).toEqual([true, 1_000, 'EXTRA']);
  const second = await rows(who, { by: 'DAY', bucket: '1999-01-01', rows: invented, afterKey: first.differences.at(-1)?.key });
  expect([second.hasMore, [...first.differences, ...second.differences].map(({ key }) => key)]).toEqual([false, invented.map(({ key }) => key)]);

  const empty = Array.from({ length: 1_100 }, (_, n) => ({ bucket: n.toString(16).padStart(3, '0'), count: 1, digest: emptyDigest }));
  await hubs.load(emptyWorld);
  const cut = await buckets(who, { by: 'HASH', buckets: empty });
  const rest = await buckets(who, { by: 'HASH', buckets: empty, afterBucket: cut.differing.at(-1)?.bucket });
  expect([cut.hasMore, rest.hasMore, [...cut.differing, ...rest.differing].map(({ bucket }) => bucket)]).toEqual([true, false, empty.map(({ bucket }) => bucket)]);
});

test('what could only be misread is refused; who sees no permits is denied', async () => {
  const who = asker('HEPING_HRSS');
  const one = { bucket: '2026-01-05', count: 1, digest: emptyDigest };
  for (const input of [
    { by: 'DAY', buckets: [one, one] },
    { by: 'DAY', buckets: [{ ...one, bucket: '2026-02-30' }] },
    { by: 'DAY', buckets: [{ ...one, count: -1 }] },
    { by: 'DAY', buckets: [{ ...one, count: 0.5 }] },
    { by: 'DAY', buckets: [{ ...one, digest: emptyDigest.toUpperCase() }] },
    { by: 'DAY', from: '2026-01-06', buckets: [one] },
    { by: 'HASH', buckets: [{ ...one, bucket: 'ABC' }] },
    { by: 'HASH', from: '2026-01-06', buckets: [] },
  ]) expect([input, await refusalOf(who, bucketsQuery, input)]).toEqual([input, 'BAD_USER_INPUT']);
  for (const input of [
    { by: 'DAY', bucket: 'a00', rows: [] },
    { by: 'HASH', bucket: '2026-01-05', rows: [] },
    { by: 'HASH', bucket: 'a00', rows: [{ key: 'A 1', digest: emptyDigest }, { key: 'A 1', digest: emptyDigest }] },
    { by: 'HASH', bucket: 'a00', rows: [{ key: 'A 1', digest: 'none' }] },
  ]) expect([input, await refusalOf(who, rowsQuery, input)]).toEqual([input, 'BAD_USER_INPUT']);
  for (const outsider of [asker('US_OFLC'), asker('MUNI_HRSS', 'AUDITOR')]) {
    expect(await refusalOf(outsider, bucketsQuery, { by: 'DAY', buckets: [] })).toBe('BOUNDARY_DENIED');
    expect(await refusalOf(outsider, rowsQuery, { by: 'DAY', bucket: '2026-01-05', rows: [] })).toBe('BOUNDARY_DENIED');
  }
});
