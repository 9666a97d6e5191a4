import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { z } from 'zod';
import { unreadable } from './refusals.js';
import { SharedStrings } from './shared-strings.js';
import type { Sheet, SheetOptions, SheetRecord } from './sheet.js';
import { mergedRanges, SheetRows, type MergedRange } from './sheet-rows.js';
import { readWorkbook, type Workbook } from './workbook.js';
import { readXml } from './xml.js';
import { ZipArchive } from './zip-archive.js';

/** Merged ranges are looked for in so many bytes at the end of a sheet. */
const tailBytes = 1_000_000;

/**
 * Opens one sheet of a workbook. Its parts are inflated once here, so that a damaged or bursting archive is refused
 * before anything is stored. Throws IntakeError IMPORT_FILE_UNREADABLE, IMPORT_FILE_FORM, IMPORT_XLSX_MALFORMED,
 * IMPORT_XLSX_TOO_LARGE, IMPORT_SHEET_UNKNOWN; its records throw IMPORT_XLSX_MALFORMED.
 */
export async function openXlsx(file: string, { sheet }: SheetOptions): Promise<Sheet> {
  const archive = await ZipArchive.open(file);
  try {
    const workbook = await readWorkbook(archive, sheet);
    if (workbook.stringsPart !== null) await tailOf(archive, workbook.stringsPart);
    const merged = mergedRanges((await tailOf(archive, workbook.sheetPart)).toString('utf8'));
    return new XlsxSheet(file, await digestOf(file), (await stat(file)).size, workbook, merged);
  } finally {
    archive.close();
  }
}

class XlsxSheet implements Sheet {
  readonly encoding = 'XLSX';
  readonly #file: string;
  readonly #workbook: Workbook;
  readonly #merged: readonly MergedRange[];
  #share = 0;

  constructor(
    file: string,
    readonly digest: string,
    readonly bytes: number,
    workbook: Workbook,
    merged: readonly MergedRange[],
  ) {
    this.#file = file;
    this.#workbook = workbook;
    this.#merged = merged;
  }

  readBytes(): number {
    return Math.round(this.bytes * this.#share);
  }

  async *records(): AsyncGenerator<SheetRecord> {
    const { sheetPart, stringsPart, dateStyles, from1904 } = this.#workbook;
    const archive = await ZipArchive.open(this.#file);
    const total = archive.sizeOf(sheetPart) + (stringsPart === null ? 0 : archive.sizeOf(stringsPart));
    let inflated = 0;
    const counted = async function* (this: XlsxSheet, part: string): AsyncGenerator<Buffer> {
      for await (const chunk of archive.chunksOf(part)) {
        inflated += chunk.length;
        this.#share = inflated / total;
        yield chunk;
      }
    }.bind(this);
    const strings = new SharedStrings();
    try {
      if (stringsPart !== null) await strings.fill(counted(stringsPart));
      const rows = new SheetRows({ dateStyles, from1904, merged: this.#merged, sharedString: (index) => strings.get(index) });
      for await (const gathered of readXml(counted(sheetPart), rows)) yield* gathered.take();
    } finally {
      strings.close();
      archive.close();
    }
  }
}

/** Inflates a part to its end and returns what stands there. */
async function tailOf(archive: ZipArchive, part: string): Promise<Buffer> {
  const tail: Buffer[] = [];
  let length = 0;
  for await (const chunk of archive.chunksOf(part)) {
    tail.push(chunk);
    length += chunk.length;
    while (length - (tail[0]?.length ?? 0) > tailBytes) length -= tail.shift()?.length ?? 0;
  }
  return Buffer.concat(tail);
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const chunk of createReadStream(file)) hash.update(z.instanceof(Buffer).parse(chunk));
  } catch (cause) {
    throw unreadable(cause);
  }
  return hash.digest('hex');
}
