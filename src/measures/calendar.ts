import { z } from 'zod';
import { dataFile } from './data-file.js';

const millisecondsOfDay = 86_400_000;

/** A day of the calendar as a number, for counting. Not Date.UTC, which takes year 1 for 1901. */
function dayNumber(day: string): number {
  return Date.parse(`${day}T00:00:00Z`) / millisecondsOfDay;
}

function dayOf(number: number): string {
  const text = new Date(number * millisecondsOfDay).toISOString();
  if (!/^(?!0000)\d{4}-/.test(text)) throw new RangeError('日期超出公元 1 至 9999 年 · The day lies outside the years 1 to 9999.');
  return text.slice(0, 10);
}

/** The day `days` natural days after a day (`YYYY-MM-DD`); the day after it is day 1. Throws RangeError after year 9999. */
export function addNaturalDays(day: string, days: number): string {
  return dayOf(dayNumber(day) + days);
}

/**
 * The corresponding day `months` calendar months later, or earlier if negative; the last day of a shorter month (CK-5.5b,
 * three months before 31 May 2017 is 28 February 2017). Throws RangeError outside years 1 to 9999.
 */
export function addCalendarMonths(day: string, months: number): string {
  const [year = 0, month = 1, dayOfMonth = 1] = day.split('-').map(Number);
  const target = year * 12 + month - 1 + months;
  const first = dayNumber(monthStart(target));
  const length = dayNumber(monthStart(target + 1)) - first;
  return dayOf(first + Math.min(dayOfMonth, length) - 1);
}

function monthStart(monthsSinceYear0: number): string {
  const year = Math.floor(monthsSinceYear0 / 12);
  // Year 10000 is needed as the end of December 9999, in the long form that Date.parse takes.
  const text = year > 9999 ? `+0${year}` : String(Math.max(year, 0)).padStart(4, '0');
  return `${text}-${String((monthsSinceYear0 % 12) + 1).padStart(2, '0')}-01`;
}

/** A day found by counting. */
export interface CountedDay {
  readonly day: string;
  /** The count met a day whose calendar is not published: the day given is the earliest it can be. */
  readonly provisional: boolean;
}

/** What is published: weekends and the named rest days are off, except the named working days. Dates `YYYY-MM-DD`. */
export interface PublishedDays {
  readonly from: string;
  readonly until: string;
  readonly rest: Iterable<string>;
  readonly work: Iterable<string>;
}

/**
 * Working days as published. A day outside the published span is neither working nor resting. Counting takes it
 * for a working day and marks the result provisional: that gives the earliest day it can be, and publication moves it
 * later or leaves it. Weekdays are never guessed by.
 */
export class WorkingDayCalendar {
  readonly #from: number;
  readonly #until: number;
  readonly #rest: ReadonlySet<number>;
  readonly #work: ReadonlySet<number>;

  constructor({ from, until, rest, work }: PublishedDays) {
    this.#from = dayNumber(from);
    this.#until = dayNumber(until);
    this.#rest = new Set([...rest].map(dayNumber));
    this.#work = new Set([...work].map(dayNumber));
  }

  /** First and last day of the published span. */
  get published(): { readonly from: string; readonly until: string } {
    return { from: dayOf(this.#from), until: dayOf(this.#until) };
  }

  /** Whether a day is a working day; null outside the published span. */
  isWorkingDay(day: string): boolean | null {
    return this.#working(dayNumber(day));
  }

  /** The `days`-th working day after a day; the next working day is day 1. */
  addWorkingDays(day: string, days: number): CountedDay {
    let at = dayNumber(day);
    let provisional = false;
    for (let counted = 0; counted < days; ) {
      at += 1;
      const working = this.#working(at);
      if (working === null) provisional = true;
      if (working !== false) counted += 1;
    }
    return { day: dayOf(at), provisional };
  }

  /** The day itself if it is a working day, else the next one: where the last day of a period rolls to. */
  rolled(day: string): CountedDay {
    let at = dayNumber(day);
    while (this.#working(at) === false) at += 1;
    return { day: dayOf(at), provisional: this.#working(at) === null };
  }

  #working(day: number): boolean | null {
    if (!(day >= this.#from && day <= this.#until)) return null;
    if (this.#work.has(day)) return true;
    // 1970-01-01, day 0, was a Thursday: of a week from Monday on, days 5 and 6 are the weekend.
    const weekday = (((day + 3) % 7) + 7) % 7;
    return weekday < 5 && !this.#rest.has(day);
  }
}

const day = z.iso.date();
const span = z.union([day.transform((only) => [only, only] as const), z.string().regex(/^\S{10}\/\S{10}$/).transform(ends)]);

const holidaysSchema = z.strictObject({
  published: z.strictObject({ from: day, until: day }),
  years: z.array(
    z.strictObject({
      year: z.int(),
      notices: z.array(z.url()),
      rest: z.record(z.string(), z.array(span)),
      work: z.array(day),
    }),
  ),
});

function ends(text: string): readonly [string, string] {
  const [first = '', last = ''] = text.split('/');
  return [day.parse(first), day.parse(last)];
}

const holidays = dataFile('holidays.yaml', holidaysSchema);

let national: WorkingDayCalendar | null = null;

/** The calendar of the State Council's notices, 2004 to 2026. */
export function nationalCalendar(): WorkingDayCalendar {
  if (national) return national;
  const { published, years } = holidays();
  return (national = new WorkingDayCalendar({
    ...published,
    rest: years.flatMap(({ rest }) => Object.values(rest).flat().flatMap(([first, last]) => daysOf(first, last))),
    work: years.flatMap(({ work }) => work),
  }));
}

function daysOf(first: string, last: string): readonly string[] {
  const start = dayNumber(first);
  return Array.from({ length: dayNumber(last) - start + 1 }, (_, i) => dayOf(start + i));
}
