import { createReadStream, type ReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { malformedCsv, unreadable } from './refusals.js';
import type { Sheet, SheetEncoding, SheetRecord } from './sheet.js';
import { headOf, longestRecord, textFactsOf, type TextEncoding, type TextFacts } from './text-file.js';

const names: Readonly<Record<TextEncoding, SheetEncoding>> = {
  'utf-8': 'UTF-8',
  gb18030: 'GB18030',
  'utf-16le': 'UTF-16',
  'utf-16be': 'UTF-16',
};

/** Characters that may stand between cells, the usual one first. */
const delimiters = [',', ';', '\t'] as const;

/** Explanations may stand before the header; the separator is looked for in so many lines (and bytes). */
const headLines = 10;
const headBytes = 65_536;

/**
 * Opens a text of separated cells: RFC 4180 with comma, semicolon or tab (told from the first lines), LF or CRLF, with
 * or without byte order mark. Empty lines are records of one empty cell. Errors as `textFactsOf`; its records throw
 * IntakeError IMPORT_CSV_MALFORMED.
 */
export async function openCsv(file: string): Promise<Sheet> {
  const facts = await textFactsOf(file);
  return new CsvSheet(file, facts, delimiterOf(await headOf(file, facts.encoding, headBytes)));
}

class CsvSheet implements Sheet {
  readonly digest: string;
  readonly encoding: SheetEncoding;
  readonly bytes: number;
  readonly #file: string;
  readonly #textEncoding: TextEncoding;
  readonly #delimiter: string;
  #source: ReadStream | null = null;

  constructor(file: string, { digest, bytes, encoding }: TextFacts, delimiter: string) {
    this.digest = digest;
    this.encoding = names[encoding];
    this.bytes = bytes;
    this.#file = file;
    this.#textEncoding = encoding;
    this.#delimiter = delimiter;
  }

  readBytes(): number {
    return this.#source?.bytesRead ?? 0;
  }

  async *records(): AsyncGenerator<SheetRecord> {
    const source = createReadStream(this.#file);
    this.#source = source;
    const text = this.#textEncoding === 'utf-8' ? source : Readable.from(decoded(source, this.#textEncoding));
    const parser = parse({
      bom: true,
      delimiter: this.#delimiter,
      record_delimiter: ['\r\n', '\n'],
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: false,
      max_record_size: longestRecord,
    });
    for (const stream of new Set<Readable>([source, text])) stream.on('error', (error) => parser.destroy(error));
    text.pipe(parser);
    let line = 1;
    try {
      for await (const record of parser) {
        const cells = record as readonly string[];
        yield { line, cells };
        line += 1 + lineBreaksIn(cells);
      }
    } catch (cause) {
      if (cause instanceof CsvError) throw malformedCsv(line, cause);
      throw unreadable(cause);
    } finally {
      source.destroy();
      text.destroy();
      parser.destroy();
    }
  }
}

/** Line breaks inside quotes. The parser could number its lines itself, for half as much time again. */
function lineBreaksIn(cells: readonly string[]): number {
  let breaks = 0;
  for (const cell of cells) {
    for (let at = cell.indexOf('\n'); at >= 0; at = cell.indexOf('\n', at + 1)) breaks += 1;
  }
  return breaks;
}

async function* decoded(source: Readable, encoding: TextEncoding): AsyncGenerator<string> {
  const decoder = new TextDecoder(encoding, { fatal: true });
  for await (const chunk of source) {
    const text = decoder.decode(z.instanceof(Buffer).parse(chunk), { stream: true });
    if (text !== '') yield text;
  }
  yield decoder.decode();
}

/** The separator that cuts one of the first lines into most cells: a header has more of them than any title above it. */
function delimiterOf(head: string): string {
  const lines = head.split(/\r?\n/).slice(0, headLines).map((line) => line.replace(/"[^"]*"/g, ''));
  const cuts = delimiters.map((delimiter) => Math.max(...lines.map((line) => line.split(delimiter).length)));
  return delimiters[cuts.indexOf(Math.max(...cuts))] ?? ',';
}
