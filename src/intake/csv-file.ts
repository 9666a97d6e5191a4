import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { IntakeError } from './intake-error.js';

/** One record of a CSV file. */
export interface CsvRecord {
  /** Line on which it begins, from 1; a record may span several. */
  readonly line: number;
  readonly cells: readonly string[];
}

/** No record of a known layout comes near this; an unclosed quote would swallow the file (bytes). */
const longestRecord = 1_000_000;

/**
 * Reads a file once for its SHA-256 (hex) and makes sure that all of it is UTF-8, before anything is stored.
 * Throws IntakeError IMPORT_FILE_UNREADABLE, IMPORT_FILE_NOT_UTF8 with the line, IMPORT_CSV_MALFORMED for an endless line.
 */
export async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  for await (const chunk of chunksOf(file)) {
    hash.update(chunk);
    const end = chunk.lastIndexOf(0x0a) + 1;
    const whole = Buffer.concat([rest, chunk.subarray(0, end)]);
    if (end > 0) {
      if (!isUtf8(whole)) throw notUtf8(line + linesBeforeFault(whole));
      line += countLines(whole);
    }
    rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
    if (rest.length > longestRecord) throw malformed(line);
  }
  if (!isUtf8(rest)) throw notUtf8(line);
  return hash.digest('hex');
}

/**
 * The records of a CSV file (RFC 4180, comma, LF or CRLF, a byte order mark allowed) in order, as they are read: memory
 * does not grow with the file. Empty lines are records of one empty cell. Throws IntakeError IMPORT_CSV_MALFORMED.
 */
export async function* recordsOf(file: string): AsyncGenerator<CsvRecord> {
  const source = createReadStream(file);
  const parser = parse({
    bom: true,
    info: true,
    record_delimiter: ['\r\n', '\n'],
    relax_column_count: true,
    relax_quotes: true,
    skip_empty_lines: false,
    max_record_size: longestRecord,
  });
  source.on('error', (error) => parser.destroy(error));
  source.pipe(parser);
  let line = 1;
  try {
    for await (const entry of parser) {
      const { record, info } = entry as ParsedRecord;
      yield { line, cells: record };
      line = info.lines + 1;
    }
  } catch (cause) {
    if (cause instanceof CsvError) throw malformed(line, cause);
    throw unreadable(cause);
  } finally {
    source.destroy();
    parser.destroy();
  }
}

interface ParsedRecord {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

async function* chunksOf(file: string): AsyncGenerator<Buffer> {
  try {
    for await (const chunk of createReadStream(file)) yield z.instanceof(Buffer).parse(chunk);
  } catch (cause) {
    throw unreadable(cause);
  }
}

function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(0x0a); at >= 0; at = bytes.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

/** Number of whole, valid lines before the first that is not UTF-8. */
function linesBeforeFault(bytes: Buffer): number {
  let lines = 0;
  let start = 0;
  for (let end = bytes.indexOf(0x0a); end >= 0; end = bytes.indexOf(0x0a, start)) {
    if (!isUtf8(bytes.subarray(start, end))) break;
    lines += 1;
    start = end + 1;
  }
  return lines;
}

function notUtf8(line: number): IntakeError {
  return new IntakeError('IMPORT_FILE_NOT_UTF8', {
    zh: `第 ${line} 行不是 UTF-8 编码，文件未导入。请在表格软件中另存为“CSV UTF-8”后重新导入。`,
    en: `Line ${line} is not UTF-8; nothing was imported. Save the file as "CSV UTF-8" and import it again.`,
  });
}

function malformed(line: number, cause?: Error): IntakeError {
  return new IntakeError(
    'IMPORT_CSV_MALFORMED',
    {
      zh: `从第 ${line} 行起无法按 CSV 读取（常见原因：引号未闭合），请更正后重新导入；已存入的行不会重复。`,
      en: `From line ${line} on the file does not read as CSV (often an unclosed quote). Correct it and import again; rows already stored are not stored twice.`,
    },
    { cause },
  );
}

function unreadable(cause: unknown): IntakeError {
  return new IntakeError(
    'IMPORT_FILE_UNREADABLE',
    {
      zh: '无法读取文件，请检查路径与权限。',
      en: 'The file cannot be read: check its path and rights.',
    },
    { cause },
  );
}
