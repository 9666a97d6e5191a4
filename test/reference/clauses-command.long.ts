import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { idsIn, scanFolder } from '../../src/cli/clause-mentions.js';

// This module runs in dist/test/reference. Ids are put together here: written out, they would be found as tests.
const project = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../..');
const id = (rest: string): string => ['XT', rest].join('-');

interface Row {
  readonly id: string;
  readonly hub: string;
  readonly rules: readonly string[];
  readonly tests: readonly string[];
}

function command(...args: readonly string[]): { readonly status: number | null; readonly out: string } {
  const { status, stdout } = spawnSync(process.execPath, [path.join(project, 'dist/src/cli/main.js'), 'clauses', ...args], { encoding: 'utf8' });
  return { status, out: stdout };
}

describe('npm run clauses', () => {
  it('finds ids in a text, also those written in short, and no families', () => {
    const text = `(${id('3.1a')}, ${id('A2.4')}). ${id('5.4.2.5a/b')}; ${id('3.2a–c')} and ${id('3.3')}* but not Z${id('9')} ${id('3.6a-foo')}`;
    expect([...idsIn(text)].sort()).toEqual(
      ['3.1a', 'A2.4', '5.4.2.5a', '5.4.2.5b', '3.2a', '3.2b', '3.2c', '3.6a'].map(id).sort(),
    );
  });

  it('reads sources and tests, but not the data of the measures', async () => {
    const { mentions } = await scanFolder(project, 'src');
    expect(mentions.get(id('5.1.2c'))).toContain('src/measures/due-limits.ts');
    expect([...mentions.values()].flat().filter((file) => file.startsWith('src/measures/data/'))).toEqual([]);
  });

  it('prints each clause with its files, and the core clauses that have none', () => {
    const { status, out } = command();
    expect(status).toBe(0);
    expect(out).toMatch(/^条款 clause +类 class +类别 kind +规则 rule \(src\/\) +测试 test \(test\/\)\n/);
    expect(out).toContain(id('5.1.2c'));
    expect(out).toMatch(/核心条款 218 条，尚无规则与测试 \d+ 条 · Of 218 core clauses \d+ have neither/);
  });

  it('--open --json gives the core clauses without a rule or a test', () => {
    const all = JSON.parse(command('--json').out) as readonly Row[];
    const open = JSON.parse(command('--open', '--json').out) as readonly Row[];
    expect(all).toHaveLength(359);
    expect(open).toEqual(all.filter(({ hub, rules, tests }) => hub === 'CORE' && (rules.length === 0 || tests.length === 0)));
    expect(command('everything').status).toBe(2);
  });
});
