import iconv from 'iconv-lite';
import { CellFault } from './cell-fault.js';

// PostgreSQL text holds no NUL; the other control characters have no place in a register. Tab and line breaks may stay.
const control = /(?![\t\n\r])\p{Cc}/u;

/**
 * How a Chinese character of UTF-8 begins when it is read as GBK: first byte E2 … EF, second 80 … BF. In Chinese text
 * these are rare characters, and garbled text has one within its first two.
 */
const misreadLeads = Array.from({ length: 0xef - 0xe2 + 1 }, (_, lead) =>
  iconv.decode(Buffer.from(Array.from({ length: 0x40 }, (_, trail) => [0xe2 + lead, 0x80 + trail]).flat()), 'gbk'),
).join('');

/** Most cells hold none of these, and one test is cheaper than five. */
const suspicious = new RegExp(`(?![\\t\\n\\r])[\\p{Cc}#\\u0080-\\u00FF\\uFFFD锟斤烫屯${misreadLeads}]`, 'u');

/** Results of formulas that failed, as table programs in English and Chinese write them. */
const cellErrors: ReadonlySet<string> = new Set([
  '#N/A', '#REF!', '#VALUE!', '#NAME?', '#DIV/0!', '#NULL!', '#NUM!', '#SPILL!', '#CALC!', '#GETTING_DATA',
]);

/** A replacement character, or what it becomes in GBK (锟斤拷), or memory never written to (烫, 屯). */
const lost = /\uFFFD|锟斤拷|斤拷锟|烫烫烫|屯屯屯/;

/** Bytes of GBK shown as Latin-1: no name has four such letters in a row. */
const latinRun = /[\u00A1-\u00FF]{4}/;
const latinSigns = /[\u0080-\u00FF]/;
const hanzi = /[\u4E00-\u9FFF\u3400-\u4DBF]/;

/** What is wrong with the text of a cell as such, whatever its column: null for nothing. */
export function textFault(cell: string): CellFault | null {
  if (!suspicious.test(cell)) return null;
  if (control.test(cell)) return CellFault.of('TEXT_INVALID');
  if (cell.startsWith('#') && cellErrors.has(cell.trim())) return CellFault.of('CELL_ERROR');
  return isGarbled(cell) ? CellFault.of('TEXT_GARBLED') : null;
}

/**
 * Whether text was read in a wrong encoding once: UTF-8 as GBK (鍏徃), UTF-8 as Latin-1 (å…¬å¸) or GBK as Latin-1
 * (¹«Ë¾), or lost characters on the way. Reading it back must give Chinese text, so that rare characters and foreign
 * names are left alone.
 */
export function isGarbled(text: string): boolean {
  if (lost.test(text)) return true;
  if (hanzi.test(text)) return wasUtf8(text, 'gbk', 2);
  return latinSigns.test(text) && (wasUtf8(text, 'win1252', 1) || wasUtf8(text, 'latin1', 1) || latinRun.test(text));
}

/**
 * Whether the bytes of the text in another encoding are UTF-8 of Chinese: at least so many characters, and no more that
 * are not whole (what has no character in that encoding was lost or became a question mark).
 */
function wasUtf8(text: string, encoding: string, least: number): boolean {
  let chinese = 0;
  let broken = 0;
  for (const character of iconv.encode(text, encoding).toString('utf8')) {
    if (character === '?' || character === '\uFFFD') broken += 1;
    else if (/[\u3000-\u303F\u4E00-\u9FFF\uFF00-\uFFEF]/.test(character)) chinese += 1;
    else if (character > '\x7F') return false;
  }
  return chinese >= least && broken <= chinese;
}
