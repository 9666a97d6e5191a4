import { nationalCalendar, type CountedDay, type WorkingDayCalendar } from '../calendar.js';
import { isLegalDate } from '../clock.js';
import type { EntryStep } from './list-entry.js';

/** What the subject of a record asks for: that it be corrected, or that its effect end because the conduct was mended. */
export type CaseKind = 'OBJECTION' | 'REPAIR';

/** Where an objection or repair case stands. Two stages: the credit centre reviews, the organ that answers for the record checks. */
export const caseStates = [
  /** 已提交 */ 'FILED',
  /** 不予受理 */ 'NOT_ACCEPTED',
  /** 已受理，待审核 */ 'ACCEPTED',
  /** 待核实 */ 'REVIEWED',
  /** 已支持 */ 'GRANTED',
  /** 不予支持 */ 'REFUSED',
  /** 已撤回 */ 'WITHDRAWN',
  /** 已终结: the entry ended otherwise while the case was open. */ 'LAPSED',
] as const;
export type CaseState = (typeof caseStates)[number];

export const caseSteps = ['ACCEPT', 'DECLINE', 'REVIEW', 'GRANT', 'REFUSE', 'WITHDRAW', 'EXTEND', 'LAPSE'] as const;
export type CaseStep = (typeof caseSteps)[number];

/** Who takes a step: the credit centre, the organ that answers for the record, its subject (through who filed), or the clock. */
export type CaseActor = 'CREDIT_CENTRE' | 'RESPONSIBLE_ORGAN' | 'SUBJECT' | 'CLOCK';

interface CaseRule {
  readonly from: readonly CaseState[];
  /** Null where the case stays where it stands. */
  readonly to: CaseState | null;
  readonly by: readonly CaseActor[];
}

/** Who sanctions repairs (“谁认定、谁修复”, YZ-3.5b): the centre reviews, the responsible organ decides. */
export const caseRules: Readonly<Record<CaseStep, CaseRule>> = {
  ACCEPT: { from: ['FILED'], to: 'ACCEPTED', by: ['CREDIT_CENTRE'] },
  DECLINE: { from: ['FILED'], to: 'NOT_ACCEPTED', by: ['CREDIT_CENTRE'] },
  REVIEW: { from: ['ACCEPTED'], to: 'REVIEWED', by: ['CREDIT_CENTRE'] },
  GRANT: { from: ['REVIEWED'], to: 'GRANTED', by: ['RESPONSIBLE_ORGAN'] },
  REFUSE: { from: ['REVIEWED'], to: 'REFUSED', by: ['RESPONSIBLE_ORGAN'] },
  WITHDRAW: { from: ['FILED', 'ACCEPTED', 'REVIEWED'], to: 'WITHDRAWN', by: ['SUBJECT'] },
  /** Once, of a complex case. Who says so is set by the project (unconfirmed). */
  EXTEND: { from: ['ACCEPTED', 'REVIEWED'], to: null, by: ['CREDIT_CENTRE'] },
  /** The organ revokes the entry, or its period is over: there is nothing left to decide. */
  LAPSE: { from: ['FILED', 'ACCEPTED', 'REVIEWED'], to: 'LAPSED', by: ['RESPONSIBLE_ORGAN', 'CLOCK'] },
};

/** Whether a case still waits for somebody: its record is marked for as long. */
export function isOpen(state: CaseState): boolean {
  return Object.values(caseRules).some(({ from }) => from.includes(state));
}

/** Where a step leads; null where it may not be taken, or not by this actor. */
export function caseAfter(state: CaseState, step: CaseStep, actor: CaseActor): CaseState | null {
  const { from, to, by } = caseRules[step];
  return from.includes(state) && by.includes(actor) ? (to ?? state) : null;
}

/**
 * The step of the entry that a step of its case takes with it, where there is one; a granted objection corrects the entry
 * and leaves it on the list, or revokes it. OBJECT, UPHOLD and REPAIR are taken in no other way.
 */
export const caseEffects: Readonly<Record<CaseKind, Readonly<Partial<Record<'FILE' | CaseStep, readonly EntryStep[]>>>>> = {
  OBJECTION: { FILE: ['OBJECT'], DECLINE: ['UPHOLD'], REFUSE: ['UPHOLD'], WITHDRAW: ['UPHOLD'], GRANT: ['UPHOLD', 'REVOKE'], LAPSE: ['REVOKE', 'EXPIRE'] },
  REPAIR: { GRANT: ['REPAIR'], LAPSE: ['REVOKE', 'EXPIRE'] },
};

/**
 * The credit centre of a jurisdiction, the single window for objections and repairs. That it is Tianjin's credit platform
 * and Xiamen's credit division is set by the project: the texts name no office (unconfirmed).
 */
export const creditCentres: Readonly<Record<string, string>> = { 'CN-TJ': 'CREDIT_PLATFORM', 'CN-FJ-350200': 'XM_CREDIT_DIV' };

/**
 * Working days for each answer, counted from the day of filing; the next working day is day 1 (信用修复管理办法, summary;
 * the organ's share (unconfirmed)). A complex case may take as many again once, which its record says.
 */
export const caseDays = { acceptance: 3, organ: 7, answer: 10 } as const;

/** By when a case has to be accepted, checked and answered. */
export interface CaseClocks {
  readonly acceptanceDue: CountedDay;
  readonly organDue: CountedDay;
  readonly answerDue: CountedDay;
}

/** The clocks of a case filed on a day (`YYYY-MM-DD`). Throws RangeError for a day that is none. */
export function caseClocks(filedOn: string, { extended = false, calendar = nationalCalendar() }: { readonly extended?: boolean; readonly calendar?: WorkingDayCalendar } = {}): CaseClocks {
  if (!isLegalDate(filedOn)) throw new RangeError('提交日期无效 · The day of filing is none.');
  const due = (days: number): CountedDay => calendar.addWorkingDays(filedOn, days);
  const times = extended ? 2 : 1;
  return { acceptanceDue: due(caseDays.acceptance), organDue: due(caseDays.organ * times), answerDue: due(caseDays.answer * times) };
}

/** What a repair is judged by. */
export interface RepairFacts {
  /** First day on which an early end may be applied for; null where none may. */
  readonly repairFrom: string | null;
  readonly conductCorrected: boolean;
  readonly dutiesMet: boolean;
  /** Whether the public credit promise (信用承诺) was given. */
  readonly promiseGiven: boolean;
}

export const repairConditions = ['REPAIR_EXCLUDED', 'REPAIR_TOO_EARLY', 'CONDUCT_NOT_CORRECTED', 'DUTIES_NOT_MET', 'PROMISE_MISSING'] as const;
export type RepairCondition = (typeof repairConditions)[number];

/** Which conditions of a repair are not met on a day; empty where it may be granted. All of them are told at once. */
export function repairLacks({ repairFrom, conductCorrected, dutiesMet, promiseGiven }: RepairFacts, on: string): readonly RepairCondition[] {
  const lacks: Readonly<Record<RepairCondition, boolean>> = {
    REPAIR_EXCLUDED: repairFrom === null,
    REPAIR_TOO_EARLY: repairFrom !== null && on < repairFrom,
    CONDUCT_NOT_CORRECTED: !conductCorrected,
    DUTIES_NOT_MET: !dutiesMet,
    PROMISE_MISSING: !promiseGiven,
  };
  return repairConditions.filter((condition) => lacks[condition]);
}
