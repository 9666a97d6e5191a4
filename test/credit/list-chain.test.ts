import fc from 'fast-check';
import type { HubDatabase } from '../../src/database/database.js';
import { entryOrigins, entryRules, entrySteps, entryStates, type EntryState, type EntryStep } from '../../src/measures/credit/list-entry.js';
import { addSubject } from '../feed/registry-rows.js';
import { testDatabase } from '../support/test-database.js';

let database: HubDatabase;
let subject: string;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  subject = await addSubject(database.pool(), '天津甲劳务有限公司');
});
afterAll(() => database.close());

/** A proposal as the register writes it, past the register. */
async function proposal(): Promise<string> {
  const entryNo = `HEPING_HRSS/${(made += 1)}`;
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO hub.list_entry (jurisdiction, list, entry_no, ground, legal_basis, document_no, reason, responsible_organ, subject_id, subject_kind, subject_name, subject_folded, proposed_on)
       VALUES ('CN-TJ', 'BLACK', $1, 'G', 'L', 'D', 'R', 'HEPING_HRSS', $2, 'ORGANISATION', '天津甲劳务有限公司', '天津甲劳务有限公司', '2026-01-05') RETURNING id`,
      [entryNo, subject],
    );
    const id = rows[0]?.id ?? '';
    await client.query(
      `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       VALUES ($1, 1, 'PROPOSE', 'NEW', 'PROPOSED', 'RESPONSIBLE_ORGAN', 'HEPING_HRSS', '2026-01-05', '{YZ-3.5c}')`,
      [id],
    );
    await client.query('COMMIT');
    return id;
  } finally {
    client.release();
  }
}

/** What a hand at the database may try: any step between any states. Returns whether it stands. */
async function force(id: string, step: EntryStep, from: EntryState, to: EntryState): Promise<boolean> {
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `UPDATE hub.list_entry SET state = $2, steps = steps + 1,
              informed_on = coalesce(informed_on, CASE WHEN $2 = 'INFORMED' THEN date '2026-01-06' END),
              defence_until = coalesce(defence_until, CASE WHEN $2 = 'INFORMED' THEN date '2026-01-09' END),
              decided_on = coalesce(decided_on, CASE WHEN $2 = 'DECIDED' THEN date '2026-01-12' END),
              valid_from = coalesce(valid_from, CASE WHEN $2 = 'DECIDED' THEN date '2026-01-12' END),
              valid_to = coalesce(valid_to, CASE WHEN $2 = 'DECIDED' THEN date '2026-02-12' END),
              published_on = coalesce(published_on, CASE WHEN $2 = 'PUBLISHED' THEN date '2026-01-12' END),
              ended_on = coalesce(ended_on, CASE WHEN $2 IN ('REPAIRED', 'EXPIRED', 'REVOKED') THEN date '2026-03-01' END)
        WHERE id = $1`,
      [id, to],
    );
    const { by } = entryRules[step];
    await client.query(
      `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       SELECT id, steps, $2, $3, $4, $5::text, CASE WHEN $5::text = 'RESPONSIBLE_ORGAN' THEN 'HEPING_HRSS' END, '2026-03-01', '{A-49}' FROM hub.list_entry WHERE id = $1`,
      [id, step, from, to, by[0]],
    );
    await client.query('COMMIT');
    return true;
  } catch {
    await client.query('ROLLBACK');
    return false;
  } finally {
    client.release();
  }
}

const byCaseAlone: readonly EntryStep[] = ['OBJECT', 'UPHOLD', 'REPAIR'];
const state = async (id: string): Promise<string | undefined> => (await database.pool().query<{ state: string }>('SELECT state FROM hub.list_entry WHERE id = $1', [id])).rows[0]?.state;

test('YZ-3.5e, A-49: the rules of the database are those of the measures', async () => {
  const { rows } = await database.pool().query<{ rule: string }>(`SELECT concat_ws(' ', step, from_state, to_state, taken_by) AS rule FROM hub.list_entry_rule`);
  const begun = Object.entries(entryOrigins).flatMap(([step, { to, by }]) => by.map((actor) => `${step} NEW ${to} ${actor}`));
  const declared = [...begun, ...Object.entries(entryRules).flatMap(([step, { from, to, by }]) => from.flatMap((one) => by.map((actor) => `${step} ${one} ${to} ${actor}`)))];
  expect(rows.map(({ rule }) => rule).sort()).toEqual(declared.sort());
});

test('YZ-3.5c, YZ-3.5e, A-49: whatever is tried at the database, an entry moves along the rules alone', async () => {
  const attempt = fc.record({ step: fc.constantFrom<EntryStep>(...entrySteps), from: fc.constantFrom<EntryState>(...entryStates), to: fc.constantFrom<EntryState>(...entryStates), fitting: fc.integer({ min: 0, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: 5, maxLength: 25 }), async (attempts) => {
      const id = await proposal();
      let stands: EntryState = 'PROPOSED';
      for (const { step, from, to, fitting } of attempts) {
        // Three in four start where the entry stands or end where the step leads, so that chains grow long.
        const [start, end]: readonly [EntryState, EntryState] = [fitting >= 1 ? stands : from, fitting >= 2 ? entryRules[step].to : to];
        // OBJECT, UPHOLD and REPAIR rest on a case (test/credit/cases/case-chain.test.ts).
        const allowed = !byCaseAlone.includes(step) && start === stands && entryRules[step].from.includes(stands) && entryRules[step].to === end;
        expect(await force(id, step, start, end)).toBe(allowed);
        if (allowed) stands = end;
        expect(await state(id)).toBe(stands);
      }
    }),
    { numRuns: 25 },
  );
});

test('an entry changes its state by a step alone, and a step moves its entry', async () => {
  const pool = database.pool();
  const id = await proposal();
  await expect(pool.query(`UPDATE hub.list_entry SET state = 'DROPPED' WHERE id = $1`, [id])).rejects.toThrow('by a step');
  await expect(pool.query(`UPDATE hub.list_entry SET state = 'DROPPED', steps = 2 WHERE id = $1`, [id])).rejects.toThrow('list_entry_stands');
  await expect(
    pool.query(
      `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       VALUES ($1, 2, 'DROP', 'PROPOSED', 'DROPPED', 'RESPONSIBLE_ORGAN', 'HEPING_HRSS', '2026-03-01', '{A-49}')`,
      [id],
    ),
  ).rejects.toThrow('where its last step led');
  await expect(pool.query(`UPDATE hub.list_entry SET entry_no = 'HEPING_HRSS/x' WHERE id = $1`, [id])).rejects.toThrow('stay');
  expect(await state(id)).toBe('PROPOSED');
});

test.each(['UPDATE hub.list_entry_step SET note = $1', 'DELETE FROM hub.list_entry_step WHERE note = $1', 'DELETE FROM hub.list_entry WHERE ground = $1', 'UPDATE hub.list_entry_rule SET to_state = $1'])(
  'the hub’s own writer may not rewrite what happened: %s',
  async (sql) => {
    await expect(database.pool('concordat_writer').query(sql, ['x'])).rejects.toThrow('permission denied');
  },
);
