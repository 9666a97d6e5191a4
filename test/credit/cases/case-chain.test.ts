import fc from 'fast-check';
import { caseAfter, caseEffects, caseRules, caseStates, caseSteps, isOpen, type CaseActor, type CaseKind, type CaseState, type CaseStep } from '../../../src/measures/credit/credit-case.js';
import type { EntryStep } from '../../../src/measures/credit/list-entry.js';
import type { HubDatabase } from '../../../src/database/database.js';
import { addSubject } from '../../feed/registry-rows.js';
import { testDatabase } from '../../support/test-database.js';

let database: HubDatabase;
let subject: string;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  subject = await addSubject(database.pool(), '天津甲劳务有限公司');
});
afterAll(() => database.close());

const query = async <T extends object>(sql: string, values: readonly unknown[] = []): Promise<readonly T[]> => (await database.pool().query<T>(sql, [...values])).rows;

/** Whether what a hand at the database writes as one transaction stands. */
async function stands(...statements: readonly (readonly [sql: string, values: readonly unknown[]])[]): Promise<boolean> {
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    for (const [sql, values] of statements) await client.query(sql, [...values]);
    await client.query('COMMIT');
    return true;
  } catch {
    await client.query('ROLLBACK');
    return false;
  } finally {
    client.release();
  }
}

const entryStep = `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses, case_id, case_ordinal, case_kind, case_step)
  SELECT $1::bigint, $2::int, $3::text, $4::text, $5::text, $6::text, CASE WHEN $6::text = 'RESPONSIBLE_ORGAN' THEN 'HEPING_HRSS' END, '2026-03-01', '{A-49}', c.case_id, c.ordinal, c.kind, c.step
    FROM (SELECT) AS one LEFT JOIN hub.credit_case_step c ON c.entry_id = $1::bigint AND c.entry_ordinal = $2::int`;

/** An entry that stands published, past the register. */
async function listed(): Promise<string> {
  const [row] = await query<{ id: string }>(`SELECT nextval(pg_get_serial_sequence('hub.list_entry', 'id'))::text AS id`);
  const id = row?.id ?? '';
  const life = [['PROPOSE', 'NEW', 'PROPOSED'], ['INFORM', 'PROPOSED', 'INFORMED'], ['DECIDE', 'INFORMED', 'DECIDED'], ['PUBLISH', 'DECIDED', 'PUBLISHED']] as const;
  const done = await stands(
    ['ALTER TABLE hub.list_entry_step DISABLE TRIGGER USER', []],
    [`INSERT INTO hub.list_entry (id, jurisdiction, list, entry_no, ground, legal_basis, document_no, reason, responsible_organ, subject_id, subject_kind, subject_name, subject_folded, proposed_on,
                                  informed_on, defence_until, decided_on, valid_from, valid_to, published_on, repair_from, state, steps) OVERRIDING SYSTEM VALUE
      VALUES ($1, 'CN-TJ', 'BLACK', $2, 'G', 'L', 'D', 'R', 'HEPING_HRSS', $3, 'ORGANISATION', '甲', '甲', '2026-01-05', '2026-01-06', '2026-01-09', '2026-01-12', '2026-01-12', '2026-02-12', '2026-01-12', '2026-02-01', 'PUBLISHED', 4)`,
    [id, `HEPING_HRSS/${(made += 1)}`, subject]],
    ...life.map(([step, from, to], i): [string, unknown[]] => [entryStep, [id, i + 1, step, from, to, 'RESPONSIBLE_ORGAN']]),
    ['ALTER TABLE hub.list_entry_step ENABLE TRIGGER USER', []],
  );
  if (!done) throw new Error('the entry could not be made');
  return id;
}

/** What the entry comes to by a step of it. */
const leads: Readonly<Partial<Record<EntryStep, string>>> = { OBJECT: 'OBJECTED', UPHOLD: 'PUBLISHED', REPAIR: 'REPAIRED', REVOKE: 'REVOKED', EXPIRE: 'EXPIRED' };

interface Move {
  readonly entry: string;
  readonly caseId: string;
  readonly step: 'FILE' | CaseStep;
  readonly from: CaseState | 'NEW';
  readonly to: CaseState;
  readonly by: CaseActor;
  /** Who is said to have acted. */
  readonly agency: string | null;
  readonly effect: EntryStep | null;
  readonly marked: CaseKind | null;
}

