import { readFile, readdir, writeFile } from 'node:fs/promises';
import { boundarySql } from '../boundary/database.js';
import { boundaryMatrix } from '../boundary/matrix.js';
import { boundaryMigration } from '../boundary/migration-text.js';
import { boundaryPolicy, hubTables, operationViews } from '../server/schema.js';
import { projectFile } from './project-file.js';
import { keepFile } from './schema.js';

/**
 * Prints the boundary as people read it. `--write` puts it into schema/boundary.md and the database layer into a new
 * migration (into the newest one with `--amend`, while that has not been released); `--check` fails on any difference.
 */
export async function boundaryCommand(args: readonly string[]): Promise<number> {
  const policy = boundaryPolicy();
  const matrix = await keepFile(args, 'schema/boundary.md', boundaryMatrix(policy));
  if (!args.includes('--write') && !args.includes('--check')) return matrix;

  const { roles, sql } = boundarySql(policy, hubTables(), operationViews);
  const folder = projectFile('migrations');
  const newest = (await readdir(folder)).filter((name) => name.endsWith('-boundary.ts')).sort().at(-1);
  const stamp = newest?.split('-')[0] ?? '1795305800000';
  const kept = newest ? await readFile(projectFile(`migrations/${newest}`), 'utf8') : '';
  if (kept === boundaryMigration(stamp, policy.version, roles, sql)) return matrix;
  if (args.includes('--check')) {
    process.stderr.write(
      '数据库边界与声明不一致 · The database layer of the boundary differs from its declaration. Next step: npm run boundary -- --write\n',
    );
    return 1;
  }
  const next = newest === undefined || args.includes('--amend') ? stamp : String(Date.now());
  const file = projectFile(`migrations/${next}-boundary.ts`);
  await writeFile(file, boundaryMigration(next, policy.version, roles, sql));
  process.stdout.write(`migrations/${next}-boundary.ts\n`);
  return matrix;
}
