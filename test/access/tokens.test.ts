import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { base64url, SignJWT, UnsecuredJWT } from 'jose';
import { HubKeys } from '../../src/access/keys.js';
import { LocalIssuer } from '../../src/access/local-issuer.js';
import { TokenRefused } from '../../src/access/claims.js';
import { Tokens } from '../../src/access/tokens.js';
import { KeysUnavailable, type KeyTimes } from '../../src/access/trusted-keys.js';
import type { HubMode } from '../../src/config.js';
import { jsonLog } from '../../src/log.js';
import { FixedClock, systemClock, type Clock } from '../../src/measures/clock.js';
import { waitFor } from '../support/wait-for.js';
import { IdentityProvider, issuerName } from './identity-provider.js';

/** Times of the product, a hundredfold and more faster. */
const quick: KeyTimes = { refresh: 50, coolDown: 300, retry: 40, maxAge: 500, timeout: 400 };
/** The background does nothing within a test: what happens is caused by tokens. */
const still: KeyTimes = { ...quick, refresh: 600_000, maxAge: 600_000 };

const lines: string[] = [];
const log = jsonLog('debug', (line) => void lines.push(line));

let folder = '';
let provider: IdentityProvider;
const opened: Tokens[] = [];

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-tokens-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  provider = await IdentityProvider.start();
});
afterEach(async () => {
  for (const tokens of opened.splice(0)) tokens.close();
  await provider.stop();
});

async function open(times: KeyTimes, options: { mode?: HubMode; jwks?: URL; clock?: Clock } = {}): Promise<Tokens> {
  const identity = {
    mode: options.mode ?? 'production',
    audience: 'concordat',
    external: { issuer: issuerName, jwks: options.jwks ?? provider.url },
  };
  const tokens = await Tokens.open(identity, new HubKeys(folder), options.clock ?? systemClock, log, times);
  opened.push(tokens);
  return tokens;
}

const refusal = (tokens: Tokens, token: string): Promise<string> =>
  tokens.verify(token).then(
    () => 'accepted',
    (error: unknown) => (error instanceof TokenRefused || error instanceof KeysUnavailable ? error.message : `fault ${String(error)}`),
  );

test('a token of the provider becomes a viewer with its agency, role and page limit', async () => {
  const tokens = await open(still);
  await expect(tokens.verify(await provider.token())).resolves.toMatchObject({
    agency: 'HEPING_HRSS',
    kind: 'DISTRICT_HRSS',
    district: '120101',
    account: 'partner-1',
    role: null,
    principal: 'DISTRICT_HRSS',
    pageLimit: 100,
  });
  const bulk = await provider.token('first', { role: 'ANALYST', scope: 'openid bulk' });
  await expect(tokens.verify(bulk)).resolves.toMatchObject({ role: 'ANALYST', principal: 'ANALYST', pageLimit: 1000 });
  expect(tokens.remembered(bulk)).toMatchObject({ role: 'ANALYST' });
  expect(provider.requests).toBe(1);
});

test.each([
  ['another audience', { aud: 'other' }, 'audience'],
  ['no audience', { aud: undefined }, 'audience'],
  ['another issuer', { iss: 'https://elsewhere' }, 'not trusted'],
  ['expired beyond the tolerance of 30 s', { exp: Math.floor(Date.now() / 1000) - 40 }, 'expired'],
  ['not valid for another minute', { nbf: Math.floor(Date.now() / 1000) + 60 }, 'not valid yet'],
  ['no expiry', { exp: undefined }, 'claim'],
  ['no subject', { sub: undefined }, 'claim'],
  ['no agency', { agency: undefined }, 'claim'],
  ['an unknown agency', { agency: 'NOWHERE' }, 'Unknown agency'],
  ['a kind of agency as role', { role: 'MUNI_HRSS' }, 'not a role'],
  ['a role that is no code', { role: 'x y' }, 'claim'],
])('%s is refused, and the reason told', async (_, change, reason) => {
  const tokens = await open(still);
  const token = await provider.token('first', change);
  await expect(refusal(tokens, token)).resolves.toContain(reason);
  expect(tokens.remembered(token)).toBeUndefined();
});