/** Moves a case and its entry by hand: any step by anybody, with any effect and any mark. */
async function force({ entry, caseId, step, from, to, by, agency, effect, marked }: Move): Promise<boolean> {
  return stands(
    [`UPDATE hub.credit_case SET state = $2, steps = steps + CASE WHEN $3 = 'FILE' THEN 0 ELSE 1 END,
             accepted_on = CASE WHEN $3 = 'ACCEPT' THEN date '2026-02-01' ELSE accepted_on END, reviewed_on = CASE WHEN $3 = 'REVIEW' THEN date '2026-02-01' ELSE reviewed_on END,
             closed_on = CASE WHEN $2 IN ('FILED', 'ACCEPTED', 'REVIEWED') THEN NULL ELSE date '2026-02-01' END,
             outcome = CASE WHEN $2 = 'GRANTED' THEN CASE WHEN kind = 'REPAIR' THEN 'REPAIRED' WHEN $4 = 'REVOKE' THEN 'REVOKED' ELSE 'CORRECTED' END END WHERE id = $1`, [caseId, to, step, effect]],
    [`INSERT INTO hub.credit_case_step (case_id, ordinal, kind, entry_id, jurisdiction, responsible_organ, filed_by, step, from_state, to_state, taken_by, agency, on_day, clauses, entry_ordinal)
      SELECT c.id, c.steps, c.kind, c.entry_id, c.jurisdiction, c.responsible_organ, c.filed_by, $2, $3, $4, $5, $6, '2026-02-01', '{YZ-3.5e}', CASE WHEN $7 THEN e.steps + 1 END
        FROM hub.credit_case c JOIN hub.list_entry e ON e.id = c.entry_id WHERE c.id = $1`, [caseId, step, from, to, by, agency, effect !== null]],
    [`UPDATE hub.list_entry SET state = coalesce($2, state), steps = steps + CASE WHEN $2::text IS NULL THEN 0 ELSE 1 END, open_case = $3, open_case_id = CASE WHEN $3::text IS NOT NULL THEN $4::bigint END,
             ended_on = CASE WHEN $2 IN ('REPAIRED', 'REVOKED', 'EXPIRED') THEN date '2026-03-01' END WHERE id = $1`, [entry, effect === null ? null : (leads[effect] ?? null), marked, caseId]],
    ...(effect === null ? [] : [[
      `INSERT INTO hub.list_entry_step (entry_id, ordinal, step, from_state, to_state, taken_by, organ, on_day, clauses, case_id, case_ordinal, case_kind, case_step)
       SELECT e.id, e.steps, $2, p.to_state, e.state, $3::text, CASE WHEN $3::text = 'RESPONSIBLE_ORGAN' THEN 'HEPING_HRSS' END, '2026-02-01', '{A-49}', c.case_id, c.ordinal, c.kind, c.step
         FROM hub.list_entry e JOIN hub.list_entry_step p ON p.entry_id = e.id AND p.ordinal = e.steps - 1 LEFT JOIN hub.credit_case_step c ON c.entry_id = e.id AND c.entry_ordinal = e.steps WHERE e.id = $1`,
      [entry, effect, by]] as [string, unknown[]]]),
  );
}

const insertCase = `INSERT INTO hub.credit_case (case_no, kind, entry_id, entry_no, jurisdiction, responsible_organ, subject_id, filed_by, filed_on, grounds, promise_given, acceptance_due, organ_due, answer_due, due_provisional)
  SELECT $1, $2::text, id, entry_no, jurisdiction, responsible_organ, subject_id, $3, '2026-02-01', 'G', $2::text = 'REPAIR', '2026-02-04', '2026-02-10', '2026-02-13', false FROM hub.list_entry WHERE id = $4`;
const fileStep = `INSERT INTO hub.credit_case_step (case_id, ordinal, kind, entry_id, jurisdiction, responsible_organ, filed_by, step, from_state, to_state, taken_by, agency, on_day, clauses, entry_ordinal)
  SELECT id, 1, kind, entry_id, jurisdiction, responsible_organ, filed_by, 'FILE', 'NEW', 'FILED', 'SUBJECT', filed_by, '2026-02-01', '{YZ-3.5e}', CASE WHEN kind = 'OBJECTION' THEN 5 END FROM hub.credit_case WHERE case_no = $1`;
const markEntry = `UPDATE hub.list_entry e SET open_case = c.kind, open_case_id = c.id, state = CASE WHEN c.kind = 'OBJECTION' THEN 'OBJECTED' ELSE e.state END,
  steps = e.steps + CASE WHEN c.kind = 'OBJECTION' THEN 1 ELSE 0 END FROM hub.credit_case c WHERE c.case_no = $1 AND e.id = c.entry_id`;

