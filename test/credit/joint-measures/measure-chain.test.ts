import fc from 'fast-check';
import type { ClientBase } from 'pg';
import type { HubDatabase } from '../../../src/database/database.js';
import { jointMeasureCatalogue } from '../../../src/measures/credit/joint-measure-catalogue.js';
import {
  bureauSteps, measureRules, measureStates, measureStepOf, measureSteps, type BureauStep, type MeasureFacts, type MeasureState, type MeasureStep,
} from '../../../src/measures/credit/joint-measure.js';
import { entryStates, isListed, type EntryState } from '../../../src/measures/credit/list-entry.js';
import { addSubject } from '../../feed/registry-rows.js';
import { testDatabase } from '../../support/test-database.js';
import { publishedEntry, takeEntryStep } from './entry-at-hand.js';
import { beginMeasure, forceStep, type MeasureAtHand } from './measure-at-hand.js';

let database: HubDatabase;
let subject: string;
let made = 0;

beforeAll(async () => {
  database = await testDatabase();
  subject = await addSubject(database.pool(), '天津甲劳务有限公司');
});
afterAll(() => database.close());

/** Runs statements as one transaction at the database, past the register. Returns whether they stand. */
async function stands(work: (client: ClientBase) => Promise<unknown>): Promise<boolean> {
  const client = await database.pool().connect();
  try {
    await client.query('BEGIN');
    await work(client);
    await client.query('COMMIT');
    return true;
  } catch {
    await client.query('ROLLBACK');
    return false;
  } finally {
    client.release();
  }
}

/** A measure MUNI_HRSS asks of HEDONG_HRSS; the last day of the entries is 2026-02-12. Returns its id. */
function begin(client: ClientBase, entry: string, changes: Partial<MeasureAtHand> = {}): Promise<string> {
  return beginMeasure(client, entry, { number: `C-${(made += 1)}`, lead: 'MUNI_HRSS', bureau: 'HEDONG_HRSS', ...changes });
}

const stateOf = async (id: string): Promise<string | undefined> => (await database.pool().query<{ state: string }>('SELECT state FROM hub.joint_measure WHERE id = $1', [id])).rows[0]?.state;
const leads = (step: MeasureStep, from: MeasureState, to: MeasureState): boolean => measureRules[step].moves.some(([start, end]) => start === from && end === to);

test('YZ-3.5e, A-49: the rules and the catalogue of the database are those of the measures', async () => {
  const { rows } = await database.pool().query<{ rule: string }>(`SELECT concat_ws(' ', step, from_state, to_state, taken_by) AS rule FROM hub.joint_measure_rule`);
  const declared = Object.entries(measureRules).flatMap(([step, { moves, by }]) => moves.map(([from, to]) => `${step} ${from} ${to} ${by}`));
  expect(rows.map(({ rule }) => rule).sort()).toEqual(declared.sort());
  const { rows: items } = await database.pool().query('SELECT code, kind, list, jurisdictions, subject_kinds AS "subjectKinds" FROM hub.joint_measure_item ORDER BY code');
  const ofCatalogue = jointMeasureCatalogue().map(({ code, kind, list, jurisdictions, subjectKinds }) => ({ code, kind, list, jurisdictions, subjectKinds }));
  expect(items).toEqual(ofCatalogue.sort((one, other) => (one.code < other.code ? -1 : 1)));
});