test.each([
  ['expired 20 s ago', { exp: Math.floor(Date.now() / 1000) - 20 }],
  ['valid in 20 s', { nbf: Math.floor(Date.now() / 1000) + 20 }],
])('clocks may differ by 30 s: %s is accepted', async (_, change) => {
  const tokens = await open(still);
  const token = await provider.token('first', change);
  await expect(refusal(tokens, token)).resolves.toBe('accepted');
  expect(tokens.remembered(token)).toBeDefined();
});

test('no signature, a shared secret, a changed payload, a foreign key under a known name and nonsense are refused', async () => {
  const tokens = await open(still);
  const claims = { agency: 'HEPING_HRSS' };
  const unsecured = new UnsecuredJWT(claims).setIssuer(issuerName).setAudience('concordat').setSubject('x').setExpirationTime('1h').encode();
  // The classic confusion: the public key taken as the secret of a symmetric signature.
  const secret = new TextEncoder().encode(provider.keySet());
  const symmetric = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256', kid: 'first' }).setIssuer(issuerName).setAudience('concordat').setSubject('x').setExpirationTime('1h').sign(secret);
  const good = await provider.token();
  const [header = '', , signature = ''] = good.split('.');
  const payload = base64url.encode(JSON.stringify({ iss: issuerName, aud: 'concordat', sub: 'x', agency: 'MUNI_HRSS', exp: 9e9 }));
  const other = await IdentityProvider.start();
  const foreign = await other.token('first');
  await other.stop();
  for (const token of [unsecured, symmetric, `${header}.${payload}.${signature}`, foreign, 'x.y.z', '', 'a'.repeat(9_000)]) {
    const reason = await refusal(tokens, token);
    expect(reason).toContain('·');
    expect(reason).not.toContain('fault');
  }
});

test('rotation: a new key is fetched once when a token names it, and both work while both are published', async () => {
  const tokens = await open({ ...still, coolDown: 0 });
  await provider.publish('second', 'EdDSA');
  await expect(refusal(tokens, await provider.token('second'))).resolves.toBe('accepted');
  await expect(refusal(tokens, await provider.token('first'))).resolves.toBe('accepted');
  expect(provider.requests).toBe(2);
});

test('tokens of unknown keys cause no fetch within the cool-down', async () => {
  const tokens = await open({ ...still, coolDown: 600_000 });
  await provider.make('hidden');
  for (let count = 0; count < 5; count += 1) {
    await expect(refusal(tokens, await provider.token('hidden'))).resolves.toContain('unknown or withdrawn');
  }
  expect(provider.requests).toBe(1);
});

test('a withdrawn key stops working at the next refresh, also for remembered tokens', async () => {
  const tokens = await open(quick);
  const token = await provider.token();
  await tokens.verify(token);
  expect(tokens.remembered(token)).toBeDefined();
  await provider.publish('second');
  provider.withdraw('first');
  await waitFor('the withdrawn key to stop working', () => tokens.remembered(token) === undefined);
  await expect(refusal(tokens, token)).resolves.toContain('unknown or withdrawn');
  await expect(refusal(tokens, await provider.token('second'))).resolves.toBe('accepted');
});

test('outage: keys serve until they are too old, then tokens are refused, then it recovers by itself', async () => {
  const tokens = await open(quick);
  const token = await provider.token();
  await tokens.verify(token);
  provider.answerWith({ status: 500, body: 'broken' });
  const asked = provider.requests;
  await waitFor('a failed refresh', () => provider.requests > asked + 1);
  await expect(refusal(tokens, await provider.token())).resolves.toBe('accepted');
  await waitFor('the keys to grow too old', () => tokens.fault() !== null);
  await waitFor('remembered tokens to be dropped', () => tokens.remembered(token) === undefined);
  expect(tokens.fault()).toBe('answered 500');
  await expect(refusal(tokens, token)).resolves.toBe('answered 500');
  provider.answerWith(null);
  await waitFor('recovery', () => tokens.fault() === null);
  await expect(refusal(tokens, token)).resolves.toBe('accepted');
  expect(lines.some((line) => line.includes('"event":"keys-unavailable"') && line.includes('answered 500'))).toBe(true);
  expect(lines.join('')).not.toContain(token);
});

