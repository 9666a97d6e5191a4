import { isLegalDate } from '../measures/clock.js';
import { normaliseCode } from './credit-code.js';

/** The ways a profile may ask a cell to be read. */
export const cellParserNames = ['text', 'verbatim', 'code', 'date', 'endDate', 'usDate'] as const;

export type CellParserName = (typeof cellParserNames)[number];

/** The day that stands for "without end" in the national layouts (长期). */
export const unlimited = '2099-12-31';

/** Spellings of "without end" seen in feeds, after NFKC and with `/` written as `-`. */
const unlimitedForms: ReadonlySet<string> = new Set(['长期', '长期有效', '永久', '永久有效', '9999-12-31', unlimited]);

const usDateForm = /^(\d{2})\/(\d{2})\/(\d{2}) \d{2}:\d{2}:\d{2}$/;

/** No register reaches back further; an earlier year is a slip of the keyboard. */
const earliest = '1900-01-01';

/** Two-digit years from 70 on are of the 20th century: the register began in the 1970s. */
const centuryPivot = 70;

/** A parsed cell: null is an empty one; `undefined` means that the form is wrong. */
type Parsed = string | null | undefined;

const parsers: Readonly<Record<CellParserName, (cell: string) => Parsed>> = {
  text: (cell) => cell.trim() || null,
  // Blanks count: a certificate number with one is not the number.
  verbatim: (cell) => (cell.trim() === '' ? null : cell),
  code: (cell) => normaliseCode(cell) || null,
  date: (cell) => readDate(dateText(cell)),
  endDate: (cell) => {
    const text = dateText(cell);
    return unlimitedForms.has(text) ? unlimited : readDate(text);
  },
  usDate: (cell) => {
    const text = cell.trim();
    if (text === '') return null;
    const [, month, day, year] = usDateForm.exec(text) ?? [];
    if (month === undefined || day === undefined || year === undefined) return undefined;
    return readDate(`${Number(year) >= centuryPivot ? '19' : '20'}${year}-${month}-${day}`);
  },
};

/**
 * Reads one cell: `null` where it is empty or holds one of `emptyMarks` (无, /, - …), `undefined` where it has not the
 * form asked for (dates only). Dates come out as `YYYY-MM-DD`.
 */
export function parseCell(cell: string, parser: CellParserName, emptyMarks: ReadonlySet<string>): Parsed {
  if (cell === '' || emptyMarks.has(cell.trim())) return null;
  const value = parsers[parser](cell);
  return typeof value === 'string' && emptyMarks.has(value) ? null : value;
}

// PostgreSQL text holds no NUL; the other control characters have no place in a register. Tab and line breaks may stay.
const control = /\p{Cc}/u;
const allowed = /[\t\n\r]/gu;

/** Whether a cell holds control characters other than tab and line breaks. */
export function hasControlCharacters(cell: string): boolean {
  return control.test(cell) && control.test(cell.replace(allowed, ''));
}

function dateText(cell: string): string {
  return normaliseCode(cell).replaceAll('/', '-');
}

function readDate(text: string): Parsed {
  if (text === '') return null;
  return isLegalDate(text) && text >= earliest ? text : undefined;
}
