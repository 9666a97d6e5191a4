import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { KeyRing } from '../../../src/access/key-ring.js';
import { CaseRegister } from '../../../src/credit/cases/case-register.js';
import { JointMeasureRegister, MeasureRefusal } from '../../../src/credit/joint-measures/measure-register.js';
import { ListRegister, type ListStep } from '../../../src/credit/lists/list-register.js';
import { ListRefusal } from '../../../src/credit/refusal.js';
import type { HubDatabase } from '../../../src/database/database.js';
import { agencyOfCode, type AgencyRecord } from '../../../src/measures/agencies.js';
import { addCalendarMonths, addNaturalDays } from '../../../src/measures/calendar.js';
import { FixedClock } from '../../../src/measures/clock.js';
import type { BureauStep } from '../../../src/measures/credit/joint-measure.js';
import { testDatabase } from '../../support/test-database.js';

/** Ten years of entries and measures through the hub's own writers, days apart, with a clock that is not always looked at. */
const organs = ['HEPING_HRSS', 'HEDONG_HRSS', 'MUNI_HRSS'] as const;
const clock = new FixedClock('2026-01-01T04:00:00Z');
let database: HubDatabase;
let folder: string;
let lists: ListRegister;
let measures: JointMeasureRegister;
let cases: CaseRegister;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-measures-'));
  lists = new ListRegister(database, KeyRing.open(folder), clock);
  measures = new JointMeasureRegister(database, clock);
  cases = new CaseRegister(database, clock);
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const bare: Omit<ListStep, 'step' | 'on'> = {
  documentNo: null, note: null, defenceUntil: null, heard: true, validFrom: null, validTo: null, repairFrom: null,
};

/** What is refused is refused for a reason; anything else is a fault. */
async function refusable<T>(work: Promise<T>): Promise<T | null> {
  return work.catch((error: unknown) => {
    if (error instanceof MeasureRefusal || error instanceof ListRefusal) return null;
    throw error;
  });
}

function agency(code: string): AgencyRecord {
  const found = agencyOfCode(code);
  if (!found) throw new Error(`no agency ${code}`);
  return found;
}

/** Lists an entry as of a day, for some months or for ever. */
async function enter(organ: string, number: string, today: string, months: number | null): Promise<string> {
  const { entryNo } = await lists.propose(agency(organ), {
    number, list: 'BLACK', ground: 'G', legalBasis: 'L', documentNo: 'D', severity: 'SERIOUS', reason: 'R', district: '120101', subjectKind: 'ORGANISATION',
    subjectName: '天津甲劳务有限公司', subjectCode: '91120116MA0HUB014T', proposedOn: today,
  });
  await lists.take({ code: organ }, entryNo, { ...bare, step: 'INFORM', on: today, defenceUntil: today });
  await lists.take({ code: organ }, entryNo, { ...bare, step: 'DECIDE', on: today, validFrom: today, validTo: months === null ? null : addCalendarMonths(today, months), repairFrom: today });
  await lists.take({ code: organ }, entryNo, { ...bare, step: 'PUBLISH', on: today });
  return entryNo;
}

/** Repairs an entry by a case, through the centre and the organ; what is over or ended already is refused at some step. */
async function repair(entryNo: string, number: string, today: string): Promise<void> {
  const filed = await refusable(cases.file({ code: 'CREDIT_PLATFORM' }, { number, entryNo, kind: 'REPAIR', filedOn: today, grounds: 'G', promiseGiven: true, changes: [] }));
  if (!filed) return;
  const bareStep = { on: today, documentNo: null, opinion: null, revoke: false, conductCorrected: true, dutiesMet: true };
  for (const [step, code] of [['ACCEPT', 'CREDIT_PLATFORM'], ['REVIEW', 'CREDIT_PLATFORM'], ['GRANT', entryNo.split('/')[0] ?? '']] as const) {
    await refusable(cases.take({ code }, filed.caseNo, { ...bareStep, step }));
  }
}