test('an endpoint that is down at the start is no obstacle, and asked no more than its pause allows', async () => {
  const { url } = provider;
  await provider.stop();
  const tokens = await open({ ...quick, retry: 200 }, { jwks: url });
  expect(tokens.fault()).toBe('unreachable');
  await expect(refusal(tokens, await provider.token())).resolves.toBe('unreachable');
  const token = await provider.token();
  const restarted = await IdentityProvider.start(Number(url.port));
  await waitFor('the keys', () => tokens.fault() === null);
  await expect(refusal(tokens, token)).resolves.toContain('·'); // another key under that name
  await expect(refusal(tokens, await restarted.token())).resolves.toBe('accepted');
  await restarted.stop();
});

test.each([
  ['no JSON', 'nonsense', 'no JSON Web Key Set'],
  ['no key set', '{"keys":{}}', 'no JSON Web Key Set'],
  ['far too many keys', JSON.stringify({ keys: Array.from({ length: 101 }, () => ({ kty: 'EC' })) }), 'no JSON Web Key Set'],
  ['far too many bytes', JSON.stringify({ keys: [], more: 'x'.repeat(300_000) }), 'too large'],
])('an answer with %s is not taken for keys', async (_, body, reason) => {
  provider.answerWith({ status: 200, body });
  const tokens = await open(quick);
  expect(tokens.fault()).toBe(reason);
});

test('an empty set takes effect: an issuer that withdraws everything is obeyed', async () => {
  const tokens = await open(quick);
  const token = await provider.token();
  await tokens.verify(token);
  provider.withdraw('first');
  await waitFor('the withdrawal', () => tokens.remembered(token) === undefined);
  expect(tokens.fault()).toBe('the set holds no key');
  await expect(refusal(tokens, token)).resolves.toContain('·');
});

test('a file of keys is read again when it changes; one that cannot be read stops the start', async () => {
  const file = path.join(folder, 'jwks.json');
  const jwks = pathToFileURL(file);
  await expect(open(quick, { jwks })).rejects.toMatchObject({ code: 'JWKS_UNREADABLE' });
  await writeFile(file, '{}');
  await expect(open(quick, { jwks })).rejects.toMatchObject({ code: 'JWKS_UNREADABLE' });
  await writeFile(file, provider.keySet());
  const tokens = await open(quick, { jwks });
  const token = await provider.token();
  await tokens.verify(token);
  await provider.publish('second');
  provider.withdraw('first');
  await writeFile(`${file}.new`, provider.keySet());
  await rename(`${file}.new`, file);
  await waitFor('the new file', () => tokens.remembered(token) === undefined);
  await expect(refusal(tokens, await provider.token('second'))).resolves.toBe('accepted');
  expect(provider.requests).toBe(0);
});

test('local tokens count in local mode alone', async () => {
  const issuer = await LocalIssuer.open(new HubKeys(folder), systemClock);
  const token = await issuer.issue('HEPING_HRSS', null, 'bulk');
  await expect((await open(still, { mode: 'local' })).verify(token)).resolves.toMatchObject({ agency: 'HEPING_HRSS', pageLimit: 1000 });
  const production = await open(still);
  expect(production.localIssuer).toBeNull();
  await expect(refusal(production, token)).resolves.toContain('not trusted');
});

test('a remembered token ends with its time', async () => {
  const clock = new FixedClock(new Date());
  const tokens = await open(still, { clock });
  const token = await provider.token();
  await tokens.verify(token);
  clock.set(new Date(Date.now() + 620_000));
  expect(tokens.remembered(token)).toBeDefined();
  clock.set(new Date(Date.now() + 640_000));
  expect(tokens.remembered(token)).toBeUndefined();
  await expect(refusal(tokens, token)).resolves.toContain('expired');
});
