import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HubKeys } from '../../src/access/keys.js';
import { LocalIssuer } from '../../src/access/local-issuer.js';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import { systemClock } from '../../src/measures/clock.js';
import { HubProgram } from '../server/hub-program.js';
import { testDatabase } from '../support/test-database.js';
import { waitFor } from '../support/wait-for.js';
import { ExportClient } from './export-client.js';
import { addManyPermits } from './export-hub.js';

let database: HubDatabase;
const folders: string[] = [];
const hubs: HubProgram[] = [];

beforeAll(async () => {
  database = await testDatabase();
  await addManyPermits(database.pool(), 12_000);
}, 60_000);

afterAll(async () => {
  for (const { process } of hubs) process.kill('SIGKILL');
  await Promise.all(hubs.map(({ exited }) => exited));
  await database.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
}, 60_000);

/** A hub on a data folder of its own, as on another machine; the keys are those of the first. */
async function startHub(): Promise<{ readonly program: HubProgram; readonly client: ExportClient }> {
  const folder = await mkdtemp(path.join(tmpdir(), 'concordat-export-'));
  if (folders[0] !== undefined) await cp(path.join(folders[0], 'keys'), path.join(folder, 'keys'), { recursive: true });
  folders.push(folder);
  const program = HubProgram.hub({ DATABASE_URL: databaseUrl(database.settings), HUB_DATA: folder, HUB_SAMPLE: '0' });
  hubs.push(program);
  const url = (): string | undefined => /^ready (\S+)$/m.exec(program.out)?.[1];
  await waitFor(`the hub to be ready ${program.error}`, () => url() !== undefined);
  const issuer = await LocalIssuer.open(new HubKeys(folder), systemClock);
  return { program, client: new ExportClient(url() ?? '', await issuer.issue('HEPING_HRSS', null, 'bulk')) };
}

test('a hub that is killed in the middle: another one finishes the file, byte for byte as if nothing had happened', async () => {
  const first = await startHub();
  const query = '{ permits { nodes { id documentNo decidedOn certificateNo holder { name } } } }';
  const pool = database.pool();
  const { id } = await first.client.request({ query, idempotencyKey: 'killed' });
  await waitFor('two pages', async () => (await pool.query('SELECT FROM hub.export_job WHERE id = $1 AND pages >= 2', [id])).rowCount === 1);
  const client = await pool.connect();
  await client.query('BEGIN');
  await client.query('LOCK TABLE hub.export_page IN SHARE MODE');
  first.program.process.kill('SIGKILL');
  await first.program.exited;
  const { rows } = await client.query<{ state: string; pages: number }>('SELECT state, pages FROM hub.export_job WHERE id = $1', [id]);
  await client.query('ROLLBACK');
  client.release();
  expect(rows[0]?.state).toBe('RUNNING');
  expect(rows[0]?.pages).toBeLessThan(12);

  const second = await startHub();
  const taken = await second.client.ended(id);
  expect(taken).toMatchObject({ state: 'READY', records: 12_000 });
  const undisturbed = await second.client.exported({ query, idempotencyKey: 'undisturbed' });
  expect(undisturbed.digest).toBe(taken.digest);
  expect((await second.client.bytes(taken.data)).equals(await second.client.bytes(undisturbed.data))).toBe(true);

  // Any hub on the database serves it, and a hub that stops gives its job back at once.
  const third = await startHub();
  expect((await third.client.bytes(taken.data)).equals(await second.client.bytes(taken.data))).toBe(true);
  const given = await second.client.request({ query, idempotencyKey: 'given-back' });
  second.program.process.kill('SIGTERM');
  await second.program.exited;
  expect(await third.client.ended(given.id)).toMatchObject({ state: 'READY', digest: taken.digest });
}, 180_000);
