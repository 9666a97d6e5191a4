import { isLegalDate } from '../clock.js';
import { publicityPeriod, type PenaltyKind, type Severity } from './publicity-period.js';

/** What a confirmed inspection result is to a credit file (XM-3.6.4a): 良好信息, 警示信息, 提示信息. It leads to no list. */
export const recordCategories = ['GOOD', 'WARNING', 'REMINDER'] as const;
export type RecordCategory = (typeof recordCategories)[number];

/** Where a credit record stands. */
export const recordStates = [
  /** 已记录，尚未确认 */ 'RECORDED',
  /** 已告知，陈述申辩中 */ 'INFORMED',
  /** 已确认，记入信用档案 */ 'CONFIRMED',
  /** 已修复 */ 'REPAIRED',
  /** 期满 */ 'EXPIRED',
  /** 已撤回 */ 'WITHDRAWN',
] as const;
export type RecordState = (typeof recordStates)[number];

/** What may happen to a record. */
export const recordSteps = ['INFORM', 'CONFIRM', 'REPAIR', 'EXPIRE', 'WITHDRAW'] as const;
export type RecordStep = (typeof recordSteps)[number];

/** Who takes a step: the unit that answers for the record, or the clock. */
export type RecordActor = 'RESPONSIBLE_ORGAN' | 'CLOCK';

interface RecordRule {
  readonly from: readonly RecordState[];
  readonly to: RecordState;
  readonly by: RecordActor;
  readonly clauses: readonly string[];
}

/**
 * The life of a record. A result enters the file once it is confirmed, after the defence (XM-3.6.4a). How it ends is set by
 * the project: the measures of Xiamen say nothing of it, the papers on publicity periods know repair and the last day.
 */
export const recordRules: Readonly<Record<RecordStep, RecordRule>> = {
  INFORM: { from: ['RECORDED'], to: 'INFORMED', by: 'RESPONSIBLE_ORGAN', clauses: ['XM-3.6.4a'] },
  CONFIRM: { from: ['INFORMED'], to: 'CONFIRMED', by: 'RESPONSIBLE_ORGAN', clauses: ['XM-3.6.4a'] },
  REPAIR: { from: ['CONFIRMED'], to: 'REPAIRED', by: 'RESPONSIBLE_ORGAN', clauses: ['XM-3.6.4a'] },
  EXPIRE: { from: ['CONFIRMED'], to: 'EXPIRED', by: 'CLOCK', clauses: ['XM-3.6.4a'] },
  WITHDRAW: { from: ['RECORDED', 'INFORMED', 'CONFIRMED'], to: 'WITHDRAWN', by: 'RESPONSIBLE_ORGAN', clauses: ['XM-3.6.4a'] },
};

/** What the rules look at of a record. Days are `YYYY-MM-DD`. */
export interface RecordFacts {
  readonly state: RecordState;
  /** Code of the unit that answers for the record. */
  readonly responsibleOrgan: string;
  /** When the subject was told of the result; null before. */
  readonly informedOn: string | null;
  /** Last day on which the subject may defend itself; null before the notice. */
  readonly defenceUntil: string | null;
  /** Whether the subject was heard, or declared that it does not wish to be. */
  readonly heard: boolean;
  /** Last day of the record; null for one without end. */
  readonly publicUntil: string | null;
}

/** Who asks for a step, and on which day. */
export interface RecordStepRequest {
  readonly step: RecordStep;
  readonly actor: { readonly kind: 'ORGAN'; readonly agency: string } | { readonly kind: 'CLOCK' };
  readonly on: string;
}

export type RecordRefusalReason = 'RECORD_STEP_NOT_HERE' | 'RECORD_NOT_RESPONSIBLE' | 'RECORD_NOT_INFORMED' | 'RECORD_DEFENCE_RUNNING' | 'RECORD_NOT_OVER' | 'RECORD_OVER' | 'RECORD_DATE_INVALID';

/** Why a step may not be taken: a code, and the clauses it rests on. */
export interface RecordStepRefusal {
  readonly code: RecordRefusalReason;
  readonly clauses: readonly string[];
}

/** Where a step leads, or why it may not be taken. The same rules stand as rows and constraints in the database. */
export function recordStepOf(record: RecordFacts, { step, actor, on }: RecordStepRequest): RecordState | RecordStepRefusal {
  const { from, to, by, clauses } = recordRules[step];
  if (!isLegalDate(on)) return { code: 'RECORD_DATE_INVALID', clauses };
  if (!from.includes(record.state)) return { code: 'RECORD_STEP_NOT_HERE', clauses };
  const takes = actor.kind === 'CLOCK' ? by === 'CLOCK' : by === 'RESPONSIBLE_ORGAN' && actor.agency === record.responsibleOrgan;
  if (!takes) return { code: 'RECORD_NOT_RESPONSIBLE', clauses };
  const over = record.publicUntil !== null && on > record.publicUntil;
  if (step === 'CONFIRM') {
    if (record.informedOn === null || record.defenceUntil === null) return { code: 'RECORD_NOT_INFORMED', clauses };
    // The period of defence is the subject's: it is cut short by the subject alone, by being heard or by waiving.
    if (!record.heard && on <= record.defenceUntil) return { code: 'RECORD_DEFENCE_RUNNING', clauses };
    if (over) return { code: 'RECORD_OVER', clauses };
  }
  if (step === 'EXPIRE' && !over) return { code: 'RECORD_NOT_OVER', clauses };
  return to;
}

/** Whether a record stands in the credit file on a day: confirmed and not over, whether or not the clock has taken its step. */
export function isInFile({ state, publicUntil }: Pick<RecordFacts, 'state' | 'publicUntil'>, on: string): boolean {
  return state === 'CONFIRMED' && (publicUntil === null || on <= publicUntil);
}

/** A result as its period looks at it. */
export interface RecordedResult {
  readonly category: RecordCategory;
  /** Day of the decision that handled it: it chooses the regime, and the period counts from it. */
  readonly decidedOn: string;
  /** Penalties of that decision; may be empty. */
  readonly penalties: readonly PenaltyKind[];
  readonly safetyField: boolean;
  readonly gravest: boolean;
}

/** How grave a record is, and for how long it may be shown outside the system. */
export interface RecordPeriod {
  readonly severity: Severity | null;
  readonly publicFrom: string | null;
  /** Last day; null for a record that no paper gives one. */
  readonly publicUntil: string | null;
  /** First day on which repair may be applied for; null where none may. */
  readonly repairFrom: string | null;
}

/**
 * The period of a record by the paper in force on the day of its decision. Good information and a result without penalty
 * have none; neither has a decision whose paper shows it for no day (令58, minor) or that no paper covers.
 *
 * Throws RangeError for a day that is none.
 */
export function recordPeriod({ category, decidedOn, penalties, safetyField, gravest }: RecordedResult): RecordPeriod {
  if (!isLegalDate(decidedOn)) throw new RangeError('决定日期无效 · The day of the decision is none.');
  if (category === 'GOOD' || penalties.length === 0) return { severity: null, publicFrom: null, publicUntil: null, repairFrom: null };
  const { severity, repairFrom, until } = publicityPeriod({ decidedOn, penalties, safetyField, gravest });
  const shown = until !== null && until >= decidedOn;
  return { severity, publicFrom: shown ? decidedOn : null, publicUntil: shown ? until : null, repairFrom };
}
