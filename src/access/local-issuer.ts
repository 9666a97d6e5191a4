import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, SignJWT, type CryptoKey, type JWK } from 'jose';
import { z } from 'zod';
import { localIssuerName } from '../config.js';
import type { Clock } from '../measures/clock.js';
import { presentAgency } from './claims.js';
import { keyFileInvalid, type HubKeys } from './keys.js';

/** `aud` of local tokens. */
export const localAudience = 'concordat';

const algorithm = 'EdDSA';

/** Long enough for a day's work at the local set-up; production issuers set their own. */
const lifetimeSeconds = 12 * 60 * 60;

const jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });

/** The local issuer of the embedded set-up: makes tokens with a key kept in the data folder. Production never opens it. */
export class LocalIssuer {
  readonly #privateKey: CryptoKey;
  readonly #publicKey: CryptoKey;
  readonly #clock: Clock;

  private constructor(privateKey: CryptoKey, publicKey: CryptoKey, clock: Clock) {
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#clock = clock;
  }

  /** Opens the issuer, with a new key at its first use. Throws StartUpError KEY_FILE_INVALID. */
  static async open(keys: HubKeys, clock: Clock): Promise<LocalIssuer> {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const fresh = JSON.stringify(await exportJWK(pair.privateKey));
    const text = keys.text('issuer.jwk', () => fresh);
    try {
      const stored = jwk.parse(JSON.parse(text));
      const { kty, crv, x } = stored;
      return new LocalIssuer(await key(stored), await key({ kty, crv, x }), clock);
    } catch (cause) {
      throw keyFileInvalid('issuer.jwk', cause);
    }
  }

  /** Never changes while the hub runs. */
  readonly generation = 0;

  readonly key = (): CryptoKey => this.#publicKey;

  fault(): null {
    return null;
  }

  close(): void {
    // Nothing runs in the background.
  }

  /**
   * A token for an agency, acting in a role or as the agency itself; `scope` as in OAuth, for example `bulk`.
   * Throws TokenRefused for an agency that is unknown or no longer exists and for a kind as role.
   */
  async issue(agency: string, role: string | null, scope: string | null = null): Promise<string> {
    const now = this.#clock.now();
    presentAgency(agency, role, now);
    const seconds = Math.floor(now.getTime() / 1000);
    return new SignJWT({ agency, ...(role === null ? {} : { role }), ...(scope === null ? {} : { scope }) })
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(localIssuerName)
      .setAudience(localAudience)
      .setSubject(`${agency.toLowerCase()}-local`)
      .setIssuedAt(seconds)
      .setExpirationTime(seconds + lifetimeSeconds)
      .setJti(randomUUID())
      .sign(this.#privateKey);
  }
}

async function key(value: JWK): Promise<CryptoKey> {
  const imported = await importJWK(value, algorithm);
  if (imported instanceof Uint8Array) throw new Error('issuer.jwk must hold an asymmetric key');
  return imported;
}
