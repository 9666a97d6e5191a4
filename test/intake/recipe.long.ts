import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import type { Ledger } from '../../src/intake/ledger.js';
import { testDatabase } from '../support/test-database.js';

// The recipe is executed as it is written: its files, its commands, its numbers.
const recipe = await readFile(new URL('../../../docs/recipes/import-your-own-file.md', import.meta.url), 'utf8');
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
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-recipe-'));
  for (const name of ['my-permits.csv', 'my-permits.yaml']) await writeFile(path.join(folder, name), block(`${name.slice(-4).replace('.', '')} ${name}`));
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

/** Runs what stands behind `npm run --silent hub --` in the recipe, in the newcomer's folder. */
function hub(command: string, more: readonly string[] = []): Promise<Told> {
  const args = [...command.trim().split(' '), ...more];
  const env = { ...process.env, DATABASE_URL: databaseUrl(database.settings), HUB_DATA: path.join(folder, 'data') };
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], { cwd: folder, env }, (error, out, said) =>
      resolve({ code: error === null ? 0 : Number(error.code), out, said }),
    );
  });
}

/** The commands of the recipe, without the redirection that the shell does. */
const commands = [...recipe.matchAll(/^npm run --silent hub -- ([^\n>]+?)(?: > (\S+))?$/gm)].map(([, command = '']) => command);

function commandWith(words: string): string {
  return commands.find((command) => command.startsWith(words)) ?? `(not in the recipe: ${words})`;
}

const importCommand = commandWith('import permits my-permits.csv');

test('the file comes in with the profile, and the ledger is the one shown', async () => {
  const { code, out } = await hub(importCommand, ['--json']);
  expect(code).toBe(3);
  const ledger = JSON.parse(out) as Ledger;
  expect(ledger).toMatchObject(JSON.parse(block('json ledger')) as object);
  expect(ledger.rejections).toMatchObject([{ line: 4, field: '信用代码', code: 'CREDIT_CODE_INVALID' }]);
  expect(ledger.doubts).toMatchObject([{ line: 5, field: '审批局', code: 'NOT_COMPETENT' }]);
  const { rows } = await database.pool().query(`SELECT content, valid_to::text FROM hub.permit ORDER BY document_no`);
  expect(rows).toEqual([
    { content: '劳务派遣经营许可证，负责人 虚构人甲', valid_to: '2023-03-01' },
    { content: '人力资源服务许可证，负责人 虚构人乙', valid_to: '2099-12-31' },
  ]);
});

test('the bad rows are mended and come in, linked to the first batch', async () => {
  const { rows } = await database.pool().query<{ reference: string }>('SELECT reference FROM hub.import_batch ORDER BY id LIMIT 1');
  const batch = rows[0]?.reference ?? '';
  const rejects = await hub(commandWith('import rejects').replace('BATCH', batch));
  const lines = rejects.out.trimEnd().split('\r\n');
  expect(lines[0]).toBe('\uFEFF文号,单位名称,信用代码,负责人,证书,证号,发证日期,到期日,审批局,区,情况,导入批次 (hub batch),原行号 (hub line),问题列 (hub fields),原因 (hub reasons)');
  expect(lines).toHaveLength(3);
  expect(lines[1]).toContain('GB 32100');
  expect(lines[2]).toContain('XT-4.1.1a');
  await writeFile(path.join(folder, 'mend.csv'), rejects.out.replace('91120116MA0HUB010E', '91350200769265577B'));
  const { out } = await hub(commandWith('import permits mend.csv'), ['--json']);
  expect(JSON.parse(out)).toMatchObject({ read: 2, stored: 1, doubtful: 1, rejected: 0, mends: batch, ignoredColumns: [] });
});

test('the doubtful row is shown and accepted', async () => {
  const list = await hub(commandWith('doubts list'));
  expect(list.out).toContain('津滨审自〔2020〕4号');
  const reference = /^[0-9a-f-]{36}/.exec(list.out)?.[0] ?? '';
  expect((await hub(commandWith('doubts show').replace('REFERENCE', reference))).out).toContain('虚构四号劳务有限公司');
  expect((await hub(commandWith('doubts accept').replace('REFERENCE', reference))).code).toBe(0);
  expect((await hub(commandWith('doubts list'))).out).toContain('没有存疑行');
  expect((await hub(`${commandWith('doubts list')} --state ACCEPTED`)).out).toContain('王五: 已核对');
  const again = await hub(commandWith('doubts refuse').replace('REFERENCE', reference));
  expect([again.code, again.said]).toEqual([1, expect.stringContaining('IMPORT_DOUBT_SETTLED')]);
}, 180_000); // six programs one after the other: a busy machine has taken 60 s

test('the same file again changes nothing and says when it was first taken', async () => {
  const { out } = await hub(importCommand, ['--json']);
  const ledger = JSON.parse(out) as Ledger;
  expect(ledger).toMatchObject({ stored: 0, updated: 0, duplicate: 3, applicationDuplicates: 1, rejected: 1, doubtful: 0 });
  expect(ledger.firstTakenAt).not.toBeNull();
});

test('a wrong profile is refused with the place', async () => {
  const wrong = block('yaml my-permits.yaml').replace('parse: code, required', 'parse: codes, required');
  await writeFile(path.join(folder, 'wrong.yaml'), wrong);
  const { code, said } = await hub('import permits my-permits.csv --profile ./wrong.yaml');
  expect(code).toBe(1);
  expect(said).toContain(block('text fault').trim());
});
