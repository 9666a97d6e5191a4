import { isLegalDate } from '../clock.js';

/** Which list (YZ-3.5a, XM-3.6.4b); that of judgment debtors is asked by the credit gate alone (YZ-2.3d). */
export type ListType = 'RED' | 'BLACK' | 'JUDGMENT_DEBTOR';

/** Where an entry of a list stands (YZ-3.5e, A-49). */
export const entryStates = [
  /** 拟列入 */ 'PROPOSED',
  /** 已告知，陈述申辩中 */ 'INFORMED',
  /** 不予列入: the proposal was given up. */ 'DROPPED',
  /** 已决定 */ 'DECIDED',
  /** 已公布 */ 'PUBLISHED',
  /** 异议处理中: still shown, marked. */ 'OBJECTED',
  /** 已修复 */ 'REPAIRED',
  /** 期满 */ 'EXPIRED',
  /** 撤销 */ 'REVOKED',
  /** 已移出 */ 'REMOVED',
] as const;
export type EntryState = (typeof entryStates)[number];

/** What may happen to an entry. */
export const entrySteps = ['INFORM', 'DROP', 'DECIDE', 'PUBLISH', 'OBJECT', 'UPHOLD', 'REPAIR', 'EXPIRE', 'REVOKE', 'REMOVE'] as const;
export type EntryStep = (typeof entrySteps)[number];

/** Who takes a step: the organ that answers for the entry, its subject, the credit centre (of a case alone), or the clock. */
export type StepActor = 'RESPONSIBLE_ORGAN' | 'SUBJECT' | 'CREDIT_CENTRE' | 'CLOCK';

interface StepRule {
  readonly from: readonly EntryState[];
  readonly to: EntryState;
  readonly by: readonly StepActor[];
  readonly clauses: readonly string[];
}

const shownStates: ReadonlySet<EntryState> = new Set(['PUBLISHED', 'OBJECTED']);
const inForce: ReadonlySet<EntryState> = new Set(['DECIDED', 'PUBLISHED', 'OBJECTED']);

/**
 * The life of an entry. A list entry is a decision of its own, with notice and hearing before it, and leaves the list in
 * three ways alone; who sanctions answers for it (YZ-3.5b).
 */
export const entryRules: Readonly<Record<EntryStep, StepRule>> = {
  INFORM: { from: ['PROPOSED'], to: 'INFORMED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5c', 'A-49'] },
  DROP: { from: ['PROPOSED', 'INFORMED'], to: 'DROPPED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5b'] },
  DECIDE: { from: ['INFORMED'], to: 'DECIDED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5c', 'A-49'] },
  PUBLISH: { from: ['DECIDED'], to: 'PUBLISHED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5a'] },
  OBJECT: { from: ['PUBLISHED'], to: 'OBJECTED', by: ['SUBJECT'], clauses: ['YZ-3.5e'] },
  /** The organ finds the entry right, the centre does not accept the objection, or its subject takes it back. */
  UPHOLD: { from: ['OBJECTED'], to: 'PUBLISHED', by: ['RESPONSIBLE_ORGAN', 'CREDIT_CENTRE', 'SUBJECT'], clauses: ['YZ-3.5b'] },
  REPAIR: { from: ['PUBLISHED', 'OBJECTED'], to: 'REPAIRED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5e', 'A-49'] },
  EXPIRE: { from: ['DECIDED', 'PUBLISHED', 'OBJECTED'], to: 'EXPIRED', by: ['CLOCK'], clauses: ['YZ-3.5e', 'A-49'] },
  REVOKE: { from: ['DECIDED', 'PUBLISHED', 'OBJECTED'], to: 'REVOKED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5e', 'A-49'] },
  REMOVE: { from: ['REPAIRED', 'EXPIRED', 'REVOKED'], to: 'REMOVED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5e'] },
};

/** Jurisdictions whose organs list by notice and decision: nothing enters their lists otherwise (YZ-3.5c, XM-3.6.4b, A-49). */
export const ownLists: ReadonlySet<string> = new Set(['CN-TJ', 'CN-FJ-350200']);

/**
 * How an entry begins. An organ proposes; what an official register of another jurisdiction lists is adopted as published,
 * for no rule of the city binds it and its notice is not ours to invent. Afterwards it is revoked or over, no more.
 */
export const entryOrigins = {
  PROPOSE: { to: 'PROPOSED', by: ['RESPONSIBLE_ORGAN'], clauses: ['YZ-3.5c'] },
  ADOPT: { to: 'PUBLISHED', by: ['RESPONSIBLE_ORGAN'], clauses: ['A-69'] },
} as const satisfies Readonly<Record<string, Omit<StepRule, 'from'>>>;
export const adoptedSteps = ['EXPIRE', 'REVOKE'] as const satisfies readonly EntryStep[];

