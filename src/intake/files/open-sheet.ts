import { open } from 'node:fs/promises';
import { openCsv } from './csv-sheet.js';
import { foreignForm, unreadable } from './refusals.js';
import { openXlsx } from './xlsx-sheet.js';
import type { Sheet, SheetOptions } from './sheet.js';

/** First bytes: ZIP (.xlsx) and the compound file of Office 97 (.xls, and .xlsx under a password). */
const zip = Buffer.from([0x50, 0x4b, 0x03, 0x04]);
const compoundFile = Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);

/** Name of the stream that holds an encrypted workbook, as the directory of a compound file spells it. */
const encryptedPackage = Buffer.from('EncryptedPackage', 'utf16le');

/**
 * Opens a file of rows, told by its content and never by its name: CSV in UTF-8, GB18030 or UTF-16, or XLSX. The whole
 * file is read once, so that what cannot be read at all is refused before anything is stored. Throws IntakeError
 * IMPORT_FILE_UNREADABLE, IMPORT_FILE_FORM, IMPORT_FILE_ENCODING, IMPORT_CSV_MALFORMED, IMPORT_XLSX_MALFORMED,
 * IMPORT_XLSX_TOO_LARGE, IMPORT_SHEET_UNKNOWN.
 */
export async function openSheet(file: string, options: SheetOptions = {}): Promise<Sheet> {
  const head = await firstBytes(file);
  if (head.subarray(0, zip.length).equals(zip)) return openXlsx(file, options);
  if (head.subarray(0, compoundFile.length).equals(compoundFile)) {
    throw foreignForm(head.includes(encryptedPackage) ? 'ENCRYPTED' : 'XLS');
  }
  // NUL stands in no text but UTF-16, and that has a byte order mark; a stray one further on is a fault of its cell.
  if (head.subarray(0, 512).includes(0) && !hasUtf16Mark(head)) throw foreignForm('BINARY');
  if (/^\uFEFF?\s*</.test(head.toString('utf8', 0, 64))) throw foreignForm('MARKUP');
  return openCsv(file);
}

function hasUtf16Mark(head: Buffer): boolean {
  return (head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff);
}

/** Enough of a file to tell its form; the directory of a small compound file stands within it. */
async function firstBytes(file: string): Promise<Buffer> {
  try {
    const handle = await open(file);
    try {
      const { buffer, bytesRead } = await handle.read({ buffer: Buffer.alloc(65_536), position: 0 });
      return buffer.subarray(0, bytesRead);
    } finally {
      await handle.close();
    }
  } catch (cause) {
    throw unreadable(cause);
  }
}
