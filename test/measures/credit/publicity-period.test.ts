import fc from 'fast-check';
import { addCalendarMonths, addNaturalDays } from '../../../src/measures/calendar.js';
import { penaltyKinds, publicityPeriod, type PenaltyKind } from '../../../src/measures/credit/publicity-period.js';

const worked: readonly (readonly [string, PenaltyKind[], object, object])[] = [
  // [day of the decision, penalties, more, period]
  ['2019-06-30', ['FINE'], {}, { regime: null, severity: 'ORDINARY', shown: false, repairFrom: null, until: null }],
  ['2019-07-01', ['FINE'], {}, { regime: '发改办财金〔2019〕527号', severity: 'ORDINARY', shown: true, repairFrom: '2019-10-01', until: '2020-06-30' }],
  ['2019-07-01', ['SIMPLE_PROCEDURE'], {}, { severity: 'MINOR', shown: false }],
  ['2020-02-29', ['LICENCE_REVOCATION'], {}, { severity: 'SERIOUS', shown: true, repairFrom: '2020-08-29', until: '2023-02-27' }],
  ['2020-02-29', ['LICENCE_REVOCATION'], { gravest: true }, { severity: 'SERIOUS', shown: true, repairFrom: null, until: '2023-02-27' }],
  ['2023-04-30', ['FINE'], { safetyField: true }, { regime: '发改办财金〔2019〕527号', severity: 'ORDINARY', until: '2024-04-29' }],
  ['2023-05-01', ['FINE'], {}, { regime: '国家发展改革委令第58号', severity: 'ORDINARY', shown: true, repairFrom: '2023-08-01', until: '2026-04-30' }],
  ['2023-05-01', ['FINE'], { safetyField: true }, { severity: 'SERIOUS', repairFrom: '2024-05-01', until: '2026-04-30' }],
  ['2023-05-01', ['LICENCE_REVOCATION'], {}, { severity: 'ORDINARY', repairFrom: '2023-08-01' }],
  ['2023-05-01', ['WARNING'], { safetyField: true }, { severity: 'MINOR', shown: false }],
  ['2023-05-01', ['FINE'], { safetyField: true, gravest: true }, { repairFrom: '2024-05-01' }],
  ['2026-03-31', ['FINE'], {}, { regime: '国家发展改革委令第58号', until: '2029-03-30' }],
  ['2026-04-01', ['FINE'], {}, { regime: '国家发展改革委令第36号', severity: 'ORDINARY', shown: true, repairFrom: '2026-07-01', until: '2027-03-31' }],
  ['2026-04-01', ['CRITICISM'], {}, { severity: 'MINOR', shown: false, repairFrom: '2026-04-01', until: '2026-06-30' }],
  ['2026-04-01', ['RESTRICTION'], { gravest: true }, { severity: 'SERIOUS', shown: true, repairFrom: '2027-04-01', until: '2029-03-31' }],
];

test.each(worked)('decided on %s: %j %j', (decidedOn, penalties, more, period) => {
  expect(publicityPeriod({ decidedOn, penalties, ...more })).toMatchObject(period);
});

const day = fc.date({ min: new Date('2019-07-01'), max: new Date('2036-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const kinds = fc.subarray([...penaltyKinds], { minLength: 1 });

test('several penalties: the longest period counts, whatever their order', () => {
  fc.assert(
    fc.property(day, kinds, fc.boolean(), (decidedOn, penalties, safetyField) => {
      const together = publicityPeriod({ decidedOn, penalties, safetyField });
      const alone = penalties.map((kind) => publicityPeriod({ decidedOn, penalties: [kind], safetyField }));
      const latest = alone.map(({ until }) => until ?? '').sort().at(-1);
      expect(together.until).toBe(latest);
      expect(together.shown).toBe(alone.some(({ shown }) => shown));
      expect(publicityPeriod({ decidedOn, penalties: [...penalties].reverse(), safetyField })).toEqual(together);
    }),
  );
});

test('what is shown is shown for three months at least and three years at most, and can end early only in between', () => {
  fc.assert(
    fc.property(day, kinds, fc.boolean(), fc.boolean(), (decidedOn, penalties, safetyField, gravest) => {
      const { shown, until, repairFrom } = publicityPeriod({ decidedOn, penalties, safetyField, gravest });
      if (!shown || until === null) return;
      expect(until >= addNaturalDays(addCalendarMonths(decidedOn, 12), -1)).toBe(true);
      expect(until <= addNaturalDays(addCalendarMonths(decidedOn, 36), -1)).toBe(true);
      if (repairFrom === null) return;
      expect(repairFrom >= addCalendarMonths(decidedOn, 3)).toBe(true);
      expect(repairFrom <= until).toBe(true);
    }),
  );
});

test('a decision without a penalty or of no day is refused', () => {
  expect(() => publicityPeriod({ decidedOn: '2026-05-01', penalties: [] })).toThrow(RangeError);
  expect(() => publicityPeriod({ decidedOn: '2026-02-30', penalties: ['FINE'] })).toThrow(RangeError);
});
