import type { RowCells } from '../database/row-cells.js';
import { giveBuffer, takeBuffer } from './byte-pool.js';

/** What a short answer needs; longer ones take four times as much at each step. */
const firstLength = 2_048;

/** Whether JSON must escape an ASCII character: controls, quotation mark, backslash. */
const escaped = Uint8Array.from({ length: 128 }, (_, code) => (code < 0x20 || code === 0x22 || code === 0x5c ? 1 : 0));

const [quote, firstOfTwo, firstOfThree, continuation, lowSix] = [0x22, 0xc0, 0xe0, 0x80, 0x3f];

const nothing = Buffer.alloc(0);

/**
 * JSON on its way to the wire, written as UTF-8 from the first character on. Cells go straight from the text of their row
 * into the bytes: strings joined to an answer and encoded afterwards took twice the time on a page of 1,000 records, and
 * what they left behind made the garbage collector the largest part of wide answers.
 */
export class JsonBytes {
  #bytes: Buffer = nothing;
  #length = 0;

  /** `length`: expected, in bytes. */
  static of(length: number): JsonBytes {
    const bytes = new JsonBytes();
    bytes.#bytes = takeBuffer(length);
    return bytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Punctuation and keys, encoded when the plan was made: short, so that a loop beats a call. */
  constant(bytes: Uint8Array): void {
    const { length } = bytes;
    this.#reserve(length);
    const out = this.#bytes;
    let at = this.#length;
    for (let i = 0; i < length; i += 1) out[at++] = bytes[i] ?? 0;
    this.#length = at;
  }

  /** Text that is JSON already. */
  json(text: string): void {
    this.#reserve(3 * text.length);
    this.#length += this.#bytes.write(text, this.#length);
  }

  /** JSON that is encoded already. */
  bytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** A JSON string of any text. */
  string(text: string): void {
    this.json(JSON.stringify(text));
  }

  /** A cell as it stands in the row: numbers. */
  bare(row: RowCells, column: number): void {
    this.json(row.cell(column) ?? 'null');
  }

  /** A cell that is not empty as a JSON string. */
  quoted({ text, places }: RowCells, column: number): void {
    const from = places[2 * column] ?? 0;
    const to = places[2 * column + 1] ?? 0;
    this.#reserve(3 * (to - from) + 2);
    const out = this.#bytes;
    let at = this.#length;
    out[at++] = quote;
    for (let i = from; i < to; i += 1) {
      const code = text.charCodeAt(i);
      if (code < 0x80) {
        if (escaped[code] === 1) return this.string(text.slice(from, to));
        out[at++] = code;
      } else if (code < 0x800) {
        out[at++] = firstOfTwo | (code >> 6);
        out[at++] = continuation | (code & lowSix);
      } else if (code < 0xd800 || code > 0xdfff) {
        out[at++] = firstOfThree | (code >> 12);
        out[at++] = continuation | ((code >> 6) & lowSix);
        out[at++] = continuation | (code & lowSix);
      } else return this.string(text.slice(from, to)); // characters beyond the basic plane are pairs
    }
    out[at++] = quote;
    this.#length = at;
  }

  /** What stands in another one from `from` to `to`. */
  copy(other: JsonBytes, from = 0, to = other.#length): void {
    this.#reserve(to - from);
    other.#bytes.copy(this.#bytes, this.#length, from, to);
    this.#length += to - from;
  }

  /** Begins anew; what `view` handed out before must not be used any more. */
  clear(): void {
    this.#length = 0;
  }

  /** The end of it: its memory goes to others, and what `view` handed out must not be used any more. */
  release(): void {
    giveBuffer(this.#bytes);
    this.#bytes = nothing;
    this.#length = 0;
  }

  /** Everything written so far, as long as nothing further is written. */
  view(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  #reserve(length: number): void {
    const needed = this.#length + length;
    if (needed <= this.#bytes.length) return;
    const larger = takeBuffer(Math.max(needed, 4 * this.#bytes.length, firstLength));
    this.#bytes.copy(larger, 0, 0, this.#length);
    giveBuffer(this.#bytes);
    this.#bytes = larger;
  }
}
