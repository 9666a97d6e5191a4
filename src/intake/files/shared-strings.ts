import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LRUCache } from 'lru-cache';
import { malformedXlsx } from './refusals.js';
import { readWholeXml, type XmlHandler } from './xml.js';

/** Strings that are written to the disk and read back together. */
const blockStrings = 256;

/** Characters of strings kept in memory at a time. */
const cachedCharacters = 1_000_000;

/** Between two strings of a block; XML cannot contain it. */
const separator = '\0';

/**
 * The shared strings of a workbook: a million rows bring millions of them, so they lie in a file of their own and only
 * the blocks in use are held. Programs number them in the order of first use, hence neighbours are asked for together.
 * The file has no name as soon as it is open: it may hold personal data and goes with the process, however that ends.
 */
export class SharedStrings {
  readonly #file: number;
  /** Place of each block in the file, then the end of the last one. */
  readonly #places: number[] = [0];
  readonly #blocks = new LRUCache<number, readonly string[]>({
    maxSize: cachedCharacters,
    sizeCalculation: (strings) => strings.reduce((sum, text) => sum + text.length + 1, 1),
  });
  #gathered: string[] = [];

  constructor() {
    const folder = mkdtempSync(join(tmpdir(), 'concordat-strings-'));
    try {
      this.#file = openSync(join(folder, 'strings'), 'wx+', 0o600);
    } finally {
      rmSync(folder, { recursive: true });
    }
  }

  /** Takes in `xl/sharedStrings.xml`. Throws IntakeError IMPORT_XLSX_MALFORMED. */
  async fill(chunks: AsyncIterable<Buffer>): Promise<void> {
    await readWholeXml(chunks, new StringItems((text) => this.#add(text)));
    this.#writeBlock();
  }

  /** The string of a number, from 0. Throws IntakeError IMPORT_XLSX_MALFORMED where there is none. */
  get(index: number): string {
    const block = Math.floor(index / blockStrings);
    let strings = this.#blocks.get(block);
    if (!strings) {
      strings = this.#readBlock(block);
      this.#blocks.set(block, strings);
    }
    const text = strings[index % blockStrings];
    if (text === undefined) throw malformedXlsx(new Error('A cell names a shared string that does not exist.'));
    return text;
  }

  close(): void {
    closeSync(this.#file);
  }

  #add(text: string): void {
    this.#gathered.push(text);
    if (this.#gathered.length === blockStrings) this.#writeBlock();
  }

  #writeBlock(): void {
    if (this.#gathered.length === 0) return;
    const place = this.#places.at(-1) ?? 0;
    const bytes = Buffer.from(this.#gathered.join(separator));
    for (let written = 0; written < bytes.length; ) {
      written += writeSync(this.#file, bytes, written, bytes.length - written, place + written);
    }
    this.#places.push(place + bytes.length);
    this.#gathered = [];
  }

  #readBlock(block: number): readonly string[] {
    const [from, to] = [this.#places[block], this.#places[block + 1]];
    if (from === undefined || to === undefined) return [];
    const bytes = Buffer.alloc(to - from);
    readSync(this.#file, bytes, 0, bytes.length, from);
    return bytes.toString('utf8').split(separator);
  }
}

/** Gathers the text of each `si`: its runs together, without the phonetic hints beside them. */
class StringItems implements XmlHandler {
  readonly #add: (text: string) => void;
  #text = '';
  #inText = false;
  #inPhonetic = false;

  constructor(add: (text: string) => void) {
    this.#add = add;
  }

  open(name: string): void {
    if (name === 'si') this.#text = '';
    else if (name === 'rPh') this.#inPhonetic = true;
    else if (name === 't') this.#inText = !this.#inPhonetic;
  }

  text(text: string): void {
    if (this.#inText) this.#text += text;
  }

  close(name: string): void {
    if (name === 't') this.#inText = false;
    else if (name === 'rPh') this.#inPhonetic = false;
    else if (name === 'si') this.#add(unescapeText(this.#text));
  }
}

const escaped = /_x([0-9A-Fa-f]{4})_/g;

/** Text as the user sees it: `_x000D_` stands for a character that XML cannot carry. NUL stays written out. */
export function unescapeText(text: string): string {
  if (!text.includes('_x')) return text;
  return text.replace(escaped, (form, code: string) => (code === '0000' ? form : String.fromCharCode(Number.parseInt(code, 16))));
}
