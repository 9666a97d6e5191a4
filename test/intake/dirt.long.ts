import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import type { HubDatabase } from '../../src/database/database.js';
import { generateDirtyLayout } from '../../src/intake/dirt/dirty-layout.js';
import { writeGenerated, type GeneratedForm } from '../../src/intake/dirt/generated-file.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake } from './permit-file.js';

// This module runs as dist/test/intake/…; the script stays with the sources.
const countScript = fileURLToPath(new URL('../../../tools/count-rows.js', import.meta.url));
const day = '2025-12-31';

const countSchema = z.record(z.enum(['read', 'skipped', 'stored', 'updated', 'duplicate', 'rejected', 'doubtful']), z.number());

/** What the ledger should say, told by a script that shares no line with the product. */
async function independentCount(file: string): Promise<z.infer<typeof countSchema>> {
  const { stdout } = await promisify(execFile)(process.execPath, [countScript, file, '--at', day]);
  return countSchema.parse(JSON.parse(stdout));
}

async function digestOf(rows: number, seed: number, form: GeneratedForm): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of writeGenerated(generateDirtyLayout({ rows, seed, at: day }), form)) hash.update(bytes);
  return hash.digest('hex');
}

describe('generated rows with every known kind of dirt', () => {
  let database: HubDatabase;
  let intake: TestIntake;
  let folder: string;

  beforeEach(async () => {
    database = await testDatabase();
    intake = await TestIntake.begin(database);
    intake.clock.set(`${day}T04:00:00Z`);
    folder = await mkdtemp(join(tmpdir(), 'concordat-dirt-'));
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
    await intake.remove();
    await database.close();
  });

  test.each<[GeneratedForm, number]>([
    ['gb18030', 6_000],
    ['xlsx', 3_000],
    ['utf-8', 3_000],
  ])('%s, %d rows: the ledger says what an independent script counts, and the same again changes nothing', async (form, rows) => {
    const file = join(folder, 'permits');
    await pipeline(Readable.from(writeGenerated(generateDirtyLayout({ rows, seed: 20_251_231, at: day }), form)), createWriteStream(file));
    const counted = await independentCount(file);
    expect(counted.read).toBe(rows);
    for (const count of Object.values(counted)) expect(count).toBeGreaterThan(0);
    expect(await intake.take(file)).toMatchObject(counted);
    if (rows > 3_000) return;
    const again = await intake.take(file);
    expect(again).toMatchObject({ read: rows, stored: 0, rejected: counted.rejected, doubtful: counted.doubtful });
  }, 600_000);
});

test.each<GeneratedForm>(['utf-8', 'gb18030', 'xlsx'])('%s is the same file for the same seed, another for another', async (form) => {
  const first = await digestOf(300, 1, form);
  expect(await digestOf(300, 1, form)).toBe(first);
  expect(await digestOf(300, 2, form)).not.toBe(first);
});
