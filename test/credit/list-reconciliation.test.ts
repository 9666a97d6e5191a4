import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { projectFile } from '../../src/cli/project-file.js';
import { FixedClock } from '../../src/measures/clock.js';
import { bucketsAnswer, rowsAnswer } from '../feed/reconcile/reconcile-client.js';
import { CreditHub, codesOf, granted, refusedWith } from './credit-hub.js';

/** A platform's side of the reconciliation of the lists, by the cells docs/recipes/follow-the-lists.md names. */

const recipe = await readFile(projectFile('docs/recipes/follow-the-lists.md'), 'utf8');
const cells = (/```text cells\n(.*)\n```/.exec(recipe)?.[1] ?? '').split(', ');
const selection = cells.map((cell) => cell.replace(/^(\w+)\.(\w+)$/, '$1 { $2 }')).join(' ');

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: CreditHub;

beforeEach(async () => {
  clock.set('2026-11-22T04:00:00Z');
  hub = await CreditHub.start({ clock });
});
afterEach(() => hub.close());

const cell = z.union([z.string(), z.null(), z.object({ code: z.string() }).transform(({ code }) => code)]);
const held = z.record(z.string(), cell);
type Held = z.output<typeof held>;

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const textOf = (entry: Held): string =>
  cells.map((name) => entry[name.split('.')[0] ?? ''] ?? null).map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',');
const keyOf = ({ entryNo }: Held): string => entryNo ?? '';
const bucketOf = (entry: Held, by: 'DAY' | 'HASH'): string => (by === 'DAY' ? (entry['decidedOn'] ?? '') : sha256(keyOf(entry)).slice(0, 3));
const rowsOf = (copy: readonly Held[], by: 'DAY' | 'HASH', bucket: string) => copy.filter((entry) => bucketOf(entry, by) === bucket).map((entry) => ({ key: keyOf(entry), digest: sha256(textOf(entry)) }));
const bucketsOf = (copy: readonly Held[], by: 'DAY' | 'HASH') =>
  [...new Set(copy.map((entry) => bucketOf(entry, by)))].map((bucket) => {
    const digests = rowsOf(copy, by, bucket).map(({ digest }) => digest);
    return { bucket, count: digests.length, digest: sha256(digests.sort().map((digest) => `${digest}\n`).join('')) };
  });

async function everything(agency: string): Promise<Held[]> {
  const { creditList } = granted(await hub.ask(agency, `{ creditList(first: 100) { nodes { ${selection} } } }`));
  return z.object({ nodes: z.array(held) }).parse(creditList).nodes;
}

const bucketsQuery = 'query ($input: BucketQuestion!) { reconcileCreditList(input: $input) { hasMore differing { bucket count digest } } }';
const rowsQuery = 'query ($input: RowsQuestion!) { reconcileCreditListRows(input: $input) { hasMore differences { key kind digest text pending } } }';
const buckets = async (agency: string, input: object) => bucketsAnswer.parse(granted(await hub.ask(agency, bucketsQuery, { input }))['reconcileCreditList']).differing;
const rows = async (agency: string, input: object) => rowsAnswer.parse(granted(await hub.ask(agency, rowsQuery, { input }))['reconcileCreditListRows']).differences;
const nowOf = async (agency: string) => z.object({ cursor: z.string() }).parse(granted(await hub.ask(agency, '{ changes(first: 1, of: LIST_ENTRY) { cursor } }'))['changes']).cursor;

test('YZ-3.5d: a copy of the lists is compared with what the hub shows; what differs is named, with what is still to come', async () => {
  const one = await hub.list('HEPING_HRSS', { reason: '详情' });
  const two = await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other, subjectName: '天津"乙"，有限公司' }, { validTo: null });
  await hub.list('MUNI_HRSS', { list: 'RED', severity: null });
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed' }));
  const copy = await everything('CREDIT_PLATFORM');
  expect(copy.map(keyOf)).toHaveLength(3);
  const cursor = await nowOf('CREDIT_PLATFORM');
  for (const by of ['DAY', 'HASH'] as const) expect([by, await buckets('CREDIT_PLATFORM', { by, buckets: bucketsOf(copy, by) })]).toEqual([by, []]);

  // A copy that never took an entry in, holds one that is none, and missed the repair that is still on its way.
  await hub.repair(one, '2026-07-12');
  const damaged: Held[] = [...copy.filter((entry) => keyOf(entry) !== two), { ...copy[0], entryNo: 'HEXI_HRSS/none' }];
  const found: unknown[] = [];
  for (const { bucket } of await buckets('CREDIT_PLATFORM', { by: 'HASH', buckets: bucketsOf(damaged, 'HASH') })) {
    for (const { key, kind, text, pending } of await rows('CREDIT_PLATFORM', { by: 'HASH', bucket, rows: rowsOf(damaged, 'HASH', bucket), cursor })) found.push([key, kind, pending, text]);
  }
  const missing = copy.find((entry) => keyOf(entry) === two);
  expect(found.sort()).toEqual([
    [one, 'EXTRA', true, null], ['HEXI_HRSS/none', 'EXTRA', false, null], [two, 'MISSING', false, missing ? textOf(missing) : null],
  ].sort());
});

test('YZ-3.5e: what is over is for the comparison not there from midnight on; undecided entries of the own organ are compared by hash', async () => {
  await hub.list('HEPING_HRSS', {}, { validTo: '2026-11-22' });
  const copy = await everything('BLACKLIST_DB');
  clock.set('2026-11-22T16:00:00Z');
  expect(await buckets('BLACKLIST_DB', { by: 'DAY', buckets: bucketsOf(copy, 'DAY') })).toMatchObject([{ bucket: '2026-01-12', count: 0 }]);
  granted(await hub.propose('HEPING_HRSS', { number: 'proposed' }));
  const own = await everything('HEPING_HRSS');
  expect(own).toHaveLength(2);
  expect(await buckets('HEPING_HRSS', { by: 'HASH', buckets: bucketsOf(own, 'HASH') })).toEqual([]);
  expect(await buckets('HEPING_HRSS', { by: 'DAY', buckets: bucketsOf(own.filter(({ decidedOn }) => decidedOn), 'DAY') })).toEqual([]);
});

test('B-38: approval bureaus compare their own entries alone; who sees no list compares none', async () => {
  await hub.list('HEPING_HRSS');
  expect(await buckets('HEPING_APPROVAL', { by: 'HASH', buckets: [] })).toEqual([]);
  for (const agency of ['JINBAO', 'US_OFLC']) {
    expect(refusedWith(await hub.ask(agency, bucketsQuery, { input: { by: 'HASH', buckets: [] } }))).toBe('BOUNDARY_DENIED');
    expect(refusedWith(await hub.ask(agency, rowsQuery, { input: { by: 'HASH', bucket: 'a00', rows: [] } }))).toBe('BOUNDARY_DENIED');
  }
});
