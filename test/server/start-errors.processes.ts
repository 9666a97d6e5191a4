import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { HubProgram } from './hub-program.js';

/** Every misconfiguration ends the start with exit code 1 and one line that carries its code, never a stack or a value. */

let folder = '';
let database: HubDatabase;
let url = '';

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-errors-'));
  database = await testDatabase();
  url = databaseUrl(database.settings);
  await writeFile(path.join(folder, 'a-file'), '');
  await writeFile(path.join(folder, 'no-keys.json'), '{"keys": 1}');
  for (const [name, file] of [['seal', 'seal.key'], ['issuer', 'issuer.jwk']] as const) {
    await mkdir(path.join(folder, name, 'keys'), { recursive: true });
    await writeFile(path.join(folder, name, 'keys', file), 'garbage');
  }
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const secret = 's3cret-w0rd';
const production = { HUB_MODE: 'production', HUB_ISSUER: 'https://id.test' };

// [what, code, environment]; paths are below the test's folder, `url` is a database of the test.
const mistakes: readonly (readonly [string, string, () => Record<string, string>])[] = [
  ['a port that is no number', 'CONFIG_INVALID', () => ({ PORT: 'http' })],
  ['an address that is none', 'CONFIG_INVALID', () => ({ HOST: 'no such' })],
  ['a database URL of another kind', 'CONFIG_INVALID', () => ({ DATABASE_URL: `mysql://u:${secret}@h/d` })],
  ['a broken percent sign in the database URL', 'CONFIG_INVALID', () => ({ DATABASE_URL: `postgres://u:${secret}%@h/d` })],
  ['a password file that is missing', 'CONFIG_INVALID', () => ({ DATABASE_URL: url, DATABASE_PASSWORD_FILE: path.join(folder, 'none') })],
  ['an unknown mode', 'CONFIG_INVALID', () => ({ HUB_MODE: 'staging' })],
  ['two modes', 'CONFIG_INVALID', () => ({ HUB_MODE: 'local', NODE_ENV: 'production' })],
  ['production without an issuer', 'IDENTITY_MISSING', () => ({ NODE_ENV: 'production' })],
  ['production with keys over plain http', 'CONFIG_INVALID', () => ({ ...production, HUB_JWKS: 'http://id.test/jwks' })],
  ['a data folder that is a file', 'DATA_FOLDER_UNUSABLE', () => ({ HUB_DATA: path.join(folder, 'a-file') })],
  ['a data folder below a file', 'DATA_FOLDER_UNUSABLE', () => ({ HUB_DATA: path.join(folder, 'a-file', 'data') })],
  ['a database login that fails', 'DATABASE_UNREACHABLE', () => ({ DATABASE_URL: url.replace(/\/\/[^@]*@/, `//nobody:${secret}@`) })],
  ['a database that does not exist', 'DATABASE_UNREACHABLE', () => ({ DATABASE_URL: `${url}_none` })],
  ['a file of keys that is missing', 'JWKS_UNREADABLE', () => ({ ...production, HUB_JWKS: path.join(folder, 'none.json'), DATABASE_URL: url })],
  ['a file of keys that holds none', 'JWKS_UNREADABLE', () => ({ ...production, HUB_JWKS: path.join(folder, 'no-keys.json'), DATABASE_URL: url })],
  ['a broken key file', 'KEY_FILE_INVALID', () => ({ HUB_DATA: path.join(folder, 'seal'), DATABASE_URL: url })],
  ['a broken key of the local issuer', 'KEY_FILE_INVALID', () => ({ HUB_DATA: path.join(folder, 'issuer'), DATABASE_URL: url })],
  ['an address of another machine', 'ADDRESS_UNUSABLE', () => ({ HOST: '192.0.2.1', DATABASE_URL: url })],
];

test.each(mistakes)('%s: %s', async (_, code, environment) => {
  const data = path.join(folder, 'data');
  const settings: Record<string, string> = { HUB_DATA: data, HUB_SAMPLE: '0', ...environment() };
  const hub = HubProgram.hub(settings);
  expect(await hub.exited).toBe(1);
  expect(hub.error).not.toMatch(/\n\s+at /);
  expect(hub.error).not.toContain(secret);
  if (settings['NODE_ENV'] === 'production' || settings['HUB_MODE'] === 'production') {
    expect(hub.out).toBe('');
    expect(hub.logged.at(-1)).toMatchObject({ level: 'error', event: 'start-failed', code });
  } else expect(hub.error).toMatch(new RegExp(`^\\[${code}\\] [^\\n]* · [^\\n]*\\n$`));
});

test('hub token refuses in production mode', async () => {
  const command = HubProgram.command({ ...production, HUB_JWKS: '/keys.json', HUB_DATA: path.join(folder, 'data') }, 'token', '--agency', 'MUNI_HRSS');
  expect(await command.exited).toBe(1);
  expect(command.out).toBe('');
  expect(command.error).toMatch(/^\[LOCAL_ISSUER_REFUSED\] [^\n]*\n$/);
});
