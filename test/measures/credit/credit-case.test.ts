import fc from 'fast-check';
import {
  caseAfter, caseClocks, caseRules, caseStates, caseSteps, isOpen, repairConditions, repairLacks, type CaseActor, type CaseState, type CaseStep,
} from '../../../src/measures/credit/credit-case.js';

test('acceptance, check and answer are due on working days: filed on Wednesday before the National Day of 2025', () => {
  // 1 to 8 October rest; Sunday 28 September and Saturday 11 October are worked.
  expect(caseClocks('2025-09-24')).toEqual({
    acceptanceDue: { day: '2025-09-28', provisional: false },
    organDue: { day: '2025-10-10', provisional: false },
    answerDue: { day: '2025-10-14', provisional: false },
  });
  expect(caseClocks('2025-09-24', { extended: true })).toMatchObject({ acceptanceDue: { day: '2025-09-28' }, organDue: { day: '2025-10-20' }, answerDue: { day: '2025-10-28' } });
});

test('beyond the published calendar a day is the earliest it can be, and says so (A-68)', () => {
  expect(caseClocks('2026-12-30').answerDue.provisional).toBe(true);
  expect(() => caseClocks('2026-02-30')).toThrow(RangeError);
});

const actors: readonly CaseActor[] = ['CREDIT_CENTRE', 'RESPONSIBLE_ORGAN', 'SUBJECT', 'CLOCK'];

test('YZ-3.5b: no case is granted or refused but by the organ that answers for the record, after the review of the centre', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.constantFrom<CaseStep>(...caseSteps), fc.constantFrom(...actors)), { maxLength: 20 }), (asked) => {
      let state: CaseState = 'FILED';
      const taken: [CaseStep, CaseActor][] = [];
      for (const [step, actor] of asked) {
        const next = caseAfter(state, step, actor);
        if (next === null) continue;
        expect(isOpen(state)).toBe(true);
        state = next;
        taken.push([step, actor]);
      }
      if (state !== 'GRANTED' && state !== 'REFUSED') return;
      expect(taken.filter(([step]) => step !== 'EXTEND')).toEqual([['ACCEPT', 'CREDIT_CENTRE'], ['REVIEW', 'CREDIT_CENTRE'], [state === 'GRANTED' ? 'GRANT' : 'REFUSE', 'RESPONSIBLE_ORGAN']]);
    }),
    { numRuns: 2_000 },
  );
});

test('every state is reached; a closed case stays closed', () => {
  expect([...new Set(['FILED', ...Object.values(caseRules).flatMap(({ to }) => to ?? [])])].sort()).toEqual([...caseStates].sort());
  expect(caseStates.filter((state) => !isOpen(state))).toEqual(['NOT_ACCEPTED', 'GRANTED', 'REFUSED', 'WITHDRAWN', 'LAPSED']);
});

test('a repair tells every condition that is missing', () => {
  const met = { repairFrom: '2026-07-01', conductCorrected: true, dutiesMet: true, promiseGiven: true };
  expect(repairLacks(met, '2026-07-01')).toEqual([]);
  expect(repairLacks(met, '2026-06-30')).toEqual(['REPAIR_TOO_EARLY']);
  expect(repairLacks({ ...met, repairFrom: null }, '2030-01-01')).toEqual(['REPAIR_EXCLUDED']);
  const none = repairLacks({ repairFrom: '2026-07-01', conductCorrected: false, dutiesMet: false, promiseGiven: false }, '2026-06-30');
  expect(none).toEqual(repairConditions.filter((condition) => condition !== 'REPAIR_EXCLUDED'));
});
