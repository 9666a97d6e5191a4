import { mkdirSync, writeFileSync } from 'node:fs';
import { stdout } from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { openKeyRing } from '../../../src/access/key-register.js';
import { CaseRegister } from '../../../src/credit/cases/case-register.js';
import { ListRegister, type ListStep } from '../../../src/credit/lists/list-register.js';
import { addNaturalDays } from '../../../src/measures/calendar.js';
import { legalDate, systemClock } from '../../../src/measures/clock.js';
import { openBenchDatabase } from '../bench-database.js';
import { BenchIssuer } from '../bench-issuer.js';
import { ChildServer } from '../child-server.js';
import { sizeOf } from '../data.js';
import { benchFolder, nodeForServers, serverCommand, versionOf } from '../servers.js';
import { measureFanOut, type FanOut, type Followed, type Way } from './fan-out.js';
import { fanOutTable } from './feed-report.js';

const numbers = z.string().transform((text) => text.split(',').map(Number)).pipe(z.array(z.number().int().positive()).nonempty());
const shape = z.object({ subscribers: numbers, rounds: z.coerce.number().int().positive(), permits: z.coerce.number().int().positive() });

/** What a credit platform follows; a repair is an entry that left the list, with the reason and nothing else of it. */
const followedLists: Followed = {
  awaited: '"leftAs":"REPAIRED"',
  query: 'subscription { creditListChanged { kind number cursor entryNo leftAs entry { entryNo list state subjectName subjectCode validTo responsibleOrgan { code nameZh } } } }',
};

const organ = { code: 'HEPING_HRSS', jurisdiction: 'CN-TJ' };
const centre = { code: 'CREDIT_PLATFORM' };

/**
 * `npm run bench -- repair [--subscribers 10000] [--rounds 15] [--permits 100000]`: from the answer to the commit of a
 * repair until the last subscriber of the credit platform knows that the entry left the list, against a bare broadcast of
 * the same frame in the same run.
 */
export async function runRepair(args: readonly string[], say: (line: string) => void): Promise<void> {
  const option = (fallback: string) => ({ type: 'string', default: fallback }) as const;
  const options = shape.parse(parseArgs({ args: [...args], options: { subscribers: option('10000'), rounds: option('15'), permits: option('100000') } }).values);
  const database = await openBenchDatabase(new URL('databases/', benchFolder), sizeOf(options.permits), say);
  const issuer = await BenchIssuer.open(new URL('identity/', database.folder).pathname);
  const token = await issuer.token('CREDIT_PLATFORM');
  const servers: ChildServer[] = [];
  try {
    const hub = await ChildServer.start(serverCommand('hub', { databaseUrl: database.url, folder: database.folder, identity: issuer.environment }));
    servers.push(hub);
    const register = new ListRegister(database.hub, await openKeyRing(database.hub, new URL('hub/', database.folder).pathname), systemClock);
    const entries = await listEntries(register, (options.rounds + 2) * options.subscribers.length, say);
    const bare = await ChildServer.start({
      executable: nodeForServers(),
      arguments: [new URL('bare-broadcast.js', import.meta.url).pathname],
      environment: { DATABASE_URL: database.url, BENCH_FRAME: frameOf(entries[0] ?? '') },
    });
    servers.push(bare);
    const cases = new CaseRegister(database.hub, systemClock);
    const waiting = await reviewedCases(cases, entries);
    const ways: readonly Way[] = [
      { name: 'hub', server: hub, commit: () => cases.take(organ, waiting.shift() ?? '', caseStep('GRANT')) },
      { name: 'bare ws broadcast', server: bare, commit: (owner) => owner.query('NOTIFY bench_bare') },
    ];
    const fanOuts: FanOut[] = [];
    for (const subscribers of options.subscribers) fanOuts.push(...(await measureFanOut(database.owner, ways, subscribers, options.rounds, token, followedLists, say)));
    const report = [`# A repair reaches its subscribers`, '', `- ${new Date().toISOString().slice(0, 10)} · Node ${versionOf(nodeForServers())}`, '', ...fanOutTable(fanOuts), ''].join('\n');
    const folder = new URL('results/', benchFolder);
    mkdirSync(folder, { recursive: true });
    const stamp = new Date().toISOString().slice(0, 19).replace(/:/g, '');
    writeFileSync(new URL(`${stamp}-repair.md`, folder), report);
    stdout.write(report);
  } finally {
    for (const server of servers) await server.stop();
    await database.close();
  }
}

/** Puts entries onto the black list by every step there is. */
async function listEntries(register: ListRegister, count: number, say: (line: string) => void): Promise<readonly string[]> {
  const today = legalDate(systemClock.now());
  const day = (ago: number): string => addNaturalDays(today, -ago);
  const run = Date.now();
  const entries: string[] = [];
  say(`${count} entries are put onto the black list …`);
  for (let i = 0; i < count; i += 1) {
    const { entryNo } = await register.propose(organ, {
      number: `BENCH-${run}-${i}`, list: 'BLACK', ground: 'WAGE_ARREARS', legalBasis: '合成数据 SYNTHETIC', documentNo: '合成列〔SYNTHETIC〕1号', severity: 'SERIOUS', reason: '合成数据 SYNTHETIC',
      district: '120101', subjectKind: 'ORGANISATION', subjectName: '虚构人力资源有限公司第000001号', subjectCode: '91120101YHYMG67C82', proposedOn: day(60),
    });
    await register.take(organ, entryNo, { ...step('INFORM', day(59)), defenceUntil: day(50) });
    await register.take(organ, entryNo, { ...step('DECIDE', day(40)), validFrom: day(40), validTo: addNaturalDays(today, 700), repairFrom: day(10) });
    await register.take(organ, entryNo, step('PUBLISH', day(40)));
    entries.push(entryNo);
  }
  return entries;
}

function step(step: ListStep['step'], on: string): ListStep {
  return {
    step, on, documentNo: null, note: null, defenceUntil: null, heard: false, validFrom: null, validTo: null, repairFrom: null,
  };
}

/** Files a repair of each entry and brings it to the organ's decision. */
async function reviewedCases(cases: CaseRegister, entries: readonly string[]): Promise<string[]> {
  const filed: string[] = [];
  for (const [i, entryNo] of entries.entries()) {
    const asked = { number: `${entryNo.replaceAll('/', '-')}-${i}`, entryNo, kind: 'REPAIR', filedOn: legalDate(systemClock.now()), grounds: '合成数据 SYNTHETIC', promiseGiven: true, changes: [] } as const;
    const { caseNo } = await cases.file(centre, asked);
    for (const step of ['ACCEPT', 'REVIEW'] as const) await cases.take(centre, caseNo, caseStep(step));
    filed.push(caseNo);
  }
  return filed;
}

function caseStep(step: 'ACCEPT' | 'REVIEW' | 'GRANT'): Parameters<CaseRegister['take']>[2] {
  return { step, on: legalDate(systemClock.now()), documentNo: null, opinion: null, revoke: false, conductCorrected: true, dutiesMet: true };
}

/** A frame of the length a hub sends of a repair, for the broadcast that knows nothing. */
function frameOf(entryNo: string): string {
  return JSON.stringify({ type: 'next', payload: { data: { creditListChanged: { kind: 'LEFT', number: 1, cursor: 'x'.repeat(140), entryNo, leftAs: 'REPAIRED', entry: null } } }, id: '1' });
}
