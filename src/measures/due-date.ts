import { addCalendarMonths, addNaturalDays, nationalCalendar, type CountedDay, type WorkingDayCalendar } from './calendar.js';
import { clauseOf, type Clause } from './clauses.js';
import { dutiesOf, timings, triggersOf, type DueLimit, type DueStanding, type TimedDuty, type Timing } from './due-limits.js';
import { isLegalDate } from './clock.js';

export type DueKind = DueLimit['kind'];

/** One reading of when a duty is due. */
export interface DueReading {
  readonly kind: DueKind;
  /** Lateness under POLICY_DEFAULT is never a breach: no text sets that limit. */
  readonly standing: DueStanding;
  /** The part of the duty, where a clause sets several. */
  readonly what: string | null;
  /** The last day in time, until 24:00 in Asia/Shanghai (`YYYY-MM-DD`). */
  readonly due: string;
  /** The calendar for that day is not published: `due` is the earliest it can be. */
  readonly provisional: boolean;
  /** The day it would be due, had the defence of the inspected not moved it; null when nothing moved it. */
  readonly movedFrom: string | null;
  readonly clauses: readonly string[];
  readonly rulings: readonly string[];
}

/** When the duty of a clause is due: one reading, or all readings a ruling keeps, the binding one first. */
export interface DueDate {
  readonly clause: string;
  readonly from: string;
  /** What day `from` is, in words. */
  readonly countedFrom: string;
  readonly readings: readonly DueReading[];
}

export interface DueOptions {
  /** The event `from` is the day of, where the clause names several; else any event of the text. */
  readonly trigger?: string;
  /** Last day of the defence of the inspected: no result is published before it (XM-3.6.3c, A-47). */
  readonly defenceUntil?: string;
  readonly calendar?: WorkingDayCalendar;
}

export type DueDateErrorCode =
  | 'CLAUSE_UNKNOWN'
  | 'DUE_DATE_NOT_SET'
  | 'DUE_DATE_TRIGGER_UNKNOWN'
  | 'DUE_DATE_NOT_IN_PERIOD'
  | 'DUE_DATE_INVALID';

/** A question `dueDate` cannot answer. */
export class DueDateError extends Error {
  constructor(
    readonly code: DueDateErrorCode,
    message: string,
    readonly nextStep: string,
  ) {
    super(message);
    this.name = 'DueDateError';
  }
}

/**
 * When the duty of `clause` (an id) is due, counted from the day `from` (`YYYY-MM-DD`); the day after it is day 1. For
 * reports `from` is any day of the period reported on. Both readings come back where a ruling keeps two (XT-5.1.2c:
 * natural days bind, working days are the milder one, A-01). Throws DueDateError.
 */
export function dueDate(clause: string, from: string, options: DueOptions = {}): DueDate {
  const record = clauseOf(clause);
  if (!record) {
    throw new DueDateError('CLAUSE_UNKNOWN', `没有条款 ${clause} · There is no such clause.`, 'clauses');
  }
  const timing = Object.hasOwn(timings, clause) ? timings[clause] : undefined;
  if (!timing) {
    throw new DueDateError(
      'DUE_DATE_NOT_SET',
      `条款 ${clause} 没有可计算的期限 · The clause sets no limit that can be computed.`,
      '按“及时”办理 · Act without delay where the clause says 及时.',
    );
  }
  for (const day of [from, options.defenceUntil ?? from]) {
    if (!isLegalDate(day)) throw invalidDate();
  }
  const duties = standingFor(record, timing, options.trigger);
  try {
    return { clause, from, countedFrom: timing.from, readings: duties.map((duty) => reading(record, timing, duty, from, options)) };
  } catch (cause) {
    if (cause instanceof RangeError) throw invalidDate();
    throw cause;
  }
}

function invalidDate(): DueDateError {
  return new DueDateError('DUE_DATE_INVALID', '日期无效或超出范围 · The date is none, or leads beyond the calendar.', 'YYYY-MM-DD');
}

/** An event the project added (撤销 under XT-5.1.2c, A-70) makes every reading a policy default. */
function standingFor(clause: Clause, timing: Timing, trigger: string | undefined): readonly TimedDuty[] {
  const duties = dutiesOf(clause, timing);
  if (trigger === undefined) return duties;
  const { stated, policyDefault } = triggersOf(clause);
  if (stated.includes(trigger)) return duties;
  if (policyDefault.includes(trigger)) return duties.map((duty) => ({ ...duty, standing: 'POLICY_DEFAULT' }));
  throw new DueDateError(
    'DUE_DATE_TRIGGER_UNKNOWN',
    `条款 ${clause.id} 不由该事件起算 · The limit of the clause does not run from that event.`,
    [...stated, ...policyDefault].join(', '),
  );
}

