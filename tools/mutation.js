// npm run mutation -- [--module measures|credit-rules|boundary|declarations|planner|feed|credit] [options of stryker run]: one module, by
// default the measures. The configuration reads the module from the environment; stryker knows no option of that name.
// Planner, feed and credit are tested on a database: one server is started here for all mutants, each test clones its own from it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { build } from './build.js';

const args = process.argv.slice(2);
const at = args.indexOf('--module');
const module = at < 0 ? 'measures' : args.splice(at, 2)[1];
if (module === undefined) {
  process.stderr.write('usage: npm run mutation -- [--module measures|credit-rules|boundary|declarations|planner|feed|credit] [options of stryker run]\n');
  process.exitCode = 2;
} else if (build()) {
  const stryker = join(dirname(createRequire(import.meta.url).resolve('@stryker-mutator/core/package.json')), 'bin/stryker.js');
  const onDatabase = ['planner', 'feed', 'credit'].includes(module);
  const support = (name) => import(new URL(`../dist/test/support/${name}.js`, import.meta.url).href);
  if (onDatabase) await (await support('global-setup')).default();
  const child = spawn(process.execPath, [stryker, 'run', ...args], { stdio: 'inherit', env: { ...process.env, MUTATION_MODULE: module } });
  const [status] = await once(child, 'exit');
  if (onDatabase) await (await support('global-teardown')).default();
  process.exitCode = status ?? 1;
} else {
  process.exitCode = 1;
}
