import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { challengeResponse, isResponse, keysAt, newSigningKey, signedHeaders } from '../../src/webhooks/signature.js';

/** A receiver's own check, written from the recipe and not from the hub. */
function verified(secret: string, headers: Readonly<Record<string, string>>, body: string): boolean {
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64');
  const mac = createHmac('sha256', key).update(`${headers['webhook-id'] ?? ''}.${headers['webhook-timestamp'] ?? ''}.${body}`).digest('base64');
  return (headers['webhook-signature'] ?? '').split(' ').includes(`v1,${mac}`);
}

test('the vector of Standard Webhooks', () => {
  const key = { id: 'k', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', until: null };
  const headers = signedHeaders([key], 'msg_p5jXN8AQM9LWM0D4loKWxJek', 1614265330, '{"test": 2432232314}');
  expect(headers['webhook-signature']).toBe('v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=');
});

test('each key in use signs, and another text, time or id has another signature', () => {
  const [one, two] = [newSigningKey(), newSigningKey()];
  fc.assert(fc.property(fc.string(), fc.string(), fc.nat(), (id, body, seconds) => {
    const headers = signedHeaders([one, two], id, seconds, body);
    return [one, two].every(({ secret }) => verified(secret, headers, body)) && !verified(newSigningKey().secret, headers, body) &&
      !verified(one.secret, headers, `${body} `) && !verified(one.secret, { ...headers, 'webhook-timestamp': String(seconds + 1) }, body) &&
      !verified(one.secret, { ...headers, 'webhook-id': `${id}x` }, body);
  }));
  expect(signedHeaders([one, two], 'evt', 1, '')['concordat-key-ids']).toBe(`${one.id} ${two.id}`);
  expect(() => signedHeaders([], 'evt', 1, '')).toThrow();
});

test('a key that was replaced signs until its time and no longer', () => {
  const [old, present] = [{ ...newSigningKey(), until: 1_000 }, newSigningKey()];
  expect(keysAt([old, present], 999)).toEqual([old, present]);
  expect(keysAt([old, present], 1_000)).toEqual([present]);
});

test('a challenge is answered by who holds a key; its echo is no answer', () => {
  const [one, two] = [newSigningKey(), newSigningKey()];
  expect(isResponse([one, two], 'abc', challengeResponse(two, 'abc'))).toBe(true);
  for (const wrong of ['', 'abc', challengeResponse(one, 'abd'), challengeResponse(newSigningKey(), 'abc')]) expect(isResponse([one, two], 'abc', wrong)).toBe(false);
  expect(new Set(Array.from({ length: 50 }, () => newSigningKey().secret)).size).toBe(50);
});
