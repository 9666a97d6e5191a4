import fc from 'fast-check';
import { AddressRules } from '../../src/webhooks/address-rules.js';
import { backOffMs, isRefusal } from '../../src/webhooks/back-off.js';
import type { Network } from '../../src/webhooks/network.js';
import { resolveTarget, TargetRefused, targetUrl, type Approval } from '../../src/webhooks/target.js';

const approval: Approval = { agency: 'HEPING_HRSS', host: 'hook.heping.example', port: 443, ranges: ['10.8.0.0/16'], plainHttp: false };
const rules = new AddressRules(() => ['10.8.0.1']);

function named(names: Readonly<Record<string, readonly string[]>>): Network {
  return {
    ownRanges: [],
    addressesOf: (name) => (names[name] ? Promise.resolve(names[name]) : Promise.reject(new Error('ENOTFOUND'))),
    connect: () => { throw new Error('nothing is connected to'); },
  };
}

async function outcome(url: string, names: Readonly<Record<string, readonly string[]>> = {}, approvals: readonly Approval[] = [approval]): Promise<string> {
  return resolveTarget(url, approvals, rules, named(names)).then(({ address, port }) => `${address} ${port}`, (error: unknown) => (error instanceof TargetRefused ? error.fault : String(error)));
}

const here = { 'hook.heping.example': ['10.8.3.4'] };

test('a target is the approved host and port, at an address of its range', async () => {
  expect(await outcome('https://hook.heping.example/in?x=1', here)).toBe('10.8.3.4 443');
  expect(await outcome('https://HOOK.heping.example./in', here)).toBe('10.8.3.4 443');
  expect(await outcome('http://hook.heping.example:443/', here)).toBe('HOST_NOT_APPROVED');
  expect(await outcome('http://hook.heping.example:443/', here, [{ ...approval, plainHttp: true }])).toBe('10.8.3.4 443');
  for (const url of ['https://hook.heping.example:8443/', 'https://other.heping.example/', 'https://heping.example/', 'https://hook.heping.example.evil.example/', 'https://xhook.heping.example/', 'https://10.8.3.4/']) {
    expect([url, await outcome(url, here)]).toEqual([url, 'HOST_NOT_APPROVED']);
  }
});

test('addresses are judged, all of them, and a name without any is no target', async () => {
  const at = (...addresses: string[]): Promise<string> => outcome('https://hook.heping.example/', { 'hook.heping.example': addresses });
  expect(await at('10.9.0.1')).toBe('ADDRESS_NOT_APPROVED');
  expect(await at('10.8.3.4', '127.0.0.1')).toBe('ADDRESS_LOOPBACK');
  expect(await at('10.8.3.4', '8.8.8.8')).toBe('ADDRESS_NOT_APPROVED');
  expect(await at('::ffff:169.254.169.254')).toBe('ADDRESS_LINK_LOCAL');
  expect(await at('10.8.0.1')).toBe('ADDRESS_OWN');
  expect(await at()).toBe('NAME_UNKNOWN');
  expect(await outcome('https://hook.heping.example/')).toBe('NAME_UNKNOWN');
});

test('an approved address needs no name, and is judged all the same', async () => {
  const literal = (host: string, range: string): Approval => ({ ...approval, host, ranges: [range] });
  expect(await outcome('https://10.8.3.4/', {}, [literal('10.8.3.4', '10.8.0.0/16')])).toBe('10.8.3.4 443');
  expect(await outcome('https://[fd12::9]/', {}, [literal('fd12::9', 'fd12::/32')])).toBe('fd12::9 443');
  for (const [url, host] of [['https://127.0.0.1/', '127.0.0.1'], ['https://2130706433/', '127.0.0.1'], ['https://0x7f.1/', '127.0.0.1'], ['https://0177.0.0.1/', '127.0.0.1'], ['https://[::1]/', '::1'], ['https://[::ffff:7f00:1]/', '::ffff:7f00:1']] as const) {
    expect([url, await outcome(url, {}, [literal(host, '0.0.0.0/0'), literal(host, '::/0')])]).toEqual([url, 'ADDRESS_LOOPBACK']);
  }
});

test.each([
  'ftp://hook.heping.example/', 'file:///etc/passwd', 'https://user@hook.heping.example/', 'https://user:secret@hook.heping.example/', 'https://hook.heping.example/#x', 'javascript:1',
  '//hook.heping.example/', 'hook.heping.example', '', 'https://', 'https://hook_x.example/', 'https://-a.example/', `https://hook.heping.example/${'x'.repeat(2_100)}`, 'gopher://hook.heping.example/',
])('%s is no address of a webhook', (url) => {
  expect(() => targetUrl(url)).toThrow(TargetRefused);
});

test('no text at all leads anywhere but to an approved host', async () => {
  await fc.assert(
    fc.asyncProperty(fc.oneof(fc.webUrl({ validSchemes: ['http', 'https'], withQueryParameters: true }), fc.string(), fc.string().map((text) => `https://hook.heping.example${text}`), fc.string().map((text) => `https://${text}@hook.heping.example`)), async (url) => {
      const seen = await outcome(url, here);
      // Whatever was accepted was read by the platform as the approved host and port, without credentials.
      return seen !== '10.8.3.4 443' || (new URL(url).hostname.replace(/\.$/, '') === 'hook.heping.example' && new URL(url).port === '' && new URL(url).username === '');
    }),
    { numRuns: 2_000 },
  );
});

test('waits grow from one second to a quarter of an hour, shortened by up to half; a receiver may ask for more', () => {
  expect([1, 2, 3, 4, 10, 11, 12, 1_000].map((attempts) => backOffMs(attempts, 0))).toEqual([1_000, 2_000, 4_000, 8_000, 512_000, 900_000, 900_000, 900_000]);
  expect(backOffMs(3, 0.5)).toBe(3_000);
  expect(backOffMs(1, 0, '30')).toBe(30_000);
  expect(backOffMs(1, 0, '999999')).toBe(900_000);
  for (const odd of ['', '-1', 'soon', 'Wed, 21 Oct 2026 07:28:00 GMT', '1e9']) expect(backOffMs(1, 0, odd)).toBe(1_000);
  fc.assert(fc.property(fc.integer({ min: 1, max: 10_000 }), fc.double({ min: 0, max: 0.999, noNaN: true }), (attempts, random) => {
    const ms = backOffMs(attempts, random);
    return ms > 0.5 * backOffMs(attempts, 0) - 1 && ms <= backOffMs(attempts, 0);
  }));
});

test('a refusal is of the message; what may be mended at the receiver is not', () => {
  expect([400, 409, 413, 415, 422].every(isRefusal)).toBe(true);
  expect([200, 204, 301, 302, 307, 401, 403, 404, 408, 410, 425, 429, 500, 502, 503].some(isRefusal)).toBe(false);
});
