import fc from 'fast-check';
import { nationalCalendar, WorkingDayCalendar } from '../../src/measures/calendar.js';
import { allClauses, clauseOf } from '../../src/measures/clauses.js';
import { dueDate, DueDateError, lateness, type DueOptions } from '../../src/measures/due-date.js';
import { timings } from '../../src/measures/due-limits.js';
import { rulingOf } from '../../src/measures/rulings.js';

const timed = Object.keys(timings);
const dues = (clause: string, from: string, options?: DueOptions): readonly string[] => dueDate(clause, from, options).readings.map(({ due }) => due);
const codeOf = (ask: () => unknown): string => {
  try {
    ask();
  } catch (error) {
    if (error instanceof DueDateError) return error.code;
    throw error;
  }
  return 'answered';
};

describe('worked values of the rulings', () => {
  it('XT-5.1.2c, A-01, A-02: action on Friday 2020-04-03; Monday is Qingming, so natural days roll to Tuesday; working days end on Thursday', () => {
    expect(dueDate('XT-5.1.2c', '2020-04-03').readings).toEqual([
      { kind: 'NATURAL_DAYS', standing: 'STATED', what: null, due: '2020-04-07', provisional: false, movedFrom: null, clauses: ['XT-5.1.2c'], rulings: ['A-01', 'A-02', 'A-68'] },
      { kind: 'WORKING_DAYS', standing: 'ALTERNATIVE', what: null, due: '2020-04-09', provisional: false, movedFrom: null, clauses: ['XT-5.1.2c'], rulings: ['A-01', 'A-02', 'A-68'] },
    ]);
  });

  it('SX-3.1.3.1b: decision on Friday 2019-09-27 is published by Saturday 12 October, a make-up working day', () => {
    expect(dues('SX-3.1.3.1b', '2019-09-27')).toEqual(['2019-10-12']);
  });

  it('YZ-2.3e, A-26: commitment of 2018-12-03, 60 natural days, 2019-02-01', () => {
    expect(dues('YZ-2.3e', '2018-12-03')).toEqual(['2019-02-01']);
  });

  it('CK-5.5b, A-55: signed 2020-04-15, last valid day 2023-04-15', () => {
    expect(dueDate('CK-5.5b', '2020-04-15').readings).toMatchObject([{ kind: 'CALENDAR_MONTHS', due: '2023-04-15', provisional: false }]);
  });
});

