import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { readConfig } from '../../src/config.js';

const coded = (code: string): Error => expect.objectContaining({ code }) as Error;

test('defaults, values, and unfit values named without showing them', () => {
  expect(readConfig({})).toMatchObject({ port: 4000, portIsDefault: true, databaseUrl: null, sample: true, logLevel: 'info', evidence: 'journal' });
  expect(readConfig({ DATABASE_URL: 'postgres://a@b/c', HUB_EVIDENCE: 'journal' }).evidence).toBe('journal');
  expect(readConfig({}).dataFolder).toMatch(/\/data$/);
  expect(readConfig({ PORT: '0', HUB_DATA: '/x/y', DATABASE_URL: 'postgres://a@b/c', HUB_SAMPLE: '0', HUB_LOG: 'debug' })).toEqual({
    portIsDefault: false,
    feedMonths: 13,
    ownAddresses: [],
    host: '127.0.0.1',
    port: 0,
    dataFolder: '/x/y',
    databaseUrl: 'postgres://a@b/c',
    sample: false,
    identity: { mode: 'local', audience: 'concordat', external: null },
    logLevel: 'debug',
    evidence: 'database',
  });
  expect(readConfig({ PORT: '', DATABASE_URL: '', HUB_MODE: '', HUB_JWKS: '' })).toMatchObject({ port: 4000, databaseUrl: null });
});

test.each([
  { PORT: '99999' },
  { PORT: 'http' },
  { HOST: 'no such host' },
  { DATABASE_URL: 'mysql://x' },
  { DATABASE_URL: 'postgres://u:secret%zz@h/d' },
  { HUB_SAMPLE: 'no' },
  { HUB_LOG: 'loud' },
  { HUB_EVIDENCE: 'nowhere' },
  { HUB_FEED_MONTHS: '0' },
  { HUB_OWN_ADDRESSES: '203.0.113.7/16' },
  { HUB_OWN_ADDRESSES: '203.0.113.7, hub.example' },
  { HUB_OWN_ADDRESSES: '203.0.113.0/' },
  { HUB_MODE: 'test' },
  { HUB_ISSUER: 'with space' },
  { HUB_ISSUER: 'concordat-local' },
  { HUB_AUDIENCE: 'with space' },
])('%j is refused in one line that names the variable and not its value', (env) => {
  const [[name, value] = ['', '']] = Object.entries(env);
  expect(() => readConfig(env)).toThrow(coded('CONFIG_INVALID'));
  expect(() => readConfig(env)).toThrow(name);
  expect(() => readConfig(env)).not.toThrow(`${name}=${value}`);
  expect(() => readConfig(env)).not.toThrow('\n');
});

test('own addresses are single ones and ranges of both families', () => {
  expect(readConfig({ HUB_OWN_ADDRESSES: '203.0.113.7, 198.51.100.0/24 2001:db8::7' }).ownAddresses).toEqual([
    { base: [203, 0, 113, 7], bits: 32 },
    { base: [198, 51, 100, 0], bits: 24 },
    { base: [0x20, 0x01, 0x0d, 0xb8, ...Array.from({ length: 11 }, () => 0), 7], bits: 128 },
  ]);
});

describe('identity', () => {
  const issuer = 'https://id.example';

  test('production needs an issuer and its keys: without them it does not start (fail closed)', () => {
    for (const mode of [{ HUB_MODE: 'production' }, { NODE_ENV: 'production' }]) {
      expect(() => readConfig(mode)).toThrow(coded('IDENTITY_MISSING'));
      expect(() => readConfig({ ...mode, HUB_ISSUER: issuer })).toThrow(coded('IDENTITY_MISSING'));
      expect(() => readConfig({ ...mode, HUB_JWKS: `${issuer}/jwks` })).toThrow(coded('IDENTITY_MISSING'));
      expect(readConfig({ ...mode, HUB_ISSUER: issuer, HUB_JWKS: `${issuer}/jwks` })).toMatchObject({
        identity: { mode: 'production', external: { issuer, jwks: new URL(`${issuer}/jwks`) } },
        sample: false,
        portIsDefault: false,
      });
    }
  });

  test('local mode takes a configured issuer too, both of its halves or none', () => {
    expect(() => readConfig({ HUB_ISSUER: issuer })).toThrow('HUB_JWKS=');
    expect(() => readConfig({ HUB_JWKS: '/keys.json' })).toThrow('HUB_ISSUER=');
    const { external } = readConfig({ HUB_ISSUER: issuer, HUB_JWKS: '/keys.json', HUB_AUDIENCE: 'hub-tj' }).identity;
    expect(external?.jwks.href).toBe('file:///keys.json');
  });

  test('NODE_ENV=production is not talked down by HUB_MODE=local', () => {
    expect(() => readConfig({ NODE_ENV: 'production', HUB_MODE: 'local' })).toThrow('NODE_ENV=production');
  });

  test('in production keys over plain http are refused, except from this machine', () => {
    const of = (jwks: string): (() => unknown) => () => readConfig({ HUB_MODE: 'production', HUB_ISSUER: issuer, HUB_JWKS: jwks });
    expect(of('http://id.example/jwks')).toThrow(coded('CONFIG_INVALID'));
    expect(of('https://user:word@id.example/jwks')).toThrow(coded('CONFIG_INVALID'));
    expect(of('https://')).toThrow(coded('CONFIG_INVALID'));
    expect(of('http://127.0.0.1:81/jwks')).not.toThrow();
    expect(of('http://localhost.example/jwks')).toThrow(coded('CONFIG_INVALID'));
  });
});

describe('the password of the database from a file', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'concordat-config-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('goes into the URL, whatever signs it has', () => {
    const file = path.join(folder, 'password');
    writeFileSync(file, 'p@ss/w%rd:#?\n');
    const { databaseUrl } = readConfig({ DATABASE_URL: 'postgres://hub@db:5432/hub?sslmode=require', DATABASE_PASSWORD_FILE: file });
    const url = new URL(databaseUrl ?? '');
    expect(decodeURIComponent(url.password)).toBe('p@ss/w%rd:#?');
    expect(url.searchParams.get('sslmode')).toBe('require');
  });

  test('a missing file, or a file without a URL, is named', () => {
    const missing = { DATABASE_URL: 'postgres://hub@db/hub', DATABASE_PASSWORD_FILE: path.join(folder, 'none') };
    expect(() => readConfig(missing)).toThrow('DATABASE_PASSWORD_FILE');
    expect(() => readConfig({ DATABASE_PASSWORD_FILE: path.join(folder, 'password') })).toThrow('DATABASE_URL');
  });
});
