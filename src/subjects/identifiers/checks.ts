import { innerOrganisationCode } from './credit-code.js';
import { isPersonal, type Identifier } from './schemes.js';

/** What makes a holder's codes and name doubtful, though each may be well-formed. */
export type SubjectFindingCode =
  /** Kind and credit code contradict each other (KIND_PREFIX of the receivers' checks). */
  | 'KIND_PREFIX'
  /** A name holds characters that no register enters (NAME_CHARS). */
  | 'NAME_CHARS'
  /** The organisation code is not the one inside the credit code. */
  | 'ORGANISATION_CODE_DIFFERS'
  /** The holder's code is that of an organ of the row: typed into the wrong column. */
  | 'ORGAN_CODE_AS_HOLDER';

/** One finding on a row; `part` tells which of the holder's cells it is about. Never repeats a cell. */
export interface SubjectFinding {
  readonly code: SubjectFindingCode;
  readonly part: 'name' | 'uscc' | 'organisationCode';
}

/** What the checks look at. Codes are normalised. */
export interface HolderCells {
  readonly kind: 'ORGANISATION' | 'HOUSEHOLD_BUSINESS' | 'NATURAL_PERSON';
  readonly name: string;
  readonly uscc: string | null;
  readonly identifiers?: readonly Identifier[];
}

// Letters of any script, their marks, digits, blanks, and the punctuation registered names do carry.
const nameForm = /^[\p{L}\p{M}\p{N} \u3000()（）〔〕[\]【】《》〈〉“”‘’"'·•・.．。,，、&＆+＋/／—–－-]+$/u;

/** Whether a text holds only what registered names hold (NAME_CHARS). */
export function isNameText(text: string): boolean {
  return nameForm.test(text);
}

/**
 * All findings on a holder; `organCodes` are the credit codes of the row's deciding and delivering organs.
 *
 * KIND_PREFIX: a market subject entered as 个体工商户 begins 92, one entered as 法人及非法人组织 begins 91. Department 9
 * also gives out 93 (cooperatives) and 99, which are organisations too (codes of GB 32100), so of an organisation only
 * 92 is a contradiction.
 */
export function holderFindings(holder: HolderCells, organCodes: readonly string[] = []): readonly SubjectFinding[] {
  const { kind, name, uscc, identifiers = [] } = holder;
  const findings: SubjectFinding[] = [];
  const isHousehold = uscc?.startsWith('92') ?? false;
  if (uscc !== null && (kind === 'HOUSEHOLD_BUSINESS') !== isHousehold) findings.push({ code: 'KIND_PREFIX', part: 'uscc' });
  if (!isNameText(name)) findings.push({ code: 'NAME_CHARS', part: 'name' });
  const organisationCodes = identifiers.filter((found) => !isPersonal(found) && found.scheme === 'ORGANISATION_CODE');
  if (uscc !== null && organisationCodes.some(({ value }) => value !== innerOrganisationCode(uscc))) {
    findings.push({ code: 'ORGANISATION_CODE_DIFFERS', part: 'organisationCode' });
  }
  if (uscc !== null && organCodes.includes(uscc)) findings.push({ code: 'ORGAN_CODE_AS_HOLDER', part: 'uscc' });
  const organisationCodesOfOrgans = organCodes.map(innerOrganisationCode);
  if (uscc === null && organisationCodes.some(({ value }) => organisationCodesOfOrgans.includes(value))) {
    findings.push({ code: 'ORGAN_CODE_AS_HOLDER', part: 'organisationCode' });
  }
  return findings;
}