describe('limits of the clauses', () => {
  it.each([
    ['SX-3.1.3.1a', '2019-09-27', ['2019-10-30'], '20 working days (A-30)'],
    ['YZ-3.1d', '2019-09-27', ['2019-10-30'], '20 working days (A-30)'],
    ['YZ-3.4b', '2019-09-30', ['2019-10-10'], '3 working days from the approval (A-29)'],
    ['YZ-3.4c', '2019-01-02', ['2019-03-18'], '50 working days from the approval (A-29)'],
    ['XM-3.5.5a', '2017-09-29', ['2017-10-10'], '3 working days; 30 September 2017 was worked (A-46)'],
    ['XM-3.5.5b', '2017-05-26', ['2017-06-01'], '3 working days of defence from delivery: Saturday 27 May was worked, 28 to 30 were the Dragon Boat Festival (A-46)'],
    ['XM-3.5.5c', '2017-06-01', ['2017-07-13'], '30 working days (A-48)'],
    ['XT-5.1.1b', '2019-09-17', ['2019-10-05'], 'the 5th of the month after, in the holiday week: no roll (A-04, A-05)'],
    ['XT-5.1.1b', '2019-12-31', ['2020-01-05'], 'December is reported in January'],
    ['XT-5.1.1c', '2019-01-01', ['2020-04-30'], 'end of April is the 30th, itself included (A-04)'],
    ['XT-A2.8', '2019-06-30', ['2020-01-05'], 'a Sunday: no roll (A-05)'],
    ['XT-A3.5a', '2019-06-30', ['2020-01-05'], 'the whole year (A-19)'],
    ['XT-A3.5b', '2020-06-30', ['2020-07-05'], 'the first half of the year, a Sunday (A-19)'],
    ['SX-3.1.3.3a', '2019-03-01', ['2020-01-15'], 'A-04'],
    ['XT-5.4.2.5a', '2019-09-27', ['2019-09-27', '2019-10-04'], 'measures on the day, completed after 7 natural days (A-23)'],
    ['XT-4.7.3b', '2020-04-30', ['2020-02-29'], 'two months before the need'],
  ])('%s from %s is due %j: %s', (clause, from, due) => {
    expect(dues(clause, from)).toEqual(due);
  });

  it('XT-3.2c, XT-3.2e, XT-3.8c, XT-3.10c, XT-5.3.2b, A-58: a policy default of 3 natural days, like XT-5.1.2c', () => {
    for (const clause of ['XT-3.2c', 'XT-3.2e', 'XT-3.8c', 'XT-3.10c', 'XT-5.3.2b']) {
      const { readings } = dueDate(clause, '2020-04-03');
      expect(readings).toMatchObject([
        { kind: 'NATURAL_DAYS', standing: 'POLICY_DEFAULT', due: '2020-04-07', clauses: [clause, 'XT-5.1.2c'], rulings: ['A-58', 'A-68'] },
      ]);
    }
  });

  it('XT-5.1.2c, A-70: revocation is monitored with the same limits, as a policy default', () => {
    expect(dueDate('XT-5.1.2c', '2020-04-03', { trigger: 'permit.revoked' }).readings).toMatchObject([
      { due: '2020-04-07', standing: 'POLICY_DEFAULT', rulings: ['A-01', 'A-02', 'A-70', 'A-68'] },
      { due: '2020-04-09', standing: 'POLICY_DEFAULT' },
    ]);
    expect(dueDate('XT-5.1.2c', '2020-04-03', { trigger: 'permit.renewed' }).readings).toMatchObject([{ standing: 'STATED' }, { standing: 'ALTERNATIVE' }]);
    expect(codeOf(() => dueDate('XT-5.1.2c', '2020-04-03', { trigger: 'permit.seen' }))).toBe('DUE_DATE_TRIGGER_UNKNOWN');
  });

  it('XM-3.6.3c, A-47: ten working days, never before the defence has ended; a later end moves it and shows the delay', () => {
    const ended = '2017-06-01';
    expect(dueDate('XM-3.6.3c', ended).readings).toMatchObject([{ due: '2017-06-15', movedFrom: null }]);
    expect(dueDate('XM-3.6.3c', ended, { defenceUntil: '2017-06-15' }).readings).toMatchObject([{ due: '2017-06-15', movedFrom: null }]);
    expect(dueDate('XM-3.6.3c', ended, { defenceUntil: '2017-06-16' }).readings).toMatchObject([{ due: '2017-06-19', movedFrom: '2017-06-15' }]);
    // No other limit waits for it.
    expect(dues('XM-3.5.5c', ended, { defenceUntil: '2018-01-01' })).toEqual(dues('XM-3.5.5c', ended));
  });

  it('A-19: there is no form of the second half year', () => {
    expect(codeOf(() => dueDate('XT-A3.5b', '2020-07-01'))).toBe('DUE_DATE_NOT_IN_PERIOD');
  });

  it('refuses what has no limit, is no clause or no day', () => {
    expect(codeOf(() => dueDate('XT-5.1.2b', '2020-01-01'))).toBe('DUE_DATE_NOT_SET');
    expect(codeOf(() => dueDate('constructor', '2020-01-01'))).toBe('CLAUSE_UNKNOWN');
    expect(codeOf(() => dueDate('YZ-2.3e', '2020-02-30'))).toBe('DUE_DATE_INVALID');
    expect(codeOf(() => dueDate('YZ-2.3e', '9999-12-31'))).toBe('DUE_DATE_INVALID');
    expect(codeOf(() => dueDate('XM-3.6.3c', '2020-01-01', { defenceUntil: 'soon' }))).toBe('DUE_DATE_INVALID');
  });

  it('times every clause whose rule holds a number of days or a fixed date, and rests each reading on its clause and rulings', () => {
    const numbered = allClauses().filter(({ rule }) => /"(due|window)":(\[?\{"(what":"\w+",")?days":\d|\{"(dayOfMonth|month)":)/.test(JSON.stringify(rule)));
    expect(numbered.filter(({ id }) => !timed.includes(id)).map(({ id }) => id)).toEqual([]);
    for (const clause of timed) {
      for (const reading of dueDate(clause, '2019-05-05').readings) {
        expect(reading.clauses[0]).toBe(clause);
        expect(reading.clauses.every((id) => clauseOf(id) !== null)).toBe(true);
        expect(reading.rulings.every((id) => rulingOf(id) !== null)).toBe(true);
      }
    }
  });
});

describe('lateness (A-01, A-58)', () => {
  const { readings } = dueDate('XT-5.1.2c', '2020-04-03');
  it.each([
    ['2020-04-07', 'IN_TIME'],
    ['2020-04-08', 'LATE'],
    ['2020-04-09', 'LATE'],
    ['2020-04-10', 'LATE_UNDER_ANY_READING'],
  ])('XT-5.1.2c done on %s is %s', (on, expected) => {
    expect(lateness(readings, on)).toBe(expected);
  });

  it('past a policy default is never late', () => {
    expect(lateness(dueDate('XT-3.2c', '2020-04-03').readings, '2021-01-01')).toBe('PAST_POLICY_DEFAULT');
    expect(lateness(dueDate('XT-5.1.2c', '2020-04-03', { trigger: 'permit.revoked' }).readings, '2021-01-01')).toBe('PAST_POLICY_DEFAULT');
  });

  it('past a provisional day is undecided', () => {
    expect(lateness(dueDate('SX-3.1.3.1b', '2026-12-25').readings, '2027-02-01')).toBe('UNDECIDED');
  });
});

describe('properties of all due dates', () => {
  const calendar = nationalCalendar();
  const day = fc.date({ min: new Date('2000-01-01'), max: new Date('2030-12-31'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
  const inPeriod = (clause: string, from: string): string => (clause === 'XT-A3.5b' ? `${from.slice(0, 5)}03-15` : from);

  it('are monotonic: a later start is never due earlier', () => {
    fc.assert(
      fc.property(fc.constantFrom(...timed), day, day, (clause, a, b) => {
        const [early, late] = (a < b ? [a, b] : [b, a]).map((from) => dues(clause, inPeriod(clause, from)));
        early?.forEach((due, i) => expect(due <= (late?.[i] ?? '')).toBe(true));
      }),
    );
  });

  it('are never at rest where working days decide, unless fixed; provisional exactly where the calendar is not published', () => {
    fc.assert(
      fc.property(fc.constantFrom(...timed), day, (clause, from) => {
        for (const { kind, due, provisional, rulings } of dueDate(clause, inPeriod(clause, from)).readings) {
          if (!rulings.includes('A-68')) expect(provisional).toBe(false);
          else if (!provisional) expect(calendar.isWorkingDay(due)).toBe(true);
          if (provisional) expect(due > calendar.published.until || from < calendar.published.from).toBe(true);
          if (kind === 'FIXED_DATE' || kind === 'CALENDAR_MONTHS') expect(provisional).toBe(false);
          if (kind === 'WORKING_DAYS' && due > calendar.published.until) expect(provisional).toBe(true);
        }
      }),
    );
  });

  it('XT-5.1.2c, A-01: the natural reading is never milder than the working one', () => {
    fc.assert(
      fc.property(day, (from) => {
        const [natural = '', working = ''] = dues('XT-5.1.2c', from);
        expect(natural <= working).toBe(true);
        expect(natural > from).toBe(true);
      }),
    );
  });

  it('move only later, or stay, when the next calendar is published', () => {
    const start = fc.date({ min: new Date('2026-10-01'), max: new Date('2027-06-30'), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
    const empty = new WorkingDayCalendar({ from: '2026-12-28', until: '2026-12-28', rest: [], work: [] });
    const weekends = new WorkingDayCalendar({ from: '2026-01-01', until: '2029-12-31', rest: [], work: [] });
    fc.assert(
      fc.property(fc.constantFrom(...timed), start, (clause, from) => {
        const before = dues(clause, inPeriod(clause, from), { calendar: empty });
        const after = dues(clause, inPeriod(clause, from), { calendar: weekends });
        before.forEach((due, i) => expect(due <= (after[i] ?? '')).toBe(true));
      }),
    );
  });
});
