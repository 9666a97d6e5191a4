import { asker } from '../boundary/hub-under-test.js';
import { plannerSide, viewerOf, type PlannerSide } from '../boundary/planner-sides.js';
import type { BoundStatement } from '../../src/database/envelope.js';
import { waitFor } from '../support/wait-for.js';
import { makePair } from '../boundary/pairs.js';
import { Random } from '../boundary/random.js';

const who = asker('HEPING_HRSS');
const viewer = viewerOf(who);
let side: PlannerSide;

beforeEach(async () => {
  side = await plannerSide();
  await side.load(makePair(new Random(11), who).one);
});
afterEach(() => side.close());

const lists = ['item', 'documentNo', 'location'].map((field) => `{ permits(first: 5) { nodes { ${field} } } }`);

async function answers(): Promise<string[]> {
  return Promise.all(lists.map(async (query) => (await side.ask(who, { query }, 'any')).body));
}

function statement(text: string, ...values: string[]): BoundStatement {
  return { statement: { name: `t${text.length}${values.length}${text.slice(0, 12)}`, text }, values };
}

const failures: readonly (readonly [string, BoundStatement | ((round: number) => BoundStatement)])[] = [
  ['a value that cannot be read', statement('SELECT $1::date', 'not a date')],
  ['an error while running', statement('SELECT 1 / $1::int', '0')],
  ['a text that is no SQL', statement('SELEKT 1')],
  ['a table without rights', statement('SELECT * FROM hub.permit')],
  // A statement that timed out has a connection of its own from then on: another one each time.
  ['a time-out', (round) => statement(`SELECT ${round}, pg_sleep($1::int)`, '9')],
];

test.each(failures)('after %s, the same connections answer as before', async (_name, failing) => {
  const before = await answers();
  for (let round = 0; round < 3; round += 1) {
    // The failing statement stands between good ones, in one group and pipelined with others.
    const good = statement('SELECT $1::int', '7');
    const [group, ...others] = await Promise.allSettled([side.parts.readers.run(viewer, [good, typeof failing === 'function' ? failing(round) : failing, good]), ...lists.map((query) => side.ask(who, { query }, 'any'))]);
    expect(group.status).toBe('rejected');
    expect(others.map((other) => (other.status === 'fulfilled' ? other.value.body : String(other.reason)))).toEqual(before);
    expect(await answers()).toEqual(before);
  }
});

test('settings of a failed group do not outlive it, nor do those of a good one', async () => {
  await expect(side.parts.readers.run(viewer, [statement('SELECT 1 / $1::int', '0')])).rejects.toThrow();
  await answers();
  // Read without the envelope's settings: straight after, on the same connections.
  for (let i = 0; i < 4; i += 1) {
    const other = viewerOf(asker('HEDONG_HRSS'));
    const [rows = []] = await side.parts.readers.run(other, [statement(`SELECT current_setting('hub.agency', true), current_setting('hub.district', true), current_user`)]);
    expect(rows).toEqual([['HEDONG_HRSS', '120102', 'concordat_reader_district_hrss']]);
  }
});

test('statements deallocated behind the planner’s back are prepared again, without a failed answer', async () => {
  const before = await answers();
  for (let i = 0; i < 2; i += 1) await side.parts.readers.run(viewer, [statement('DEALLOCATE ALL')]);
  for (let i = 0; i < 3; i += 1) expect(await answers()).toEqual(before);
});

test('connections killed by the server are made anew, also in the middle of a burst, and none is left behind', async () => {
  const before = await answers();
  const kill = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE '%shared.%'`;
  const owner = side.database.pool();
  for (let round = 0; round < 5; round += 1) {
    const burst = Array.from({ length: 20 }, () => answers());
    const killed = owner.query(kill);
    for (const result of await Promise.all(burst)) expect(result).toEqual(before);
    await killed;
    for (let i = 0; i < 4; i += 1) expect(await answers()).toEqual(before);
  }
  await side.parts.readers.close();
  await waitFor('the readers’ sessions to end', async () => {
    const { rows } = await owner.query<{ count: string }>(
      `SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%shared.%' AND pid <> pg_backend_pid()`,
    );
    return rows[0]?.count === '0';
  }, 5);
});