/** A case that is filed, past the register. */
async function filed(entry: string, kind: CaseKind): Promise<string> {
  const caseNo = `HEPING_HRSS/${(made += 1)}`;
  const done = await stands([insertCase, [caseNo, kind, 'HEPING_HRSS', entry]], [fileStep, [caseNo]], [markEntry, [caseNo]],
    ...(kind === 'OBJECTION' ? [[entryStep, [entry, 5, 'OBJECT', 'PUBLISHED', 'OBJECTED', 'SUBJECT']] as [string, unknown[]]] : []));
  if (!done) throw new Error('the case could not be filed');
  const [row] = await query<{ id: string }>('SELECT id FROM hub.credit_case WHERE case_no = $1', [caseNo]);
  return row?.id ?? '';
}

test('YZ-3.5b, YZ-3.5e: rules and effects of the database are those of the measures', async () => {
  const rules = await query<{ rule: string }>(`SELECT concat_ws(' ', step, from_state, to_state, taken_by) AS rule FROM hub.credit_case_rule WHERE step <> 'FILE'`);
  const declared = Object.entries(caseRules).flatMap(([step, { from, to, by }]) => from.flatMap((one) => by.map((actor) => `${step} ${one} ${to ?? one} ${actor}`)));
  expect(rules.map(({ rule }) => rule).sort()).toEqual(declared.sort());
  const effects = await query<{ effect: string }>(`SELECT DISTINCT concat_ws(' ', kind, case_step, entry_step) AS effect FROM hub.credit_case_effect`);
  expect(effects.map(({ effect }) => effect).sort()).toEqual(Object.entries(caseEffects).flatMap(([kind, steps]) => Object.entries(steps).flatMap(([step, entrySteps]) => entrySteps.map((one) => `${kind} ${step} ${one}`))).sort());
});

/** Steps that lead on are tried more often than those that close a case. */
const tried: readonly CaseStep[] = ['ACCEPT', 'ACCEPT', 'ACCEPT', 'REVIEW', 'REVIEW', 'REVIEW', 'GRANT', 'GRANT', 'GRANT', 'EXTEND', 'EXTEND', ...caseSteps];
const actors = ['CREDIT_CENTRE', 'RESPONSIBLE_ORGAN', 'SUBJECT', 'CLOCK'] as const;
const agencies: Readonly<Record<CaseActor, string | null>> = { CREDIT_CENTRE: 'CREDIT_PLATFORM', RESPONSIBLE_ORGAN: 'HEPING_HRSS', SUBJECT: 'HEPING_HRSS', CLOCK: null };

test('YZ-3.5b, YZ-3.5e, A-49: whatever is tried at the database, a case moves along the rules alone, and takes its entry with it', async () => {
  const attempt = fc.record({
    step: fc.constantFrom<CaseStep>(...tried), by: fc.constantFrom(...actors), to: fc.constantFrom<CaseState>(...caseStates), agency: fc.constantFrom('HEDONG_HRSS', 'CREDIT_PLATFORM', 'HEPING_HRSS', null),
    effect: fc.constantFrom<EntryStep | null>(null, 'UPHOLD', 'REPAIR', 'REVOKE', 'EXPIRE'), marked: fc.constantFrom<CaseKind | null>('OBJECTION', 'REPAIR', null), fitting: fc.integer({ min: 0, max: 5 }), choice: fc.nat(9),
  });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom<CaseKind>('OBJECTION', 'REPAIR'), fc.array(attempt, { minLength: 6, maxLength: 14 }), async (kind, attempts) => {
      const entry = await listed();
      const caseId = await filed(entry, kind);
      let [state, extended]: [CaseState, boolean] = ['FILED', false];
      for (const { step, ...other } of attempts) {
        // Most are what the rules ask for, but for one member at times, so that chains grow long and each member is tried alone.
        const by = other.fitting === 1 ? other.by : (caseRules[step].by[other.choice % caseRules[step].by.length] ?? other.by);
        const next = caseAfter(state, step, by);
        const effects = (caseEffects[kind][step] ?? []).filter((one) => step !== 'LAPSE' || (one === 'EXPIRE') === (by === 'CLOCK'));
        const to = other.fitting === 2 || next === null ? other.to : next;
        const effect = other.fitting === 3 ? other.effect : (effects[other.choice % Math.max(1, effects.length)] ?? null);
        const marked = other.fitting === 4 ? other.marked : isOpen(to) ? kind : null;
        const agency = other.fitting === 5 ? other.agency : agencies[by];
        const allowed =
          next !== null && to === next && agency === agencies[by] && (effects.length === 0 ? effect === null : effect !== null && effects.includes(effect)) &&
          marked === (isOpen(next) ? kind : null) && !(step === 'EXTEND' && extended);
        expect([kind, state, step, by, to, effect, marked, agency, await force({ entry, caseId, step, from: state, to, by, agency, effect, marked })]).toEqual([kind, state, step, by, to, effect, marked, agency, allowed]);
        if (!allowed) continue;
        state = to;
        extended ||= step === 'EXTEND';
      }
      const [row] = await query<{ state: string; open: string | null; entry: string }>('SELECT c.state, e.open_case AS open, e.state AS entry FROM hub.credit_case c JOIN hub.list_entry e ON e.id = c.entry_id WHERE c.id = $1', [caseId]);
      expect(row).toMatchObject({ state, open: isOpen(state) ? kind : null });
    }),
    { numRuns: 40 },
  );
});

