import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { openSheet } from '../../../src/intake/files/open-sheet.js';

let folder: string;
let file: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'concordat-csv-'));
  file = join(folder, 'permits.csv');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Content {
  readonly encoding: string;
  readonly rows: readonly (readonly string[])[];
  readonly lines: readonly number[];
}

async function read(bytes: Buffer): Promise<Content> {
  await writeFile(file, bytes);
  const sheet = await openSheet(file);
  const rows: (readonly string[])[] = [];
  const lines: number[] = [];
  for await (const { line, cells } of sheet.records()) {
    rows.push(cells);
    lines.push(line);
  }
  expect(sheet.readBytes()).toBe(bytes.length);
  expect(sheet.bytes).toBe(bytes.length);
  return { encoding: sheet.encoding, rows, lines };
}

const text = '名称,代码,备注\r\n"虚构,公司",1,"两\n行"\r\n㐂𠮷,2,€\r\n';
const rows = [
  ['名称', '代码', '备注'],
  ['虚构,公司', '1', '两\n行'],
  ['㐂𠮷', '2', '€'],
];

describe('encodings', () => {
  test.each([
    ['UTF-8', Buffer.from(text)],
    ['UTF-8', Buffer.from(`\uFEFF${text}`)],
    ['GB18030', iconv.encode(text, 'gb18030')],
    ['UTF-16', iconv.encode(text, 'utf16le', { addBOM: true })],
    ['UTF-16', iconv.encode(text, 'utf16be', { addBOM: true })],
  ])('%s (%#)', async (encoding, bytes) => {
    expect(await read(bytes)).toEqual({ encoding, rows, lines: [1, 2, 4] });
  });

  test('any Chinese file reads the same in GB18030 and in UTF-8', async () => {
    const cell = fc.string({ unit: fc.integer({ min: 0x3000, max: 0x9fff }).map((code) => String.fromCodePoint(code)), minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 60 }), async (cells) => {
        const written = `${cells.map((row) => row.join(',')).join('\n')}\n`;
        const gb = iconv.encode(written, 'gb18030');
        expect(await read(Buffer.from(written))).toMatchObject({ encoding: 'UTF-8', rows: cells });
        expect(await read(gb)).toMatchObject({ encoding: 'GB18030', rows: cells });
      }),
      { numRuns: 40 },
    );
  });

  test('characters cut by the edge of a chunk are whole', async () => {
    const line = `${'津滨海'.repeat(40)},1\n`;
    const { encoding, rows: read1 } = await read(iconv.encode(`a${line.repeat(2_000)}`, 'gb18030'));
    expect(encoding).toBe('GB18030');
    expect(new Set(read1.slice(1).map(([cell]) => cell))).toEqual(new Set(['津滨海'.repeat(40)]));
  });

  test.each([
    ['a damaged byte in a UTF-8 file', 3, Buffer.concat([Buffer.from('名称\n虚构\n'), Buffer.from([0xbd, 0xf2, 0x0a]), Buffer.from('虚构公司\n')])],
    ['a damaged byte in a GB18030 file', 3, Buffer.concat([iconv.encode('名称\n虚构公司\n', 'gbk'), Buffer.from([0xff, 0x41, 0x0a]), iconv.encode('虚构\n', 'gbk')])],
    ['a character cut off at the end', 2, Buffer.concat([iconv.encode('名称\n虚构公司', 'gbk'), Buffer.from([0xd6])])],
  ])('%s is refused with its line', async (_, line, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'IMPORT_FILE_ENCODING', message: expect.stringContaining(`Line ${line} `) as unknown });
  });
});

describe('separators', () => {
  test.each([',', ';', '\t'])('%p is told from the header, whatever stands above it', async (separator) => {
    const content = `表格说明：逗号,分号;两种都有\n${['名称', '代码', '备注', '日期'].join(separator)}\n${['甲', '1,5', '', 'x;y'].map((cell) => `"${cell}"`).join(separator)}\n`;
    const { rows: found } = await read(Buffer.from(content));
    expect(found.slice(1)).toEqual([
      ['名称', '代码', '备注', '日期'],
      ['甲', '1,5', '', 'x;y'],
    ]);
  });
});

describe('files of another form say what to do', () => {
  const compound = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

  test.each([
    ['an old workbook', compound, 'old .xls'],
    ['an encrypted workbook', Buffer.concat([compound, Buffer.alloc(1000), Buffer.from('EncryptedPackage', 'utf16le')]), 'encrypted'],
    ['a web page named .xls', Buffer.from('\n<html><table><tr><td>名称</td></tr></table></html>'), 'HTML'],
    ['a binary file', Buffer.from([0x25, 0x50, 0x44, 0x46, 0x00, 0x01]), 'neither CSV nor'],
  ])('%s', async (_, bytes, words) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'IMPORT_FILE_FORM', message: expect.stringContaining(words) as unknown });
  });

  test('a file that is not there', async () => {
    await expect(openSheet(join(folder, 'none.csv'))).rejects.toMatchObject({ code: 'IMPORT_FILE_UNREADABLE' });
  });
});
