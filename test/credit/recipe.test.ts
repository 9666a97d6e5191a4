import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { parse, validate } from 'graphql';
import { z } from 'zod';
import { projectFile } from '../../src/cli/project-file.js';
import { FixedClock } from '../../src/measures/clock.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { CreditHub, codesOf, granted } from './credit-hub.js';

/** docs/recipes/follow-the-lists.md: its operations are of the schema, its program is run; the pages of refusals name every reason. */

const recipe = await readFile(projectFile('docs/recipes/follow-the-lists.md'), 'utf8');

const ofCases = await readFile(projectFile('docs/recipes/object-and-repair.md'), 'utf8');

function block(info: string, of = recipe): string {
  const [, text] = of.split(`\n\`\`\`${info}\n`);
  if (text === undefined) throw new Error(`the recipe has no block ${info}`);
  return text.slice(0, text.indexOf('\n```'));
}

test('every operation of the recipes is one of the schema', async () => {
  const schema = await hubSchema(boundaryPolicy());
  for (const info of ['graphql file', 'graphql step', 'graphql overdue']) expect([info, validate(schema, parse(block(info, ofCases)))]).toEqual([info, []]);
  for (const info of ['graphql stream', 'graphql page']) expect([info, validate(schema, parse(block(info)))]).toEqual([info, []]);
});

test.each([['LIST_STEP_REFUSED', 'lists/list-mutations'], ['CREDIT_CASE_REFUSED', 'cases/case-mutations']])('the page of %s explains every reason there is', async (code, file) => {
  const [page, source] = [await readFile(projectFile(`docs/errors/${code}.md`), 'utf8'), await readFile(projectFile(`src/credit/${file}.ts`), 'utf8')];
  const listed = [...page.matchAll(/^\| `((?:ENTRY|CASE)_\w+)` \|/gm)].map(([, reason]) => reason);
  expect(listed.sort()).toEqual([...source.matchAll(/^ {2}((?:ENTRY|CASE)_\w+): '/gm)].map(([, reason]) => reason).sort());
  expect(listed.length).toBeGreaterThan(10);
});

test('YZ-3.5e: a repair goes the way the recipe of cases tells, with its own documents and inputs', async () => {
  const hub = await CreditHub.start({ clock: new FixedClock('2026-11-22T04:00:00Z') });
  try {
    const input = (info: string): object => z.object({ input: z.record(z.string(), z.unknown()) }).parse(JSON.parse(block(info, ofCases)));
    await hub.list('HEPING_HRSS');
    expect(granted(await hub.ask('CREDIT_PLATFORM', block('graphql file', ofCases), input('json file')))).toEqual({ fileCreditCase: { caseNo: 'CREDIT_PLATFORM/2026-3', state: 'FILED' } });
    expect(granted(await hub.ask('CREDIT_PLATFORM', block('graphql overdue', ofCases), { day: '2026-11-22' }))['creditCases']).toMatchObject({ totalCount: 1 });
    await hub.review('CREDIT_PLATFORM/2026-3', '2026-07-14');
    expect(granted(await hub.ask('HEPING_HRSS', block('graphql step', ofCases), input('json step')))).toEqual({ takeCreditCaseStep: { caseNo: 'CREDIT_PLATFORM/2026-3', state: 'GRANTED' } });
  } finally {
    await hub.close();
  }
});

const kept = z.object({ cursor: z.string(), entries: z.record(z.string(), z.object({ state: z.string() })) });

test('YZ-3.5e: the program holds the black list as it is, and says which measures are to be lifted', async () => {
  const clock = new FixedClock('2026-11-22T04:00:00Z');
  const hub = await CreditHub.start({ clock });
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-lists-'));
  try {
    const [script, file] = [path.join(folder, 'follow-lists.mjs'), path.join(folder, 'black-list.json')];
    await writeFile(script, block('js follow-lists.mjs'));
    const token = await hub.running.token('BLACKLIST_DB');
    const run = async (): Promise<{ readonly told: readonly string[]; readonly held: unknown }> => {
      const { stdout } = await promisify(execFile)(process.execPath, [script, file], { env: { ...process.env, HUB_URL: hub.running.hub.url, HUB_TOKEN: token, NODE_OPTIONS: '' } });
      const { entries } = kept.parse(JSON.parse(await readFile(file, 'utf8')));
      return { told: stdout.split('\n').slice(0, -1), held: Object.entries(entries).map(([entryNo, { state }]) => `${entryNo} ${state}`) };
    };
    const one = await hub.list('HEPING_HRSS');
    await hub.list('HEPING_HRSS', { number: 'red', list: 'RED' });
    expect(await run()).toEqual({ told: [], held: [`${one} PUBLISHED`] });
    const two = await hub.list('HEDONG_HRSS', { subjectUscc: codesOf.other });
    await hub.repair(one, '2026-07-12');
    await hub.object(two, '2026-02-01');
    expect(await run()).toEqual({ told: [`impose ${two}`, `lift ${one} REPAIRED`], held: [`${two} OBJECTED`] });
    granted(await hub.take('HEDONG_HRSS', two, 'REVOKE', '2026-02-02'));
    expect(await run()).toEqual({ told: [`lift ${two} REVOKED`], held: [] });
    expect(await run()).toEqual({ told: [], held: [] });
  } finally {
    await hub.close();
    await rm(folder, { recursive: true, force: true });
  }
}, 60_000);
