import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';

// The recipe is executed as it is written: its files, its commands, its numbers.
const recipe = await readFile(new URL('../../../docs/recipes/import-list-files.md', import.meta.url), 'utf8');
const program = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));

/** The code block that begins with this line. */
function block(info: string): string {
  const [, text] = recipe.split(`\n\`\`\`${info}\n`);
  return text?.slice(0, text.indexOf('```')) ?? '';
}

let database: HubDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-list-recipe-'));
  for (const name of ['lists.csv', 'debarments.csv']) await writeFile(path.join(folder, name), block(`csv ${name}`));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
  await database.close();
});

interface Told {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

/** Runs the command of the recipe that begins so, with words put in and more behind it. */
function hub(words: string, put: readonly [string, string] = ['', ''], more: readonly string[] = []): Promise<Told> {
  const commands = [...recipe.matchAll(/^npm run --silent hub -- ([^\n]+)$/gm)].map(([, command = '']) => command);
  const command = commands.find((one) => one.startsWith(words)) ?? `(not in the recipe: ${words})`;
  const env = { ...process.env, DATABASE_URL: databaseUrl(database.settings), HUB_DATA: path.join(folder, 'data') };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...command.replace(...put).split(' '), ...more], { cwd: folder, env }, (error, out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, said }),
    );
  });
}

const states = async () => (await database.pool().query<Record<string, unknown>>('SELECT responsible_organ AS organ, state, valid_to::text AS until FROM hub.list_entry ORDER BY id')).rows;

test('the list of an organ comes in as shown: one entry, one row without notice, one that says otherwise', async () => {
  const { code, out } = await hub('import lists lists.csv', undefined, ['--json']);
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject(JSON.parse(block('json ledger')) as object);
  expect(JSON.parse(out)).toMatchObject({
    rejections: [{ line: 3, field: '告知日期', code: 'REQUIRED' }, { line: 3, field: '陈述申辩截止日', code: 'REQUIRED' }],
    doubts: [{ line: 4, field: '失信程度', code: 'ENTRY_DIFFERS' }],
  });
  expect(await states()).toEqual([{ organ: 'HEPING_HRSS', state: 'PUBLISHED', until: '2099-01-11' }]);
}, 60_000);

test('a foreign register is adopted as shown, and the doubtful term is settled by who says which one holds', async () => {
  const { code, out } = await hub('import lists debarments.csv', undefined, ['--json']);
  expect(code).toBe(3);
  expect(JSON.parse(out)).toMatchObject(JSON.parse(block('json foreign')) as object);
  const listed = await hub('doubts list');
  const reference = listed.out.split('\n').find((line) => line.includes('US_OFLC'))?.slice(0, 36) ?? '';
  expect((await hub('doubts accept', ['REFERENCE', reference])).code).toBe(0);
  expect(await states()).toEqual([
    { organ: 'HEPING_HRSS', state: 'PUBLISHED', until: '2099-01-11' }, { organ: 'US_OFLC', state: 'PUBLISHED', until: '2099-12-31' },
    { organ: 'US_OFLC', state: 'REVOKED', until: '2021-12-31' }, { organ: 'US_OFLC', state: 'PUBLISHED', until: null }, { organ: 'US_OFLC', state: 'PUBLISHED', until: '2099-12-31' },
  ]);
}, 120_000);

test('a file of lists without its organ is refused, and says what is missing', async () => {
  const { code, said } = await hub('import lists lists.csv', [' --organ HEPING_HRSS', '']);
  expect([code, said]).toEqual([1, expect.stringContaining('IMPORT_ORGAN_UNFIT')]);
}, 60_000);
