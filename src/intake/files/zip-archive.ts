import type { Readable } from 'node:stream';
import { crc32 } from 'node:zlib';
import { openPromise, type Entry, type ZipFile } from 'yauzl';
import { z } from 'zod';
import { foreignForm, malformedXlsx, oversizedXlsx } from './refusals.js';

/** A workbook of 1,048,576 rows and 30 columns is about 2 GB of XML. */
const largestArchive = 16 * 2 ** 30;
const mostEntries = 10_000;

/** XML of a sheet is written 10 to 60 times smaller; beyond this, and beyond a size that does no harm, it is a bomb. */
const highestRatio = 250;
const harmlessSize = 64 * 2 ** 20;

/** A ZIP file whose declared sizes are within bounds; what is inflated never exceeds what was declared (yauzl checks). */
export class ZipArchive {
  readonly #file: ZipFile;
  readonly #entries: ReadonlyMap<string, Entry>;

  private constructor(file: ZipFile, entries: ReadonlyMap<string, Entry>) {
    this.#file = file;
    this.#entries = entries;
  }

  /** Throws IntakeError IMPORT_XLSX_MALFORMED, IMPORT_XLSX_TOO_LARGE, IMPORT_FILE_FORM for an encrypted entry. */
  static async open(path: string): Promise<ZipArchive> {
    const file = await openPromise(path, { autoClose: false }).catch((cause: unknown) => {
      throw malformedXlsx(cause);
    });
    try {
      return new ZipArchive(file, await entriesOf(file));
    } catch (error) {
      file.close();
      throw error;
    }
  }

  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /** Inflated size of an entry in bytes, 0 where there is none. */
  sizeOf(name: string): number {
    return this.#entries.get(name)?.uncompressedSize ?? 0;
  }

  /** An entry's inflated bytes. Its checksum is verified at the end. Throws IntakeError IMPORT_XLSX_MALFORMED. */
  async *chunksOf(name: string): AsyncGenerator<Buffer> {
    const entry = this.#entries.get(name);
    if (!entry) throw malformedXlsx(new Error(`The archive lacks ${name}.`));
    let sum = 0;
    let stream: Readable | null = null;
    try {
      stream = await this.#file.openReadStreamPromise(entry);
      for await (const read of stream) {
        const chunk = z.instanceof(Buffer).parse(read);
        sum = crc32(chunk, sum);
        yield chunk;
      }
    } catch (cause) {
      throw malformedXlsx(cause);
    } finally {
      stream?.destroy();
    }
    if (sum !== entry.crc32) throw malformedXlsx(new Error(`The checksum of ${name} is wrong.`));
  }

  close(): void {
    this.#file.close();
  }
}

async function entriesOf(file: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  let total = 0;
  if (file.entryCount > mostEntries) throw oversizedXlsx();
  try {
    for await (const entry of file.eachEntry()) entries.set(entry.fileName, entry);
  } catch (cause) {
    throw malformedXlsx(cause);
  }
  for (const { uncompressedSize, compressedSize, generalPurposeBitFlag } of entries.values()) {
    if ((generalPurposeBitFlag & 1) !== 0) throw foreignForm('ENCRYPTED');
    total += uncompressedSize;
    if (total > largestArchive) throw oversizedXlsx();
    if (uncompressedSize > harmlessSize && uncompressedSize > compressedSize * highestRatio) throw oversizedXlsx();
  }
  return entries;
}
