import { request as httpRequest } from 'node:http';
import { IdentityProvider, issuerName } from '../access/identity-provider.js';
import { sampleHub, type SampleHub } from '../support/sample-hub.js';

/** The page as plain HTTP: what a browser is given, and what nobody is. */

const html = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };

interface Raw {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A request with every header as given: fetch would set some of them itself. */
function raw(url: string, method: string, headers: Record<string, string>, body = ''): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    // The path as written: `URL` would resolve what tries to climb.
    const path = url.slice(url.indexOf(port) + port.length);
    const sent = httpRequest({ hostname, port, path, method, headers: { 'content-length': String(Buffer.byteLength(body)), ...headers } }, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

describe('the page over HTTP', () => {
  let running: SampleHub;
  let origin = '';

  beforeAll(async () => {
    running = await sampleHub();
    origin = running.origin;
  });
  afterAll(() => running.close());

  const addresses = (text: string): string[] => [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address ?? '');

  test('a browser gets the page without a token; programs that ask by GET get the API', async () => {
    const page = await fetch(running.hub.url, { headers: html });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect((await fetch(`${running.hub.url}?query=%7Bviewer%7Bprincipal%7D%7D`, { headers: html })).headers.get('content-type')).toContain('text/html');
    expect((await fetch(running.hub.url, { headers: { accept: '*/*' } })).status).toBe(401);
    expect((await fetch(running.hub.url, { method: 'POST', headers: html, body: '{}' })).status).toBe(401);
    expect((await fetch(`${origin}/`, { headers: html, redirect: 'manual' })).headers.get('location')).toBe('/graphql');
  });

  test('its policy lets in nothing but the hub, no inline script, and its nonce is new every time', async () => {
    const policies = new Set<string>();
    for (let round = 0; round < 2; round += 1) {
      const page = await fetch(running.hub.url, { headers: html });
      const policy = page.headers.get('content-security-policy') ?? '';
      policies.add(policy);
      expect(policy.split('; ').map((part) => part.replace(/nonce-[\w-]{22}/, 'nonce'))).toEqual([
        `default-src 'none'`, `script-src 'self'`, `style-src 'self' 'nonce'`, `img-src 'self' data:`, `connect-src 'self'`,
        `base-uri 'none'`, `form-action 'none'`, `frame-ancestors 'none'`,
      ]);
      const text = await page.text();
      expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:|\/\/\w/);
      for (const address of addresses(text)) expect(address).toMatch(/^(?:\/page\/[\w-]{16}\/[\w.-]+|#\w+)$/);
    }
    expect(policies.size).toBe(2);
  });

  test('its style sheets and own modules name no other host', async () => {
    const text = await (await fetch(running.hub.url, { headers: html })).text();
    const [main = ''] = addresses(text).filter((address) => address.endsWith('/main.js'));
    const seen = new Set<string>();
    const follow = async (address: string): Promise<void> => {
      if (seen.has(address)) return;
      seen.add(address);
      const response = await fetch(origin + address);
      expect([address, response.status]).toEqual([address, 200]);
      const source = await response.text();
      expect(source.match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g) ?? []).toEqual([]);
      for (const [, name = ''] of source.matchAll(/from '\.\/([\w.-]+)'/g)) await follow(address.replace(/[\w.-]+$/, name));
    };
    await follow(main);
    expect(seen.size).toBeGreaterThan(8);
    for (const address of addresses(text).filter((name) => name.endsWith('.css'))) {
      expect((await (await fetch(origin + address)).text()).match(/url\((?!["']?data:image\/png)|@import|@font-face/g)).toBeNull();
    }
  });

  test('the page of the feed’s health is served likewise: no token, no data, no other host', async () => {
    const page = await fetch(`${origin}/feed-health`, { headers: html });
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain(`default-src 'none'`);
    const text = await page.text();
    expect(text).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=|\sstyle=|https?:|\/\/\w/);
    for (const address of addresses(text)) {
      expect(address).toMatch(/^\/page\/[\w-]{16}\/[\w.-]+$/);
      const source = await (await fetch(origin + address)).text();
      expect([address, source.match(/(?:https?:)?\/\/[\w-]+\.[\w.-]+/g) ?? []]).toEqual([address, address.endsWith('icon.svg') ? expect.anything() : []]);
    }
    expect((await fetch(`${origin}/feed-health`, { headers: { accept: 'application/json' } })).status).not.toBe(200);
    expect((await fetch(`${origin}/feed-health/x`, { headers: html })).status).toBe(404);
  });

  test('its files are cached for ever under their version, packed, and answered 304', async () => {
    const text = await (await fetch(running.hub.url, { headers: html })).text();
    const graphiql = origin + (addresses(text).find((address) => address.endsWith('/graphiql.js')) ?? '');
    for (const [accepted, encoding] of [['gzip, deflate, br', 'br'], ['gzip', 'gzip'], ['identity', undefined]] as const) {
      const answer = await raw(graphiql, 'GET', { 'accept-encoding': accepted });
      expect(answer.headers).toMatchObject({ 'cache-control': 'public, max-age=31536000, immutable', vary: 'accept-encoding', 'x-content-type-options': 'nosniff' });
      expect(answer.headers['content-encoding']).toBe(encoding);
      const etag = String(answer.headers['etag']);
      expect((await raw(graphiql, 'GET', { 'if-none-match': etag })).status).toBe(304);
    }
    expect(Number((await raw(graphiql, 'HEAD', { 'accept-encoding': 'br' })).headers['content-length'])).toBeLessThan(400_000);
  });

  test('no address leads out of the list of its files', async () => {
    const text = await (await fetch(running.hub.url, { headers: html })).text();
    const folder = (addresses(text)[0] ?? '').replace(/[^/]+$/, '');
    for (const name of ['../page.ts', '..%2fpage.js', '%2e%2e/page.js', '../../../../package.json', 'main.js.map', 'constructor', '__proto__', '', 'main.js/', 'main.js%00', '..\\page.js']) {
      expect([name, (await raw(origin + folder + name, 'GET', html)).status]).toEqual([name, 404]);
    }
    expect((await raw(`${origin}/page/0000000000000000/main.js`, 'GET', {})).status).toBe(404);
    expect((await raw(`${origin}/page/../package.json`, 'GET', {})).status).toBe(404);
  });

  test('a token is for pages of this machine only', async () => {
    const local = `${origin}/local/token`;
    const json = { 'content-type': 'application/json' };
    const body = JSON.stringify({ agency: 'BINHAI_HRSS' });
    const codeOf = (answer: Raw): unknown => (JSON.parse(answer.body) as { errors: [{ extensions: { code: string } }] }).errors[0].extensions.code;
    const host = new URL(origin).host;

    const given = await raw(local, 'POST', { ...json, origin, 'sec-fetch-site': 'same-origin' }, body);
    expect(given.status).toBe(200);
    const { token } = JSON.parse(given.body) as { token: string };
    const answer = await fetch(running.hub.url, { method: 'POST', headers: { ...json, authorization: `Bearer ${token}` }, body: '{"query":"{viewer{agency{code}}}"}' });
    await expect(answer.json()).resolves.toMatchObject({ data: { viewer: { agency: { code: 'BINHAI_HRSS' } } } });

    const refused: readonly (readonly [number, string, Record<string, string>, string?])[] = [
      [403, 'CROSS_SITE', { ...json, origin: 'https://elsewhere.example' }],
      [403, 'CROSS_SITE', { ...json, origin: 'null' }],
      [403, 'CROSS_SITE', { ...json, 'sec-fetch-site': 'cross-site' }],
      [403, 'CROSS_SITE', { ...json, 'sec-fetch-site': 'same-site' }],
      [403, 'LOCAL_ONLY', { ...json, host: `elsewhere.example:${new URL(origin).port}`, origin: 'http://elsewhere.example' }],
      [403, 'LOCAL_ONLY', { ...json, host: 'localhost.elsewhere.example' }],
      [403, 'LOCAL_ONLY', { ...json, host, 'x-forwarded-for': '203.0.113.7' }],
      [403, 'LOCAL_ONLY', { ...json, host, forwarded: 'for=203.0.113.7' }],
      [415, 'BAD_USER_INPUT', { 'content-type': 'text/plain' }],
      [415, 'BAD_USER_INPUT', { 'content-type': 'application/x-www-form-urlencoded' }],
      [400, 'BAD_USER_INPUT', json, '{"agency": 7}'],
      [400, 'BAD_USER_INPUT', json, 'no json'],
      [400, 'TOKEN_REFUSED', json, '{"agency": "NOWHERE"}'],
      [413, 'BODY_TOO_LARGE', json, JSON.stringify({ agency: 'X'.repeat(2000) })],
    ];
    for (const [status, code, headers, other] of refused) {
      const refusal = await raw(local, 'POST', headers, other ?? body);
      expect([headers, refusal.status, codeOf(refusal)]).toEqual([headers, status, code]);
    }
    expect((await raw(local, 'GET', {})).status).toBe(405);
    expect((await raw(local, 'OPTIONS', { origin: 'https://elsewhere.example' })).headers['access-control-allow-origin']).toBeUndefined();
  });

  test('identities to choose from are listed for this machine alone', async () => {
    const settings = `${origin}/page/settings.json`;
    const own = JSON.parse((await raw(settings, 'GET', {})).body) as { agencies: { code: string }[] };
    expect(own.agencies.map(({ code }) => code)).toEqual(expect.arrayContaining(['BINHAI_HRSS', 'MUNI_HRSS']));
    expect(JSON.parse((await raw(settings, 'GET', { 'x-forwarded-for': '203.0.113.7' })).body)).toMatchObject({ agencies: null });
  });
});

test('production mode issues no token and lists no identity', async () => {
  const provider = await IdentityProvider.start();
  const running = await sampleHub({ identity: { mode: 'production', audience: 'concordat', external: { issuer: issuerName, jwks: provider.url } } });
  try {
    const json = { 'content-type': 'application/json' };
    expect((await raw(`${running.origin}/local/token`, 'POST', json, '{"agency":"BINHAI_HRSS"}')).status).toBe(404);
    expect(JSON.parse((await raw(`${running.origin}/page/settings.json`, 'GET', {})).body)).toMatchObject({ agencies: null });
    expect((await raw(running.hub.url, 'GET', html)).status).toBe(200);
  } finally {
    await running.close();
    await provider.stop();
  }
});
