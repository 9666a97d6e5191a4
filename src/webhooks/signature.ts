import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/**
 * Signatures as Standard Webhooks 1.0 writes them, so that receivers verify with a library they find in their language:
 * `v1,` and the base64 of HMAC-SHA256 over `<id>.<seconds>.<body>`; one for each key in use, apart by a space.
 */

/** A key of a webhook. While two overlap, each message carries a signature of both. */
export interface SigningKey {
  /** Names the key in `concordat-key-ids`, in the order of the signatures; not secret. */
  readonly id: string;
  /** `whsec_` and the base64 of 32 bytes. */
  readonly secret: string;
  /** From when on it signs no more, in milliseconds since 1970; null for the key that stays. */
  readonly until: number | null;
}

const secretBytes = 32;
const prefix = 'whsec_';

/** A receiver refuses messages whose timestamp is further off than this, so that a copied one cannot be sent again later. */
export const toleranceSeconds = 5 * 60;

export function newSigningKey(): SigningKey {
  return { id: `k_${randomBytes(6).toString('hex')}`, secret: `${prefix}${randomBytes(secretBytes).toString('base64')}`, until: null };
}

/** The keys that sign at an instant. */
export function keysAt(keys: readonly SigningKey[], at: number): readonly SigningKey[] {
  return keys.filter(({ until }) => until === null || until > at);
}

/** The headers of a signed message. `seconds`: when it is sent, since 1970. Throws where no key is given. */
export function signedHeaders(keys: readonly SigningKey[], id: string, seconds: number, body: string): Readonly<Record<string, string>> {
  if (keys.length === 0) throw new Error('a message is not sent unsigned');
  return {
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': keys.map((key) => `v1,${macOf(key, `${id}.${seconds}.${body}`).toString('base64')}`).join(' '),
    'concordat-key-ids': keys.map((key) => key.id).join(' '),
  };
}

/** What only a holder of a key can answer to a challenge; apart from signatures of messages by its first word. */
export function challengeResponse(key: SigningKey, challenge: string): string {
  return macOf(key, `challenge.${challenge}`).toString('base64');
}

/** Compares in constant time. */
export function isResponse(keys: readonly SigningKey[], challenge: string, response: string): boolean {
  const given = Buffer.from(response);
  return keys.some((key) => {
    const right = Buffer.from(challengeResponse(key, challenge));
    return right.length === given.length && timingSafeEqual(right, given);
  });
}

function macOf({ secret }: SigningKey, text: string): Buffer {
  return createHmac('sha256', Buffer.from(secret.slice(prefix.length), 'base64')).update(text).digest();
}
