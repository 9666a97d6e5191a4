import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { projectFile } from '../../../src/cli/project-file.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { exportClient } from '../../export/export-hub.js';
import { schema } from '../../boundary/read-surface.js';
import { bucketsAnswer, rowsAnswer } from '../../feed/reconcile/reconcile-client.js';
import { codesOf, granted } from '../credit-hub.js';
import { RecordHub, watchRecords } from './record-hub.js';

/** A follower's copy of the credit records: taken whole by an export, kept by the stream, compared by the cells docs/recipes/follow-credit-records.md names. */
const recipe = await readFile(projectFile('docs/recipes/follow-credit-records.md'), 'utf8');
const cells = (/```text cells\n(.*)\n```/.exec(recipe)?.[1] ?? '').split(', ');
const selection = cells.map((cell) => cell.replace(/^(\w+)\.(\w+)$/, '$1 { $2 }')).join(' ');

const clock = new FixedClock('2026-11-22T04:00:00Z');
let hub: RecordHub;

beforeEach(async () => {
  hub = await RecordHub.start({ clock });
});
afterEach(() => hub.close());

const cell = z.union([z.string(), z.null(), z.object({ code: z.string() }).transform(({ code }) => code), z.array(z.string()).transform((codes) => codes.join(' '))]);
const held = z.record(z.string(), cell);
type Held = z.output<typeof held>;

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const textOf = (record: Held): string => cells.map((name) => record[name.split('.')[0] ?? ''] ?? null).map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',');
const keyOf = ({ recordNo }: Held): string => recordNo ?? '';
const bucketOf = (record: Held, by: 'DAY' | 'HASH'): string => (by === 'DAY' ? (record['decidedOn'] ?? '') : sha256(keyOf(record)).slice(0, 3));
const rowsOf = (copy: readonly Held[], by: 'DAY' | 'HASH', bucket: string) => copy.filter((record) => bucketOf(record, by) === bucket).map((record) => ({ key: keyOf(record), digest: sha256(textOf(record)) }));
const bucketsOf = (copy: readonly Held[], by: 'DAY' | 'HASH') =>
  [...new Set(copy.map((record) => bucketOf(record, by)))].map((bucket) => {
    const digests = rowsOf(copy, by, bucket).map(({ digest }) => digest);
    return { bucket, count: digests.length, digest: sha256(digests.sort().map((digest) => `${digest}\n`).join('')) };
  });

const bucketsQuery = 'query ($input: BucketQuestion!) { reconcileCreditRecords(input: $input) { hasMore differing { bucket count digest } } }';
const rowsQuery = 'query ($input: RowsQuestion!) { reconcileCreditRecordRows(input: $input) { hasMore differences { key kind digest text pending } } }';
const buckets = async (agency: string, input: object) => bucketsAnswer.parse(granted(await hub.ask(agency, bucketsQuery, { input }))['reconcileCreditRecords']).differing;
const rows = async (agency: string, input: object) => rowsAnswer.parse(granted(await hub.ask(agency, rowsQuery, { input }))['reconcileCreditRecordRows']).differences;

async function released(): Promise<readonly [string, string]> {
  const one = await hub.confirm('XM_SIMING_HRSS');
  const good = await hub.confirm('XM_JIMEI_HRSS', { category: 'GOOD', penalties: [], problem: null, subjectUscc: codesOf.other, subjectName: '厦门"乙"，有限公司' });
  for (const recordNo of [one, good]) granted(await hub.release('XM_CREDIT_DIV', recordNo));
  await hub.confirm('XM_SIMING_HRSS', { number: 'inside' });
  return [one, good];
}

