import fc from 'fast-check';
import { addNaturalDays } from '../../../src/measures/calendar.js';
import { clauseOf } from '../../../src/measures/clauses.js';
import {
  isInFile, recordCategories, recordPeriod, recordRules, recordStepOf, recordSteps, type RecordFacts, type RecordState, type RecordStep, type RecordStepRequest,
} from '../../../src/measures/credit/credit-record.js';
import { penaltyKinds, publicityPeriod } from '../../../src/measures/credit/publicity-period.js';

const unit = { kind: 'ORGAN', agency: 'XM_SIMING_HRSS' } as const;
const recorded: RecordFacts = { state: 'RECORDED', responsibleOrgan: 'XM_SIMING_HRSS', informedOn: null, defenceUntil: null, heard: false, publicUntil: '2027-05-07' };

/** The record behind a step, as the register stores it. */
function after(record: RecordFacts, { step, on }: RecordStepRequest, state: RecordState): RecordFacts {
  return step === 'INFORM' ? { ...record, state, informedOn: on, defenceUntil: addNaturalDays(on, 3) } : { ...record, state };
}

const actor = fc.constantFrom<RecordStepRequest['actor']>(unit, unit, unit, { kind: 'ORGAN', agency: 'XM_JIMEI_HRSS' }, { kind: 'CLOCK' });
const request = fc.record({ step: fc.constantFrom<RecordStep>(...recordSteps), actor, pause: fc.constantFrom(0, 1, 3, 4, 30, 400) });

test('XM-3.6.4a: on no path does a result enter the file without notice, defence and confirmation by its unit, nor again once it left', () => {
  let entered = 0;
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), fc.constantFrom(null, '2027-05-07'), (requests, publicUntil) => {
      let [record, today, left]: [RecordFacts, string, boolean] = [{ ...recorded, publicUntil }, '2026-05-08', false];
      const taken: string[] = [];
      for (const { step, actor, pause } of requests) {
        today = addNaturalDays(today, pause);
        const asked = { step, actor, on: today };
        const next = recordStepOf(record, asked);
        if (typeof next !== 'string') continue;
        expect(step === 'EXPIRE' ? actor : unit).toEqual(actor);
        record = after(record, asked, next);
        taken.push(step);
        left ||= ['REPAIR', 'EXPIRE', 'WITHDRAW'].includes(step);
        if (!isInFile(record, today)) continue;
        entered += 1;
        expect([taken.slice(0, 2), left]).toEqual([['INFORM', 'CONFIRM'], false]);
        expect(publicUntil === null || today <= publicUntil).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
  expect(entered).toBeGreaterThan(10);
});

test('XM-3.6.4a: the defence is cut short by the subject alone; what was over before it was confirmed enters no file', () => {
  const informed: RecordFacts = { ...recorded, state: 'INFORMED', informedOn: '2026-05-11', defenceUntil: '2026-05-15' };
  const confirm = (record: RecordFacts, on: string): unknown => recordStepOf(record, { step: 'CONFIRM', actor: unit, on });
  expect(confirm(informed, '2026-05-15')).toMatchObject({ code: 'RECORD_DEFENCE_RUNNING' });
  expect([confirm({ ...informed, heard: true }, '2026-05-12'), confirm(informed, '2026-05-16'), confirm(informed, '2027-05-07')]).toEqual(['CONFIRMED', 'CONFIRMED', 'CONFIRMED']);
  expect(confirm(informed, '2027-05-08')).toMatchObject({ code: 'RECORD_OVER' });
  expect(confirm({ ...informed, informedOn: null, defenceUntil: null }, '2026-05-16')).toMatchObject({ code: 'RECORD_NOT_INFORMED' });
  expect(confirm(informed, '2026-02-30')).toMatchObject({ code: 'RECORD_DATE_INVALID' });
});

test('every step rests on clauses there are', () => {
  for (const clause of Object.values(recordRules).flatMap(({ clauses }) => clauses)) expect([clause, clauseOf(clause)?.id]).toEqual([clause, clause]);
});

const plain = { category: 'WARNING', decidedOn: '2026-05-08', penalties: [], safetyField: false, gravest: false } as const;

test.each([
  ['令36, ordinary', { penalties: ['FINE'] }, { severity: 'ORDINARY', publicFrom: '2026-05-08', publicUntil: '2027-05-07', repairFrom: '2026-08-08' }],
  ['令36, the longest of several', { penalties: ['WARNING', 'LICENCE_REVOCATION', 'FINE'] }, { severity: 'SERIOUS', publicFrom: '2026-05-08', publicUntil: '2029-05-07', repairFrom: '2027-05-08' }],
  ['令36, minor', { penalties: ['WARNING'] }, { severity: 'MINOR', publicFrom: '2026-05-08', publicUntil: '2026-08-07', repairFrom: '2026-05-08' }],
  ['令58, ordinary', { decidedOn: '2024-05-08', penalties: ['FINE'] }, { severity: 'ORDINARY', publicFrom: '2024-05-08', publicUntil: '2027-05-07', repairFrom: '2024-08-08' }],
  ['令58, minor: shown for no day', { decidedOn: '2024-05-08', penalties: ['WARNING'] }, { severity: 'MINOR', publicFrom: null, publicUntil: null, repairFrom: '2024-05-08' }],
  ['before there was a paper', { decidedOn: '2019-05-08', penalties: ['FINE'] }, { severity: 'ORDINARY', publicFrom: null, publicUntil: null, repairFrom: null }],
  ['without a penalty', { category: 'REMINDER' }, { severity: null, publicFrom: null, publicUntil: null, repairFrom: null }],
  ['good information', { category: 'GOOD' }, { severity: null, publicFrom: null, publicUntil: null, repairFrom: null }],
] as const)('standards 1.4: the period of a record: %s', (_name, changes, expected) => {
  expect(recordPeriod({ ...plain, ...changes })).toEqual(expected);
});

test('standards 1.4: whatever the penalties, a period is that of the publicity periods, begins with the decision and has a last day, or there is none', () => {
  const result = fc.record({
    category: fc.constantFrom(...recordCategories), penalties: fc.uniqueArray(fc.constantFrom(...penaltyKinds), { maxLength: 4 }),
    decidedOn: fc.integer({ min: 0, max: 4_000 }).map((days) => addNaturalDays('2018-01-01', days)), safetyField: fc.boolean(), gravest: fc.boolean(),
  });
  fc.assert(
    fc.property(result, (one) => {
      const { severity, publicFrom, publicUntil, repairFrom } = recordPeriod(one);
      if (one.category === 'GOOD' || one.penalties.length === 0) return expect([severity, publicFrom, publicUntil, repairFrom]).toEqual([null, null, null, null]);
      const { until, ...period } = publicityPeriod(one);
      expect([severity, repairFrom]).toEqual([period.severity, period.repairFrom]);
      expect([publicFrom, publicUntil]).toEqual(until !== null && until >= one.decidedOn ? [one.decidedOn, until] : [null, null]);
    }),
  );
  expect(() => recordPeriod({ ...plain, decidedOn: '2026-02-30' })).toThrow(RangeError);
});
