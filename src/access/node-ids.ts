import { createCipheriv, createDecipheriv, createHash, createHmac, type Cipher, type Decipher, type KeyObject } from 'node:crypto';

/** What a node id stands for. */
export interface NodeKey {
  readonly type: string;
  /** The record's internal number. */
  readonly key: string;
}

/**
 * Global ids of records (Relay object identification): opaque, stable, the same for every viewer, 22 characters of
 * base64url. One AES block holds eight bytes that name the type and the internal number, so that an id tells neither
 * how many records there are nor which came first; the type's eight bytes make a made-up id fall through. The key is
 * never rotated: a new one would break every id that partners have stored.
 */
export class NodeIds {
  readonly #tags = new Map<string, bigint>();
  readonly #types = new Map<bigint, string>();
  readonly #seal: Cipher;
  readonly #open: Decipher;

  constructor(key: KeyObject, types: Iterable<string>) {
    for (const type of types) {
      const tag = createHash('sha256').update(`node ${type}`).digest().readBigUInt64BE();
      this.#tags.set(type, tag);
      this.#types.set(tag, type);
    }
    // A block cipher without chaining: every id is one block, and these two never end (making one per id costs 5 µs).
    const bytes = createHmac('sha256', key).update('node id').digest();
    this.#seal = createCipheriv('aes-256-ecb', bytes, null).setAutoPadding(false);
    this.#open = createDecipheriv('aes-256-ecb', bytes, null).setAutoPadding(false);
  }

  /** The id of a record. Throws for a type that was not named at construction. */
  encode(type: string, key: string): string {
    const tag = this.#tags.get(type);
    if (tag === undefined) throw new Error(`${type} has no node ids`);
    const block = Buffer.allocUnsafe(16);
    block.writeBigUInt64BE(tag, 0);
    block.writeBigUInt64BE(BigInt(key), 8);
    return this.#seal.update(block).toString('base64url');
  }

  /** What an id stands for, or null for a text that is no id of this hub. */
  decode(id: string): NodeKey | null {
    const block = Buffer.from(id, 'base64url');
    if (block.length !== 16 || block.toString('base64url') !== id) return null;
    const opened = this.#open.update(block);
    const type = this.#types.get(opened.readBigUInt64BE(0));
    const key = opened.readBigInt64BE(8);
    return type === undefined || key < 0n ? null : { type, key: String(key) };
  }
}
