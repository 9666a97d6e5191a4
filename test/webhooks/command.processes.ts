import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { databaseUrl } from '../../src/database/database-settings.js';
import type { HubDatabase } from '../../src/database/database.js';
import { ApprovalStore } from '../../src/webhooks/approval-store.js';
import { HubProgram } from '../server/hub-program.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
let folder: string;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-webhooks-'));
});

afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

async function hub(...args: string[]): Promise<readonly [number | null, string]> {
  const program = HubProgram.command({ DATABASE_URL: databaseUrl(database.settings), HUB_DATA: folder, HUB_SAMPLE: '0' }, 'webhooks', ...args);
  const code = await program.exited;
  return [code, program.out];
}

const heping = ['--agency', 'HEPING_HRSS', '--host', 'Hook.heping.example'];

test('an administrator of the hub approves, lists and withdraws where webhooks may lead', async () => {
  expect(await hub('approve', ...heping, '--range', '10.8.0.0/16', '--range', 'fd12:3456::/32')).toEqual([0, expect.stringContaining('HEPING_HRSS hook.heping.example:443 10.8.0.0/16, fd12:3456::/32')]);
  expect((await hub('list'))[1]).toMatch(/^HEPING_HRSS\thook\.heping\.example:443\t10\.8\.0\.0\/16, fd12:3456::\/32\t/m);
  expect(await hub('list', '--agency', 'HEDONG_HRSS')).toEqual([0, '']);
  expect((await hub('approve', ...heping, '--range', '10.9.0.0/16'))[0]).toBe(0);
  expect((await hub('withdraw', ...heping))[0]).toBe(0);
  expect((await hub('withdraw', ...heping))[0]).toBe(1);
  // Who gave and who took back, and when, stays; nothing of it counts any more.
  const by = userInfo().username;
  const lines = (await hub('list'))[1].trimEnd().split('\n');
  expect(lines.map((line) => line.split('\t').filter((_, at) => at !== 4).join(' ').replace(/\d{4}-\S+Z/, 'WHEN'))).toEqual(
    ['10.8.0.0/16, fd12:3456::/32', '10.9.0.0/16'].map((ranges) => `HEPING_HRSS hook.heping.example:443 ${ranges} ${by} 已撤回 · withdrawn ${by} WHEN`),
  );
  expect(await new ApprovalStore(database.pool('concordat_writer')).standing('HEPING_HRSS')).toEqual([]);
  for (const change of [`UPDATE hub.webhook_approval SET withdrawn_by = 'another'`, `UPDATE hub.webhook_approval SET approved_by = 'another'`, 'DELETE FROM hub.webhook_approval']) {
    await expect(database.pool().query(change)).rejects.toThrow('stays');
  }
}, 120_000);

test('what is never approved: no range, too wide a one, the machine, its link, metadata, an unknown agency, an odd host', async () => {
  for (const args of [
    heping, [...heping, '--range', '0.0.0.0/0'], [...heping, '--range', '10.0.0.0/7'], [...heping, '--range', '::/16'], [...heping, '--range', '127.0.0.0/8'], [...heping, '--range', '::1/128'],
    [...heping, '--range', '169.254.169.254/32'], [...heping, '--range', '::ffff:127.0.0.0/120'], [...heping, '--range', '10.8.0.1/16'], [...heping, '--port', '0', '--range', '10.8.0.0/16'],
    ['--agency', 'NOBODY', '--host', 'a.example', '--range', '10.8.0.0/16'], ['--agency', 'HEPING_HRSS', '--host', 'a_b', '--range', '10.8.0.0/16'],
  ]) {
    expect([args, (await hub('approve', ...args))[0]]).toEqual([args, 2]);
  }
  expect((await hub('list'))[1]).not.toMatch(/NOBODY|a\.example|a_b|127\.|169\.|10\.8\.0\.1/);
}, 120_000);
