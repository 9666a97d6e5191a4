import fc from 'fast-check';
import {
  blocksCommitment, entryRules, entryStates, entrySteps, isListed, stepOf, type EntryFacts, type EntryState, type EntryStep, type StepRequest,
} from '../../../src/measures/credit/list-entry.js';
import { addNaturalDays } from '../../../src/measures/calendar.js';
import { clauseOf } from '../../../src/measures/clauses.js';
import { rulingOf } from '../../../src/measures/rulings.js';

const organ = { kind: 'ORGAN', agency: 'HEPING_HRSS' } as const;
const proposed: EntryFacts = { state: 'PROPOSED', responsibleOrgan: 'HEPING_HRSS', informedOn: null, defenceUntil: null, heard: false, validFrom: null, validTo: null };
const decided: EntryFacts = { ...proposed, state: 'DECIDED', informedOn: '2026-05-04', defenceUntil: '2026-05-07', heard: false, validFrom: '2026-05-08', validTo: '2029-05-07' };

/** The entry behind a step, as a capability would store it. */
function after(entry: EntryFacts, { step, on }: StepRequest, state: EntryState): EntryFacts {
  if (step === 'INFORM') return { ...entry, state, informedOn: on, defenceUntil: addNaturalDays(on, 3) };
  if (step === 'DECIDE') return { ...entry, state, validFrom: on, validTo: addNaturalDays(on, 1095) };
  return { ...entry, state };
}

const actor = fc.constantFrom<StepRequest['actor']>(organ, organ, organ, { kind: 'ORGAN', agency: 'HEXI_HRSS' }, { kind: 'SUBJECT' }, { kind: 'CLOCK' });
const request = fc.record({ step: fc.constantFrom<EntryStep>(...entrySteps), actor, pause: fc.constantFrom(0, 1, 3, 4, 30, 400) });

test('YZ-3.5c, YZ-3.5e, A-49: on no path is an entry listed without notice and decision, nor again once it left the list', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 40 }), (requests) => {
      let [entry, today, left] = [proposed, '2026-01-05', false];
      const taken: EntryStep[] = [];
      for (const { step, actor, pause } of requests) {
        today = addNaturalDays(today, pause);
        const asked = { step, actor, on: today };
        const next = stepOf(entry, asked);
        if (typeof next !== 'string') continue;
        entry = after(entry, asked, next);
        taken.push(step);
        left ||= ['REPAIR', 'EXPIRE', 'REVOKE', 'DROP'].includes(step);
        if (isListed(entry, today)) {
          expect(taken.slice(0, 3)).toEqual(['INFORM', 'DECIDE', 'PUBLISH']);
          expect(left).toBe(false);
        }
        if (left) expect(blocksCommitment({ ...entry, list: 'BLACK' }, today)).toBe(false);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('ten years of the clock: an entry is listed from its first to its last day, even before the clock has taken its step', () => {
  const published: EntryFacts = { ...decided, state: 'PUBLISHED' };
  for (let day = '2026-01-01'; day < '2036-01-01'; day = addNaturalDays(day, 1)) {
    expect(isListed(published, day)).toBe(day >= '2026-05-08' && day <= '2029-05-07');
    expect(stepOf(published, { step: 'EXPIRE', actor: { kind: 'CLOCK' }, on: day })).toEqual(day > '2029-05-07' ? 'EXPIRED' : { code: 'ENTRY_NOT_OVER', clauses: entryRules.EXPIRE.clauses });
  }
  expect(isListed({ ...published, validTo: null }, '2099-01-01')).toBe(true);
});

test.each([
  ['a decision before the notice', proposed, 'DECIDE', 'ENTRY_STEP_NOT_HERE'],
  ['a decision within the defence', { ...proposed, state: 'INFORMED', informedOn: '2026-05-04', defenceUntil: '2026-05-08' }, 'DECIDE', 'ENTRY_DEFENCE_RUNNING'],
  ['a decision on a notice nobody recorded', { ...proposed, state: 'INFORMED' }, 'DECIDE', 'ENTRY_NOT_INFORMED'],
  ['publication of what is over', { ...decided, validTo: '2026-05-07' }, 'PUBLISH', 'ENTRY_OVER'],
  ['publication of a proposal', proposed, 'PUBLISH', 'ENTRY_STEP_NOT_HERE'],
  ['removal of what is published', { ...decided, state: 'PUBLISHED' }, 'REMOVE', 'ENTRY_STEP_NOT_HERE'],
] as const)('%s is refused', (_, entry, step, code) => {
  expect(stepOf(entry, { step, actor: organ, on: '2026-05-08' })).toMatchObject({ code });
});

test('the defence may be cut short by the subject alone: who was heard can be decided on', () => {
  const informed: EntryFacts = { ...proposed, state: 'INFORMED', informedOn: '2026-05-04', defenceUntil: '2026-05-07' };
  expect(stepOf({ ...informed, heard: true }, { step: 'DECIDE', actor: organ, on: '2026-05-05' })).toBe('DECIDED');
  expect(stepOf(informed, { step: 'DECIDE', actor: organ, on: '2026-05-08' })).toBe('DECIDED');
});

test('YZ-3.5b: only the organ that answers for an entry changes it; only the subject objects; only the clock expires; the centre and the subject end an objection alone', () => {
  for (const step of entrySteps) {
    const { from, by } = entryRules[step];
    const [state] = from;
    if (!state) continue;
    const entry = { ...decided, state, ...(step === 'EXPIRE' ? { validTo: '2026-05-07' } : {}) };
    const may = (who: StepRequest['actor']): boolean => typeof stepOf(entry, { step, actor: who, on: '2026-05-20' }) === 'string';
    const actors = ['SUBJECT', 'CREDIT_CENTRE', 'CLOCK'] as const;
    expect([may(organ), ...actors.map((kind) => may({ kind }))]).toEqual([by.includes('RESPONSIBLE_ORGAN'), ...actors.map((actor) => by.includes(actor))]);
    expect(may({ kind: 'ORGAN', agency: 'HEXI_HRSS' })).toBe(false);
  }
});

test('YZ-2.3d, A-27: a black entry in force blocks, published or not; the red list, a proposal and what has ended do not', () => {
  const blocking = entryStates.filter((state) => blocksCommitment({ ...decided, state, list: 'BLACK' }, '2026-06-01'));
  expect(blocking).toEqual(['DECIDED', 'PUBLISHED', 'OBJECTED']);
  expect(entryStates.some((state) => blocksCommitment({ ...decided, state, list: 'RED' }, '2026-06-01'))).toBe(false);
  expect(blocksCommitment({ ...decided, list: 'BLACK' }, '2029-05-08')).toBe(false);
  expect(blocksCommitment({ ...decided, list: 'BLACK' }, '2026-05-07')).toBe(false);
});

test('every step names clauses and rulings that exist, and every state is reached and left as declared', () => {
  for (const { clauses } of Object.values(entryRules)) for (const id of clauses) expect(clauseOf(id) ?? rulingOf(id)).toBeTruthy();
  const reached = new Set<EntryState>(['PROPOSED', ...Object.values(entryRules).map(({ to }) => to)]);
  expect([...reached].sort()).toEqual([...entryStates].sort());
  const ends = entryStates.filter((state) => !Object.values(entryRules).some(({ from }) => from.includes(state)));
  expect(ends).toEqual(['DROPPED', 'REMOVED']);
});
