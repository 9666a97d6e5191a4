import { createCipheriv, createDecipheriv, createHmac, createSecretKey, randomBytes, type KeyObject } from 'node:crypto';
import { existsSync, linkSync, mkdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { StartUpError } from '../start-up-error.js';

/** The hub's own secrets, 32 bytes each, kept in the data folder and made on first use. */
export type KeyName = 'seal' | 'audit' | 'node' | 'digest';

export class HubKeys {
  readonly #folder: string;
  readonly #keys = new Map<KeyName, KeyObject>();

  constructor(dataFolder: string) {
    this.#folder = path.join(dataFolder, 'keys');
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
  }

  /** Throws StartUpError KEY_FILE_INVALID. */
  key(name: KeyName): KeyObject {
    const known = this.#keys.get(name);
    if (known) return known;
    const bytes = Buffer.from(keyFile(path.join(this.#folder, `${name}.key`), () => randomBytes(32).toString('hex')), 'hex');
    if (bytes.length !== 32) throw keyFileInvalid(path.join(this.#folder, `${name}.key`));
    const key = createSecretKey(bytes); // made once: importing the bytes at each use costs a third of an HMAC
    this.#keys.set(name, key);
    return key;
  }

  /** A secret of any text form; the file is made once with `make`, safely when two processes start together. */
  text(name: string, make: () => string): string {
    return keyFile(path.join(this.#folder, name), make);
  }
}

/** A key file that holds no key. It is never replaced: what it sealed or chained would be lost with it. */
export function keyFileInvalid(file: string, cause?: unknown): StartUpError {
  return new StartUpError(
    'KEY_FILE_INVALID',
    {
      zh: `密钥文件 ${file} 不可用。请从备份恢复；切勿随意删除，否则游标、留痕与其失去联系。`,
      en: `The key file ${file} cannot be used. Restore it from a backup; do not just delete it: cursors and evidence depend on it.`,
    },
    { cause },
  );
}

/** A file that appears whole or not at all: written aside, then linked; of two makers the first one wins. */
function keyFile(file: string, make: () => string): string {
  if (!existsSync(file)) {
    const aside = `${file}.${process.pid}`;
    writeFileSync(aside, make(), { mode: 0o600 });
    try {
      linkSync(aside, file);
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    } finally {
      unlinkSync(aside);
    }
  }
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw keyFileInvalid(file, error);
  }
}

/**
 * Seals a small text: authenticated, bound to `context` (for example the subscriber), unreadable outside the hub.
 * `deterministic` derives the nonce from the text, so that equal answers stay equal bytes; otherwise it is random.
 */
export class Seal {
  readonly #key: KeyObject;
  readonly #nonceKey: KeyObject;

  constructor(key: KeyObject) {
    this.#key = createSecretKey(createHmac('sha256', key).update('seal').digest());
    this.#nonceKey = createSecretKey(createHmac('sha256', key).update('nonce').digest());
  }

  close(text: string, context: string, deterministic = false): string {
    const nonce = deterministic
      ? createHmac('sha256', this.#nonceKey).update(context).update('\0').update(text).digest().subarray(0, 12)
      : randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.#key, nonce).setAAD(Buffer.from(context));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString('base64url');
  }

  /** The sealed text, or null when it was not sealed by this hub for this context. */
  open(sealed: string, context: string): string | null {
    const bytes = Buffer.from(sealed, 'base64url');
    if (bytes.length < 28) return null;
    const decipher = createDecipheriv('aes-256-gcm', this.#key, bytes.subarray(0, 12)).setAAD(Buffer.from(context));
    decipher.setAuthTag(bytes.subarray(bytes.length - 16));
    try {
      return decipher.update(bytes.subarray(12, bytes.length - 16), undefined, 'utf8') + decipher.final('utf8');
    } catch {
      return null;
    }
  }
}
