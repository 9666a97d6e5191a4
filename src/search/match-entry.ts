import { foldedName } from '../subjects/names/folded-name.js';
import { isCreditCode } from '../subjects/identifiers/credit-code.js';
import { normaliseIdentifier } from '../subjects/identifiers/normalise.js';
import { compactOrganisationCode, isOrganisationCode } from '../subjects/identifiers/organisation-code.js';
import { isRegistrationNumber } from '../subjects/identifiers/registration-number.js';
import type { MatchKeys } from './match-view.js';

/** A code of an entry: what it is by its form, and whether its check character is right. */
export interface EntryCode {
  readonly key: 'uscc' | 'organisation' | 'registration';
  readonly value: string;
  readonly isValid: boolean;
}

/** An entry read: each row for itself, so that a bad one costs no other. */
export interface MatchEntry {
  /** As the caller wrote it, to tell whether a name is equal to the letter; null where none was given. */
  readonly name: string | null;
  /** Null where nothing of the name is left to compare. */
  readonly folded: string | null;
  /** `undefined` where the text is no code of a known form. */
  readonly code: EntryCode | null | undefined;
  readonly isTooLong: boolean;
}

/** Names hold at most 200 characters in every layout, codes 64. */
const longestText = 200;

/** Registration numbers before GS 15-2006 have 13 digits and no check digit. */
const olderRegistration = /^[0-9]{13}$/;

export function readEntry(name: string | null, code: string | null): MatchEntry {
  const isTooLong = (name?.length ?? 0) > longestText || (code?.length ?? 0) > longestText;
  if (isTooLong) return { name: null, folded: null, code: null, isTooLong };
  const folded = name === null ? '' : foldedName(name);
  const value = code === null ? null : normaliseIdentifier(code);
  return { name, folded: folded === '' ? null : folded, code: value === null ? null : codeOf(value), isTooLong };
}

function codeOf(value: string): EntryCode | undefined {
  if (/^[0-9A-Z]{18}$/.test(value)) return { key: 'uscc', value, isValid: isCreditCode(value) };
  const compact = compactOrganisationCode(value);
  if (/^[0-9A-Z]{9}$/.test(compact)) return { key: 'organisation', value: compact, isValid: isOrganisationCode(compact) };
  if (/^[0-9]{15}$/.test(value)) return { key: 'registration', value, isValid: isRegistrationNumber(value) };
  return olderRegistration.test(value) ? { key: 'registration', value, isValid: true } : undefined;
}

/** What the database compares of an entry; null where there is nothing. */
export function keysOf({ folded, code }: MatchEntry, n: number): MatchKeys | null {
  if (folded === null && !code) return null;
  return { n, ...(folded === null ? {} : { name: folded }), ...(code ? { [code.key]: code.value } : {}) };
}
