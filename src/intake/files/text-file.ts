import { isAscii, isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { z } from 'zod';
import { malformedCsv, unknownEncoding, unreadable } from './refusals.js';

/** Labels of the Encoding Standard for the texts that are read. */
export type TextEncoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';

/** No record of a known layout comes near this; an unclosed quote would swallow the file (bytes). */
export const longestRecord = 1_000_000;

/** What one pass over a text file tells. */
export interface TextFacts {
  /** SHA-256 of its bytes, hex. */
  readonly digest: string;
  readonly encoding: TextEncoding;
  readonly bytes: number;
}

/**
 * Reads a text file as a whole for its digest, and makes sure that all of it is written in one encoding, before anything
 * is stored: UTF-16 where a byte order mark says so, else UTF-8, else GB18030. A file most of whose non-ASCII lines are
 * UTF-8 is a damaged UTF-8 file and never taken for GB18030, which gives some sense to almost any bytes.
 * Throws IntakeError IMPORT_FILE_UNREADABLE, IMPORT_FILE_ENCODING with the line, IMPORT_CSV_MALFORMED for an endless line.
 */
export async function textFactsOf(file: string): Promise<TextFacts> {
  const hash = createHash('sha256');
  const lines = new Utf8Lines();
  let mark: TextEncoding | null = null;
  let bytes = 0;
  for await (const chunk of wholeLinesOf(file)) {
    if (bytes === 0) mark = utf16Mark(chunk.text);
    bytes += chunk.text.length;
    hash.update(chunk.text);
    lines.enter(chunk);
  }
  const facts = { digest: hash.digest('hex'), bytes };
  if (mark !== null) {
    await checkDecodes(file, mark);
    return { ...facts, encoding: mark };
  }
  if (lines.firstFault === null) return { ...facts, encoding: 'utf-8' };
  if (lines.valid >= lines.faulty) throw unknownEncoding(lines.firstFault);
  await checkDecodes(file, 'gb18030');
  return { ...facts, encoding: 'gb18030' };
}

/** The file's text from its beginning, for a look at its header (at most `length` bytes). */
export async function headOf(file: string, encoding: TextEncoding, length: number): Promise<string> {
  const decoder = new TextDecoder(encoding);
  let text = '';
  try {
    for await (const chunk of createReadStream(file, { end: length - 1 })) {
      text += decoder.decode(z.instanceof(Buffer).parse(chunk), { stream: true });
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  return text;
}

interface WholeLines {
  /** Whole lines with their line breaks; the last of a file may lack one. */
  readonly text: Buffer;
  /** Number of the first, from 1. */
  readonly line: number;
}

/** Cuts a file at line breaks. A code unit of UTF-16 may be cut in two. */
async function* wholeLinesOf(file: string): AsyncGenerator<WholeLines> {
  let line = 1;
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const read of createReadStream(file)) {
      const chunk = z.instanceof(Buffer).parse(read);
      const end = chunk.lastIndexOf(0x0a) + 1;
      if (end > 0) {
        const text = rest.length > 0 ? Buffer.concat([rest, chunk.subarray(0, end)]) : chunk.subarray(0, end);
        yield { text, line };
        line += countLines(text);
      }
      rest = end > 0 ? chunk.subarray(end) : Buffer.concat([rest, chunk]);
      if (rest.length > longestRecord) break;
    }
  } catch (cause) {
    throw unreadable(cause);
  }
  if (rest.length > longestRecord) throw malformedCsv(line);
  if (rest.length > 0) yield { text: rest, line };
}

/** Counts the lines that are UTF-8 beyond ASCII and those that are not UTF-8. */
class Utf8Lines {
  valid = 0;
  faulty = 0;
  firstFault: number | null = null;

  enter({ text, line }: WholeLines): void {
    if (isUtf8(text)) {
      if (!isAscii(text)) this.valid += countLines(text);
      return;
    }
    let at = line;
    for (const single of splitLines(text)) {
      if (!isUtf8(single)) {
        this.faulty += 1;
        this.firstFault ??= at;
      } else if (!isAscii(single)) this.valid += 1;
      at += 1;
    }
  }
}

async function checkDecodes(file: string, encoding: TextEncoding): Promise<void> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  let last = 1;
  for await (const { text, line } of wholeLinesOf(file)) {
    last = line;
    try {
      decoder.decode(text, { stream: true });
    } catch {
      throw unknownEncoding(encoding === 'gb18030' ? line + decodableLines(text) : line);
    }
  }
  try {
    decoder.decode();
  } catch {
    throw unknownEncoding(last);
  }
}

/** Number of lines before the first that is not GB18030; a line break is never part of a character there. */
function decodableLines(text: Buffer): number {
  const fault = splitLines(text).findIndex((line) => {
    try {
      new TextDecoder('gb18030', { fatal: true }).decode(line);
      return false;
    } catch {
      return true;
    }
  });
  return Math.max(fault, 0);
}

function utf16Mark(text: Buffer): TextEncoding | null {
  if (text[0] === 0xff && text[1] === 0xfe) return 'utf-16le';
  return text[0] === 0xfe && text[1] === 0xff ? 'utf-16be' : null;
}

function countLines(text: Buffer): number {
  let lines = 0;
  for (let at = text.indexOf(0x0a); at >= 0; at = text.indexOf(0x0a, at + 1)) lines += 1;
  return lines;
}

function splitLines(text: Buffer): readonly Buffer[] {
  const lines: Buffer[] = [];
  let start = 0;
  for (let end = text.indexOf(0x0a); end >= 0; end = text.indexOf(0x0a, start)) {
    lines.push(text.subarray(start, end));
    start = end + 1;
  }
  if (start < text.length) lines.push(text.subarray(start));
  return lines;
}