test('YZ-3.5e: in the program a step leads along the rules, by the bureau alone, on no day to come, and starts nothing on an entry that is off the list', () => {
  const day = fc.constantFrom('2026-01-11', '2026-01-12', '2026-01-20', '2026-02-12', '2026-02-13', '2026-02-30');
  const facts = fc.record({ state: fc.constantFrom<MeasureState>(...measureStates), entryState: fc.constantFrom<EntryState>(...entryStates), validTo: fc.constantFrom('2026-02-12', null), startedOn: fc.constantFrom('2026-01-12', null) });
  const request = fc.record({ step: fc.constantFrom<BureauStep>(...bureauSteps), bureau: fc.constantFrom('HEDONG_HRSS', 'HEXI_HRSS'), on: day, today: day, note: fc.constantFrom('done', ' ', null) });
  fc.assert(
    fc.property(facts, request, ({ state, entryState, validTo, startedOn }, asked) => {
      const entry = { state: entryState, validFrom: '2026-01-10', validTo };
      const measure: MeasureFacts = { state, bureau: 'HEDONG_HRSS', askedOn: '2026-01-12', startedOn, entry };
      const next = measureStepOf(measure, asked);
      if (typeof next !== 'string') return;
      expect(leads(asked.step, state, next)).toBe(true);
      expect([asked.bureau, asked.on <= asked.today, asked.on >= (startedOn ?? '2026-01-12')]).toEqual(['HEDONG_HRSS', true, true]);
      if (next === 'STARTED' && state !== 'STARTED') expect(isListed(entry, asked.today)).toBe(true);
    }),
    { numRuns: 2_000 },
  );
});

