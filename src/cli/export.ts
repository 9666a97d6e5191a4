import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { exportStates } from '../export/export-job.js';
import { UsageError } from './usage.js';

const usage =
  '用法 · Usage: HUB_TOKEN=… export DOCUMENT.graphql --out FILE.csv|FILE.ndjson [--variables JSON] [--url URL] [--key KEY] [--purpose CODE --case NO]';

const job = z.object({
  id: z.string(),
  state: z.enum(exportStates),
  records: z.number(),
  expected: z.number().nullable(),
  bytes: z.number(),
  digest: z.string().nullable(),
  data: z.string().nullable(),
  manifest: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string(), nextStep: z.string() }).nullable(),
});
type Job = z.infer<typeof job>;

const fields = 'id state records expected bytes digest data manifest error { code message nextStep }';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.looseObject({ code: z.string().optional(), nextStep: z.string().optional() }).optional() })).optional(),
});

/** How often the hub is asked how far it is. */
const askMs = 1_000;

/** A download that breaks this often without a further byte is given up; the same command goes on with it later. */
const mostBreaks = 5;

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/**
 * Requests an export from a running hub, shows how far it is, and fetches file and manifest (`FILE.manifest.json`). It
 * may be broken off at any time: the same command on the same day finds the same job and the part that is there
 * (`FILE.part`). Prints the path of the file.
 */
export async function exportCommand(args: readonly string[]): Promise<number> {
  const option = { type: 'string' } as const;
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: { out: option, variables: option, url: option, key: option, purpose: option, case: option },
  });
  const [document, ...rest] = positionals;
  const { out, url = 'http://127.0.0.1:4000/graphql' } = values;
  const form = /\.(csv|ndjson)$/i.exec(out ?? '')?.[1];
  const token = process.env['HUB_TOKEN'] ?? '';
  if (document === undefined || rest.length > 0 || out === undefined || form === undefined || token === '' || (values.purpose === undefined) !== (values.case === undefined)) {
    throw new UsageError(usage);
  }
  const target: Target = {
    url,
    headers: {
      authorization: `Bearer ${token}`,
      ...(values.purpose !== undefined && values.case !== undefined ? { 'x-concordat-purpose': values.purpose, 'x-concordat-case': encodeURIComponent(values.case) } : {}),
    },
  };
  const input = { query: await readFile(document, 'utf8'), variables: z.record(z.string(), z.unknown()).parse(JSON.parse(values.variables ?? '{}')), format: form.toUpperCase() };
  const idempotencyKey = values.key ?? keyOfDay(input);
  let at = await ask(target, `mutation ($input: ExportInput!) { requestExport(input: $input) { ${fields} } }`, { input: { ...input, idempotencyKey } });
  while (at.state === 'QUEUED' || at.state === 'RUNNING') {
    show(at, at.state === 'QUEUED' ? '排队 · queued' : '导出 · exporting');
    await delay(askMs);
    at = await ask(target, `query ($id: ID!) { exportJob(id: $id) { ${fields} } }`, { id: at.id });
  }
  if (at.state !== 'READY') {
    const { code = at.state, message = '', nextStep = '' } = at.error ?? {};
    throw new Error(`[${code}] ${message} ${nextStep}`);
  }
  await fetchFile(target, at, `${out}.part`);
  const manifest = await fetch(new URL(at.manifest ?? '', url), { headers: target.headers });
  if (!manifest.ok) throw new Error(`manifest: ${manifest.status}`);
  await writeFile(`${out}.manifest.json`, await manifest.text());
  await rename(`${out}.part`, out);
  if (process.stderr.isTTY) process.stderr.write('\n');
  process.stdout.write(`${out}\n`);
  return 0;
}

/** The same request on the same day is the same job. */
function keyOfDay(input: object): string {
  return createHash('sha256').update(`${new Date().toISOString().slice(0, 10)} ${JSON.stringify(input)}`).digest('hex').slice(0, 40);
}

async function ask({ url, headers }: Target, query: string, variables: object): Promise<Job> {
  const response = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }) });
  const { data, errors } = answer.parse(await response.json());
  const [error] = errors ?? [];
  if (error) throw new Error(`[${error.extensions?.code ?? response.status}] ${error.message} ${error.extensions?.nextStep ?? ''}`);
  return job.parse(Object.values(data ?? {})[0]);
}

/** Fetches the file behind what is there of it; the digest decides whether it is the file. */
async function fetchFile({ url, headers }: Target, { data, digest, bytes, records }: Job, part: string): Promise<void> {
  let breaks = 0;
  for (let there = await lengthOf(part); there < bytes; ) {
    const response = await fetch(new URL(data ?? '', url), { headers: { ...headers, range: `bytes=${there}-`, 'if-range': `"${digest ?? ''}"` } });
    if (response.status !== 206 || !response.body) throw new Error(`${response.status} ${(await response.text()).slice(0, 500)}`);
    const file = await open(part, 'a');
    const before = there;
    try {
      for await (const chunk of response.body) {
        await file.write(chunk);
        there += chunk.length;
        show({ records, bytes: there, expected: null }, `下载 · fetching ${Math.floor((100 * there) / bytes)} %`);
      }
    } catch (error) {
      breaks = there > before ? 0 : breaks + 1;
      if (breaks > mostBreaks) throw error;
      await delay(askMs);
    } finally {
      await file.close();
    }
  }
  if ((await digestOf(part, bytes)) === digest) return;
  await rename(part, `${part}.damaged`);
  throw new Error(`文件与摘要不符，请重试 · The file does not have the digest it should; try again. ${part}.damaged`);
}

async function lengthOf(file: string): Promise<number> {
  return stat(file).then(({ size }) => size, () => 0);
}

async function digestOf(file: string, bytes: number): Promise<string> {
  const digest = createHash('sha256');
  if (bytes === 0) await writeFile(file, '');
  for await (const chunk of createReadStream(file)) if (chunk instanceof Buffer) digest.update(chunk);
  return digest.digest('hex');
}

let shownAt = 0;

/** One line, drawn over itself on a terminal; elsewhere nothing, for a log needs no progress. */
function show({ records, bytes, expected }: Pick<Job, 'records' | 'bytes' | 'expected'>, what: string): void {
  if (!process.stderr.isTTY || Date.now() - shownAt < 100) return;
  shownAt = Date.now();
  const of = expected === null ? '' : ` / ${expected}（${expected === 0 ? 100 : Math.floor((100 * records) / expected)} %）`;
  process.stderr.write(`\r${what} ${records}${of} · ${(bytes / 2 ** 20).toFixed(1)} MiB\u001B[K`);
}
