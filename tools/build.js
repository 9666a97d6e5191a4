// Compiles when the sources differ from what dist/ was made of, and not otherwise: starting tsc only to learn that
// nothing changed costs 1–2 s, comparing contents some 20 ms. Contents, not times: a checkout changes times.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const project = fileURLToPath(new URL('..', import.meta.url));
const output = join(project, 'dist');
const stamp = join(output, '.sources');
const roots = ['src', 'migrations', 'test'];

function filesUnder(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? [] : filesUnder(path);
    return [path];
  });
}

function sources() {
  const found = roots.flatMap((root) => filesUnder(join(project, root))).filter((path) => path.endsWith('.ts'));
  return [...found, join(project, 'ormconfig.ts')].filter((path) => !path.includes(join('bench', 'peers'))).sort();
}

function digest(paths) {
  const hash = createHash('sha256');
  for (const path of [...paths, join(project, 'tsconfig.json'), join(project, 'package-lock.json')]) {
    hash.update(relative(project, path)).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex');
}

/** Removes compiled files whose source is gone: a deleted test or migration must not live on in dist/. */
function prune(paths) {
  const kept = new Set(paths.map((path) => join(output, relative(project, path).replace(/\.ts$/, ''))));
  for (const root of roots) {
    for (const path of filesUnder(join(output, root))) {
      if (/\.js(\.map)?$/.test(path) && !kept.has(path.replace(/\.js(\.map)?$/, ''))) rmSync(path);
    }
  }
}

/** Brings dist/ up to date. Prints compiler errors to stderr and returns false when there are any. */
export function build() {
  const paths = sources();
  const wanted = digest(paths);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return true;
  mkdirSync(output, { recursive: true });
  const compiler = createRequire(import.meta.url).resolve('typescript/bin/tsc');
  const result = spawnSync(process.execPath, [compiler, '-p', project], { cwd: project, encoding: 'utf8' });
  if (result.status !== 0) {
    process.stderr.write(`${result.stdout}${result.stderr}`);
    return false;
  }
  prune(paths);
  writeFileSync(stamp, wanted);
  return true;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href && !build()) process.exitCode = 1;
