import { readFile, readdir, writeFile } from 'node:fs/promises';
import { boundarySql } from '../boundary/database.js';
import { groundsOf } from '../boundary/grounds.js';
import { boundaryMatrix } from '../boundary/text/matrix.js';
import { boundaryMigration } from '../boundary/migration-text.js';
import { assertReleases, releasesText } from '../boundary/text/releases-text.js';
import { snapshotText } from '../boundary/change/snapshot.js';
import { agreements } from '../measures/agreements.js';
import { accountOf } from '../measures/boundary-coverage.js';
import { watchedColumns } from '../feed/change-filter.js';
import { boundaries, boundaryPolicy, changes, hubTables, operationViews, releases } from '../server/schema.js';
import { boundaryDiff } from './boundary-diff.js';
import { projectFile } from './project-file.js';
import { keepFile } from './schema.js';

/**
 * Prints the boundary as people read it. `--write` puts it into schema/boundary.md, the releases into schema/releases.md,
 * the declarations into schema/boundary.json, and the database layer into a new migration (into the newest one with
 * `--amend`, while that has not been released); `--check` fails on any difference. `diff` tells what a change does.
 */
export async function boundaryCommand(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === 'diff') return boundaryDiff(rest);
  const policy = boundaryPolicy();
  assertReleases(policy, releases);
  const account = accountOf(groundsOf(boundaries, releases));
  for (const fault of account.faults) process.stderr.write(`边界表与声明不一致 · The boundary table and the declarations disagree: ${fault}\n`);
  const matrix = await keepFile(args, 'schema/boundary.md', boundaryMatrix(policy, account, boundaries));
  if (!args.includes('--write') && !args.includes('--check')) return matrix;

  const kept = [
    args.includes('--check') && account.faults.length > 0 ? 1 : 0,
    matrix,
    await keepFile(args, 'schema/releases.md', releasesText(policy, releases)),
    await keepFile(args, 'schema/boundary.json', snapshotText(boundaries, agreements())),
    await keepMigration(args),
  ];
  return Math.max(...kept);
}

/** Writes or checks the database layer of the boundary. */
async function keepMigration(args: readonly string[]): Promise<number> {
  const policy = boundaryPolicy();
  const { roles, sql } = boundarySql(policy, hubTables(), operationViews, watchedColumns(changes.values(), hubTables()));
  const folder = projectFile('migrations');
  const migrations = (await readdir(folder)).filter((name) => name.endsWith('.ts')).sort();
  const newest = migrations.filter((name) => name.endsWith('-boundary.ts')).at(-1);
  const stamp = newest?.split('-')[0] ?? '1795305800000';
  const kept = newest ? await readFile(projectFile(`migrations/${newest}`), 'utf8') : '';
  if (kept === boundaryMigration(stamp, policy.version, roles, sql)) return 0;
  if (args.includes('--check')) {
    process.stderr.write(
      '数据库边界与声明不一致 · The database layer of the boundary differs from its declaration. Next step: npm run boundary -- --write\n',
    );
    return 1;
  }
  // Migrations run in the order of their stamps, and the newest may be ahead of the clock: the boundary comes behind all.
  const next = newest === undefined || args.includes('--amend') ? stamp : String(Math.max(Date.now(), Number(migrations.at(-1)?.split('-')[0]) + 1));
  const file = projectFile(`migrations/${next}-boundary.ts`);
  await writeFile(file, boundaryMigration(next, policy.version, roles, sql));
  process.stdout.write(`migrations/${next}-boundary.ts\n`);
  return 0;
}
