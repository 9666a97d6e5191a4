import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { HubDatabase } from '../../src/database/database.js';
import { challengesPerAgency, challengesPerWebhook, countChallenge } from '../../src/webhooks/challenge-limit.js';
import { testDatabase } from '../support/test-database.js';

const hour = 3_600;

let database: HubDatabase;

beforeAll(async () => {
  database = await testDatabase();
});
afterAll(() => database.close());
beforeEach(async () => {
  await database.pool().query('DELETE FROM hub.webhook_challenge');
});

const count = (agency: string, id: string): Promise<number | null> => countChallenge(database.pool('concordat_writer'), { id, agency });

async function rowsOf(agency: string): Promise<number> {
  const { rows } = await database.pool().query<{ count: number }>('SELECT count(*)::int AS count FROM hub.webhook_challenge WHERE agency = $1', [agency]);
  return rows[0]?.count ?? 0;
}

/** As if so many seconds passed. */
async function pass(seconds: number): Promise<void> {
  await database.pool().query('UPDATE hub.webhook_challenge SET at = at - make_interval(secs => $1)', [seconds]);
}

test('what is older than the hour goes with the next count of its agency, and no more stays than may be sent', async () => {
  // Ten minutes at least between an age and the hour: the machine may take its time.
  const step = fc.record({ webhook: fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g'), times: fc.integer({ min: 1, max: 14 }), wait: fc.integer({ min: 0, max: 12 }).map((tenMinutes) => tenMinutes * 600) });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 10 }), async (steps) => {
      await database.pool().query('DELETE FROM hub.webhook_challenge');
      let now = 0;
      let sent: { readonly webhook: string; readonly at: number }[] = [];
      for (const { webhook, times, wait } of steps) {
        await pass(wait);
        now += wait;
        sent = sent.filter(({ at }) => now - at < hour);
        for (let i = 0; i < times; i += 1) {
          const may = sent.length < challengesPerAgency && sent.filter((one) => one.webhook === webhook).length < challengesPerWebhook;
          expect((await count('HEPING_HRSS', webhook)) === null).toBe(may);
          if (may) sent.push({ webhook, at: now });
          expect(await rowsOf('HEPING_HRSS')).toBe(sent.length);
        }
      }
    }),
    { numRuns: 10 },
  );
});

test('a refused challenge clears too; the rows of others are their own', async () => {
  for (let i = 0; i < challengesPerWebhook; i += 1) expect(await count('HEPING_HRSS', 'a')).toBeNull();
  expect(await count('MUNI_HRSS', 'b')).toBeNull();
  await pass(hour + 60);
  for (let i = 0; i < challengesPerWebhook; i += 1) expect(await count('HEPING_HRSS', 'c')).toBeNull();
  expect(await count('HEPING_HRSS', 'c')).toBeGreaterThan(hour - 60);
  expect(await rowsOf('HEPING_HRSS')).toBe(challengesPerWebhook);
  expect(await rowsOf('MUNI_HRSS')).toBe(1);
});
