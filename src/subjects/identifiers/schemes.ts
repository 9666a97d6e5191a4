import { readCitizenNumber } from './citizen-number.js';
import { normaliseCode, normaliseIdentifier } from './normalise.js';
import { compactOrganisationCode, isOrganisationCode } from './organisation-code.js';
import { isRegistrationNumber } from './registration-number.js';

/** Identifiers beside the credit code that anybody may know; stored as they are. */
export const openSchemes = ['ORGANISATION_CODE', 'REGISTRATION_NO', 'INSTITUTION_NO', 'SOCIETY_NO', 'TAX_NO'] as const;

/** Numbers of identity documents (证件类型 of the national layouts); stored sealed only. */
export const personalSchemes = [
  'CITIZEN_NO',
  'PASSPORT',
  'HONGKONG_MACAO_PERMIT',
  'TAIWAN_PERMIT',
  'PERMANENT_RESIDENCE',
  'OTHER_DOCUMENT',
] as const;

export type OpenScheme = (typeof openSchemes)[number];
export type PersonalScheme = (typeof personalSchemes)[number];
export type IdentifierScheme = OpenScheme | PersonalScheme;

/** A further identifier of a subject. `value` is normalised. */
export interface Identifier<S extends IdentifierScheme = IdentifierScheme> {
  readonly scheme: S;
  readonly value: string;
}

const personal: ReadonlySet<string> = new Set(personalSchemes);

export function isPersonal(identifier: Identifier): identifier is Identifier<PersonalScheme> {
  return personal.has(identifier.scheme);
}

export function isOpen(identifier: Identifier): identifier is Identifier<OpenScheme> {
  return !personal.has(identifier.scheme);
}

/** Kinds of identity documents by the value list idKind and its codes. */
const documentKinds: Readonly<Record<string, PersonalScheme>> = {
  身份证: 'CITIZEN_NO',
  居民身份证: 'CITIZEN_NO',
  护照号: 'PASSPORT',
  护照: 'PASSPORT',
  港澳居民来往内地通行证: 'HONGKONG_MACAO_PERMIT',
  台湾居民来往大陆通行证: 'TAIWAN_PERMIT',
  外国人永久居留身份证: 'PERMANENT_RESIDENCE',
  '01': 'CITIZEN_NO',
  '02': 'PASSPORT',
  '03': 'HONGKONG_MACAO_PERMIT',
  '04': 'TAIWAN_PERMIT',
  '05': 'PERMANENT_RESIDENCE',
};

/** Longest number kept; the layouts allow 64 characters for any kind. */
const longest = 64;
// The issuers of these documents change their forms; what is tested is that the cell holds a number and no sentence.
const documentForm = /^(?=.*\d)[0-9A-Z()/-]{4,64}$/;

/**
 * The identity document a row names: kind (value list idKind or its codes, 其他-xx for any other) and number.
 * Null where there is no number; `undefined` where the kind is neither listed nor explained, or the number is not one
 * of that kind (a citizen number by GB 11643, not born after `today`). A number without a kind is a citizen number
 * where it is one, else of an unnamed kind.
 */
export function readIdentityDocument(
  kind: string | null,
  number: string | null,
  today: string,
): Identifier<PersonalScheme> | null | undefined {
  const value = number === null ? null : normaliseIdentifier(number);
  if (value === null) return null;
  if (kind === null) {
    const scheme = readCitizenNumber(value, today) ? 'CITIZEN_NO' : 'OTHER_DOCUMENT';
    return documentForm.test(value) ? { scheme, value } : undefined;
  }
  const kindText = normaliseCode(kind);
  const scheme = Object.hasOwn(documentKinds, kindText) ? documentKinds[kindText] : undefined;
  if (scheme === undefined) {
    // Numbers of different kinds are different numbers, so the kind is part of the value.
    const explained = /^其他-(.+)$/u.exec(kindText)?.[1];
    const told = `${explained ?? ''}:${value}`;
    return explained !== undefined && documentForm.test(value) && told.length <= longest * 2
      ? { scheme: 'OTHER_DOCUMENT', value: told }
      : undefined;
  }
  const fits = scheme === 'CITIZEN_NO' ? readCitizenNumber(value, today) !== null : documentForm.test(value);
  return fits ? { scheme, value } : undefined;
}

/**
 * An open identifier of a row, null where the cell is empty, `undefined` where it breaks its standard (organisation
 * codes GB 11714, 15-digit registration numbers ISO 7064). Registration numbers of other lengths are older ones
 * without a check digit; the other schemes have no published check.
 */
export function readOpenIdentifier(scheme: OpenScheme, cell: string | null): Identifier<OpenScheme> | null | undefined {
  const value = cell === null ? null : normaliseIdentifier(cell);
  if (value === null) return null;
  if (scheme === 'ORGANISATION_CODE') return isOrganisationCode(value) ? { scheme, value: compactOrganisationCode(value) } : undefined;
  if (scheme === 'REGISTRATION_NO' && /^\d{15}$/.test(value)) return isRegistrationNumber(value) ? { scheme, value } : undefined;
  return { scheme, value };
}

/** What of a personal identifier may be displayed: its last four characters where at least as many stay hidden. */
export function maskIdentifier({ value }: Identifier<PersonalScheme>): string {
  const shown = value.length >= 8 ? value.slice(-4) : '';
  return '*'.repeat(value.length - shown.length) + shown;
}
