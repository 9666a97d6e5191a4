import { readFile } from 'node:fs/promises';
import type { HubDatabase } from '../../src/database/database.js';
import { generateNationalLayout, syntheticMark, type GeneratorOptions } from '../../src/intake/generator.js';
import { sampleFile, sampleOptions } from '../../src/intake/sample.js';
import { districts } from '../../src/measures/agencies.js';
import { testDatabase } from '../support/test-database.js';
import { TestIntake } from './permit-file.js';

async function generate(options: GeneratorOptions): Promise<string> {
  let text = '';
  for await (const line of generateNationalLayout(options)) text += line;
  return text;
}

describe('the generator of the national layout', () => {
  test('gives the same file for the same seed, another for another, and a shorter one is the beginning of a longer', async () => {
    const short = await generate({ rows: 60, seed: 1, at: '2020-06-01' });
    expect(await generate({ rows: 60, seed: 1, at: '2020-06-01' })).toBe(short);
    expect(await generate({ rows: 60, seed: 2, at: '2020-06-01' })).not.toBe(short);
    expect((await generate({ rows: 90, seed: 1, at: '2020-06-01' })).startsWith(short)).toBe(true);
  });

  test('marks every row as synthetic, with invented names', async () => {
    const [, ...lines] = (await generate({ rows: 200, seed: 3, at: '2020-06-01' })).trimEnd().split('\n');
    expect(lines).toHaveLength(200);
    for (const line of lines) {
      expect(line).toContain(syntheticMark);
      expect(line.startsWith('虚构')).toBe(true);
    }
  });

  test('gives the sample that is shipped', async () => {
    expect(await readFile(sampleFile, 'utf8')).toBe(await generate(sampleOptions));
  });
});

describe('generated rows', () => {
  let database: HubDatabase;
  let intake: TestIntake;

  beforeAll(async () => {
    database = await testDatabase();
    intake = await TestIntake.begin(database);
  });
  afterAll(async () => {
    await intake.remove();
    await database.close();
  });

  test('are all stored: codes, organs and places agree with competence (XT-3.1*, XT-3.2*, XT-4.1.1a, XT-4.1.2c)', async () => {
    const ledger = await intake.take(await intake.write(await generate({ rows: 3000, seed: 5, at: '2020-05-31' })));
    expect(ledger).toMatchObject({ read: 3000, stored: 3000, rejected: 0, doubtful: 0, rejections: [], sealedIdentityNumbers: 0 });
    const { rows } = await database.pool().query<Record<string, string>>(
      `SELECT count(*) FILTER (WHERE permits > 1) AS several, count(*) AS holders
         FROM (SELECT holder_id, count(*) AS permits FROM hub.permit GROUP BY 1) h`,
    );
    expect(Number(rows[0]?.['several'])).toBeGreaterThan(100);
    expect(Number(rows[0]?.['holders'])).toBeGreaterThan(2000);
  });

  test('of the shipped sample show all districts, all free-trade areas and both items', async () => {
    await database.pool().query('TRUNCATE hub.permit, hub.permit_action, hub.permit_identifier CASCADE');
    intake.clock.set('2026-01-01T00:00:00Z');
    expect(await intake.take(sampleFile)).toMatchObject({ stored: sampleOptions.rows, rejected: 0 });
    const { rows } = await database.pool().query<{ district: string; item: string; decided_by: string }>(
      'SELECT DISTINCT district, item, decided_by FROM hub.permit',
    );
    expect(new Set(rows.map(({ district }) => district))).toEqual(new Set(districts.map(({ code }) => code)));
    expect(new Set(rows.map(({ item }) => item))).toEqual(new Set(['P01', 'P02']));
    expect(new Set(rows.map(({ decided_by: organ }) => organ))).toEqual(
      new Set(['MUNI_HRSS', 'BINHAI_APPROVAL', 'FTZ_DONGJIANG_APPROVAL', 'FTZ_AIRPORT_APPROVAL', 'FTZ_CBD_APPROVAL']),
    );
  });
});
