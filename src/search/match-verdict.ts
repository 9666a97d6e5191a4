import { foldedName } from '../subjects/names/folded-name.js';
import type { FoundSubject } from './found-subject.js';
import type { MatchEntry } from './match-entry.js';
import { mostCandidates, type FoundBy } from './match-view.js';

/** Whether an entry means a subject. */
export enum MatchStatus {
  FOUND = 'FOUND',
  AMBIGUOUS = 'AMBIGUOUS',
  POSSIBLE = 'POSSIBLE',
  NOT_FOUND = 'NOT_FOUND',
}

/** Why. */
export enum MatchReason {
  CODE_EQUAL = 'CODE_EQUAL',
  CODE_AND_NAME_EQUAL = 'CODE_AND_NAME_EQUAL',
  NAME_EQUAL = 'NAME_EQUAL',
  NAME_EQUAL_NORMALISED = 'NAME_EQUAL_NORMALISED',
  CODE_SHARED = 'CODE_SHARED',
  NAME_SHARED = 'NAME_SHARED',
  NAME_DIFFERS = 'NAME_DIFFERS',
  CODE_UNKNOWN = 'CODE_UNKNOWN',
  CODE_INVALID = 'CODE_INVALID',
  CODE_FORM_UNKNOWN = 'CODE_FORM_UNKNOWN',
  NAME_UNKNOWN = 'NAME_UNKNOWN',
  INPUT_EMPTY = 'INPUT_EMPTY',
  INPUT_TOO_LONG = 'INPUT_TOO_LONG',
}

/** A visible subject and what of the entry it was found by. */
export interface Finding {
  readonly by: FoundBy;
  readonly subject: FoundSubject;
}

export interface Verdict {
  readonly status: MatchStatus;
  readonly reason: MatchReason;
  /** At most `mostCandidates`, those of the code first. */
  readonly candidates: readonly FoundSubject[];
  /** There are more than shown. */
  readonly more: boolean;
}

/**
 * What an entry means, from what was found for it. A code decides before a name; a name alone decides where one visible
 * subject bears it. A code that leads elsewhere or nowhere never makes a name certain: then it is for people to look.
 */
export function verdictOf(entry: MatchEntry, findings: readonly Finding[]): Verdict {
  const byCode = distinct(findings.filter(({ by }) => by !== 'NAME'));
  const byName = distinct(findings.filter(({ by }) => by === 'NAME'));
  if (entry.isTooLong) return verdict(MatchStatus.NOT_FOUND, MatchReason.INPUT_TOO_LONG, []);
  if (byCode.length > 0) return decidedByCode(entry, byCode, byName);
  if (entry.code !== null) {
    return verdict(byName.length > 0 ? MatchStatus.POSSIBLE : MatchStatus.NOT_FOUND, codeReason(entry), byName);
  }
  if (entry.folded === null) return verdict(MatchStatus.NOT_FOUND, MatchReason.INPUT_EMPTY, []);
  const [only, second] = byName;
  if (!only) return verdict(MatchStatus.NOT_FOUND, MatchReason.NAME_UNKNOWN, []);
  if (second) return verdict(MatchStatus.AMBIGUOUS, MatchReason.NAME_SHARED, byName);
  return verdict(MatchStatus.FOUND, only.name === entry.name ? MatchReason.NAME_EQUAL : MatchReason.NAME_EQUAL_NORMALISED, byName);
}

function decidedByCode({ folded }: MatchEntry, byCode: readonly FoundSubject[], byName: readonly FoundSubject[]): Verdict {
  const named = byCode.filter(({ name }) => foldedName(name) === folded);
  if (named.length === 1) return verdict(MatchStatus.FOUND, MatchReason.CODE_AND_NAME_EQUAL, named);
  if (byCode.length > 1) return verdict(MatchStatus.AMBIGUOUS, MatchReason.CODE_SHARED, byCode);
  if (folded === null) return verdict(MatchStatus.FOUND, MatchReason.CODE_EQUAL, byCode);
  return verdict(MatchStatus.POSSIBLE, MatchReason.NAME_DIFFERS, [...byCode, ...byName]);
}

function codeReason({ code }: MatchEntry): MatchReason {
  if (!code) return MatchReason.CODE_FORM_UNKNOWN;
  return code.isValid ? MatchReason.CODE_UNKNOWN : MatchReason.CODE_INVALID;
}

function verdict(status: MatchStatus, reason: MatchReason, candidates: readonly FoundSubject[]): Verdict {
  return { status, reason, candidates: candidates.slice(0, mostCandidates), more: candidates.length > mostCandidates };
}

/** Each subject once, in the order of their numbers: an answer is the same however the rows came. */
function distinct(findings: readonly Finding[]): FoundSubject[] {
  const subjects = new Map(findings.map(({ subject }) => [subject.id, subject]));
  return [...subjects.values()].sort((one, other) => Number(one.id) - Number(other.id));
}
