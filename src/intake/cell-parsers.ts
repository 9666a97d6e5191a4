import { CellFault, type CellOutcome } from './cells/cell-fault.js';
import { dateForm, readDate, readDateTime, readUsDate } from './cells/dates.js';
import { readAmount, readInteger, readNumber } from './cells/numbers.js';
import { textFault } from './cells/text-faults.js';
import { isCreditCode } from '../subjects/identifiers/credit-code.js';
import { normaliseCode } from '../subjects/identifiers/normalise.js';

/** The ways a profile may ask a cell to be read. */
export const cellParserNames = [
  'text',
  'singleLine',
  'name',
  'verbatim',
  'code',
  'date',
  'endDate',
  'usDate',
  'dateTime',
  'timestamp',
  'integer',
  'number',
  'amountYuan',
  'amountWan',
  'boolean',
] as const;

export type CellParserName = (typeof cellParserNames)[number];

/** The day that stands for "without end" in the national layouts (长期). */
export const unlimited = '2099-12-31';

/** Spellings of "without end" seen in feeds, after NFKC and without blanks. */
const unlimitedForms: ReadonlySet<string> = new Set(['长期', '长期有效', '永久', '永久有效', '无固定期限', '无期限', '至长期']);

/** What a table program makes of twelve digits and more: 9.11201E+17. Fewer digits stay as they are. */
const roundedCode = /^\d(?:\.\d+)?E\+(?:1[1-9]|[2-9]\d)$/i;

const truths: Readonly<Record<string, string>> = {
  是: 'true', 有: 'true', Y: 'true', YES: 'true', TRUE: 'true', '1': 'true', '√': 'true',
  否: 'false', 无: 'false', N: 'false', NO: 'false', FALSE: 'false', '0': 'false', '×': 'false',
};

const parsers: Readonly<Record<CellParserName, (cell: string) => CellOutcome>> = {
  text: (cell) => unrounded(cell.trim()),
  // Decision numbers arrive broken by line feeds.
  singleLine: (cell) => unrounded(cell.trim().replace(/\s*[\r\n\t]+\s*/g, '')),
  name: readName,
  // Blanks count: a certificate number with one is not the number.
  verbatim: (cell) => (cell.trim() === '' ? null : unrounded(cell)),
  code: (cell) => unrounded(normaliseCode(cell)),
  date: readDate,
  endDate: (cell) => {
    const date = readDate(cell);
    if (date instanceof CellFault && unlimitedForms.has(dateForm(cell))) return unlimited;
    return date === '9999-12-31' ? unlimited : date;
  },
  usDate: readUsDate,
  dateTime: readDateTime,
  // Its day alone.
  timestamp: readDate,
  integer: readInteger,
  number: readNumber,
  amountYuan: (cell) => readAmount(cell, 0),
  amountWan: (cell) => readAmount(cell, 4),
  boolean: (cell) => {
    const form = normaliseCode(cell);
    if (form === '') return null;
    return Object.hasOwn(truths, form) ? (truths[form] ?? null) : CellFault.of('BOOLEAN_INVALID');
  },
};

/**
 * Reads one cell: its value, `null` where it is empty or holds one of `emptyMarks` (无, /, - …), a CellFault where it
 * cannot be taken as the parser asks. Dates come out as `YYYY-MM-DD`, times as `YYYY-MM-DD HH:MM:SS`, numbers as plain
 * decimals, amounts in yuan (`amountWan` reads a column in 万元), booleans as `true` and `false`; `name` refuses codes
 * and dates that slipped into the column of names, `singleLine` takes line breaks out.
 */
export function parseCell(cell: string, parser: CellParserName, emptyMarks: ReadonlySet<string>): CellOutcome {
  if (cell === '' || emptyMarks.has(cell.trim())) return null;
  const fault = textFault(cell);
  if (fault) return fault;
  const value = parsers[parser](cell);
  return typeof value === 'string' && emptyMarks.has(value) ? null : value;
}

function unrounded(text: string): CellOutcome {
  return roundedCode.test(text) ? CellFault.of('CODE_DAMAGED') : text || null;
}

function readName(cell: string): CellOutcome {
  const name = cell.trim();
  if (name === '') return null;
  const misplaced = isCreditCode(normaliseCode(name)) || !/\p{L}/u.test(name) || typeof readDate(name) === 'string';
  return misplaced ? CellFault.of('MISPLACED') : name;
}
