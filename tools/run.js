// node tools/run.js <source without .ts> [arguments]: builds if needed, silently, then runs the module in this very
// process, so that signals and exit codes are the module's own, and `pre` scripts are not needed (they do not run
// where install scripts are blocked).
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from './build.js';

const [, , source, ...args] = process.argv;
if (source === undefined) {
  process.stderr.write('usage: node tools/run.js <module> [arguments]\n');
  process.exitCode = 2;
} else if (build()) {
  const compiled = join(fileURLToPath(new URL('../dist/', import.meta.url)), `${source}.js`);
  process.argv = [process.argv[0], compiled, ...args];
  // `… | head` closes the pipe early: that is the reader's choice, no fault.
  process.stdout.on('error', (error) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit();
  });
  try {
    await import(pathToFileURL(compiled).href);
  } catch (error) {
    // These say all there is to say; a stack would only hide it.
    if (error?.name !== 'StartUpError') throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
} else {
  process.exitCode = 1;
}
