import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { projectFile } from '../../src/cli/project-file.js';
import { bucketDigest, bucketDigestSql, canonicalRow, canonicalRowSql, digestSql, rowDigest } from '../../src/feed/reconcile/canonical-row.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { addPermits, addSubject } from './registry-rows.js';
import { PullClient, pullQuery } from './pull-client.js';
import { permitSelection } from './reconcile/reconcile-client.js';
import { RunningHub } from './running-hub.js';

/** docs/recipes/follow-the-changes.md and reconcile.md: their operations are of the schema, their example and program are run. */

const recipes = {
  follow: await readFile(projectFile('docs/recipes/follow-the-changes.md'), 'utf8'),
  reconcile: await readFile(projectFile('docs/recipes/reconcile.md'), 'utf8'),
};

function block(recipe: keyof typeof recipes, info: string): string {
  const [, text] = recipes[recipe].split(`\n\`\`\`${info}\n`);
  if (text === undefined) throw new Error(`the recipe has no block ${info}`);
  return text.slice(0, text.indexOf('\n```'));
}

const difference = z.object({ key: z.string(), kind: z.string(), pending: z.boolean().nullable() });

let running: RunningHub;
let folder: string;

beforeAll(async () => {
  running = await RunningHub.start();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-recipes-'));
});
afterAll(async () => {
  await running.close();
  await rm(folder, { recursive: true, force: true });
});

test('every operation of the recipes is one of the schema', async () => {
  const schema = await hubSchema(boundaryPolicy());
  for (const [recipe, info] of [['follow', 'graphql now'], ['follow', 'graphql page'], ['follow', 'graphql receipt'], ['reconcile', 'graphql buckets'], ['reconcile', 'graphql rows']] as const) {
    expect([info, validate(schema, parse(block(recipe, info)))]).toEqual([info, []]);
  }
});

test('the example of the canonical row is what the hub reckons, in its code and in its database', async () => {
  const cells = ['津人社许〔2026〕1号', '1', 'CN-TJ', 'P01', '120101-0001', '天津“海河”人力"资源"有限公司', null, 'HEPING_APPROVAL', 'HEPING_APPROVAL', '120101', '120101', 'GRANTED', 'VALID', '2026-03-02', '2026-03-02', null];
  const text = block('reconcile', 'text row');
  const wanted = Object.fromEntries(block('reconcile', 'text digests').split('\n').map((line) => [line.slice(0, 6).trim(), line.slice(8)]));
  const other = rowDigest('"2"');
  expect(canonicalRow(cells)).toBe(text);
  expect({ key: wanted['key'], hash: rowDigest(wanted['key'] ?? '').slice(0, 3), row: rowDigest(text), bucket: bucketDigest([rowDigest(text), other]) }).toEqual(wanted);
  const { rows } = await running.database.pool().query<{ text: string; row: string; bucket: string }>(
    `WITH one AS (SELECT ${canonicalRowSql(cells.map((_, i) => `$${i + 1}::text`))} AS text),
       each AS (SELECT text, ${digestSql('text')} AS row FROM one)
     SELECT e.text, e.row, (SELECT ${bucketDigestSql('b.digest')} FROM (VALUES (e.row), ('${other}')) b(digest)) AS bucket FROM each e`,
    cells,
  );
  expect(rows).toEqual([{ text, row: wanted['row'], bucket: wanted['bucket'] }]);
});

test('the program finds what a damaged copy lacks, has too much, and holds otherwise', async () => {
  const pool = running.database.pool();
  const bureau = new PullClient(running.hub.url, await running.token('HEPING_HRSS'), pullQuery(permitSelection));
  const start = await bureau.now();
  const holderId = await addSubject(pool, '天津"海河"，人力\n资源');
  await addPermits(pool, Array.from({ length: 40 }, (_, n) => ({ documentNo: `津〔2026〕${n}号`, holderId, certificateNo: n % 3 === 0 ? '' : `c${n}` })));
  const { changes, cursor } = await bureau.all(start);
  const file = path.join(folder, 'permits.ndjson');
  const script = path.join(folder, 'reconcile.mjs');
  await writeFile(script, block('reconcile', 'js reconcile.mjs'));
  const run = async (copy: readonly (Readonly<Record<string, unknown>> | null | undefined)[]): Promise<unknown[]> => {
    await writeFile(file, copy.map((permit) => `${JSON.stringify(permit)}\n`).join(''));
    const env = { ...process.env, HUB_URL: running.hub.url, HUB_TOKEN: bureau.token, NODE_OPTIONS: '' };
    const { stdout } = await promisify(execFile)(process.execPath, [script, file, cursor], { env });
    return stdout.split('\n').slice(0, -1).map((line) => difference.parse(JSON.parse(line))).map(({ kind, key, pending }) => `${kind} ${key} ${String(pending)}`).sort();
  };
  const copy = changes.map(({ permit }) => permit);
  expect(await run(copy)).toEqual([]);
  await addPermits(pool, [{ documentNo: '津〔2026〕新', holderId }]);
  const found = await run([...copy.slice(2), { ...copy[3], documentNo: 'X' }, { ...copy[0], certificateNo: null }]);
  expect(found).toEqual(['DIFFERENT 津〔2026〕0号 1 false', 'EXTRA X 1 false', 'MISSING 津〔2026〕1号 1 false', 'MISSING 津〔2026〕新 1 true']);
}, 60_000);
