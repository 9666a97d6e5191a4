import fc from 'fast-check';
import { addCalendarMonths, addNaturalDays, nationalCalendar, WorkingDayCalendar } from '../../src/measures/calendar.js';

const calendar = nationalCalendar();
const { from, until } = calendar.published;

const day = (min: string, max: string): fc.Arbitrary<string> =>
  fc.date({ min: new Date(min), max: new Date(max), noInvalidDate: true }).map((date) => date.toISOString().slice(0, 10));
const publishedDay = day(from, until);
const anyDay = day('1990-01-01', '2040-12-31');
const count = fc.integer({ min: 0, max: 80 });

describe('the working-day calendar (A-68)', () => {
  it('knows the published years 2004 to 2026, up to the days the notice for 2027 may still move', () => {
    expect(calendar.published).toEqual({ from: '2004-01-01', until: '2026-12-28' });
    for (const unpublished of ['2003-12-31', '2026-12-29', '2027-03-01']) expect(calendar.isWorkingDay(unpublished)).toBeNull();
  });

  it.each([
    ['2004-05-09', true, 'a Sunday worked instead of 7 May'],
    ['2005-12-31', true, 'a Saturday the notice for 2006 made a working day'],
    ['2007-12-31', false, 'a Monday the notice for 2008 made a rest day'],
    ['2008-06-07', false, 'an ordinary Saturday'],
    ['2011-12-31', true, 'a Saturday worked for the New Year of 2012'],
    ['2015-01-04', true, 'a Sunday worked for 2 January'],
    ['2015-09-03', false, 'the anniversary of the victory'],
    ['2016-04-02', false, 'an ordinary Saturday'],
    ['2018-12-29', true, 'a Saturday worked for 31 December'],
    ['2018-12-31', false, 'a Monday of the New Year of 2019'],
    ['2019-05-02', false, 'the Labour Day of 2019 as changed in March'],
    ['2019-10-12', true, 'a Saturday worked after the National Day'],
    ['2020-01-31', false, 'the Spring Festival of 2020 as prolonged in January'],
    ['2020-04-06', false, 'the Monday of Qingming'],
    ['2025-10-11', true, 'a Saturday worked after the National Day'],
    ['2026-11-22', false, 'an ordinary Sunday'],
    ['2026-11-23', true, 'an ordinary Monday'],
  ])('%s is a working day: %s (%s)', (on, working) => {
    expect(calendar.isWorkingDay(on)).toBe(working);
  });

  it('has between 244 and 255 working days in every published year', () => {
    for (let year = 2004; year <= 2025; year += 1) {
      let working = 0;
      for (let on = `${year}-01-01`; on.startsWith(String(year)); on = addNaturalDays(on, 1)) if (calendar.isWorkingDay(on)) working += 1;
      expect({ year, fits: working >= 244 && working <= 255, working }).toMatchObject({ year, fits: true });
    }
  });

  it('counts seven working days over the National Day of 2025 to 16 October', () => {
    expect(calendar.addWorkingDays('2025-09-30', 7)).toEqual({ day: '2025-10-16', provisional: false });
  });

  it('ends a count on a working day, with exactly that many working days behind the start', () => {
    fc.assert(
      fc.property(publishedDay, fc.integer({ min: 1, max: 80 }), (start, days) => {
        const { day: end, provisional } = calendar.addWorkingDays(start, days);
        expect(provisional).toBe(end > until);
        if (provisional) return;
        expect(calendar.isWorkingDay(end)).toBe(true);
        let counted = 0;
        for (let on = addNaturalDays(start, 1); on <= end; on = addNaturalDays(on, 1)) if (calendar.isWorkingDay(on)) counted += 1;
        expect(counted).toBe(days);
      }),
    );
  });

  it('is monotonic: a later start or a longer count never ends earlier', () => {
    fc.assert(
      fc.property(anyDay, anyDay, count, count, (a, b, m, n) => {
        const [early, late] = a < b ? [a, b] : [b, a];
        const [short, long] = m < n ? [m, n] : [n, m];
        expect(calendar.addWorkingDays(early, n).day <= calendar.addWorkingDays(late, n).day).toBe(true);
        expect(calendar.addWorkingDays(a, short).day <= calendar.addWorkingDays(a, long).day).toBe(true);
        expect(calendar.rolled(early).day <= calendar.rolled(late).day).toBe(true);
      }),
    );
  });

  it('rolls forward only, over rest days only, to a day that is not at rest', () => {
    fc.assert(
      fc.property(anyDay, (start) => {
        const { day: end, provisional } = calendar.rolled(start);
        expect(end >= start).toBe(true);
        for (let on = start; on < end; on = addNaturalDays(on, 1)) expect(calendar.isWorkingDay(on)).toBe(false);
        expect(calendar.isWorkingDay(end)).toBe(provisional ? null : true);
      }),
    );
  });

  it('outside the published days gives the earliest day possible, provisionally: publication moves it later or leaves it', () => {
    const years = fc.uniqueArray(day('2026-12-29', '2027-12-31'), { maxLength: 60 });
    fc.assert(
      fc.property(day('2026-10-01', '2027-06-30'), fc.integer({ min: 1, max: 80 }), years, (start, days, rest) => {
        const next = new WorkingDayCalendar({ from: '2026-12-29', until: '2030-12-31', rest, work: [] });
        const before = new WorkingDayCalendar({ from: '2026-12-29', until: '2026-12-29', rest: [], work: ['2026-12-29'] });
        const provisional = before.addWorkingDays(start, days);
        expect(provisional.provisional).toBe(true);
        expect(provisional.day <= next.addWorkingDays(start, days).day).toBe(true);
      }),
    );
  });
});

describe('natural days and calendar months', () => {
  it.each([
    ['2017-05-31', -3, '2017-02-28', 'A-42, XM-3.5.6.2f: exempt if last inspected on or after 28 February'],
    ['2020-04-15', 36, '2023-04-15', 'CK-5.5b'],
    ['2020-02-29', 12, '2021-02-28', ''],
    ['2020-01-31', 1, '2020-02-29', ''],
    ['2019-12-31', 2, '2020-02-29', ''],
    ['2020-03-31', -13, '2019-02-28', ''],
    ['0001-02-01', -1, '0001-01-01', ''],
    ['9999-11-30', 1, '9999-12-30', ''],
  ])('%s and %i months is %s %s', (start, months, end) => {
    expect(addCalendarMonths(start, months)).toBe(end);
  });

  it('agree with each other, and stay inside the years 1 to 9999', () => {
    fc.assert(
      fc.property(day('0001-01-01', '9998-12-31'), fc.integer({ min: 0, max: 11 }), (start, months) => {
        const end = addCalendarMonths(start, months);
        expect(end >= start).toBe(true);
        expect(end <= addNaturalDays(start, months * 31)).toBe(true);
        expect(Number(end.slice(8)) <= Number(start.slice(8))).toBe(true);
        expect(addNaturalDays(addNaturalDays(start, 31), -31)).toBe(start);
      }),
    );
    expect(addNaturalDays('0001-01-01', 1)).toBe('0001-01-02');
    expect(() => addNaturalDays('9999-12-31', 1)).toThrow(RangeError);
    expect(() => addNaturalDays('0001-01-01', -1)).toThrow(RangeError);
    expect(() => addCalendarMonths('0001-01-01', -1)).toThrow(RangeError);
    expect(() => addCalendarMonths('9999-12-31', 1)).toThrow(RangeError);
  });
});