function reading(clause: Clause, timing: Timing, duty: TimedDuty, from: string, options: DueOptions): DueReading {
  const { limit, standing, what } = duty;
  const calendar = options.calendar ?? nationalCalendar();
  const counted = dayOfLimit(limit, from, timing, calendar);
  const moved = movedByDefence(clause, counted, calendar, options.defenceUntil);
  const usesCalendar = limit.kind === 'WORKING_DAYS' || (limit.kind === 'NATURAL_DAYS' && limit.rolls);
  const addedTrigger = standing === 'POLICY_DEFAULT' && timing.standing !== 'POLICY_DEFAULT';
  return {
    kind: limit.kind,
    standing,
    what,
    due: moved.day,
    provisional: moved.provisional,
    movedFrom: moved === counted ? null : counted.day,
    clauses: [clause.id, ...(timing.like ?? [])],
    rulings: [...timing.rulings, ...(addedTrigger ? ['A-70'] : []), ...(usesCalendar ? ['A-68'] : [])],
  };
}

function dayOfLimit(limit: DueLimit, from: string, timing: Timing, calendar: WorkingDayCalendar): CountedDay {
  switch (limit.kind) {
    case 'NATURAL_DAYS': {
      const last = addNaturalDays(from, limit.days);
      return limit.rolls ? calendar.rolled(last) : { day: last, provisional: false };
    }
    case 'WORKING_DAYS':
      return calendar.addWorkingDays(from, limit.days);
    case 'CALENDAR_MONTHS':
      return { day: addCalendarMonths(from, limit.months), provisional: false };
    case 'FIXED_DATE':
      return { day: fixedDate(limit, from, timing), provisional: false };
  }
}

/** The fixed day that follows the period `from` lies in: the month for a monthly report, else the year or its half. */
function fixedDate({ month, day, following }: Extract<DueLimit, { kind: 'FIXED_DATE' }>, from: string, timing: Timing): string {
  if (Number(from.slice(5, 7)) > (timing.lastMonth ?? 12)) {
    throw new DueDateError(
      'DUE_DATE_NOT_IN_PERIOD',
      '该日不在报告期内 · The day lies outside the period of this report.',
      '全年报表另有期限 · The report on the whole year has a limit of its own.',
    );
  }
  const start = month === null ? `${from.slice(0, 7)}-01` : `${from.slice(0, 4)}-${String(month).padStart(2, '0')}-01`;
  const target = addCalendarMonths(start, following ? (month === null ? 1 : 12) : 0);
  return addNaturalDays(target, day - 1);
}

/** A result under defence is not final: publication waits for the next working day after it (XM-3.6.3c, A-47). */
function movedByDefence(clause: Clause, counted: CountedDay, calendar: WorkingDayCalendar, defenceUntil: string | undefined): CountedDay {
  if (clause.id !== 'XM-3.6.3c' || defenceUntil === undefined || defenceUntil <= counted.day) return counted;
  const moved = calendar.addWorkingDays(defenceUntil, 1);
  return { day: moved.day, provisional: moved.provisional || counted.provisional };
}

/** UNDECIDED: past a provisional day, which publication of the calendar may still move later. */
export type Lateness = 'IN_TIME' | 'LATE' | 'LATE_UNDER_ANY_READING' | 'PAST_POLICY_DEFAULT' | 'UNDECIDED';

/**
 * How an act done on a day (`YYYY-MM-DD`) stands to the readings of one duty: past the first is late, past all of them
 * late under any reading; past a policy default is no breach.
 */
export function lateness(readings: readonly DueReading[], doneOn: string): Lateness {
  const past = readings.filter(({ due }) => doneOn > due);
  if (past.length === 0) return 'IN_TIME';
  if (past.some(({ provisional }) => provisional)) return 'UNDECIDED';
  if (past.some(({ standing }) => standing === 'POLICY_DEFAULT')) return 'PAST_POLICY_DEFAULT';
  return past.length === readings.length ? 'LATE_UNDER_ANY_READING' : 'LATE';
}
