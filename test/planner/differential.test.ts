import { Differential } from './differential/corpus.js';

/**
 * The planner against a naive interpreter in memory (test/boundary/expectation.ts, which loads nothing of it) and against
 * ordinary resolvers over the same declarations: data, order, nulls, page information, totals, denials, counts. Few worlds
 * in `npm test`; as many as one likes with DIFFERENTIAL_WORLDS=….
 */
const worlds = Number(process.env['DIFFERENTIAL_WORLDS'] ?? '24');
const operationsPerWorld = 6;
const seed = Number(process.env['FAST_CHECK_SEED'] ?? '1');

let differential: Differential;

beforeAll(async () => {
  differential = await Differential.open();
});
afterAll(() => differential.close());

test(`${worlds} worlds × ${operationsPerWorld} operations: planner, resolvers and judge agree byte for byte`, async () => {
  const started = Date.now();
  for (let i = 0; i < worlds; i += 1) {
    const wrong = await differential.play(seed + i, operationsPerWorld);
    if (wrong !== null) throw new Error(wrong);
  }
  const { operations, refused, reads, planned, records, objects } = differential.compared;
  const share = planned / reads;
  process.stdout.write(
    `differential: seed ${seed}, ${worlds} worlds, ${operations} operations (${refused} refused), ${planned} of ${reads} reads planned (${(share * 100).toFixed(1)} %), ` +
      `${records} records, ${objects} objects, ${Math.round((Date.now() - started) / 1000)} s\n`,
  );
  expect(share).toBeGreaterThanOrEqual(0.9);
}, worlds * 3_000 + 60_000);
