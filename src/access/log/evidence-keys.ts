import { createHmac, createPrivateKey, createPublicKey, createSecretKey, generateKeyPairSync, hash, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { keyFileInvalid, type HubKeys } from '../keys.js';

/** A place in a chain with everything before it: what a signature says of the log. */
export interface Checkpoint {
  readonly chain: number;
  readonly position: bigint;
  readonly hash: string;
  readonly signature: string;
}

/** The text that is signed. It names its use, so that no signature of another use of the key passes for it. */
function signedText(chain: number, position: bigint, entryHash: string): Buffer {
  return Buffer.from(`concordat evidence 2\n${chain}\n${position}\n${entryHash}`);
}

/** Whether a checkpoint is signed by the owner of a public key. */
export function isSignedBy(publicKey: KeyObject, { chain, position, hash: entryHash, signature }: Checkpoint): boolean {
  return verify(null, signedText(chain, position, entryHash), publicKey, Buffer.from(signature, 'base64url'));
}

/**
 * The keys of the evidence, all in the data folder and none in the database.
 *
 * - `evidence-signing.pem` (Ed25519) signs checkpoints. Auditors get its public half: it verifies and forges nothing.
 * - `evidence-YYYY-MM.key`, one file per month, keys the digests of the answers of that month. A file, not a key derived
 *   from a lasting one: what can be derived again cannot be destroyed. Without the file a digest tells nobody what was
 *   answered, and chain and signatures verify as before, for they rest on the digest, not on its key.
 */
export class EvidenceKeys {
  readonly #keys: HubKeys;
  readonly #months = new Map<string, KeyObject>();
  #private: KeyObject | null = null;
  #public: KeyObject | null = null;

  constructor(keys: HubKeys) {
    this.#keys = keys;
  }

  /** Digest of a body under the key of a month (`YYYY-MM`); the key is made at its first use. */
  digest(month: string, body: Buffer | string): string {
    let key = this.#months.get(month);
    if (!key) {
      const bytes = Buffer.from(this.#keys.text(`evidence-${month}.key`, () => randomBytes(32).toString('hex')), 'hex');
      if (bytes.length !== 32) throw keyFileInvalid(`evidence-${month}.key`);
      this.#months.set(month, (key = createSecretKey(bytes)));
    }
    return createHmac('sha256', key).update(body).digest('base64url');
  }

  /** Signs a place; about 50 µs, so once per batch. */
  sign(chain: number, position: bigint, entryHash: string): string {
    return sign(null, signedText(chain, position, entryHash), this.#signingKey()).toString('base64url');
  }

  /** Signs what identifies an export file; the text names its use (`exportText`). */
  signExport(text: string): string {
    return sign(null, Buffer.from(text), this.#signingKey()).toString('base64url');
  }

  /** The public half, for whoever verifies. */
  get publicKey(): KeyObject {
    return (this.#public ??= createPublicKey(this.#signingKey()));
  }

  /** Key of the entries of the old form, which were chained by a keyed hash. */
  get oldChainKey(): KeyObject {
    return this.#keys.key('audit');
  }

  #signingKey(): KeyObject {
    if (this.#private) return this.#private;
    const name = 'evidence-signing.pem';
    const text = this.#keys.text(name, () => generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    try {
      this.#private = createPrivateKey(text);
    } catch (error) {
      throw keyFileInvalid(name, error);
    }
    if (this.#private.asymmetricKeyType !== 'ed25519') throw keyFileInvalid(name);
    return this.#private;
  }
}

/** Short name of a public key, for people who compare two. */
export function fingerprintOf(publicKey: KeyObject): string {
  return hash('sha256', publicKey.export({ type: 'spki', format: 'der' }), 'hex').slice(0, 16);
}
