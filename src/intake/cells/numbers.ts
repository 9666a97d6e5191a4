import { CellFault, type CellOutcome } from './cell-fault.js';

/** A decimal number in its parts; `digits` holds all digits, the last `scale` of which are decimals. */
interface Decimal {
  readonly negative: boolean;
  readonly digits: string;
  readonly scale: number;
}

const plain = /^([+-]?)(\d+)(?:\.(\d*))?(?:E([+-]?\d{1,3}))?$/i;
const grouped = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?$/;

/** A blank inside a number is a slip where it stands beside the point, or parts thousands. */
const strayBlank = /\s+(?=\.)|(?<=\.)\s+|(?<=\d)\s(?=\d{3}(?!\d))/g;

/** No amount or count of a register has more digits. */
const mostDigits = 30;

/** Any decimal number, exponent form included, as a plain decimal without needless zeros: `6.0E+00` is 6. */
export function readNumber(cell: string): CellOutcome {
  const text = numberForm(cell);
  if (text === '') return null;
  const value = decimalOf(text);
  return value ? write(value) : CellFault.of('NUMBER_INVALID');
}

/** A whole number; `6.0` is one. */
export function readInteger(cell: string): CellOutcome {
  const text = numberForm(cell);
  if (text === '') return null;
  const value = decimalOf(text);
  const written = value && write(value);
  return written && !written.includes('.') ? written : CellFault.of('NUMBER_INVALID');
}

/** The units that may follow an amount, with the power of ten that gives yuan. */
const units: Readonly<Record<string, number>> = { 元: 0, 元整: 0, 圆: 0, 圆整: 0, 万: 4, 万元: 4, 万元整: 4, 亿元: 8 };
const withUnit = /^(?:人民币|RMB|CNY|¥)?\s*(.*?)\s*(元整|圆整|万元整|亿元|万元|元|圆|万)?$/i;

/**
 * An amount of money in yuan. `power` is that of the column's unit: 0 for 元, 4 for 万元. A unit in the cell itself has
 * the word: `5万元` is 50000 in both. Not negative, and nothing below a fen.
 */
export function readAmount(cell: string, power: 0 | 4): CellOutcome {
  const text = numberForm(cell);
  if (text === '') return null;
  const [, number = '', unit] = withUnit.exec(text) ?? [];
  const value = decimalOf(number);
  if (!value) return CellFault.of('AMOUNT_INVALID');
  const written = write(shift(value, unit === undefined ? power : (units[unit] ?? 0)));
  return written.startsWith('-') || /\.\d{3}/.test(written) ? CellFault.of('AMOUNT_INVALID') : written;
}

function numberForm(cell: string): string {
  return cell.normalize('NFKC').trim();
}

function decimalOf(text: string): Decimal | null {
  const compact = text.replace(strayBlank, '');
  const [, sign, whole = '', fraction = '', exponent = '0'] = plain.exec(grouped.test(compact) ? compact.replaceAll(',', '') : compact) ?? [];
  if (whole === '' || Math.abs(Number(exponent)) > mostDigits || whole.length + fraction.length > mostDigits) return null;
  return shift({ negative: sign === '-', digits: whole + fraction, scale: fraction.length }, Number(exponent));
}

/** Times ten to the power. */
function shift({ negative, digits, scale }: Decimal, power: number): Decimal {
  const moved = scale - power;
  return moved >= 0 ? { negative, digits, scale: moved } : { negative, digits: digits.padEnd(digits.length - moved, '0'), scale: 0 };
}

function write({ negative, digits, scale }: Decimal): string {
  const padded = digits.padStart(scale + 1, '0');
  const whole = padded.slice(0, padded.length - scale).replace(/^0+(?=\d)/, '');
  const fraction = padded.slice(padded.length - scale).replace(/0+$/, '');
  const text = fraction === '' ? whole : `${whole}.${fraction}`;
  return negative && text !== '0' ? `-${text}` : text;
}
