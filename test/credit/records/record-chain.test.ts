import fc from 'fast-check';
import { openKeyRing } from '../../../src/access/key-register.js';
import { RecordRefusal, RecordRegister } from '../../../src/credit/records/record-register.js';
import type { HubDatabase } from '../../../src/database/database.js';
import { addNaturalDays } from '../../../src/measures/calendar.js';
import { FixedClock } from '../../../src/measures/clock.js';
import { recordRules, recordStates, recordSteps, type RecordState, type RecordStep } from '../../../src/measures/credit/credit-record.js';
import { addSubject } from '../../feed/registry-rows.js';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { testDatabase } from '../../support/test-database.js';

let database: HubDatabase;
let folder: string;
let subject: string;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(path.join(tmpdir(), 'concordat-records-'));
  subject = await addSubject(database.pool(), '厦门甲劳务有限公司');
});
afterAll(async () => {
  await database.close();
  await rm(folder, { recursive: true, force: true });
});

/** A record as the register writes it, past the register. */
async function recorded(): Promise<string> {
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    const { rows } = await client.query<{ id: string }>(
      `INSERT INTO hub.credit_record (jurisdiction, category, record_no, inspection_no, ground, legal_basis, document_no, handling, responsible_organ, subject_id, subject_kind, subject_name,
                                      penalties, severity, decided_on, public_from, public_until)
       VALUES ('CN-FJ-350200', 'WARNING', $1, 'I', 'G', 'L', 'D', 'H', 'XM_SIMING_HRSS', $2, 'ORGANISATION', '厦门甲劳务有限公司',
               '{FINE}', 'ORDINARY', '2026-01-05', '2026-01-05', '2026-02-04') RETURNING id`,
      [`XM_SIMING_HRSS/${(made += 1)}`, subject],
    );
    const id = rows[0]?.id ?? '';
    await client.query(
      `INSERT INTO hub.credit_record_step (record_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       VALUES ($1, 1, 'RECORD', 'NEW', 'RECORDED', 'RESPONSIBLE_ORGAN', 'XM_SIMING_HRSS', '2026-01-05', '{XM-3.6.4a}')`,
      [id],
    );
    await client.query('COMMIT');
    return id;
  } finally {
    client.release();
  }
}

