import type { KeyRing } from '../../access/key-ring.js';
import type { HubDatabase } from '../../database/database.js';
import { addCalendarMonths, addNaturalDays } from '../../measures/calendar.js';
import { legalDate, type Clock } from '../../measures/clock.js';
import { CaseRegister } from '../cases/case-register.js';
import { ListRegister, type ListProposal, type ListStep } from './list-register.js';

/** Entries about holders of the sample permits (samples/permits-synthetic.csv), as made up as these. */
const sampleEntries = [
  ['HEPING_HRSS', 'BLACK', 'WAGE_ARREARS', 'SERIOUS', '120101', '虚构人力资源有限公司第000001号', '91120101YHYMG67C82'],
  ['HEDONG_HRSS', 'BLACK', 'ILLEGAL_INTERMEDIATION', 'SERIOUS', '120102', '虚构人力资源有限公司第000002号', '91120102YHYMG67D6B'],
  ['MUNI_HRSS', 'RED', 'HONEST_EMPLOYER', null, '120103', '虚构人力资源有限公司第000003号', '91120103YHYMG67E4L'],
] as const;

/** Days between the sample's proposals and now: long enough for notice, defence and publication. */
const proposedDaysAgo = 60;

/**
 * Puts sample entries onto the lists of a database that has none, by every step there is, and a case about one of them; one
 * that has some is left alone. Returns how many it put. Several hubs may do so at once.
 */
export async function loadSampleLists(database: HubDatabase, clock: Clock, keyRing: KeyRing, say: (line: string) => void = () => undefined): Promise<number> {
  const client = await database.pool().connect();
  try {
    // Of hubs that start together one loads, the others wait and find the entries.
    await client.query(`SELECT pg_advisory_lock(hashtextextended('hub.sample_lists', 0))`);
    const { rows } = await client.query<{ present: boolean }>('SELECT EXISTS (SELECT FROM hub.list_entry) AS present');
    if (rows[0]?.present ?? false) return 0;
    const register = new ListRegister(database, keyRing, clock);
    for (const [organ, list, ground, severity, district, subjectName, subjectCode] of sampleEntries) {
      await enter(register, organ, legalDate(clock.now()), {
        number: 'SYNTHETIC-1', list, ground, severity, district, subjectName, subjectCode, subjectKind: 'ORGANISATION',
        legalBasis: '合成数据 SYNTHETIC', documentNo: '合成列〔SYNTHETIC〕1号', reason: '合成数据 SYNTHETIC',
      });
    }
    await fileCase(new CaseRegister(database, clock), legalDate(clock.now()));
    say(`已载入 ${sampleEntries.length} 条合成示例名单记录 · Loaded ${sampleEntries.length} synthetic sample entries of the lists`);
    return sampleEntries.length;
  } finally {
    // The lock goes with the session.
    client.release(true);
  }
}

async function enter(register: ListRegister, organ: string, today: string, proposal: Omit<ListProposal, 'proposedOn'>): Promise<void> {
  const day = (behind: number): string => addNaturalDays(today, behind - proposedDaysAgo);
  const { entryNo } = await register.propose({ code: organ, jurisdiction: 'CN-TJ' }, { ...proposal, proposedOn: day(0) });
  const step = (step: ListStep['step'], on: string, more: Partial<ListStep> = {}) => register.take({ code: organ }, entryNo, { ...bare, step, on, ...more });
  await step('INFORM', day(1), { defenceUntil: day(8) });
  await step('DECIDE', day(12), { validFrom: day(12), validTo: addCalendarMonths(day(12), 36), repairFrom: addCalendarMonths(day(12), 6) });
  await step('PUBLISH', day(12));
}

/** A repair of the second entry, accepted and late: filed long ago by the days an organ has. */
async function fileCase(register: CaseRegister, today: string): Promise<void> {
  const [organ] = sampleEntries[1];
  const day = (behind: number): string => addNaturalDays(today, behind - proposedDaysAgo);
  const { caseNo } = await register.file({ code: 'CREDIT_PLATFORM' }, {
    number: 'SYNTHETIC-1', entryNo: `${organ}/SYNTHETIC-1`, kind: 'REPAIR', filedOn: day(30), grounds: '合成数据 SYNTHETIC', promiseGiven: true, changes: [],
  });
  await register.take({ code: 'CREDIT_PLATFORM' }, caseNo, { step: 'ACCEPT', on: day(31), documentNo: null, opinion: null, revoke: false, conductCorrected: false, dutiesMet: false });
}

const bare: Omit<ListStep, 'step' | 'on'> = {
  documentNo: null, note: null, defenceUntil: null, heard: false, validFrom: null, validTo: null, repairFrom: null,
};
