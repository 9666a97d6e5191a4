import { isLegalDate } from '../../measures/clock.js';
import { CellFault, type CellOutcome } from './cell-fault.js';

/** No register reaches back further; an earlier year is a slip of the keyboard. */
const earliest = '1900-01-01';

/** Two-digit years from 70 on are of the 20th century: the registers that write them began in the 1970s. */
const centuryPivot = 70;

/** Day numbers of table programs that are taken for dates where a column lost its format: 1950-01-01 … 2099-12-31. */
const serials = { first: 18_264, last: 73_050, origin: Date.UTC(1899, 11, 30) } as const;

interface DateTime {
  readonly date: string;
  /** `HH:MM:SS`, or null where none is written. */
  readonly time: string | null;
}

type Reading = DateTime | CellFault;

const usual = /^\d{4}([-/])\d{2}\1\d{2}$/;
const yearFirst = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})$/;
const chinese = /^(\d{4})年(\d{1,2})月(\d{1,2})[日号]$/;
const compact = /^(\d{4})(\d{2})(\d{2})$/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})$/;
const shortYear = /^\d{1,2}([-/.])\d{1,2}\1\d{1,2}$|^\d{6}$|^\d{2}年\d{1,2}月\d{1,2}[日号]$/;
const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4}|\d{2})$/;
const serial = /^\d{5}(\.\d+)?$/;
const timeForm = /^(\d{1,2}):(\d{2})(?::(\d{2})(?:\.\d+)?)?$/;

/** Date, and behind a blank or `T` the rest; a blank may also follow 日. */
const dateAndTime = /^(\S+?)(?:\s+|T|(?<=[日号])(?=\d))(\d{1,2}:.*)$/i;
const compactDateAndTime = /^(\d{8})(\d{2})(\d{2})(\d{2})$/;

/**
 * A date in Chinese order as `YYYY-MM-DD`: 2024-01-05, 2024/1/5, 2024.1.5, 20240105, 2024年1月5日, with or without a
 * time, in full- or half-width digits, or a bare day number of a table program (1900 system). A year at the end is
 * taken where only one reading is a date; what can be read in several ways (5/1/2007, 24-1-5, an instant in another
 * time zone) is DATE_AMBIGUOUS.
 */
export function readDate(cell: string): CellOutcome {
  // Nearly all cells are so, and the general way costs three times as much.
  if (usual.test(cell)) return legal(cell.slice(0, 4), cell.slice(5, 7), cell.slice(8));
  const reading = readChinese(dateForm(cell));
  return reading instanceof CellFault ? reading : (reading?.date ?? null);
}

/** As `readDate`, with the time: `YYYY-MM-DD HH:MM:SS` by the clock of the source; midnight where none is written. */
export function readDateTime(cell: string): CellOutcome {
  const reading = readChinese(dateForm(cell));
  if (reading === null || reading instanceof CellFault) return reading;
  return `${reading.date} ${reading.time ?? '00:00:00'}`;
}

/** A date in American order, 5/1/2007 or 04/09/07 09:55:00, as `YYYY-MM-DD`. Two-digit years: 70 … 99 are 19xx. */
export function readUsDate(cell: string): CellOutcome {
  const text = dateForm(cell);
  if (text === '') return null;
  const parts = split(text);
  const match = parts && american.exec(parts.date);
  if (!match) return CellFault.of('DATE_INVALID');
  const [, month = '', day = '', year = ''] = match;
  const century = year.length === 4 ? '' : Number(year) >= centuryPivot ? '19' : '20';
  return legal(`${century}${year}`, month, day);
}

/** A cell as its date is looked for: half-width (NFKC), trimmed, without blanks around its signs. */
export function dateForm(cell: string): string {
  return cell
    .normalize('NFKC')
    .trim()
    .replace(/\s*([-/.年月])\s*/g, '$1')
    .replace(/\s+([日号])/, '$1');
}

function readChinese(text: string): Reading | null {
  if (text === '') return null;
  if (serial.test(text)) return fromSerial(Number(text));
  const parts = split(text);
  if (!parts) return CellFault.of(/\d[Zz]$|[+-]\d{2}:?\d{2}$/.test(text) ? 'DATE_AMBIGUOUS' : 'DATE_INVALID');
  const date = chineseDate(parts.date);
  return date instanceof CellFault ? date : { date, time: parts.time };
}

function chineseDate(text: string): string | CellFault {
  const [, year, , month, day] = yearFirst.exec(text) ?? [];
  if (year !== undefined) return legal(year, month, day);
  const [, y, m, d] = chinese.exec(text) ?? compact.exec(text) ?? [];
  if (y !== undefined) return legal(y, m, d);
  const [, first, , second, last] = yearLast.exec(text) ?? [];
  if (last !== undefined) {
    const readings = new Set([legal(last, first, second), legal(last, second, first)]);
    readings.delete(CellFault.of('DATE_INVALID'));
    const [only, another] = readings;
    return another === undefined ? (only ?? CellFault.of('DATE_INVALID')) : CellFault.of('DATE_AMBIGUOUS');
  }
  return CellFault.of(shortYear.test(text) ? 'DATE_AMBIGUOUS' : 'DATE_INVALID');
}

/** Takes the time off; null where it is none of this earth. */
function split(text: string): DateTime | null {
  const [, days, hours, minutes, seconds] = compactDateAndTime.exec(text) ?? [];
  const [, date, clock] = days === undefined ? (dateAndTime.exec(text) ?? []) : ['', days, `${hours ?? ''}:${minutes ?? ''}:${seconds ?? ''}`];
  if (date === undefined || clock === undefined) return { date: text, time: null };
  const [, hour = '', minute = '', second = '00'] = timeForm.exec(clock) ?? [];
  if (hour === '' || Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return null;
  return { date, time: `${hour.padStart(2, '0')}:${minute}:${second}` };
}

function fromSerial(value: number): Reading {
  if (value < serials.first || value >= serials.last + 1) return CellFault.of('DATE_INVALID');
  const instant = new Date(serials.origin + Math.round(value * 86_400) * 1000).toISOString();
  return { date: instant.slice(0, 10), time: Number.isInteger(value) ? null : instant.slice(11, 19) };
}

function legal(year = '', month = '', day = ''): string | CellFault {
  const date = `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
  return isLegalDate(date) && date >= earliest ? date : CellFault.of('DATE_INVALID');
}