/** What a hand at the database may try: any step between any states. Returns whether it stands. */
async function force(id: string, step: RecordStep, from: RecordState, to: RecordState): Promise<boolean> {
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    await client.query(
      `UPDATE hub.credit_record SET state = $2, steps = steps + 1,
              informed_on = coalesce(informed_on, CASE WHEN $2 = 'INFORMED' THEN date '2026-01-06' END),
              defence_until = coalesce(defence_until, CASE WHEN $2 = 'INFORMED' THEN date '2026-01-09' END),
              confirmed_on = coalesce(confirmed_on, CASE WHEN $2 = 'CONFIRMED' THEN date '2026-01-12' END),
              ended_on = coalesce(ended_on, CASE WHEN $2 IN ('REPAIRED', 'EXPIRED', 'WITHDRAWN') THEN date '2026-03-01' END)
        WHERE id = $1`,
      [id, to],
    );
    await client.query(
      `INSERT INTO hub.credit_record_step (record_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       SELECT id, steps, $2, $3, $4, $5::text, CASE WHEN $5::text = 'RESPONSIBLE_ORGAN' THEN 'XM_SIMING_HRSS' END, '2026-03-01', '{XM-3.6.4a}' FROM hub.credit_record WHERE id = $1`,
      [id, step, from, to, recordRules[step].by],
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

const state = async (id: string): Promise<string | undefined> => (await database.pool().query<{ state: string }>('SELECT state FROM hub.credit_record WHERE id = $1', [id])).rows[0]?.state;

test('XM-3.6.4a: the rules of the database are those of the measures', async () => {
  const { rows } = await database.pool().query<{ rule: string }>(`SELECT concat_ws(' ', step, from_state, to_state, taken_by) AS rule FROM hub.credit_record_rule WHERE step <> 'RECORD'`);
  const declared = Object.entries(recordRules).flatMap(([step, { from, to, by }]) => from.map((one) => `${step} ${one} ${to} ${by}`));
  expect(rows.map(({ rule }) => rule).sort()).toEqual(declared.sort());
});

test('XM-3.6.4a: whatever is tried at the database, a record moves along the rules alone', async () => {
  const attempt = fc.record({ step: fc.constantFrom<RecordStep>(...recordSteps), from: fc.constantFrom<RecordState>(...recordStates), to: fc.constantFrom<RecordState>(...recordStates), fitting: fc.integer({ min: 0, max: 3 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(attempt, { minLength: 5, maxLength: 20 }), async (attempts) => {
      const id = await recorded();
      let stands: RecordState = 'RECORDED';
      for (const { step, from, to, fitting } of attempts) {
        // Three in four start where the record stands or end where the step leads, so that chains grow long.
        const [start, end]: readonly [RecordState, RecordState] = [fitting >= 1 ? stands : from, fitting >= 2 ? recordRules[step].to : to];
        const allowed = start === stands && recordRules[step].from.includes(stands) && recordRules[step].to === end;
        expect(await force(id, step, start, end)).toBe(allowed);
        if (allowed) stands = end;
        expect(await state(id)).toBe(stands);
      }
    }),
    { numRuns: 20 },
  );
});

test('XM-3.6.4a: whatever is asked of the register, it stands where the chain says, and nothing enters the file before its defence is over', async () => {
  const clock = new FixedClock('2027-06-01T04:00:00Z');
  const register = new RecordRegister(database, await openKeyRing(database, folder), clock);
  const bare = { documentNo: null, note: null, conductCorrected: true, dutiesMet: true, promiseGiven: true };
  const asked = fc.record({ step: fc.constantFrom('INFORM', 'CONFIRM', 'REPAIR', 'WITHDRAW'), by: fc.constantFrom('XM_SIMING_HRSS', 'XM_SIMING_HRSS', 'XM_SIMING_HRSS', 'XM_HRSS'), pause: fc.constantFrom(1, 4, 40), defence: fc.constantFrom(null, 0, 3, -1), heard: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(asked, { minLength: 3, maxLength: 12 }), async (steps) => {
      const { recordNo } = await register.record({ code: 'XM_SIMING_HRSS' }, {
        number: `p${(made += 1)}`, category: 'WARNING', inspectionNo: 'I', ground: 'G', legalBasis: 'L', documentNo: 'D', problem: null, handling: 'H', district: null, subjectKind: 'ORGANISATION',
        subjectName: '厦门甲劳务有限公司', subjectCode: '91120116MA0HUB014T', penalties: ['LICENCE_REVOCATION'], safetyField: false, gravest: false, decidedOn: '2026-05-08',
      });
      let day = '2026-05-08';
      for (const { step, by, pause, defence, heard } of steps) {
        day = addNaturalDays(day, pause);
        if (day > '2027-06-01') break;
        await register.take({ code: by }, recordNo, { ...bare, step, on: day, heard, defenceUntil: defence === null ? null : addNaturalDays(day, defence) }).catch((error: unknown) => {
          if (!(error instanceof RecordRefusal)) throw error;
        });
      }
      const { rows } = await database.pool().query<{ chained: boolean; kept: boolean }>(
        `SELECT (SELECT count(*) = r.steps AND max(s.to_state) FILTER (WHERE s.ordinal = r.steps) = r.state FROM hub.credit_record_step s WHERE s.record_id = r.id) AS chained,
                r.confirmed_on IS NULL OR (r.informed_on <= r.confirmed_on AND (r.heard OR r.confirmed_on > r.defence_until)) AS kept
           FROM hub.credit_record r WHERE r.record_no = $1`,
        [recordNo],
      );
      expect(rows).toEqual([{ chained: true, kept: true }]);
    }),
    { numRuns: 25 },
  );
});

test('a record changes its state by a step alone, a step moves its record, and number, category and period stay', async () => {
  const pool = database.pool();
  const id = await recorded();
  await expect(pool.query(`UPDATE hub.credit_record SET state = 'WITHDRAWN' WHERE id = $1`, [id])).rejects.toThrow('by a step');
  await expect(pool.query(`UPDATE hub.credit_record SET state = 'WITHDRAWN', steps = 2, ended_on = '2026-03-01' WHERE id = $1`, [id])).rejects.toThrow('credit_record_stands');
  await expect(
    pool.query(
      `INSERT INTO hub.credit_record_step (record_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses)
       VALUES ($1, 2, 'WITHDRAW', 'RECORDED', 'WITHDRAWN', 'RESPONSIBLE_ORGAN', 'XM_SIMING_HRSS', '2026-03-01', '{XM-3.6.4a}')`,
      [id],
    ),
  ).rejects.toThrow('where its last step led');
  for (const change of [`record_no = 'XM_SIMING_HRSS/x'`, `category = 'REMINDER'`, `public_until = '2030-01-01'`, `penalties = '{WARNING}'`, `repair_from = '2026-02-01'`]) {
    await expect(pool.query(`UPDATE hub.credit_record SET ${change} WHERE id = $1`, [id])).rejects.toThrow('stay');
  }
  expect(await state(id)).toBe('RECORDED');
});

test('B-41, XM-3.6.3b: the database releases confirmed records alone, once, by the credit division, for as long as a paper says', async () => {
  const pool = database.pool();
  const release = (id: string, by = 'XM_CREDIT_DIV', on = '2026-01-20'): Promise<unknown> => pool.query(`UPDATE hub.credit_record SET channel = 'PUBLIC_CREDIT', released_by = $2, released_on = $3 WHERE id = $1`, [id, by, on]);
  const id = await recorded();
  await expect(release(id)).rejects.toThrow('a confirmed record is released');
  await force(id, 'INFORM', 'RECORDED', 'INFORMED');
  await expect(release(id)).rejects.toThrow('a confirmed record is released');
  await force(id, 'CONFIRM', 'INFORMED', 'CONFIRMED');
  for (const [by, on] of [['XM_HRSS', '2026-01-20'], ['XM_CREDIT_DIV', '2026-01-11'], ['XM_CREDIT_DIV', '2026-02-05']] as const) await expect(release(id, by, on)).rejects.toThrow(/check/);
  await release(id);
  await expect(release(id, 'XM_CREDIT_DIV', '2026-01-21')).rejects.toThrow('once');
  await expect(pool.query(`UPDATE hub.credit_record SET channel = 'INTERNAL', released_by = NULL, released_on = NULL WHERE id = $1`, [id])).rejects.toThrow('once');
});

test.each(['UPDATE hub.credit_record_step SET note = $1', 'DELETE FROM hub.credit_record_step WHERE note = $1', 'DELETE FROM hub.credit_record WHERE ground = $1', 'UPDATE hub.credit_record_rule SET to_state = $1'])(
  'the hub’s own writer may not rewrite what happened: %s',
  async (sql) => {
    await expect(database.pool('concordat_writer').query(sql, ['x'])).rejects.toThrow('permission denied');
  },
);
