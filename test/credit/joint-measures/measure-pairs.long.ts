import fc from 'fast-check';
import { FixedClock } from '../../../src/measures/clock.js';
import { measureRules, type MeasureState, type MeasureStep } from '../../../src/measures/credit/joint-measure.js';
import { addSubject } from '../../feed/registry-rows.js';
import { refusedWith } from '../credit-hub.js';
import { publishedEntry, takeEntryStep } from './entry-at-hand.js';
import { beginMeasure, forceStep } from './measure-at-hand.js';
import { MeasureHub, watched } from './measure-hub.js';

/**
 * Two hubs hold the same measures as far as a viewer may see them, and others where it may not: more of them, fewer, or
 * with other cells and steps. Every answer, count and frame of the viewer's, and what its writes are refused with, has to
 * be the same. Ids and cursors are sealed with keys of each hub and are not compared.
 */
const day = '2026-11-22T04:00:00Z';
const organs = ['HEPING_HRSS', 'HEDONG_HRSS', 'HEXI_HRSS', 'MUNI_HRSS', 'HEPING_APPROVAL'] as const;
const ofXiamen = ['XM_SIMING_HRSS', 'XM_HRSS', 'XM_JIMEI_HRSS'] as const;
/** Each lists one entry; the last is Xiamen's. */
const listing = [...organs, 'XM_SIMING_HRSS'] as const;
const viewers = ['HEPING_HRSS', 'MUNI_HRSS', 'HEPING_APPROVAL', 'JOINT_SANCTION_PLATFORM', 'XM_HRSS'] as const;

interface Play {
  readonly entry: number;
  readonly lead: string;
  readonly bureau: string;
  readonly code: string;
  readonly documentNo: string;
  readonly steps: readonly MeasureStep[];
}

const inCity = (entries: fc.Arbitrary<number>, bodies: readonly string[], measures: readonly string[]): fc.Arbitrary<Play> =>
  fc.record({
    entry: entries, lead: fc.constantFrom(...bodies), bureau: fc.constantFrom(...bodies), code: fc.constantFrom(...measures), documentNo: fc.constantFrom('一号', '二号'),
    steps: fc.array(fc.constantFrom<MeasureStep>('START', 'REPORT', 'LIFT', 'DECLINE'), { maxLength: 3 }),
  });
const play = fc.oneof(
  { weight: 3, arbitrary: inCity(fc.nat({ max: 4 }), organs, ['TJ_INSPECTION', 'TJ_COERCION', 'TJ_PENALTY', 'WAGE_TAX']) },
  { weight: 1, arbitrary: inCity(fc.constant(5), ofXiamen, ['XM_INSPECTION', 'WAGE_TAX']) },
);

let sides: readonly [MeasureHub, MeasureHub];
beforeAll(async () => {
  const start = (): Promise<MeasureHub> => MeasureHub.start({ clock: new FixedClock(day) });
  sides = [await start(), await start()];
});
afterAll(() => Promise.all(sides.map((side) => side.close())));

const organOf = (entry: number): string => listing[entry] ?? 'MUNI_HRSS';
const sees = (viewer: string, { entry, lead, bureau }: Play): boolean => viewer === 'JOINT_SANCTION_PLATFORM' ? entry < 5 : [organOf(entry), lead, bureau].includes(viewer);

/** Empties both tables without a word to the feed, and lists an entry of each organ. */
async function cleared(side: MeasureHub): Promise<string[]> {
  const pool = side.lists.running.database.pool();
  await pool.query('TRUNCATE hub.list_entry CASCADE');
  const subject = await addSubject(pool, '天津甲劳务有限公司');
  const entries: string[] = [];
  for (const organ of listing) entries.push(await publishedEntry(pool, `${organ}/1`, subject, { validTo: '2099-12-31' }));
  return entries;
}

/** Plays measures one after the other; those that are already running are left out, as the register would. */
async function played(side: MeasureHub, entries: readonly string[], plays: readonly (readonly [number: string, Play])[], ends: readonly number[]): Promise<void> {
  const pool = side.lists.running.database.pool();
  for (const [number, { entry, lead, bureau, code, documentNo, steps }] of plays) {
    const id = await beginMeasure(pool, entries[entry] ?? '', { number, lead, bureau, code, documentNo });
    let state: MeasureState = lead === bureau ? 'STARTED' : 'ASKED';
    for (const step of steps) {
      const to: MeasureState | undefined = measureRules[step].moves.find(([from]) => from === state)?.[1];
      if (to === undefined) continue;
      await forceStep(pool, id, step, state, to);
      state = to;
    }
  }
  for (const entry of ends) await takeEntryStep(pool, entries[entry] ?? '', 'REVOKE', '2026-03-01');
}