/** Measures in force, or asked for, on entries that are not; steps that began one behind the last day of its entry. */
async function faults(today: string, looked: boolean): Promise<readonly { readonly measure_no: string }[]> {
  const { rows } = await database.pool().query<{ measure_no: string }>(
    `SELECT m.measure_no, m.state, e.state AS entry FROM hub.joint_measure m JOIN hub.list_entry e ON e.id = m.entry_id
      WHERE m.state IN ('ASKED', 'STARTED') AND (e.state NOT IN ('PUBLISHED', 'OBJECTED') OR ($2 AND m.valid_to < $1::date))
     UNION ALL SELECT m.measure_no, s.step, e.valid_to::text FROM hub.joint_measure_step s JOIN hub.joint_measure m ON m.id = s.measure_id JOIN hub.list_entry e ON e.id = m.entry_id
      WHERE s.step IN ('BEGIN', 'ASK', 'START') AND s.recorded_on > e.valid_to
     UNION ALL SELECT m.measure_no, m.state, e.state FROM hub.joint_measure m JOIN hub.list_entry e ON e.id = m.entry_id
      WHERE m.state = 'TO_LIFT' AND (m.to_lift_since <> e.ended_on OR m.lift_reason <> CASE WHEN e.state = 'REMOVED' THEN m.lift_reason ELSE e.state END)`,
    [today, looked],
  );
  return rows;
}

test('YZ-3.5e, A-49: over ten years no measure is in force on an entry that is not, and every one that was is lifted or waits to be', async () => {
  const act = fc.record({
    what: fc.constantFrom('enter', 'begin', 'begin', 'begin', 'take', 'take', 'take', 'repair', 'revoke', 'look', 'look'),
    days: fc.integer({ min: 0, max: 40 }), organ: fc.constantFrom(...organs), which: fc.nat({ max: 30 }), months: fc.constantFrom(1, 6, 12, 36, null),
    step: fc.constantFrom<BureauStep>('START', 'DECLINE', 'REPORT', 'LIFT', 'START', 'LIFT'), behind: fc.integer({ min: 0, max: 5 }),
  });
  let world = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 180, maxLength: 220 }), async (acts) => {
      world += 1;
      let today = '2026-01-01';
      const entries: string[] = [];
      const begun: (readonly [measureNo: string, bureau: string])[] = [];
      for (const [i, { what, days, organ, which, months, step, behind }] of acts.entries()) {
        today = addNaturalDays(today, days);
        clock.set(`${today}T04:00:00Z`);
        const on = addNaturalDays(today, -behind);
        const entryNo = entries[entries.length - 1 - (which % Math.max(1, Math.min(entries.length, 6)))];
        if (what === 'enter') entries.push(await enter(organ, `${world}-${i}`, today, months));
        if (what === 'begin' && entryNo !== undefined) {
          const asked = { number: `${world}-${i}`, entryNo, code: 'TJ_INSPECTION', legalBasis: 'L', documentNo: 'D', on, cooperating: organs };
          for (const { measureNo } of (await refusable(measures.start(agency(organ), asked))) ?? []) begun.push([measureNo, measureNo.split('/')[2] ?? '']);
        }
        const one = begun[begun.length - 1 - which];
        if (what === 'take' && one) await refusable(measures.take(one[1], one[0], { step, on, note: `${i}` }));
        if (what === 'repair' && entryNo !== undefined) await repair(entryNo, `${world}-${i}`, today);
        if (what === 'revoke' && entryNo !== undefined) await refusable(lists.take({ code: entryNo.split('/')[0] ?? '' }, entryNo, { ...bare, step: 'REVOKE', on: today }));
        if (what === 'look') await lists.expire(500);
        expect([i, await faults(today, what === 'look')]).toEqual([i, []]);
      }
      // At the end of it the bureaus lift what is waiting, and nothing is left of ended entries.
      today = addCalendarMonths(today, 37);
      clock.set(`${today}T04:00:00Z`);
      await lists.expire(500);
      const { rows } = await database.pool().query<{ no: string; bureau: string }>(`SELECT measure_no AS no, bureau FROM hub.joint_measure WHERE state = 'TO_LIFT'`);
      for (const { no, bureau } of rows) expect(await measures.take(bureau, no, { step: 'LIFT', on: today, note: '已解除' })).toEqual({ measureNo: no, state: 'LIFTED' });
      expect(await faults(today, true)).toEqual([]);
    }),
    { numRuns: 3 },
  );
  // The years were not empty.
  const { rows } = await database.pool().query<{ end: string }>(`SELECT DISTINCT concat_ws(' ', state, lift_reason) AS "end" FROM hub.joint_measure`);
  expect(rows.map(({ end }) => end)).toEqual(expect.arrayContaining(['LIFTED EXPIRED', 'LAPSED EXPIRED']) as unknown);
});
