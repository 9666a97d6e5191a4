import { isOrganisationCode } from './organisation-code.js';

/** GB 32100-2015: digits and capital letters without I, O, S, V, Z; the value of a character is its index, 0 … 30. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** 3^(i-1) mod 31 for positions 1 … 17. */
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;

const form = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;

/** The check character for the first 17 characters of a unified social credit code (GB 32100). */
export function creditCodeCheck(body: string): string {
  const sum = weights.reduce((total, weight, index) => total + weight * alphabet.indexOf(body.charAt(index)), 0);
  return alphabet.charAt((31 - (sum % 31)) % 31);
}

/**
 * Whether a normalised text is a unified social credit code: form and check character of GB 32100, and the
 * organisation code inside it with its own check character of GB 11714. The division inside it (positions 3 … 8) is
 * that of the registering organ on the day of registration: it is not tested, and no district follows from it.
 */
export function isCreditCode(code: string): boolean {
  return form.test(code) && creditCodeCheck(code.slice(0, 17)) === code.charAt(17) && isOrganisationCode(innerOrganisationCode(code));
}

/** Positions 9 … 17 of a credit code: the organisation code by which older rows know the subject. */
export function innerOrganisationCode(code: string): string {
  return code.slice(8, 17);
}
