import { mkdirSync, writeFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import type { QueryConfig } from 'pg';
import { z } from 'zod';
import { BenchIssuer } from '../bench-issuer.js';
import { openBenchDatabase } from '../bench-database.js';
import { ChildServer, machineCpuSeconds } from '../child-server.js';
import { sizeOf } from '../data.js';
import { benchFolder, nodeForServers, serverCommand, versionOf } from '../servers.js';
import { followedPermits, measureFanOut, type FanOut, type Way } from './fan-out.js';
import { feedReport } from './feed-report.js';
import { measureSustained } from './sustained.js';
import { measureWriteCost, type WriteCost } from './write-cost.js';
import { toggleStatus } from './toggle.js';

const numbers = z.string().transform((text) => text.split(',').map(Number)).pipe(z.array(z.number().int().positive()).nonempty());

const shape = z.object({ subscribers: numbers, rounds: z.coerce.number().int().positive(), seconds: z.coerce.number().positive(), permits: z.coerce.number().int().positive() });

/** A plain execution for each subscriber takes seconds an event at 10,000; it is measured with fewer of them. */
const plainSubscribers = 2_000;

const sustained = { subscribers: 100, wanted: 1_000 };

/**
 * `npm run bench -- feed [--subscribers 2000,10000] [--rounds 15] [--seconds 10] [--permits 100000]`: from the commit to the
 * last of the subscribers, against a bare broadcast and against an execution for each; a steady stream of changes; and what
 * the log costs those who write.
 */
export async function runFeed(args: readonly string[], say: (line: string) => void): Promise<void> {
  const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const options = shape.parse(parseArgs({ args: [...args], options: { subscribers: option('2000,10000'), rounds: option('15'), seconds: option('10'), permits: option('100000') } }).values);
  const database = await openBenchDatabase(new URL('databases/', benchFolder), sizeOf(options.permits), say);
  const issuer = await BenchIssuer.open(new URL('identity/', database.folder).pathname);
  const token = await issuer.token('MUNI_HRSS');
  const { rows } = await database.owner.query<{ document_no: string }>(
    `SELECT document_no FROM hub.permit WHERE jurisdiction = 'CN-TJ' AND item = 'P02' AND outcome = 'GRANTED' ORDER BY id LIMIT $1`, [sustained.wanted * options.seconds + 1_000]);
  const documents = rows.map((row) => row.document_no);
  const servers: ChildServer[] = [];
  const script = (name: string, environment: Readonly<Record<string, string>> = {}): Promise<ChildServer> =>
    ChildServer.start({ executable: nodeForServers(), arguments: [new URL(`${name}.js`, import.meta.url).pathname], environment: { DATABASE_URL: database.url, ...environment } });
  const busyBefore = { machine: machineCpuSeconds(), at: performance.now() };
  try {
    const hub = await ChildServer.start(serverCommand('hub', { databaseUrl: database.url, folder: database.folder, identity: issuer.environment }));
    servers.push(hub);
    const bare = await script('bare-broadcast', { BENCH_FRAME: frameLike(documents[0] ?? '') });
    servers.push(bare);
    const plain = await script('plain-subscriptions');
    servers.push(plain);
    const change = (documentNo: string | undefined): QueryConfig => ({ name: 'event', text: `${toggleStatus} AND document_no = $1`, values: [documentNo] });
    const ways: readonly Way[] = [
      { name: 'hub', server: hub, commit: (owner, number) => owner.query(change(documents[number])) },
      { name: 'bare ws broadcast', server: bare, commit: (owner) => owner.query('NOTIFY bench_bare') },
      { name: 'an execution each', server: plain, commit: (owner, number) => owner.query(`SELECT pg_notify('bench_plain', $1)`, [documents[number]]) },
    ];
    const fanOuts: FanOut[] = [];
    for (const subscribers of options.subscribers) {
      const compared = subscribers <= plainSubscribers ? ways : ways.slice(0, 2);
      fanOuts.push(...(await measureFanOut(database.owner, compared, subscribers, options.rounds, token, followedPermits, say)));
    }
    say('a steady stream of changes …');
    const steady = await measureSustained(database.url, hub, { ...sustained, seconds: options.seconds, token, documents: documents.slice(1_000) });
    const writes: WriteCost[] = [];
    for (const [writers, events] of [[1, 1], [16, 1], [1, 1_000], [16, 1_000]] as const) {
      say(`write cost: ${writers} writers, ${events} events a transaction …`);
      writes.push(await measureWriteCost(database.url, options.permits, writers, events, 3));
    }
    const minutes = (performance.now() - busyBefore.at) / 60_000;
    const report = feedReport({ fanOuts, steady, writes, peak: hub.peakMemory(), node: versionOf(nodeForServers()), minutes });
    const stamp = new Date().toISOString().slice(0, 19).replace(/:/g, '');
    const folder = new URL('results/', benchFolder);
    mkdirSync(folder, { recursive: true });
    writeFileSync(new URL(`${stamp}-feed.md`, folder), report);
    writeFileSync(new URL(`${stamp}-feed.json`, folder), JSON.stringify({ fanOuts, steady, writes }));
    stdout.write(report);
  } finally {
    for (const server of servers) await server.stop();
    await database.close();
  }
}

/** A frame of the length a hub sends, for the broadcast that knows nothing: cursor and texts of a permit included. */
function frameLike(documentNo: string): string {
  const permit = {
    documentNo, item: 'P02', status: 'VALID', decidedOn: '2025-01-01', validTo: '2028-01-01',
    holder: { name: '天津市某某人力资源服务有限公司', uscc: '91120101MA0000000X' }, decidedBy: { code: 'HEPING_APPROVAL', nameZh: '天津市和平区行政审批局' },
  };
  const permitChanged = { kind: 'CHANGED', number: 1, cursor: 'x'.repeat(140), documentNo, permit };
  return JSON.stringify({ type: 'next', payload: { data: { permitChanged } }, id: '1' });
}