test('XM-3.6.5: the platform’s copy is compared with what the hub shows; what differs is named, and nothing of what was not released', async () => {
  const [one, good] = await released();
  const { creditRecords } = granted(await hub.ask('XM_CITY_CREDIT', `{ creditRecords(first: 100) { nodes { ${selection} } } }`));
  const copy = z.object({ nodes: z.array(held) }).parse(creditRecords).nodes;
  expect(copy.map(keyOf)).toEqual([good, one]);
  for (const by of ['DAY', 'HASH'] as const) expect([by, await buckets('XM_CITY_CREDIT', { by, buckets: bucketsOf(copy, by) })]).toEqual([by, []]);
  const { cursor } = z.object({ cursor: z.string() }).parse(granted(await hub.ask('XM_CITY_CREDIT', '{ changes(first: 1, of: CREDIT_RECORD) { cursor } }'))['changes']);
  // A copy that never took one in, and missed the repair that is still on its way.
  granted(await hub.take('XM_SIMING_HRSS', one, 'REPAIR', '2026-08-08', { conductCorrected: true, dutiesMet: true, promiseGiven: true }));
  const damaged = copy.filter((record) => keyOf(record) !== good);
  const found: unknown[] = [];
  for (const { bucket } of await buckets('XM_CITY_CREDIT', { by: 'HASH', buckets: bucketsOf(damaged, 'HASH') })) {
    for (const { key, kind, text, pending } of await rows('XM_CITY_CREDIT', { by: 'HASH', bucket, rows: rowsOf(damaged, 'HASH', bucket), cursor })) found.push([key, kind, pending, text]);
  }
  const missing = copy.find((record) => keyOf(record) === good);
  expect(found.sort()).toEqual([[one, 'EXTRA', true, null], [good, 'MISSING', false, missing ? textOf(missing) : null]].sort());
});

test('XM-3.6.5: the records are exported as permits are, and the stream goes on from the position of the file', async () => {
  const [one, good] = await released();
  const platform = await exportClient(hub.credit.running, 'XM_CITY_CREDIT');
  const query = '{ creditRecords { nodes { recordNo category penalties responsibleOrgan { code } } } }';
  const job = await platform.exported({ query, idempotencyKey: 'records' });
  expect(job).toMatchObject({ state: 'READY', error: null, records: 2, expected: 2 });
  expect(await platform.lines(job.data)).toEqual([
    { recordNo: good, category: 'GOOD', penalties: [], responsibleOrgan: { code: 'XM_JIMEI_HRSS' } },
    { recordNo: one, category: 'WARNING', penalties: ['FINE', 'WARNING'], responsibleOrgan: { code: 'XM_SIMING_HRSS' } },
  ]);
  granted(await hub.take('XM_SIMING_HRSS', one, 'WITHDRAW', '2026-08-08'));
  const stream = await hub.subscribe('XM_CITY_CREDIT', watchRecords(), job.position ?? '');
  expect(await hub.change(stream)).toMatchObject({ kind: 'OPENED', number: 0 });
  expect(await hub.change(stream)).toMatchObject({ kind: 'LEFT', number: 1, recordNo: one, leftAs: 'WITHDRAWN' });
});

test('the operations of the recipe are of the schema, and the page of RECORD_STEP_REFUSED names every reason the register and the rules know', async () => {
  const operations = [...recipe.matchAll(/```graphql \w+\n([\s\S]*?)```/g)].map(([, text]) => text ?? '');
  expect(operations.map((text) => validate(schema, parse(text)))).toEqual([[], [], [], []]);
  const page = await readFile(projectFile('docs/errors/RECORD_STEP_REFUSED.md'), 'utf8');
  const sources = await Promise.all(['src/credit/records/record-register.ts', 'src/credit/records/record-mutations.ts', 'src/measures/credit/credit-record.ts'].map((file) => readFile(projectFile(file), 'utf8')));
  const reasons = [...new Set(sources.join('').match(/RECORD_[A-Z_]+(?=')/g))].filter((reason) => reason !== 'RECORD_STEP_REFUSED');
  expect(reasons.length).toBeGreaterThan(12);
  expect(reasons.filter((reason) => !page.includes(`\`${reason}\``))).toEqual([]);
});
