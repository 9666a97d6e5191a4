import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs, promisify } from 'node:util';
import { getOperationAST, parse, type GraphQLSchema } from 'graphql';
import { recordedOperations } from '../access/log/recorded-operations.js';
import { differenceOf } from '../boundary/change/difference.js';
import { differenceText, isNoChange, type ReplayAccount } from '../boundary/text/difference-text.js';
import { BoundaryPolicy } from '../boundary/policy.js';
import { readRecorded, replay, type RecordedOperation } from '../boundary/change/replay.js';
import { readSnapshot } from '../boundary/change/snapshot.js';
import { legalDate, systemClock } from '../measures/clock.js';
import { coordinatesOf, collectFields } from '../planner/selection.js';
import { readExamples } from '../server/page/examples.js';
import { boundaryPolicy, hubSchema } from '../server/schema.js';
import { projectFile } from './project-file.js';
import { UsageError } from './usage.js';
import { withDatabase } from './with-database.js';

const usage =
  '用法 · Usage: boundary diff [--against FILE|GIT-REF] [--recorded FILE.jsonl | --database] | boundary diff --record FILE.jsonl';

/** Exit code of a change: neither a success (0) nor a failure (1), so that a release can be held for it. */
const changed = 3;

/** The snapshot of the boundary as it was released last. */
const baseline = 'schema/boundary.json';

/**
 * Compares the declarations with a baseline and replays recorded operations and the examples of the page, without
 * reading data. Prints who gains and loses what. Exit code 0 when nobody does and no rows change, 3 otherwise.
 */
export async function boundaryDiff(args: readonly string[]): Promise<number> {
  const { against, recorded, record, database } = options(args);
  if (record !== undefined) {
    const operations = await withDatabase((hub) => recordedOperations(hub));
    await writeFile(record, operations.map((operation) => `${JSON.stringify(operation)}\n`).join(''));
    process.stdout.write(`${record}: ${operations.length} 个操作 · operations\n`);
    return 0;
  }
  const { declarations, agreements } = readSnapshot(await baselineText(against ?? baseline));
  const before = new BoundaryPolicy(declarations, legalDate(systemClock.now()), agreements);
  const after = boundaryPolicy();
  const difference = differenceOf(before, after);
  const replays: ReplayAccount[] = [];
  const play = (source: string, operations: readonly RecordedOperation[]): void => {
    replays.push({ source, replayed: operations.length, findings: replay(before, after, operations) });
  };
  if (recorded !== undefined) play(`记录 · recorded (${recorded})`, await readLines(recorded));
  if (database) play('访问日志 · access log', await withDatabase((hub) => recordedOperations(hub)));
  play('示例，各类查询者 · examples of the page, for each viewer class', exampleOperations(await hubSchema(after), [before, after]));
  process.stdout.write(differenceText(after, difference, replays, against ?? baseline));
  return isNoChange(difference) && replays.every(({ findings }) => findings.length === 0) ? 0 : changed;
}

function options(args: readonly string[]): { against?: string; recorded?: string; record?: string; database: boolean } {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: { against: { type: 'string' }, recorded: { type: 'string' }, record: { type: 'string' }, database: { type: 'boolean', default: false } },
    });
    return values;
  } catch {
    throw new UsageError(usage);
  }
}

/** The text of a file, or of the snapshot as it stands in a revision of git. */
async function baselineText(against: string): Promise<string> {
  try {
    return await readFile(against === baseline ? projectFile(baseline) : against, 'utf8');
  } catch {
    // No such file: a revision. It is passed as one argument, never through a shell.
    if (!/^[\w./~^@{}-]+$/.test(against) || against.startsWith('-')) throw new UsageError(usage);
    const { stdout } = await promisify(execFile)('git', ['show', `${against}:${baseline}`], { cwd: projectFile('.'), maxBuffer: 16 * 1024 * 1024 }).catch(() => {
      throw new UsageError(`没有这个文件，也没有含 ${baseline} 的版本 · Neither a file nor a revision that holds ${baseline}: ${against}`);
    });
    return stdout;
  }
}

async function readLines(file: string): Promise<readonly RecordedOperation[]> {
  const lines = (await readFile(file, 'utf8')).split('\n').filter((line) => line !== '');
  return lines.map((line, i) => {
    try {
      return readRecorded(line);
    } catch {
      throw new UsageError(`${file}:${i + 1} 不是操作记录 · is no recorded operation. Next step: boundary diff --record FILE.jsonl`);
    }
  });
}

/** The documents of the page's examples as each viewer class of either boundary would ask them. */
export function exampleOperations(schema: GraphQLSchema, policies: readonly BoundaryPolicy[]): readonly RecordedOperation[] {
  const viewers = [...new Set(policies.flatMap(({ principals }) => principals))].sort();
  return readExamples().flatMap(({ name, document: text }) => {
    const document = parse(text);
    const operation = getOperationAST(document);
    const root = operation && schema.getRootType(operation.operation);
    if (!root) return [];
    const used = new Set<string>();
    for (const nodes of collectFields(root, [operation.selectionSet], {}, {}).values()) coordinatesOf(schema, root, nodes, {}, {}, used);
    return viewers.map((viewerClass) => ({
      document: name, operation: operation.name?.value ?? null, viewerClass, purpose: null, coordinates: [...used].sort(), runs: null,
    }));
  });
}
