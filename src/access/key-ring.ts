import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { StartUpError } from '../start-up-error.js';
import { HubKeys, keyFileInvalid } from './keys.js';

export type KeyRingErrorCode = 'KEY_UNKNOWN' | 'SEAL_BROKEN';

/** A sealed value that cannot be read. The message carries no value and no key. */
export class KeyRingError extends Error {
  override readonly name = 'KeyRingError';

  constructor(
    /** KEY_UNKNOWN: sealed with a key this ring lacks. SEAL_BROKEN: tampered with, or moved to another context. */
    readonly code: KeyRingErrorCode,
    what: string,
  ) {
    super(`[${code}] ${what}`);
  }
}

const lookupFile = 'identifier-lookup.key';
const keyFileForm = /^identifier-([1-9]\d{0,8})\.key$/;
const sealedForm = /^v([1-9]\d{0,8})\.([A-Za-z0-9_-]+)$/;
const keyBytes = 32;
const nonceBytes = 12;
const tagBytes = 16;

/**
 * The keys of personal identifiers: numbered encryption keys, of which the current one seals and all others still
 * open, and one look-up key. All are files of the data folder (`keys/identifier-<n>.key`, `keys/identifier-lookup.key`,
 * mode 0600); a file appears whole or not at all.
 *
 * The look-up key is not rotated: its hash is what persons are matched by, in rows, in batches under way and in every
 * process at once, so that two look-up keys at a time would split one person into two. It opens nothing: without the
 * encryption keys it can only test guesses.
 */
export class KeyRing {
  readonly #folder: string;
  readonly #files: HubKeys;
  readonly #lookup: KeyObject;
  readonly #keys = new Map<number, KeyObject>();
  #current = 0;

  private constructor(dataFolder: string) {
    this.#folder = keysFolder(dataFolder);
    this.#files = new HubKeys(dataFolder);
    const numbers = numbersIn(this.#folder);
    if (numbers.length > 0 && !existsSync(path.join(this.#folder, lookupFile))) throw keysMissing(lookupFile);
    this.#lookup = this.#secret(lookupFile);
    for (const number of numbers.length > 0 ? numbers : [1]) this.#load(number);
    this.#current = Math.max(...this.#keys.keys());
  }

  /**
   * The ring of a data folder, its newest key current; makes the first keys where there are none.
   * Throws StartUpError KEYS_MISSING when only a part of the ring is there, KEY_FILE_INVALID
   * for a file that holds no key.
   */
  static open(dataFolder: string): KeyRing {
    return new KeyRing(dataFolder);
  }

  /** Whether the data folder holds a ring. */
  static exists(dataFolder: string): boolean {
    return numbersIn(keysFolder(dataFolder)).length > 0;
  }

  /** Number of the key that seals. */
  get current(): number {
    return this.#current;
  }

  /** Numbers of all keys in the folder, ascending. */
  get numbers(): readonly number[] {
    return numbersIn(this.#folder);
  }

  /** Seals with this key from now on; another process may have made it. Throws KeyRingError KEY_UNKNOWN. */
  use(number: number): void {
    this.#keyOf(number);
    this.#current = number;
  }

  /** Makes the key file of a number, unless it is there already. */
  add(number: number): void {
    this.#load(number);
  }

  /** Deletes a key for good: what it sealed can never be read again. */
  remove(number: number): void {
    if (number === this.#current) throw new Error('The current key cannot be removed.');
    this.#keys.delete(number);
    rmSync(path.join(this.#folder, fileOf(number)), { force: true });
  }

  /** Proof that two rings hold the same key of this number and the same look-up key; tells neither. */
  fingerprint(number: number): string {
    const ofLookup = createHmac('sha256', this.#lookup).update('fingerprint').digest();
    return createHmac('sha256', this.#keyOf(number)).update('fingerprint').update(ofLookup).digest('base64url');
  }

  /**
   * Seals a text as `v<key>.<base64url of nonce, cipher text, tag>` (AES-256-GCM). `context` names the place the value
   * stands in; the seal opens there only. Random nonces of 96 bits serve 2^32 values for each key.
   */
  encrypt(plain: string, context: string): string {
    const nonce = randomBytes(nonceBytes);
    const cipher = createCipheriv('aes-256-gcm', this.#keyOf(this.#current), nonce).setAAD(Buffer.from(context));
    const bytes = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return `v${this.#current}.${bytes.toString('base64url')}`;
  }

  /** Opens a seal. Throws KeyRingError on an unknown key, another context or any change of the text. */
  decrypt(sealed: string, context: string): string {
    const [, number, text] = sealedForm.exec(sealed) ?? [];
    const bytes = Buffer.from(text ?? '', 'base64url');
    // base64url decoding forgives strange endings; the seal is this text and no other.
    if (number === undefined || bytes.length < nonceBytes + tagBytes || bytes.toString('base64url') !== text) throw broken();
    const key = this.#keyOf(Number(number));
    const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, nonceBytes)).setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(-tagBytes));
    try {
      return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      throw broken();
    }
  }

  /** Keyed hash (HMAC-SHA256, base64url) by which an equal value of an equal context is found, whatever key sealed it. */
  lookup(value: string, context: string): string {
    return createHmac('sha256', this.#lookup).update(context).update('\0').update(value).digest('base64url');
  }

  #keyOf(number: number): KeyObject {
    const known = this.#keys.get(number);
    if (known) return known;
    if (!existsSync(path.join(this.#folder, fileOf(number)))) {
      throw new KeyRingError('KEY_UNKNOWN', `密钥环中没有 ${number} 号密钥。 The key ring holds no key ${number}.`);
    }
    return this.#load(number);
  }

  #load(number: number): KeyObject {
    const key = this.#secret(fileOf(number));
    this.#keys.set(number, key);
    return key;
  }

  #secret(file: string): KeyObject {
    const text = this.#files.text(file, () => randomBytes(keyBytes).toString('hex'));
    if (!/^[0-9a-f]{64}$/.test(text.trim())) throw keyFileInvalid(path.join(this.#folder, file));
    return createSecretKey(Buffer.from(text.trim(), 'hex'));
  }
}

/** The key ring is not the one that belongs to the database: nothing may be written or matched with it. */
export function keysMissing(what: string): StartUpError {
  return new StartUpError('KEYS_MISSING', {
    zh: `身份标识密钥缺失或不符（${what}）。请把与此数据库配套的 keys 文件夹恢复到数据文件夹（HUB_DATA）后再启动；没有密钥，已加密的身份标识无法读取。`,
    en: `A key of the personal identifiers is missing or another one (${what}). Restore the keys folder that belongs to this database into the data folder (HUB_DATA) and start again; without it sealed identifiers cannot be read.`,
  });
}

function keysFolder(dataFolder: string): string {
  return path.join(dataFolder, 'keys');
}

function fileOf(number: number): string {
  return `identifier-${number}.key`;
}

function numbersIn(folder: string): readonly number[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .flatMap((name) => keyFileForm.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((one, other) => one - other);
}

function broken(): KeyRingError {
  return new KeyRingError('SEAL_BROKEN', '密文与其位置不符或已被改动。 The sealed value was changed or stands in another place.');
}
