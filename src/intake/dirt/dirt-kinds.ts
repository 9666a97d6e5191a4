import iconv from 'iconv-lite';

/** The cells of a row by field. */
export type Cells = Readonly<Record<string, string>>;

/** One kind of dirt, as a rate of all rows and what it does to a clean row. */
export interface DirtKind {
  readonly rate: number;
  /** New cells by field; the others stay. `draw` gives numbers in 0 … 1. */
  readonly cells: (row: Cells, draw: () => number) => Cells;
}

const chosen = <T>(list: readonly [T, ...T[]], draw: () => number): T => list[Math.floor(draw() * list.length)] ?? list[0];

const dates = ['decidedOn', 'validFrom', 'validTo'] as const;
const texts = ['holderName', 'content', 'legalRepresentative'] as const;

const one = (field: string, cell: (own: string, draw: () => number) => string) => (row: Cells, draw: () => number): Cells => ({
  [field]: cell(row[field] ?? '', draw),
});
const oneOf = (fields: readonly [string, ...string[]], cell: (own: string, draw: () => number) => string) => (row: Cells, draw: () => number): Cells =>
  one(chosen(fields, draw), cell)(row, draw);

/** Every form in which a date has one reading; `date` is YYYY/MM/DD. */
const dateForms: readonly [(date: string) => string, ...((date: string) => string)[]] = [
  (date) => date.replaceAll('/', '-'),
  (date) => date.replaceAll('/', ''),
  (date) => date.replaceAll('/0', '/'),
  (date) => date.replace(/^(\d+)\/0?(\d+)\/0?(\d+)$/, '$1年$2月$3日'),
  (date) => date.replace(/\d/g, (digit) => String.fromCharCode(0xff10 + Number(digit))),
  (date) => `${date.replaceAll('/', '-')} 00:00:00.0`,
  (date) => `${date} 0:00`,
  (date) => String(Math.round(Date.parse(`${date.replaceAll('/', '-')}T00:00:00Z`) / 86_400_000) + 25_569),
];

const fullWidth = (text: string) => text.replace(/[!-~]/g, (character) => String.fromCharCode(character.charCodeAt(0) + 0xfee0));

/**
 * Dirt inside the cells of one row. The first group is read without loss, the second is refused cell by cell, the last
 * is doubtful. Rates are those of rows; about one row in four is touched.
 */
export const dirtKinds: Readonly<Record<string, DirtKind>> = {
  dateForm: { rate: 0.06, cells: oneOf(dates, (own, draw) => chosen(dateForms, draw)(own)) },
  withoutEnd: { rate: 0.005, cells: one('validTo', (_, draw) => chosen(['长期', '9999-12-31', '2099/12/31'], draw)) },
  lowerCaseCode: { rate: 0.01, cells: one('creditCode', (own) => own.toLowerCase()) },
  fullWidthCode: { rate: 0.005, cells: one('creditCode', fullWidth) },
  blankInCode: { rate: 0.005, cells: one('creditCode', (own) => `${own.slice(0, 8)} ${own.slice(8)}\t`) },
  outerBlanks: { rate: 0.01, cells: oneOf(texts, (own) => `  ${own}\u3000`) },
  olderCodes: {
    rate: 0.02,
    cells: (row) => ({ subjectKind: row['subjectKind'] === '个体工商户' ? '04' : '02', permitKind: '01', status: row['status'] === '1' ? '有效' : '2 无效' }),
  },
  lineBreak: { rate: 0.003, cells: one('content', (own) => `${own}\n第二行`) },
  quotes: { rate: 0.003, cells: one('content', (own) => `“${own}”,"劳务"`) },
  emptyMark: { rate: 0.01, cells: oneOf(['remarks', 'taxNo', 'societyNo'], (_, draw) => chosen(['无', '/', '-', 'NULL'], draw)) },

  utf8AsGbk: { rate: 0.003, cells: oneOf(texts, (own) => iconv.decode(Buffer.from(own), 'gbk').replaceAll('\uFFFD', '?')) },
  utf8AsLatin1: { rate: 0.002, cells: oneOf(texts, (own) => iconv.decode(Buffer.from(own), 'win1252').replaceAll('\uFFFD', '')) },
  gbkAsLatin1: { rate: 0.002, cells: oneOf(texts, (own) => iconv.encode(own, 'gbk').toString('latin1')) },
  lostCharacters: { rate: 0.002, cells: oneOf(texts, (own, draw) => `${own.slice(0, 3)}${chosen(['锟斤拷', '\uFFFD\uFFFD'], draw)}`) },
  controlCharacter: { rate: 0.001, cells: one('content', (own) => `${own}\u0001`) },
  formulaError: { rate: 0.001, cells: oneOf(['holderName', 'creditCode', 'validTo'], (_, draw) => chosen(['#N/A', '#REF!'], draw)) },
  roundedCode: { rate: 0.004, cells: one('creditCode', (own) => `9.${own.slice(1, 6)}E+17`) },
  wrongCheckDigit: { rate: 0.005, cells: one('creditCode', (own) => `${own.slice(0, 17)}${own.endsWith('0') ? '1' : '0'}`) },
  codeAsName: { rate: 0.002, cells: (row) => ({ holderName: row['creditCode'] ?? '' }) },
  ambiguousDate: {
    rate: 0.004,
    cells: oneOf(dates, (own, draw) => chosen(['5/1/2019', '19-5-14', '190514', '04/09/07 09:55:00', `${own.replaceAll('/', '-')}T16:00:00Z`], draw)),
  },
  impossibleDate: { rate: 0.003, cells: oneOf(dates, (own, draw) => chosen([`${own.slice(0, 4)}/02/30`, `${own.slice(0, 4)}/13/01`, '待定'], draw)) },
  futureDate: { rate: 0.002, cells: () => ({ decidedOn: '2098/01/01' }) },
  reversedDates: { rate: 0.003, cells: (row) => ({ validFrom: row['validTo'] ?? '', validTo: row['validFrom'] ?? '' }) },
  missing: { rate: 0.005, cells: oneOf(['holderName', 'documentNo', 'decidedOn', 'organName', 'status'], (_, draw) => chosen(['', '  ', '/'], draw)) },
  missingCode: { rate: 0.002, cells: () => ({ creditCode: '00000000000000000X', subjectKind: '法人及非法人组织' }) },
  unknownValue: { rate: 0.003, cells: oneOf(['subjectKind', 'permitKind', 'status'], () => '见附件') },
  tooLong: { rate: 0.001, cells: one('documentTitle', (own) => own.repeat(10)) },
  unknownOrgan: { rate: 0.002, cells: one('organName', (own) => own.replace('天津', '某')) },
  personWithCode: { rate: 0.002, cells: () => ({ subjectKind: '自然人' }) },

  incompetentOrgan: { rate: 0.003, cells: () => ({ organName: '天津市和平区人力资源和社会保障局' }) },
};
