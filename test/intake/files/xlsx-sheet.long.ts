import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { openSheet } from '../../../src/intake/files/open-sheet.js';
import { archive, workbookParts, type Parts, type WorkbookText } from './workbook-file.js';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concordat-xlsx-'));
  file = join(folder, 'permits.xlsx');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function rowsOf(content: Buffer, sheet?: string): Promise<(readonly [number, readonly string[]])[]> {
  await writeFile(file, content);
  const rows: (readonly [number, readonly string[]])[] = [];
  const opened = await openSheet(file, sheet === undefined ? {} : { sheet });
  for await (const { line, cells } of opened.records()) rows.push([line, cells]);
  expect(opened.encoding).toBe('XLSX');
  expect(opened.readBytes()).toBe(opened.bytes);
  return rows;
}

async function read(text: WorkbookText): Promise<(readonly [number, readonly string[]])[]> {
  return rowsOf(await archive(workbookParts(text)));
}

/** Cells A1, B1, … of one row. */
async function cellsOf(cells: string, more: Omit<WorkbookText, 'rows'> = {}): Promise<readonly string[]> {
  const [row] = await read({ ...more, rows: `<row r="1">${cells}</row>` });
  return row?.[1] ?? [];
}

describe('cells of a workbook', () => {
  test('text: shared, inline, of a formula; runs together, phonetic hints left out, escapes undone', async () => {
    const strings = '<si><t>许可</t></si><si><r><t xml:space="preserve">劳务 </t></r><r><rPr><b/></rPr><t>派遣</t></r><rPh sb="0" eb="1"><t>lao</t></rPh></si>';
    const cells =
      '<c r="A1" t="s"><v>1</v></c><c r="B1" t="inlineStr"><is><t>a&amp;b_x000D_</t></is></c><c r="C1" t="str"><f>A1&amp;"x"</f><v>结果</v></c><c r="D1" t="s"><v>0</v></c><c r="E1" t="inlineStr"><is><t><![CDATA[<甲>]]></t></is></c>';
    expect(await cellsOf(cells, { strings })).toEqual(['劳务 派遣', 'a&b\r', '结果', '许可', '<甲>']);
  });

  test('numbers without artefacts; from 10^15 on the exponent shows that digits are lost', async () => {
    const values = ['0.10000000000000001', '120116', '1.2E3', '120116000012345', '911201161234567890', '9.11201E+17', '-0.5'];
    expect(await cellsOf(values.map((value) => `<c><v>${value}</v></c>`).join(''))).toEqual([
      '0.1',
      '120116',
      '1200',
      '120116000012345',
      '9.11201161234568E+17',
      '9.11201E+17',
      '-0.5',
    ]);
  });

  test('dates by their style, built in or own, Chinese too; elapsed hours and colours', async () => {
    const formats = [14, 31, 'yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot;', '[Red]0.00', '&quot;day&quot;0', 22, '[$-804]yyyy/m/d;@', 'General'];
    const cells = formats.map((_, index) => `<c s="${index + 1}"><v>43599.5</v></c>`).join('');
    expect(await cellsOf(cells, { formats })).toEqual([
      '2019-05-14 12:00:00',
      '2019-05-14 12:00:00',
      '2019-05-14 12:00:00',
      '43599.5',
      '43599.5',
      '2019-05-14 12:00:00',
      '2019-05-14 12:00:00',
      '43599.5',
    ]);
  });

  test('dates of both systems, of ISO cells, of the day that never was, and times alone', async () => {
    const cells = '<c s="1"><v>1</v></c><c s="1"><v>60</v></c><c s="1"><v>61</v></c><c s="1"><v>0.75</v></c><c s="1"><v>-1</v></c><c t="d"><v>2019-05-14T00:00:00.000</v></c>';
    expect(await cellsOf(cells, { formats: [14] })).toEqual(['1900-01-01', '1900-02-29', '1900-03-01', '18:00:00', '-1', '2019-05-14']);
    expect(await cellsOf('<c s="1"><v>0</v></c><c s="1"><v>42137</v></c>', { formats: [14], from1904: true })).toEqual(['1904-01-01', '2019-05-14']);
  });

  test('truth values and errors of formulas', async () => {
    expect(await cellsOf('<c t="b"><v>1</v></c><c t="b"><v>0</v></c><c t="e"><v>#N/A</v></c>')).toEqual(['TRUE', 'FALSE', '#N/A']);
  });

  test('stay in their column, rows are as wide as the header and keep their number', async () => {
    const inline = (reference: string) => `<c r="${reference}" t="inlineStr"><is><t>${reference}</t></is></c>`;
    const rows = `<row r="1">${inline('A1')}</row><row r="3">${['A3', 'B3', 'C3', 'D3'].map(inline).join('')}</row><row r="4">${inline('B4')}<c r="C4" s="0"/></row><row r="7">${inline('F7')}</row><row r="8">${inline('A8')}</row>`;
    expect(await read({ rows })).toEqual([
      [1, ['A1']],
      [3, ['A3', 'B3', 'C3', 'D3']],
      [4, ['', 'B4', '', '']],
      [7, ['', '', '', '', '', 'F7']],
      [8, ['A8', '', '', '']],
    ]);
  });

  test('of a header merged over two rows: the lower row is a whole header', async () => {
    const inline = (reference: string, text: string) => `<c r="${reference}" t="inlineStr"><is><t>${text}</t></is></c>`;
    const rows = `<row r="1">${inline('A1', '名称')}${inline('B1', '代码')}</row><row r="2">${inline('B2', '代码_1')}${inline('C2', '代码_2')}</row><row r="3">${inline('A3', '甲')}</row>`;
    const [, second, third] = await read({ rows, behind: '<mergeCells count="2"><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/></mergeCells>' });
    expect(second?.[1]).toEqual(['名称', '代码_1', '代码_2']);
    expect(third?.[1]).toEqual(['甲', '', '']);
  });

  test('any text survives, wherever it is kept, also beyond what memory holds', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 900 }), async (drawn) => {
        // XML has no place for these.
        const texts = drawn.map((text) => `甲${text.replace(/[\p{Cc}\p{Cs}\uFFFE\uFFFF]/gu, '')}_x`);
        const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        const strings = texts.map((text) => `<si><t>${escape(text)}</t></si>`).join('');
        const cells = (index: number) => `<c r="A${index + 1}" t="s"><v>${texts.length - 1 - index}</v></c>`;
        const rows = await read({ strings, rows: texts.map((_, index) => `<row r="${index + 1}">${cells(index)}</row>`).join('') });
        expect(rows.map(([, [cell]]) => cell)).toEqual([...texts].reverse());
      }),
      { numRuns: 20 },
    );
  });
});

