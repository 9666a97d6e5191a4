import { createHmac, type KeyObject } from 'node:crypto';
import { decodeJwt, errors, jwtVerify, type JWTVerifyGetKey, type JWTPayload } from 'jose';
import { LRUCache } from 'lru-cache';
import { localIssuerName, type IdentityConfig } from '../config.js';
import type { Log } from '../log.js';
import type { Clock } from '../measures/clock.js';
import { StartUpError } from '../start-up-error.js';
import { clockSkewSeconds, identityOfClaims, TokenExpired, TokenRefused } from './claims.js';
import type { HubKeys } from './keys.js';
import { LocalIssuer, localAudience } from './local-issuer.js';
import { KeysUnavailable, TrustedKeys, type KeyTimes } from './trusted-keys.js';
import type { Identity } from './viewer.js';

/** Signatures by public keys only; a shared secret (HS…) would let every verifier make tokens. */
const algorithms = ['EdDSA', 'Ed25519', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];

/** Verified tokens are remembered by their text: a partner sends the same one with every request. */
const rememberedTokens = 10_000;

/** Longer tokens are refused unread; real ones have 1 to 2 kB. */
const longestToken = 8 * 1024;

/** An issuer whose tokens count. */
interface TrustedIssuer {
  readonly name: string;
  readonly audience: string;
  readonly keys: {
    readonly key: JWTVerifyGetKey;
    readonly generation: number;
    fault(): string | null;
    close(): void;
  };
}

interface Remembered {
  readonly identity: Identity;
  readonly issuer: TrustedIssuer;
  /** Generation of the issuer's keys that the token was verified with. */
  readonly generation: number;
}

/** Turns bearer tokens into identities. A token counts while its signature, times, issuer, audience and agency do. */
export class Tokens {
  readonly #issuers: readonly TrustedIssuer[];
  readonly #clock: Clock;
  readonly #digestKey: KeyObject;
  readonly #remembered = new LRUCache<string, Remembered>({ max: rememberedTokens });

  private constructor(
    issuers: readonly TrustedIssuer[],
    /** The hub's own issuer; null in production mode, where its tokens do not count. */
    readonly localIssuer: LocalIssuer | null,
    digestKey: KeyObject,
    clock: Clock,
  ) {
    this.#issuers = issuers;
    this.#digestKey = digestKey;
    this.#clock = clock;
  }

  /** Opens the issuers of a configuration. Throws StartUpError JWKS_UNREADABLE, IDENTITY_MISSING. */
  static async open(identity: IdentityConfig, keys: HubKeys, clock: Clock, log: Log, times?: KeyTimes): Promise<Tokens> {
    const { mode, audience, external } = identity;
    const issuers: TrustedIssuer[] = [];
    const digestKey = keys.key('digest');
    const localIssuer = mode === 'local' ? await LocalIssuer.open(keys, clock) : null;
    if (localIssuer) issuers.push({ name: localIssuerName, audience: localAudience, keys: localIssuer });
    // Last, for what has to be closed again comes with it.
    if (external) issuers.push({ name: external.issuer, audience, keys: await TrustedKeys.open(external.jwks, log, times) });
    if (issuers.length === 0) {
      throw new StartUpError('IDENTITY_MISSING', { zh: '没有可信的令牌签发方。', en: 'There is no issuer whose tokens count.' });
    }
    return new Tokens(issuers, localIssuer, digestKey, clock);
  }

  /** What somebody without a valid token is to do. */
  get nextStep(): string {
    return this.localIssuer ? 'hub token --agency CODE' : '向身份提供方换取新令牌 · Get a token from the identity provider.';
  }

  /** Why tokens of some issuer cannot be judged, or null; names no address. */
  fault(): string | null {
    for (const { keys } of this.#issuers) {
      const fault = keys.fault();
      if (fault !== null) return fault;
    }
    return null;
  }

  close(): void {
    for (const { keys } of this.#issuers) keys.close();
  }

  /** Who a token speaks for, if it was verified before with the keys of now and is still valid. */
  remembered(token: string): Identity | undefined {
    const found = this.#remembered.get(token);
    if (found === undefined || found.generation !== found.issuer.keys.generation) return undefined;
    return found.identity.expiresAt > this.#clock.now().getTime() ? found.identity : undefined;
  }

  /** Throws TokenRefused with the reason, or KeysUnavailable when the issuer's keys cannot be had. */
  async verify(token: string): Promise<Identity> {
    const remembered = this.remembered(token);
    if (remembered) return remembered;
    const issuer = this.#issuerOf(token);
    const { generation } = issuer.keys;
    const identity = this.identityOf(await this.#verified(token, issuer));
    this.#remembered.set(token, { identity, issuer, generation });
    return identity;
  }

  /**
   * The identity that verified claims have now, by register and agreements of this day; also for work that outlives the
   * token it was asked with. Throws TokenRefused.
   */
  identityOf(verified: unknown): Identity {
    const claimed = identityOfClaims(verified, this.#clock.now());
    return { ...claimed, digestKey: createHmac('sha256', this.#digestKey).update(claimed.agency).digest('base64url') };
  }

  #issuerOf(token: string): TrustedIssuer {
    if (token.length > longestToken) throw new TokenRefused('令牌过长 · The token is too long.');
    let name: unknown;
    try {
      name = decodeJwt(token).iss;
    } catch {
      throw malformed();
    }
    const issuer = this.#issuers.find((candidate) => candidate.name === name);
    if (!issuer) throw new TokenRefused('令牌签发方不受信任 · The token is of an issuer that is not trusted here.');
    return issuer;
  }

  async #verified(token: string, issuer: TrustedIssuer): Promise<JWTPayload> {
    try {
      const { payload } = await jwtVerify(token, issuer.keys.key, {
        issuer: issuer.name,
        audience: issuer.audience,
        algorithms,
        clockTolerance: clockSkewSeconds,
        currentDate: this.#clock.now(),
      });
      return payload;
    } catch (error) {
      if (error instanceof KeysUnavailable) throw error;
      throw refusalOf(error);
    }
  }
}

function malformed(): TokenRefused {
  return new TokenRefused('令牌无效 · The token is not valid.');
}

/** Reasons are told by their kind. Claims are read only after the signature, so a forger learns nothing of them. */
function refusalOf(error: unknown): TokenRefused {
  if (error instanceof errors.JWTExpired) return new TokenExpired('令牌已过期 · The token has expired.');
  return new TokenRefused(reasonOf(error));
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JOSEAlgNotAllowed) return '令牌的签名算法不被接受 · The token is signed with an algorithm that is not accepted.';
  if (error instanceof errors.JWKSNoMatchingKey) return '令牌的签名密钥未知或已停用 · The token is signed with a key that is unknown or withdrawn.';
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'aud') {
    return '令牌不是签发给本枢纽的(aud) · The token is for another audience (aud).';
  }
  if (error instanceof errors.JWTClaimValidationFailed && error.claim === 'nbf') return '令牌尚未生效(nbf) · The token is not valid yet (nbf).';
  return malformed().message;
}
