import { Readable } from 'node:stream';
import iconv from 'iconv-lite';
import { ZipFile } from 'yazl';
import { z } from 'zod';
import { csvLine } from '../generator.js';

/** One line of a generated file. */
export interface GeneratedLine {
  readonly cells: readonly string[];
  /** Line break of a CSV file. */
  readonly ending?: '\n' | '\r\n';
}

/** The forms in which a generated file can be written. */
export const generatedForms = ['utf-8', 'gb18030', 'xlsx'] as const;

export type GeneratedForm = (typeof generatedForms)[number];

/** Text that is gathered before it is passed on (characters). */
const pieceLength = 65_536;

/** Distinct short texts that become shared strings; the rest is written inline, so that memory stays bounded. */
const mostShared = 10_000;
const longestShared = 40;

/** Same lines, same bytes: the archive does not tell when it was made. */
const made = new Date(2000, 0, 1);

const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main';
const officeDocument = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships';
const packageRelations = 'http://schemas.openxmlformats.org/package/2006/relationships';

/** The bytes of a file of these lines, as they are made; memory does not grow with it. */
export async function* writeGenerated(lines: AsyncIterable<GeneratedLine>, form: GeneratedForm): AsyncGenerator<Buffer> {
  if (form === 'xlsx') {
    yield* workbook(lines);
    return;
  }
  for await (const text of pieces(csvTexts(lines))) yield form === 'utf-8' ? Buffer.from(text) : iconv.encode(text, form);
}

async function* csvTexts(lines: AsyncIterable<GeneratedLine>): AsyncGenerator<string> {
  for await (const { cells, ending } of lines) yield csvLine(cells, ending);
}

async function* workbook(lines: AsyncIterable<GeneratedLine>): AsyncGenerator<Buffer> {
  const shared = new Map<string, number>();
  const zip = new ZipFile();
  const add = (name: string, text: string) => zip.addBuffer(Buffer.from(text), name, { mtime: made });
  add('_rels/.rels', relations([['officeDocument', 'xl/workbook.xml']]));
  add('xl/workbook.xml', `<workbook xmlns="${main}" xmlns:r="${officeDocument}"><sheets><sheet name="行政许可" sheetId="1" r:id="rId1"/></sheets></workbook>`);
  add('xl/_rels/workbook.xml.rels', relations([['worksheet', 'worksheets/sheet1.xml'], ['sharedStrings', 'sharedStrings.xml'], ['styles', 'styles.xml']]));
  // Style 1 is the built-in date.
  add('xl/styles.xml', `<styleSheet xmlns="${main}"><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`);
  zip.addReadStream(Readable.from(pieces(sheetTexts(lines, shared)), { objectMode: false }), 'xl/worksheets/sheet1.xml', { compressionLevel: 1, mtime: made });
  zip.addReadStreamLazy('xl/sharedStrings.xml', { compressionLevel: 1, mtime: made }, (give) => give(null, Readable.from(stringTexts(shared), { objectMode: false })));
  zip.end();
  for await (const chunk of Readable.from(zip.outputStream)) yield z.instanceof(Buffer).parse(chunk);
}

async function* sheetTexts(lines: AsyncIterable<GeneratedLine>, shared: Map<string, number>): AsyncGenerator<string> {
  yield `<worksheet xmlns="${main}"><sheetData>`;
  let row = 0;
  for await (const { cells } of lines) {
    row += 1;
    yield `<row r="${row}">${cells.map((cell, column) => cellXml(cell, `${columnName(column)}${row}`, shared)).join('')}</row>`;
  }
  yield '</sheetData></worksheet>';
}

/** A cell as a table program would keep what was typed: dates and long digits become numbers, the rest is text. */
function cellXml(cell: string, reference: string, shared: Map<string, number>): string {
  if (cell === '') return '';
  if (/^\d{4}\/\d{2}\/\d{2}$/.test(cell)) {
    const time = Date.parse(`${cell.replaceAll('/', '-')}T00:00:00Z`);
    if (!Number.isNaN(time) && new Date(time).getUTCDate() === Number(cell.slice(8))) return `<c r="${reference}" s="1"><v>${time / 86_400_000 + 25_569}</v></c>`;
  }
  if (/^\d\.\d+E\+\d+$/.test(cell)) return `<c r="${reference}"><v>${cell}</v></c>`;
  const known = shared.get(cell) ?? (cell.length <= longestShared && shared.size < mostShared ? shared.size : undefined);
  if (known === undefined) return `<c r="${reference}" t="inlineStr"><is><t xml:space="preserve">${xmlText(cell)}</t></is></c>`;
  shared.set(cell, known);
  return `<c r="${reference}" t="s"><v>${known}</v></c>`;
}

function* stringTexts(shared: ReadonlyMap<string, number>): Generator<string> {
  yield `<sst xmlns="${main}">`;
  for (const text of shared.keys()) yield `<si><t xml:space="preserve">${xmlText(text)}</t></si>`;
  yield '</sst>';
}

function xmlText(text: string): string {
  return text
    .replace(/[\p{Cc}]/gu, (character) => `_x${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}_`)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;');
}

function columnName(column: number): string {
  return column < 26 ? String.fromCharCode(65 + column) : `${columnName(Math.floor(column / 26) - 1)}${columnName(column % 26)}`;
}

function relations(list: readonly (readonly [kind: string, target: string])[]): string {
  const entries = list.map(([kind, target], index) => `<Relationship Id="rId${index + 1}" Type="${officeDocument}/${kind}" Target="${target}"/>`);
  return `<Relationships xmlns="${packageRelations}">${entries.join('')}</Relationships>`;
}

async function* pieces(texts: AsyncIterable<string>): AsyncGenerator<string> {
  let piece = '';
  for await (const text of texts) {
    piece += text;
    if (piece.length < pieceLength) continue;
    yield piece;
    piece = '';
  }
  if (piece !== '') yield piece;
}