describe('sheets', () => {
  const parts = workbookParts({ rows: '<row r="1"><c t="str"><v>许可</v></c></row>' });

  test('the first that is shown, or the one named', async () => {
    const content = await archive(parts);
    expect(await rowsOf(content)).toEqual([[1, ['许可']]]);
    expect(await rowsOf(content, 'Lists')).toEqual([[1, ['1']]]);
    await expect(rowsOf(content, 'Nowhere')).rejects.toMatchObject({ code: 'IMPORT_SHEET_UNKNOWN', message: expect.stringContaining('Lists, Permits') as unknown });
  });

  test('namespace prefixes and a missing style sheet do not matter', async () => {
    const prefixed = '<?xml version="1.0"?><x:worksheet xmlns:x="urn:x"><x:sheetData><x:row><x:c t="str"><x:v>甲</x:v></x:c></x:row></x:sheetData></x:worksheet>';
    const parts = Object.entries(workbookParts({ rows: prefixed })).filter(([name]) => name !== 'xl/styles.xml');
    expect(await rowsOf(await archive(Object.fromEntries(parts)))).toEqual([[1, ['甲']]]);
  });

  test.each<readonly [string, Parts]>([
    ['IMPORT_XLSX_MALFORMED', { ...parts, 'xl/worksheets/sheet2.xml': '<worksheet><sheetData><row>' }],
    ['IMPORT_XLSX_MALFORMED', { ...parts, 'xl/worksheets/sheet2.xml': '<!DOCTYPE x [<!ENTITY a "b">]><worksheet/>' }],
    ['IMPORT_XLSX_MALFORMED', workbookParts({ rows: '<row r="1"><c t="s"><v>7</v></c></row>' })],
    ['IMPORT_XLSX_MALFORMED', workbookParts({ rows: '<row r="2"/><row r="1"/>' })],
    ['IMPORT_XLSX_MALFORMED', workbookParts({ rows: '<row r="1"><c r="ZZZZ1"><v>1</v></c></row>' })],
    ['IMPORT_XLSX_MALFORMED', workbookParts({ rows: `<row r="1"><c t="str"><v>${'长'.repeat(1_000_000)}</v></c></row>` })],
    ['IMPORT_XLSX_TOO_LARGE', { ...parts, 'xl/media/bomb.xml': '0'.repeat(70_000_000) }],
    ['IMPORT_FILE_FORM', { 'word/document.xml': '<document/>' }],
  ])('%s (%#)', async (code, wrong) => {
    await expect(rowsOf(await archive(wrong))).rejects.toMatchObject({ code });
  });

  test('a changed byte anywhere is refused or harmless, never read as something else', async () => {
    const content = await archive(workbookParts({ rows: '<row r="1"><c t="str"><v>许可</v></c></row>' }));
    await fc.assert(
      fc.asyncProperty(fc.nat(content.length - 1), fc.integer({ min: 1, max: 255 }), async (place, change) => {
        const damaged = Buffer.from(content);
        damaged[place] = (damaged[place] ?? 0) ^ change;
        const outcome = await rowsOf(damaged).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^\[IMPORT_/);
        else expect(outcome).toEqual([[1, ['许可']]]);
      }),
      { numRuns: 150 },
    );
  });
});
