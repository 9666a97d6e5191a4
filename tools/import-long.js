// npm run import:long [-- ROWS [FORM]]: imports generated rows with every kind of dirt through the command line into a
// fresh embedded database, first 50,000 and then ROWS (1,000,000), compares the ledgers with an independent count and
// prints rows a second and the peak memory of the importing process (Linux). Takes minutes. FORM: utf-8, gb18030, xlsx.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, createWriteStream, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { build } from './build.js';
import { countRows } from './count-rows.js';

const few = 50_000;
/** What the peak may grow by from `few` rows to ROWS (MiB). */
const growth = 30;
const at = '2025-12-31';
const seed = '20251231';
const someHeldBack = 3;

const project = fileURLToPath(new URL('..', import.meta.url));
const [, , many = '1000000', form = 'utf-8'] = process.argv;

/**
 * V8 lets garbage lie as long as the machine has memory: two imports of one file peaked 60 MiB apart. With a cap on its
 * heap (MiB), of which an import fills 30, the peak tells what is kept.
 */
const heap = 128;

function hub(args, dataFolder, nodeOptions = []) {
  const env = { ...process.env, HUB_DATA: dataFolder };
  return spawn(process.execPath, [...nodeOptions, join(project, 'dist/src/cli/main.js'), ...args], { env, stdio: ['ignore', 'pipe', 'inherit'] });
}

async function finished(child, allowed = [0]) {
  const [code] = child.exitCode === null ? await once(child, 'exit') : [child.exitCode];
  if (!allowed.includes(code)) throw new Error(`exit code ${code}`);
}

/** Peak resident memory of a process in MiB so far, 0 where the system does not tell. */
function peakOf(pid) {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024;
  } catch {
    return 0;
  }
}

async function run(rows) {
  const folder = mkdtempSync(join(tmpdir(), 'concordat-long-'));
  chmodSync(folder, 0o755);
  try {
    const data = join(folder, 'data');
    const file = join(folder, form === 'xlsx' ? 'permits.xlsx' : 'permits.csv');
    const generator = hub(['generate', 'permits', String(rows), '--dirt', '--seed', seed, '--at', at, '--as', form], data);
    generator.stdout.pipe(createWriteStream(file));
    await Promise.all([finished(generator), once(generator, 'close')]);
    console.log(`${rows} rows as ${form}: ${Math.round(statSync(file).size / 1e6)} MB`);
    const today = new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Shanghai' }).format(new Date());
    const expected = await countRows(file, today);
    // Creates the database, which is not what is measured.
    const first = hub(['verify-log'], data);
    await Promise.all([text(first.stdout), finished(first)]);

    const started = performance.now();
    const importer = hub(['import', 'permits', file, '--json'], data, [`--max-old-space-size=${heap}`]);
    let peak = 0;
    const watch = setInterval(() => (peak = Math.max(peak, peakOf(importer.pid))), 200);
    const [printed] = await Promise.all([text(importer.stdout), finished(importer, [0, someHeldBack])]);
    clearInterval(watch);
    const seconds = (performance.now() - started) / 1000;
    const ledger = JSON.parse(printed);
    const counted = Object.fromEntries(Object.keys(expected).map((name) => [name, ledger[name]]));
    const agrees = JSON.stringify(counted) === JSON.stringify(expected);
    console.log(`ledger ${JSON.stringify(counted)}\ncount  ${JSON.stringify(expected)}\n${agrees ? 'agree' : 'DIFFER'}`);
    console.log(`${Math.round(rows / seconds)} rows/s in ${Math.round(seconds)} s, peak ${Math.round(peak)} MiB\n`);
    return { agrees, peak };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

if (!build()) process.exit(1);
const small = await run(few);
const large = await run(Number(many));
const grown = Math.round(large.peak - small.peak);
console.log(`peak grows by ${grown} MiB from ${few} to ${many} rows (at most ${growth})`);
if (!small.agrees || !large.agrees || grown > growth) process.exitCode = 1;
