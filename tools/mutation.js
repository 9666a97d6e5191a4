// npm run mutation -- [--module measures|boundary|declarations] [options of stryker run]: one module, by default the
// measures. The configuration reads the module from the environment; stryker knows no option of that name.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from './build.js';

const args = process.argv.slice(2);
const at = args.indexOf('--module');
const module = at < 0 ? 'measures' : args.splice(at, 2)[1];
if (module === undefined) {
  process.stderr.write('usage: npm run mutation -- [--module measures|boundary|declarations] [options of stryker run]\n');
  process.exitCode = 2;
} else if (build()) {
  const stryker = join(dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json')), 'bin/stryker.js');
  const run = spawnSync(process.execPath, [stryker, 'run', ...args], { stdio: 'inherit', env: { ...process.env, MUTATION_MODULE: module } });
  process.exitCode = run.status ?? 1;
} else {
  process.exitCode = 1;
}
