import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse, validate } from 'graphql';
import { projectFile } from '../../src/cli/project-file.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { RunningHub } from '../feed/running-hub.js';
import { HubProgram } from '../server/hub-program.js';
import { addManyPermits } from './export-hub.js';

const recipe = await readFile(projectFile('docs/recipes/export-in-bulk.md'), 'utf8');

/** A block of docs/recipes/export-in-bulk.md, whose examples are run here. */
function block(info: string): string {
  const [, text] = recipe.split(`\n\`\`\`${info}\n`);
  if (text === undefined) throw new Error(`the recipe has no block ${info}`);
  return text.slice(0, text.indexOf('\n```'));
}

let running: RunningHub;
let folder: string;

beforeAll(async () => {
  running = await RunningHub.start();
  await addManyPermits(running.database.pool(), 1_500);
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-command-'));
});
afterAll(async () => {
  await running.close();
  await rm(folder, { recursive: true, force: true });
});

async function command(scope: string | null, out: string, ...args: string[]): Promise<HubProgram> {
  const program = HubProgram.command(
    { HUB_TOKEN: await running.hub.issuer.issue('HEPING_HRSS', null, scope) },
    'export', path.join(folder, 'permits.graphql'), '--out', path.join(folder, out), '--url', running.hub.url, ...args,
  );
  await program.exited;
  return program;
}

test('the command fetches file and manifest, goes on with a part that is there, and says why it cannot', async () => {
  await writeFile(path.join(folder, 'permits.graphql'), block('graphql export'));
  const first = await command('bulk', 'permits.ndjson', '--variables', '{"district": "120101"}');
  expect([first.error, first.out, await first.exited]).toEqual(['', `${path.join(folder, 'permits.ndjson')}\n`, 0]);
  const file = await readFile(path.join(folder, 'permits.ndjson'));
  const manifest = JSON.parse(await readFile(path.join(folder, 'permits.ndjson.manifest.json'), 'utf8')) as Record<string, unknown>;
  expect(manifest).toMatchObject({ records: 1_500, sha256: createHash('sha256').update(file).digest('hex') });

  await writeFile(path.join(folder, 'again.ndjson.part'), file.subarray(0, 1_000));
  const again = await command('bulk', 'again.ndjson', '--variables', '{"district": "120101"}');
  expect(await again.exited).toBe(0);
  expect((await readFile(path.join(folder, 'again.ndjson'))).equals(file)).toBe(true);
  expect(JSON.parse(await readFile(path.join(folder, 'again.ndjson.manifest.json'), 'utf8'))).toEqual(manifest);

  await writeFile(path.join(folder, 'spoilt.ndjson.part'), 'something else');
  const spoilt = await command('bulk', 'spoilt.ndjson', '--variables', '{"district": "120101"}');
  expect([spoilt.error, await spoilt.exited]).toEqual([expect.stringContaining('digest'), 1]);

  const refused = await command(null, 'small.csv');
  expect([refused.error, await refused.exited]).toEqual([expect.stringContaining('EXPORT_SCOPE_MISSING'), 1]);
}, 120_000);

test('the documents of the recipe are documents of the schema', async () => {
  const schema = await hubSchema(boundaryPolicy());
  for (const info of ['export', 'request', 'follow', 'stream']) expect([info, validate(schema, parse(block(`graphql ${info}`)))]).toEqual([info, []]);
});
