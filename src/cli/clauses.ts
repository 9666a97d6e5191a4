import { parseArgs } from 'node:util';
import { allClauses, type Clause } from '../measures/clauses.js';
import { scanFolder, type Scan } from './clause-mentions.js';
import { projectFile } from './project-file.js';
import { UsageError } from './usage.js';

/** A clause with the files that carry it out and those that prove it. */
interface Traced {
  readonly clause: Clause;
  readonly rules: readonly string[];
  readonly tests: readonly string[];
}

/**
 * Prints clause → rule → test: the source and test files that name each clause, and which core clauses have neither.
 * `--open` prints only the core clauses without a rule or a test, `--json` the same for machines.
 */
export async function clausesCommand(args: readonly string[]): Promise<number> {
  const options = { open: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } as const;
  const { values, positionals } = parseArgs({ args: [...args], allowPositionals: true, options });
  if (positionals.length > 0) throw new UsageError('用法 · Usage: clauses [--open] [--json]');
  const project = projectFile('.');
  const [source, test] = await Promise.all([scanFolder(project, 'src'), scanFolder(project, 'test')]);
  const traced = allClauses().map((clause) => ({
    clause,
    rules: source.mentions.get(clause.id) ?? [],
    tests: test.mentions.get(clause.id) ?? [],
  }));
  const shown = values.open ? traced.filter(isOpen) : traced;
  process.stdout.write(values.json ? json(shown) : `${table(shown)}${summary(traced, [source, test])}`);
  return 0;
}

function isOpen({ clause, rules, tests }: Traced): boolean {
  return clause.hub === 'CORE' && (rules.length === 0 || tests.length === 0);
}

function json(traced: readonly Traced[]): string {
  const rows = traced.map(({ clause: { id, hub, kind }, rules, tests }) => ({ id, hub, kind, rules, tests }));
  return `${JSON.stringify(rows, null, 2)}\n`;
}

const headings = ['条款 clause', '类 class', '类别 kind', '规则 rule (src/)', '测试 test (test/)'] as const;

/** One line per clause, further lines where it has several files. */
function table(traced: readonly Traced[]): string {
  const lines = traced.flatMap(({ clause, rules, tests }) =>
    Array.from({ length: Math.max(rules.length, tests.length, 1) }, (_, i) => {
      const files = [short(rules[i]) ?? (i === 0 ? '–' : ''), short(tests[i]) ?? (i === 0 ? '–' : '')];
      return i === 0 ? [clause.id, clause.hub, clause.kind, ...files] : ['', '', '', ...files];
    }),
  );
  const widths = headings.map((heading, column) => Math.max(width(heading), ...lines.map((line) => width(line[column] ?? ''))));
  return [headings, widths.map((size) => '─'.repeat(size)), ...lines]
    .map((line) => `${line.map((cell, column) => cell.padEnd(cell.length + (widths[column] ?? 0) - width(cell))).join('  ').trimEnd()}\n`)
    .join('');
}

/** Every file lies in src/ or test/: the column says which. */
function short(file: string | undefined): string | undefined {
  return file?.replace(/^(src|test)\//, '');
}

/** Columns a text takes on a terminal: Chinese characters take two. */
function width(text: string): number {
  return text.length + (text.match(/\p{Script=Han}/gu)?.length ?? 0);
}

function summary(traced: readonly Traced[], scans: readonly Scan[]): string {
  const core = traced.filter(({ clause }) => clause.hub === 'CORE');
  const none = core.filter(({ rules, tests }) => rules.length === 0 && tests.length === 0);
  const untested = core.filter(({ rules, tests }) => rules.length > 0 && tests.length === 0);
  const unknown = [...new Set(scans.flatMap((scan) => [...scan.unknown].map(([id, files]) => `${id} (${files.join(', ')})`)))];
  return [
    '',
    `核心条款 ${core.length} 条，尚无规则与测试 ${none.length} 条 · Of ${core.length} core clauses ${none.length} have neither rule nor test yet:`,
    ...wrapped(none.map(({ clause }) => clause.id)),
    `有规则而无测试 ${untested.length} 条 · ${untested.length} have a rule and no test:`,
    ...wrapped(untested.map(({ clause }) => clause.id)),
    ...(unknown.length > 0 ? [`登记簿中没有的编号 · Ids that no clause bears:`, ...unknown.map((line) => `  ${line}`)] : []),
    '',
  ].join('\n');
}

function wrapped(ids: readonly string[]): readonly string[] {
  const lines: string[] = [];
  for (const id of ids) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + id.length < 110) lines[lines.length - 1] = `${last}  ${id}`;
    else lines.push(`  ${id}`);
  }
  return lines;
}