test('A-49: no entry is objected to, upheld or repaired without a case, and none is marked without one that is open', async () => {
  const entry = await listed();
  const move = (state: string, step: string, by: string): Promise<boolean> => stands(
    [`UPDATE hub.list_entry SET state = $2, steps = steps + 1, ended_on = CASE WHEN $2 = 'REPAIRED' THEN date '2026-03-01' END WHERE id = $1`, [entry, state]], [entryStep, [entry, 5, step, 'PUBLISHED', state, by]]);
  expect(await move('REPAIRED', 'REPAIR', 'RESPONSIBLE_ORGAN')).toBe(false);
  expect(await move('OBJECTED', 'OBJECT', 'SUBJECT')).toBe(false);
  expect(await stands([`UPDATE hub.list_entry SET open_case = 'REPAIR', open_case_id = 7 WHERE id = $1`, [entry]])).toBe(false);
  const caseId = await filed(entry, 'REPAIR');
  expect(await stands(['UPDATE hub.list_entry SET open_case = NULL, open_case_id = NULL WHERE id = $1', [entry]])).toBe(false);
  // Revoked past the case: the case would stay open.
  expect(await move('REVOKED', 'REVOKE', 'RESPONSIBLE_ORGAN')).toBe(false);
  expect(await stands([`UPDATE hub.credit_case SET state = 'GRANTED' WHERE id = $1`, [caseId]])).toBe(false);
  expect(await stands([`UPDATE hub.credit_case SET grounds = 'x' WHERE id = $1`, [caseId]])).toBe(false);
});

test('one case of an entry is open at a time; it is filed by the organ or by the centre of its city', async () => {
  const entry = await listed();
  for (const agency of ['HEDONG_HRSS', 'XM_CREDIT_DIV']) {
    const caseNo = `${agency}/1`;
    expect(await stands([insertCase, [caseNo, 'REPAIR', agency, entry]], [fileStep, [caseNo]], [markEntry, [caseNo]])).toBe(false);
  }
  await filed(entry, 'REPAIR');
  await expect(filed(entry, 'REPAIR')).rejects.toThrow('could not be filed');
  const other = await listed();
  const caseNo = 'CREDIT_PLATFORM/1';
  expect(await stands([insertCase, [caseNo, 'REPAIR', 'CREDIT_PLATFORM', other]], [fileStep, [caseNo]])).toBe(false);
  expect(await stands([insertCase, [caseNo, 'REPAIR', 'CREDIT_PLATFORM', other]], [fileStep, [caseNo]], [markEntry, [caseNo]])).toBe(true);
});

test.each([
  'UPDATE hub.credit_case_step SET note = $1', 'DELETE FROM hub.credit_case_step WHERE note = $1', 'DELETE FROM hub.credit_case WHERE grounds = $1', 'UPDATE hub.credit_case_change SET old_value = $1',
  'DELETE FROM hub.credit_case_change WHERE field = $1', 'UPDATE hub.credit_case_rule SET to_state = $1', 'UPDATE hub.credit_case_effect SET entry_step = $1',
])('the hub’s own writer may not rewrite what happened: %s', async (sql) => {
  await expect(database.pool('concordat_writer').query(sql, ['x'])).rejects.toThrow('permission denied');
});