test('YZ-3.5e, A-49: whatever is tried at the database, a measure moves along the rules alone, and none is in force on an entry that is not', async () => {
  const ofMeasure = fc.record({ step: fc.constantFrom<MeasureStep>(...measureSteps), from: fc.constantFrom<MeasureState>(...measureStates), to: fc.constantFrom<MeasureState>(...measureStates), fitting: fc.integer({ min: 0, max: 3 }), ends: fc.constant(null) });
  const ofEntry = fc.record({ ends: fc.constantFrom('EXPIRE', 'REVOKE') });
  const attempts = fc.array(fc.oneof({ weight: 6, arbitrary: ofMeasure }, { weight: 1, arbitrary: ofEntry }), { minLength: 4, maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(attempts, async (tried) => {
      const entry = await publishedEntry(database.pool(), `HEPING_HRSS/${(made += 1)}`, subject, { validTo: '2026-02-12' });
      let id = '';
      expect(await stands(async (client) => (id = await begin(client, entry)))).toBe(true);
      let [state, listed]: [MeasureState, boolean] = ['ASKED', true];
      for (const one of tried) {
        if (one.ends !== null) {
          if (!(await stands((client) => takeEntryStep(client, entry, one.ends, '2026-03-01')))) continue;
          listed = false;
          state = state === 'STARTED' ? 'TO_LIFT' : state === 'ASKED' ? 'LAPSED' : state;
        } else {
          // Three in four start where the measure stands or end where the step leads, so that chains grow long.
          const from: MeasureState = one.fitting >= 1 ? state : one.from;
          const to: MeasureState = one.fitting >= 2 ? (measureRules[one.step].moves.find(([start]) => start === from)?.[1] ?? one.to) : one.to;
          const allowed = from === state && leads(one.step, from, to) && measureRules[one.step].by === 'BUREAU' && (one.step !== 'START' || listed);
          expect([one.step, from, to, await stands((client) => forceStep(client, id, one.step, from, to))]).toEqual([one.step, from, to, allowed]);
          if (allowed) state = to;
        }
        expect(await stateOf(id)).toBe(state);
        expect(!listed && (state === 'ASKED' || state === 'STARTED')).toBe(false);
      }
    }),
    { numRuns: 25 },
  );
});

test.each<readonly [string, Partial<MeasureAtHand>]>([
  ['by its lead as one it was asked for', { bureau: 'MUNI_HRSS', step: 'ASK', state: 'ASKED' }],
  ['by a bureau that leads nothing, as its own', { step: 'BEGIN', state: 'STARTED' }],
  ['where it is lifted already', { step: 'BEGIN', state: 'LIFTED' }],
  ['of the other list', { code: 'TJ_INCENTIVE' }],
  ['of the other city', { code: 'XM_INSPECTION' }],
  ['for a bureau of the other city', { bureau: 'XM_HRSS' }],
  ['before the publication', { on: '2026-01-11' }],
  ['told before it took place', { on: '2026-01-14' }],
  ['told after the last day of the entry', { recordedOn: '2026-02-13' }],
])('at the database no measure begins %s', async (_what, changes) => {
  const entry = await publishedEntry(database.pool(), `HEPING_HRSS/${(made += 1)}`, subject, { validTo: '2026-02-12' });
  expect(await stands((client) => begin(client, entry, changes))).toBe(false);
  expect(await stands((client) => begin(client, entry, { recordedOn: '2026-02-12' }))).toBe(true);
});

test('a measure keeps its entry, changes its state by a step alone, and follows the subject of its entry', async () => {
  const pool = database.pool();
  const entry = await publishedEntry(pool, `HEPING_HRSS/${(made += 1)}`, subject, { validTo: '2026-02-12' });
  let id = '';
  await stands(async (client) => (id = await begin(client, entry)));
  await expect(pool.query(`UPDATE hub.joint_measure SET state = 'DECLINED' WHERE id = $1`, [id])).rejects.toThrow('by a step');
  await expect(pool.query(`UPDATE hub.joint_measure SET state = 'DECLINED', steps = 2 WHERE id = $1`, [id])).rejects.toThrow('joint_measure_stands');
  await expect(pool.query(`UPDATE hub.joint_measure SET entry_organ = 'HEXI_HRSS' WHERE id = $1`, [id])).rejects.toThrow('stay');
  const { rows } = await pool.query('SELECT m.entry_no = e.entry_no AND m.entry_organ = e.responsible_organ AND m.jurisdiction = e.jurisdiction AND m.valid_to = e.valid_to AS same FROM hub.joint_measure m JOIN hub.list_entry e ON e.id = m.entry_id WHERE m.id = $1', [id]);
  expect(rows).toEqual([{ same: true }]);
  const other = await addSubject(pool, '天津乙劳务有限公司');
  await pool.query('UPDATE hub.list_entry SET subject_id = $2 WHERE id = $1', [entry, other]);
  expect((await pool.query('SELECT subject_id FROM hub.joint_measure WHERE id = $1', [id])).rows).toEqual([{ subject_id: other }]);
});

test('an entry is not ended in a transaction that cannot see what began beside it', async () => {
  const entry = await publishedEntry(database.pool(), `HEPING_HRSS/${(made += 1)}`, subject, { validTo: '2026-02-12' });
  expect(await stands(async (client) => {
    await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await takeEntryStep(client, entry, 'REVOKE', '2026-02-01');
  })).toBe(false);
  expect(await stands((client) => takeEntryStep(client, entry, 'REVOKE', '2026-02-01'))).toBe(true);
});

test('YZ-3.5e: measures that begin while their entry is being ended are stopped or never begin, whichever commits first', async () => {
  for (let round = 0; round < 20; round += 1) {
    const entry = await publishedEntry(database.pool(), `HEPING_HRSS/${(made += 1)}`, subject, { validTo: '2026-02-12' });
    await Promise.all([
      stands((client) => begin(client, entry, { step: 'BEGIN', state: 'STARTED', bureau: 'MUNI_HRSS' })),
      stands((client) => takeEntryStep(client, entry, 'REVOKE', '2026-02-01')),
      stands((client) => begin(client, entry)),
    ]);
    const { rows } = await database.pool().query('SELECT DISTINCT state FROM hub.joint_measure WHERE entry_id = $1', [entry]);
    expect(rows.filter(({ state }: { state: string }) => state === 'ASKED' || state === 'STARTED')).toEqual([]);
  }
});

test.each(['UPDATE hub.joint_measure_step SET note = $1', 'DELETE FROM hub.joint_measure_step WHERE note = $1', 'DELETE FROM hub.joint_measure WHERE number = $1', 'UPDATE hub.joint_measure_rule SET to_state = $1', 'UPDATE hub.joint_measure_item SET list = $1'])(
  'the hub’s own writer may not rewrite what happened: %s',
  async (sql) => {
    await expect(database.pool('concordat_writer').query(sql, ['x'])).rejects.toThrow('permission denied');
  },
);