/** What the rules look at of an entry. Days are `YYYY-MM-DD`. */
export interface EntryFacts {
  readonly state: EntryState;
  /** Code of the organ that answers for the entry. */
  readonly responsibleOrgan: string;
  /** When the subject was told that the entry is intended; null before. */
  readonly informedOn: string | null;
  /** Last day on which the subject may defend itself; null before the notice. */
  readonly defenceUntil: string | null;
  /** Whether the subject was heard, or declared that it does not wish to be. */
  readonly heard: boolean;
  readonly validFrom: string | null;
  /** Last day of the entry; null for one without end. */
  readonly validTo: string | null;
}

/** Who asks for a step, and on which day. */
export interface StepRequest {
  readonly step: EntryStep;
  readonly actor: { readonly kind: 'ORGAN'; readonly agency: string } | { readonly kind: Exclude<StepActor, 'RESPONSIBLE_ORGAN'> };
  readonly on: string;
}

export type StepRefusalReason = 'ENTRY_STEP_NOT_HERE' | 'ENTRY_NOT_RESPONSIBLE' | 'ENTRY_DEFENCE_RUNNING' | 'ENTRY_NOT_INFORMED' | 'ENTRY_NOT_OVER' | 'ENTRY_OVER' | 'ENTRY_NOT_BEGUN' | 'ENTRY_DATE_INVALID';

/** Why a step may not be taken: a code, and the clauses it rests on. */
export interface StepRefusal {
  readonly code: StepRefusalReason;
  readonly clauses: readonly string[];
}

/** Where a step leads, or why it may not be taken. The same rules stand as constraints in the database. */
export function stepOf(entry: EntryFacts, { step, actor, on }: StepRequest): EntryState | StepRefusal {
  const { from, to, by, clauses } = entryRules[step];
  if (!isLegalDate(on)) return { code: 'ENTRY_DATE_INVALID', clauses };
  if (!from.includes(entry.state)) return { code: 'ENTRY_STEP_NOT_HERE', clauses };
  if (!takes(by, actor, entry.responsibleOrgan)) return { code: 'ENTRY_NOT_RESPONSIBLE', clauses: ['YZ-3.5b'] };
  if (step === 'DECIDE') {
    if (entry.informedOn === null || entry.defenceUntil === null) return { code: 'ENTRY_NOT_INFORMED', clauses };
    // The period of defence is the subject's: it may be cut short by the subject alone, by being heard or by waiving.
    if (!entry.heard && on <= entry.defenceUntil) return { code: 'ENTRY_DEFENCE_RUNNING', clauses };
  }
  const over = entry.validTo !== null && on > entry.validTo;
  if (step === 'EXPIRE' && !over) return { code: 'ENTRY_NOT_OVER', clauses };
  // What is published is on the list: who follows the lists is not told again when a first day comes.
  if (step === 'PUBLISH' && entry.validFrom !== null && on < entry.validFrom) return { code: 'ENTRY_NOT_BEGUN', clauses };
  if ((step === 'PUBLISH' || step === 'OBJECT' || step === 'UPHOLD') && over) return { code: 'ENTRY_OVER', clauses };
  return to;
}

function takes(by: readonly StepActor[], actor: StepRequest['actor'], responsibleOrgan: string): boolean {
  return actor.kind === 'ORGAN' ? by.includes('RESPONSIBLE_ORGAN') && actor.agency === responsibleOrgan : by.includes(actor.kind);
}

/** Whether an entry is on the list on a day: published, begun and not yet over, whether or not the clock has taken its step. */
export function isListed({ state, validFrom, validTo }: Pick<EntryFacts, 'state' | 'validFrom' | 'validTo'>, on: string): boolean {
  return shownStates.has(state) && within(validFrom, validTo, on);
}

/**
 * Whether an entry blocks approval on commitment on a day (YZ-2.3d, A-27): one of the black list or of judgment debtors in force does, published
 * yet or not; what was repaired, has expired or was revoked does not, and neither does the red list.
 */
export function blocksCommitment({ state, validFrom, validTo, list }: Pick<EntryFacts, 'state' | 'validFrom' | 'validTo'> & { readonly list: ListType }, on: string): boolean {
  return list !== 'RED' && inForce.has(state) && within(validFrom, validTo, on);
}

function within(validFrom: string | null, validTo: string | null, on: string): boolean {
  return validFrom !== null && on >= validFrom && (validTo === null || on <= validTo);
}
