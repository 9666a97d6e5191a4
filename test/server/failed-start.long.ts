import { createHook } from 'node:async_hooks';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import pg from 'pg';
import type { IdentityConfig } from '../../src/config.js';
import { databaseUrl } from '../../src/database/database-settings.js';
import { HubDatabase } from '../../src/database/database.js';
import { textLog } from '../../src/log.js';
import { Hub, type HubOptions } from '../../src/server/hub.js';
import type { Network } from '../../src/webhooks/network.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';

/** A start that fails, wherever it does, leaves nothing: no line, no session, no lock, no timer. */

let folder = '';
let shared: HubDatabase;
let watch: pg.Client;

// What runs on in the background is a timer or a session. Timers are counted as Node makes and clears them.
const timers = new Set<number>();
const hook = createHook({
  init: (id, type) => {
    if (type === 'Timeout') timers.add(id);
  },
  destroy: (id) => {
    timers.delete(id);
  },
});

beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-failed-'));
  shared = await testDatabase();
  watch = new pg.Client({ connectionString: databaseUrl(shared.settings) });
  await watch.connect();
  await writeFile(path.join(folder, 'keys.json'), '{"keys": []}');
  await mkdir(path.join(folder, 'broken', 'keys'), { recursive: true });
  await writeFile(path.join(folder, 'broken', 'keys', 'issuer.jwk'), 'garbage');
});
afterAll(async () => {
  hook.disable();
  await watch.end();
  await shared.close();
  await rm(folder, { recursive: true, force: true });
});

/** Starts a hub that cannot start, closes its database as the program does, and answers with what it said. */
async function failedStart(options: Partial<HubOptions>, code: string, settings = shared.settings): Promise<readonly string[]> {
  const lines: string[] = [];
  const database = HubDatabase.at(settings);
  const given = { dataFolder: path.join(folder, 'data'), port: 0, log: textLog('warn', (line) => void lines.push(line)), ...options };
  await expect(Hub.start(database, given)).rejects.toMatchObject({ code });
  await database.close();
  return lines;
}

async function sessions(): Promise<number> {
  const { rows } = await watch.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()`,
  );
  return rows[0]?.count ?? 0;
}

const identity = (): IdentityConfig => ({
  mode: 'local',
  audience: 'concordat',
  external: { issuer: 'https://id.test', jwks: pathToFileURL(path.join(folder, 'keys.json')) },
});
const nameless: Network = {
  ownRanges: [],
  addressesOf: () => Promise.reject(new Error('no such name')),
  connect: () => {
    throw new Error('nothing is connected to');
  },
};

// [where, code, options, host of the database]
const failures: readonly (readonly [string, string, () => Partial<HubOptions>, string | null])[] = [
  ['at a broken key, with keys from elsewhere', 'KEY_FILE_INVALID', () => ({ dataFolder: path.join(folder, 'broken'), identity: identity() }), null],
  ['at the name of the database', 'DATABASE_UNREACHABLE', () => ({ identity: identity(), network: nameless }), 'localhost'],
  ['at an address of another machine', 'ADDRESS_UNUSABLE', () => ({ host: '192.0.2.1', identity: identity() }), null],
  ['there too, with its evidence in a journal', 'ADDRESS_UNUSABLE', () => ({ host: '192.0.2.1', evidence: 'journal' as const }), null],
];

test.each(failures)('%s: %s, and nothing goes on', async (_, code, options, host) => {
  const settings = host === null ? shared.settings : { ...shared.settings, host };
  await failedStart(options(), code, settings); // what stays by nature (caches, name look-ups) is there behind the first
  await waitFor('no session', async () => (await sessions()) === 0);
  hook.enable();
  try {
    timers.clear();
    for (let round = 0; round < 2; round += 1) expect(await failedStart(options(), code, settings)).toEqual([]);
    await waitFor('no session', async () => (await sessions()) === 0);
    await waitFor('no timer but that of this wait', () => timers.size <= 1);
  } finally {
    hook.disable();
  }
});

test('nothing is asked of the tables of the background before the address is taken', async () => {
  // With these locks a sweep or a claim waits until its database closes, and says so.
  await watch.query('BEGIN; LOCK TABLE hub.export_job, hub.webhook, hub.webhook_delivery IN ACCESS EXCLUSIVE MODE');
  try {
    for (let round = 0; round < 2; round += 1) expect(await failedStart({ host: '192.0.2.1' }, 'ADDRESS_UNUSABLE')).toEqual([]);
  } finally {
    await watch.query('ROLLBACK');
  }
});

test('a hub starts behind all of them, and stops as clean', async () => {
  const lines: string[] = [];
  const database = HubDatabase.at(shared.settings);
  const hub = await Hub.start(database, { dataFolder: path.join(folder, 'data'), port: 0, log: textLog('warn', (line) => void lines.push(line)) });
  expect((await fetch(new URL('/ready', hub.url))).status).toBe(200);
  await hub.close();
  await database.close();
  await waitFor('no session', async () => (await sessions()) === 0);
  expect(lines).toEqual([]);
});
