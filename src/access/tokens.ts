import { randomUUID } from 'node:crypto';
import { exportJWK, generateKeyPair, importJWK, jwtVerify, SignJWT, type CryptoKey, type JWK } from 'jose';
import { LRUCache } from 'lru-cache';
import { z } from 'zod';
import { agencies, isAgencyKind } from '../measures/agencies.js';
import type { Clock } from '../measures/clock.js';
import type { HubKeys } from './keys.js';
import type { Viewer } from './viewer.js';

const issuer = 'concordat-local';
const audience = 'concordat';
const algorithm = 'EdDSA';

/** Long enough for a day's work at the local set-up; production issuers set their own. */
const lifetimeSeconds = 12 * 60 * 60;

/** Verified tokens are remembered by their text: a partner sends the same one with every request. */
const rememberedTokens = 10_000;

const claims = z.object({
  sub: z.string().min(1),
  exp: z.number(),
  agency: z.string(),
  role: z.string().regex(/^[A-Z_]+$/).optional(),
});

/** A role that is called like a kind of agency would take that kind's rights instead of giving up its own. */
function assertRole(role: string | null): void {
  if (role !== null && isAgencyKind(role)) {
    throw new TokenRefused(`${role} 是机关类别，不是角色 · ${role} is a kind of agency, not a role. Next step: ask for a token without a role.`);
  }
}

/** Why a token was refused; the message says what to do. */
export class TokenRefused extends Error {}

/** The local issuer of the embedded set-up: makes and verifies tokens with a key kept in the data folder. */
export class LocalIssuer {
  readonly #privateKey: CryptoKey;
  readonly #publicKey: CryptoKey;
  readonly #clock: Clock;
  readonly #viewers = new LRUCache<string, Viewer>({ max: rememberedTokens });

  private constructor(privateKey: CryptoKey, publicKey: CryptoKey, clock: Clock) {
    this.#privateKey = privateKey;
    this.#publicKey = publicKey;
    this.#clock = clock;
  }

  static async open(keys: HubKeys, clock: Clock): Promise<LocalIssuer> {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const fresh = JSON.stringify(await exportJWK(pair.privateKey));
    const stored = jwk.parse(JSON.parse(keys.text('issuer.jwk', () => fresh)));
    const { kty, crv, x } = stored;
    return new LocalIssuer(await key(stored), await key({ kty, crv, x }), clock);
  }

  /** A token for an agency, acting in a role or as the agency itself. Throws TokenRefused for an unknown agency and for a kind as role. */
  async issue(agency: string, role: string | null): Promise<string> {
    if (!agencies.some(({ code }) => code === agency)) {
      throw new TokenRefused(`未知机关 ${agency} · Unknown agency ${agency}. Next step: hub agencies lists the codes.`);
    }
    assertRole(role);
    const now = Math.floor(this.#clock.now().getTime() / 1000);
    return new SignJWT({ agency, ...(role === null ? {} : { role }) })
      .setProtectedHeader({ alg: algorithm })
      .setIssuer(issuer)
      .setAudience(audience)
      .setSubject(`${agency.toLowerCase()}-local`)
      .setIssuedAt(now)
      .setExpirationTime(now + lifetimeSeconds)
      .setJti(randomUUID())
      .sign(this.#privateKey);
  }

  /** The viewer a token speaks for, if it was verified before and is still valid. */
  remembered(token: string): Viewer | undefined {
    const viewer = this.#viewers.get(token);
    return viewer && viewer.expiresAt > this.#clock.now().getTime() ? viewer : undefined;
  }

  async verify(token: string): Promise<Viewer> {
    const remembered = this.remembered(token);
    if (remembered) return remembered;
    let payload: unknown;
    try {
      ({ payload } = await jwtVerify(token, this.#publicKey, {
        issuer,
        audience,
        algorithms: [algorithm],
        currentDate: this.#clock.now(),
      }));
    } catch {
      throw new TokenRefused('令牌无效或已过期 · The token is not valid or has expired. Next step: ask for a new one (hub token --agency CODE).');
    }
    const { sub, exp, agency: code, role } = claims.parse(payload);
    assertRole(role ?? null);
    const agency = agencies.find((candidate) => candidate.code === code);
    if (!agency) throw new TokenRefused(`未知机关 ${code} · Unknown agency ${code}.`);
    const viewer: Viewer = {
      agency: code,
      kind: agency.kind,
      jurisdiction: agency.jurisdiction,
      district: agency.district,
      account: sub,
      role: role ?? null,
      principal: role ?? agency.kind,
      pageLimit: 100,
      expiresAt: exp * 1000,
    };
    this.#viewers.set(token, viewer);
    return viewer;
  }
}

const jwk = z.object({ kty: z.literal('OKP'), crv: z.literal('Ed25519'), x: z.string(), d: z.string() });

async function key(value: JWK): Promise<CryptoKey> {
  const imported = await importJWK(value, algorithm);
  if (imported instanceof Uint8Array) throw new Error('issuer.jwk must hold an asymmetric key');
  return imported;
}