const question = `query ($entryNo: ID!, $measureNo: ID!) {
  all: jointMeasures(first: 2) { totalCount nodes { measureNo entryNo code documentNo state feedback toLiftSince liftReason leadOrgan { code } bureau { code } } pageInfo { hasNextPage hasPreviousPage } }
  last: jointMeasures(last: 2) { nodes { measureNo } pageInfo { hasPreviousPage } }
  ofEntry: jointMeasures(first: 100, filter: {entryNo: $entryNo}) { totalCount nodes { measureNo state } }
  taxed: jointMeasures(first: 100, filter: {code: "WAGE_TAX"}) { totalCount nodes { measureNo } }
  asked: jointMeasures(first: 100, filter: {state: ASKED}) { totalCount nodes { measureNo } }
  waiting: jointMeasures(first: 100, filter: {state: TO_LIFT, toLiftBy: "2026-03-01"}) { totalCount nodes { measureNo } }
  theirs: jointMeasures(first: 100, filter: {bureau: "HEDONG_HRSS"}) { totalCount nodes { measureNo } }
  led: jointMeasures(first: 100, filter: {leadOrgan: "HEXI_HRSS"}) { totalCount nodes { measureNo } }
  jointMeasure(measureNo: $measureNo) { measureNo state }
}`;

/** What two sides play: the same where the viewer sees it, at the same places; `hidden` elsewhere, on the second side alone. */
function sideBySide(viewer: string, plays: readonly Play[], hidden: readonly Play[]): readonly [readonly (readonly [string, Play])[], readonly (readonly [string, Play])[]] {
  // One running measure for each lead, entry, code and bureau, on each side, whatever became of others.
  const once = (all: readonly (readonly [string, Play])[]): (readonly [string, Play])[] => [...new Map(all.map((one) => [`${one[1].lead} ${one[1].entry} ${one[1].code} ${one[1].bureau}`, one])).values()];
  const numbered = plays.map((one, i) => [`C-${i}`, one] as const);
  const instead = hidden.filter((one) => !sees(viewer, one)).map((one, i) => [`H-${i}`, one] as const);
  const visible = once(numbered.filter(([, one]) => sees(viewer, one)));
  const first = [...visible, ...once(numbered.filter(([, one]) => !sees(viewer, one)))];
  // Hidden ones before and behind the visible ones; a lead gives a number once.
  const [before, behind] = [once(instead).filter((_, i) => i % 2 === 0), once(instead).filter((_, i) => i % 2 === 1)];
  return [first, [...before, ...visible, ...behind]];
}

test.each(viewers)('B-38: what is hidden from %s changes no answer, no count, no frame and no refusal', async (viewer) => {
  await fc.assert(
    fc.asyncProperty(fc.array(play, { minLength: 3, maxLength: 7 }), fc.array(play, { maxLength: 6 }), fc.subarray([0, 1, 2, 5]), async (plays, hidden, ends) => {
      const worlds = sideBySide(viewer, plays, hidden);
      // Ends of entries nobody stands to are told to nobody; both sides end the same entries.
      const heard = await Promise.all(
        sides.map(async (side, i) => {
          const entries = await cleared(side);
          const stream = await side.lists.subscribe(viewer, 'subscription { jointMeasureChanged { kind number measureNo measure { measureNo state code documentNo toLiftSince liftReason } } }');
          await played(side, entries, worlds[i] ?? [], ends);
          // The last word of the round, which the viewer hears; on an entry of its own, that none has ended.
          const pool = side.lists.running.database.pool();
          const bureau = viewer === 'JOINT_SANCTION_PLATFORM' ? 'HEXI_HRSS' : viewer;
          const last = await publishedEntry(pool, `${bureau}/2`, await addSubject(pool, '天津乙劳务有限公司'), { validTo: null });
          await beginMeasure(pool, last, { number: 'END', lead: bureau, bureau, code: 'WAGE_AWARDS' });
          const frames = await watched(stream, ({ measureNo }) => measureNo === `${bureau}/END/${bureau}`);
          stream.close();
          const answers: unknown[] = [];
          for (const [number, { entry, lead, bureau: of }] of [...worlds[0], ...worlds[1]]) {
            const { data, errors } = await side.lists.ask(viewer, question, { entryNo: `${organOf(entry)}/1`, measureNo: `${lead}/${number}/${of}` });
            answers.push([data, errors]);
          }
          for (const [number, { entry, lead, bureau: of, code }] of worlds[1].filter(([, one]) => !sees(viewer, one))) {
            answers.push(refusedWith(await side.take(viewer, `${lead}/${number}/${of}`, 'START', '2026-02-01')));
            answers.push(refusedWith(await side.start(viewer, `${organOf(entry)}/1`, { number, code, cooperating: ['NOBODY'] })));
          }
          return { frames, answers };
        }),
      );
      expect(heard[1]).toEqual(heard[0]);
    }),
    // A side that threw has heard other events before the next round: nothing to shrink.
    { numRuns: 6, endOnFailure: true },
  );
}, 120_000);
