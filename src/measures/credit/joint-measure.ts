import { isLegalDate } from '../clock.js';
import { isListed, type EntryFacts } from './list-entry.js';

/** Where a joint measure of a bureau stands (YZ-3.5a, YZ-3.5d, YZ-3.5e). */
export const measureStates = [
  /** 已请求协同 */ 'ASKED',
  /** 已实施 */ 'STARTED',
  /** 须解除: its entry ended. */ 'TO_LIFT',
  /** 已解除 */ 'LIFTED',
  /** 不予实施 */ 'DECLINED',
  /** 未实施即失效: its entry ended before the bureau answered. */ 'LAPSED',
] as const;
export type MeasureState = (typeof measureStates)[number];

/** What may happen to a measure. */
export const measureSteps = ['BEGIN', 'ASK', 'START', 'DECLINE', 'REPORT', 'LIFT', 'END', 'LAPSE'] as const;
export type MeasureStep = (typeof measureSteps)[number];

/** Steps a bureau takes of its own measure. */
export const bureauSteps = ['START', 'DECLINE', 'REPORT', 'LIFT'] as const;
export type BureauStep = (typeof bureauSteps)[number];

interface MeasureRule {
  /** From where to where; NEW is before the first step. */
  readonly moves: readonly (readonly [from: MeasureState | 'NEW', to: MeasureState])[];
  /** The organ that leads, the bureau that takes the measure, or the entry it rests on, which ended. */
  readonly by: 'LEAD' | 'BUREAU' | 'ENTRY';
  readonly clauses: readonly string[];
}

/**
 * The life of one bureau's measure. It rests on an entry of a list: it begins while the entry is on the list, and has to
 * be lifted as soon as that was repaired, is over or was revoked (YZ-3.5e; repair ends publication, sharing and
 * sanctions at the same time). What the bureau did it reports itself (YZ-3.5b).
 */
export const measureRules: Readonly<Record<MeasureStep, MeasureRule>> = {
  BEGIN: { moves: [['NEW', 'STARTED']], by: 'LEAD', clauses: ['YZ-3.5b'] },
  ASK: { moves: [['NEW', 'ASKED']], by: 'LEAD', clauses: ['YZ-3.5a'] },
  START: { moves: [['ASKED', 'STARTED']], by: 'BUREAU', clauses: ['YZ-3.5b'] },
  DECLINE: { moves: [['ASKED', 'DECLINED']], by: 'BUREAU', clauses: ['YZ-3.5b'] },
  REPORT: { moves: [['STARTED', 'STARTED'], ['TO_LIFT', 'TO_LIFT']], by: 'BUREAU', clauses: ['YZ-3.5b'] },
  LIFT: { moves: [['STARTED', 'LIFTED'], ['TO_LIFT', 'LIFTED']], by: 'BUREAU', clauses: ['YZ-3.5e'] },
  END: { moves: [['STARTED', 'TO_LIFT']], by: 'ENTRY', clauses: ['YZ-3.5e', 'A-49'] },
  LAPSE: { moves: [['ASKED', 'LAPSED']], by: 'ENTRY', clauses: ['YZ-3.5e', 'A-49'] },
};

/** What the rules look at of a measure. Days are `YYYY-MM-DD`. */
export interface MeasureFacts {
  readonly state: MeasureState;
  /** Code of the bureau that takes it. */
  readonly bureau: string;
  readonly askedOn: string;
  readonly startedOn: string | null;
  /** The entry it rests on. */
  readonly entry: Pick<EntryFacts, 'state' | 'validFrom' | 'validTo'>;
}

/** A step a bureau asks for: when it took effect, and what was done or why not. `today`: the legal day. */
export interface MeasureRequest {
  readonly step: BureauStep;
  readonly bureau: string;
  readonly on: string;
  readonly today: string;
  readonly note: string | null;
}

export type MeasureRefusalReason =
  | 'MEASURE_DATE_INVALID' | 'MEASURE_DAY_TO_COME' | 'MEASURE_STEP_NOT_HERE' | 'MEASURE_NOT_OWN' | 'MEASURE_ENTRY_OVER' | 'MEASURE_DAYS_UNFIT' | 'MEASURE_NOTE_MISSING';

/** Why a step may not be taken: a code, the clauses it rests on, and what to mend. */
export interface MeasureRefusal {
  readonly code: MeasureRefusalReason;
  readonly clauses: readonly string[];
  readonly field: 'step' | 'on' | 'note' | 'measureNo';
}

/** Where a step leads, or why it may not be taken. The same rules stand as constraints in the database. */
export function measureStepOf(measure: MeasureFacts, { step, bureau, on, today, note }: MeasureRequest): MeasureState | MeasureRefusal {
  const { moves, clauses } = measureRules[step];
  if (!isLegalDate(on)) return { code: 'MEASURE_DATE_INVALID', clauses, field: 'on' };
  if (on > today) return { code: 'MEASURE_DAY_TO_COME', clauses, field: 'on' };
  const move = moves.find(([from]) => from === measure.state);
  if (!move) return { code: 'MEASURE_STEP_NOT_HERE', clauses, field: 'step' };
  if (bureau !== measure.bureau) return { code: 'MEASURE_NOT_OWN', clauses: ['YZ-3.5b'], field: 'measureNo' };
  // By the day as well as by the state: nobody has to wait for the clock that ends entries.
  if (step === 'START' && !isListed(measure.entry, today)) return { code: 'MEASURE_ENTRY_OVER', clauses: ['YZ-3.5e', 'A-49'], field: 'step' };
  if (on < (measure.startedOn ?? measure.askedOn)) return { code: 'MEASURE_DAYS_UNFIT', clauses, field: 'on' };
  // A start is told by its day; what was reported, declined or lifted needs words.
  if (step !== 'START' && (note ?? '').trim() === '') return { code: 'MEASURE_NOTE_MISSING', clauses, field: 'note' };
  return move[1];
}
