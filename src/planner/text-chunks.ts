/** Text is encoded in pieces of about this many characters: pieces of strings that wait to be joined are what the garbage collector copies. */
const chunkLength = 8_192;

/**
 * A long text under way to the wire. What is added is encoded piece by piece, so that the strings it was made of die
 * young: kept as strings until the end, the cells of a page of 1,000 records took half of the processor in collection.
 */
export class TextChunks {
  #pending = '';
  readonly #chunks: Buffer[] = [];

  add(text: string): void {
    this.#pending += text;
    if (this.#pending.length >= chunkLength) this.#encode();
  }

  append(bytes: readonly Buffer[]): void {
    if (this.#pending !== '') this.#encode();
    this.#chunks.push(...bytes);
  }

  /** Everything added so far, in UTF-8. */
  bytes(): readonly Buffer[] {
    if (this.#pending !== '') this.#encode();
    return this.#chunks;
  }

  #encode(): void {
    this.#chunks.push(Buffer.from(this.#pending));
    this.#pending = '';
  }
}
