import { mkdtemp, rm } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { jsonLog } from '../../src/log.js';
import { Hub, type HubOptions } from '../../src/server/hub.js';
import { migrations, migrationsTable } from '../../ormconfig.js';
import { IdentityProvider, issuerName } from '../access/identity-provider.js';
import { EventStream } from '../feed/event-stream.js';
import { watchPermits } from '../feed/running-hub.js';
import type { HubDatabase } from '../../src/database/database.js';
import { testDatabase } from '../support/test-database.js';
import { runOnce, testServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

interface Ready {
  readonly status: string;
  readonly failing: readonly string[];
  readonly parts: Readonly<Record<string, string>>;
}

let folder = '';
let database: HubDatabase;
let hub: Hub;
const lines: string[] = [];

const start = async (options: Partial<HubOptions> = {}): Promise<Hub> => {
  hub = await Hub.start(database, {
    dataFolder: folder,
    port: 0,
    log: jsonLog('debug', (line) => void lines.push(line)),
    drainMs: 5_000,
    ...options,
  });
  return hub;
};
const at = (place: string): string => hub.url.replace('/graphql', place);
const ready = async (): Promise<[number, Ready]> => {
  const response = await fetch(at('/ready'));
  return [response.status, (await response.json()) as Ready];
};
const ask = (token: string, headers: Record<string, string> = {}, query = '{ viewer { principal } }'): Promise<Response> =>
  fetch(hub.url, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
const codeOf = async (response: Response): Promise<unknown> => {
  const { errors } = (await response.json()) as { errors?: { extensions: { code: string } }[] };
  return errors?.[0]?.extensions.code ?? null;
};

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-operations-'));
  database = await testDatabase();
  lines.length = 0;
});
afterEach(async () => {
  await hub.close().catch(() => undefined);
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

const allOk = { boundary: 'ok', database: 'ok', schema: 'ok', log: 'ok', listener: 'ok', keys: 'ok' };

/** Ends all sessions of the database and keeps new ones out, or lets them in again; asked of another database. */
async function closeDoors(closed: boolean): Promise<void> {
  const { settings } = testServer();
  const name = database.settings.database;
  await runOnce(settings, `ALTER DATABASE "${name}" ALLOW_CONNECTIONS ${closed ? 'false' : 'true'}`);
  if (closed) await runOnce(settings, `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '${name}' AND usename = current_user`);
}

describe('readiness', () => {
  test('all parts are named; /health says alive; neither needs a token', async () => {
    await start();
    expect(await ready()).toEqual([200, { status: 'ready', failing: [], parts: allOk }]);
    const health = await fetch(at('/health'));
    expect([health.status, await health.json()]).toEqual([200, { status: 'alive' }]);
  });

  test('a migration that is missing, and one of a newer release, are named', async () => {
    await start();
    const last = migrations.at(-1)?.name ?? '';
    await database.pool().query(`UPDATE ${migrationsTable} SET name = 'gone' WHERE name = $1`, [last]);
    await waitFor('the missing migration', async () => (await ready())[1].parts['schema'] === '1 migrations missing');
    await database.pool().query(`UPDATE ${migrationsTable} SET name = $1 WHERE name = 'gone'`, [last]);
    await database.pool().query(`INSERT INTO ${migrationsTable} (timestamp, name) VALUES (9, 'Future9')`);
    await waitFor('the newer release', async () => (await ready())[1].parts['schema'] === 'of a newer release');
    expect(await ready()).toMatchObject([503, { status: 'not ready', failing: ['schema'] }]);
  });

  test('lost connections of log and listener come back by themselves, without any request', async () => {
    await start();
    await database.pool().query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`,
    );
    await waitFor('readiness', async () => (await ready())[0] === 200);
    expect((await ask(await hub.issuer.issue('MUNI_HRSS', null))).status).toBe(200);
  });

  test('a database that lets nobody in is named, and so are log and listener; health stays', async () => {
    await start();
    await closeDoors(true);
    await waitFor('log and listener to fail', async () => {
      const { failing } = (await ready())[1];
      return ['database', 'log', 'listener'].every((part) => failing.includes(part));
    });
    expect((await fetch(at('/health'))).status).toBe(200);
    await closeDoors(false);
    await waitFor('readiness', async () => (await ready())[0] === 200);
    expect(lines.some((line) => line.includes('"event":"readiness"'))).toBe(true);
  });
});

describe('a configured issuer', () => {
  const times = { refresh: 50, coolDown: 50, retry: 40, maxAge: 400, timeout: 400 };
  let provider: IdentityProvider;
  beforeEach(async () => {
    provider = await IdentityProvider.start();
  });
  afterEach(() => provider.stop());
  const production = (): Partial<HubOptions> => ({
    keyTimes: times,
    identity: { mode: 'production', audience: 'concordat', external: { issuer: issuerName, jwks: provider.url } },
  });

  test('down at the start: the hub starts, says which part fails, refuses with a code, recovers by itself', async () => {
    provider.answerWith({ status: 503, body: '' });
    await start(production());
    expect(await ready()).toMatchObject([503, { failing: ['keys'], parts: { keys: 'answered 503' } }]);
    const token = await provider.token();
    const refused = await ask(token);
    expect([refused.status, refused.headers.get('retry-after'), await codeOf(refused)]).toEqual([503, '5', 'KEYS_UNAVAILABLE']);
    provider.answerWith(null);
    await waitFor('readiness', async () => (await ready())[0] === 200);
    expect((await ask(token)).status).toBe(200);
    const other = await ask(await provider.token('first', { aud: 'other' }));
    expect([other.status, other.headers.get('www-authenticate'), await codeOf(other)]).toEqual([401, 'Bearer', 'TOKEN_REFUSED']);
    expect(() => hub.issuer).toThrow('production');
  });

  test('a withdrawn key ends the streams of its tokens', async () => {
    await start(production());
    const stream = await EventStream.open(hub.url, await provider.token(), watchPermits);
    expect((await stream.next())?.data).toContain('OPENED');
    provider.withdraw('first');
    await provider.publish('second');
    expect((await stream.next())?.data).toContain('"code":"TOKEN_REFUSED"');
    expect((await stream.next())?.event).toBe('complete');
  });
});

describe('stop', () => {
  test('under load every answer that began arrives whole, streams end with a reason to resume, nothing new is taken', async () => {
    await start();
    const token = await hub.issuer.issue('MUNI_HRSS', null);
    const stream = await EventStream.open(hub.url, token, watchPermits);
    expect((await stream.next())?.data).toContain('OPENED');
    let answered = 0;
    let refused = 0;
    let broken = 0;
    const query = '{ permits(first: 50) { nodes { documentNo holder { name } actions { action } } } }';
    const caller = async (): Promise<void> => {
      for (;;) {
        let response: Response;
        try {
          response = await ask(token, {}, query);
        } catch {
          refused += 1; // the port is closed
          return;
        }
        const text = await response.text().catch(() => null);
        if (response.status === 200 && text?.startsWith('{"data":') && text.endsWith('}')) answered += 1;
        else broken += 1;
      }
    };
    const callers = Array.from({ length: 8 }, caller);
    await waitFor('load', () => answered > 50);
    const stopped = hub.close();
    expect((await stream.next())?.data).toContain('"code":"HUB_STOPPING"');
    expect((await stream.next())?.event).toBe('complete');
    await Promise.all([stopped, ...callers]);
    expect({ refused, broken }).toEqual({ refused: 8, broken: 0 });
    // Each answer, and the last frame of the stream, is in the evidence.
    const { rows } = await database.pool().query<{ count: string }>('SELECT count(*) FROM hub.access_entry');
    expect(Number(rows[0]?.count)).toBe(answered + 2);
    expect(lines.join('')).not.toContain('drain-cut');
  });

  test('a caller that never finishes its request is cut when the drain is over', async () => {
    await start({ drainMs: 300 });
    const token = await hub.issuer.issue('MUNI_HRSS', null);
    const closed = new Promise<string>((resolve) => {
      const half = httpRequest(hub.url, { method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-length': '1000' } });
      half.on('error', (error) => resolve(error.message));
      half.on('response', () => resolve('answered'));
      half.write('{');
    });
    await waitFor('the request to arrive', async () => (await fetch(at('/health'))).ok);
    await hub.close();
    expect(await closed).not.toBe('answered');
    expect(lines.join('')).toContain('drain-cut');
  });
});

describe('log', () => {
  test('one line per request at debug, without query, variables, token or account; the caller’s number comes back', async () => {
    await start();
    const token = await hub.issuer.issue('MUNI_HRSS', null);
    const query = '{ permit(documentNo: "secret-number-1") { documentNo } }';
    const response = await ask(token, { 'x-request-id': 'case-7.a' }, query);
    await response.text();
    expect(response.headers.get('x-request-id')).toBe('case-7.a');
    await fetch(`${hub.url}?query=secret-number-2`, { headers: { authorization: `Bearer ${token}`, 'x-request-id': 'evil value' } });
    await waitFor('the lines', () => lines.filter((line) => line.includes('"event":"request"')).length === 2);
    const logged = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(logged.find(({ id }) => id === 'case-7.a')).toMatchObject({ level: 'debug', method: 'POST', path: '/graphql', status: 200 });
    const all = lines.join('');
    for (const secret of ['secret-number', token, 'muni_hrss-local', 'evil']) expect(all).not.toContain(secret);
  });

  test('a fault is logged by its code with a number that the answer carries', async () => {
    await start();
    const token = await hub.issuer.issue('MUNI_HRSS', null);
    await database.pool().query('ALTER TABLE hub.access_entry RENAME TO access_entry_away');
    const response = await ask(token);
    expect([response.status, await codeOf(response)]).toEqual([500, 'INTERNAL_SERVER_ERROR']);
    const line = lines.map((text) => JSON.parse(text) as Record<string, unknown>).find(({ event }) => event === 'request-failed');
    expect(line).toMatchObject({ level: 'error', id: response.headers.get('x-request-id'), fault: 'error 42P01' });
  });
});
