/** GB 32100-2015: digits and capital letters without I, O, S, V, Z; the value of a character is its index, 0 … 30. */
const alphabet = '0123456789ABCDEFGHJKLMNPQRTUWXY';

/** 3^(i-1) mod 31 for positions 1 … 17. */
const weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] as const;

/** GB 11714-1997, positions 1 … 8 of an organisation code. */
const organisationWeights = [3, 7, 9, 10, 5, 8, 4, 2] as const;

const creditCodeForm = /^[0-9A-HJ-NPQRTUWXY]{2}[0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}$/;
const organisationCodeForm = /^[0-9A-Z]{8}[0-9X]$/;

const dash = /^(.{8})-(.)$/;
// Most cells are so already, and NFKC costs ten times this test.
const plain = /^[0-9A-Z/-]*$/;
const blanks = /[\s\u200B-\u200D\u2060\uFEFF]/gu;

/** A code as it is compared and stored: half-width (NFKC), without blanks and zero-width characters, upper case. */
export function normaliseCode(text: string): string {
  if (plain.test(text)) return text;
  return text.normalize('NFKC').replace(blanks, '').toUpperCase();
}

/** The check character for the first 17 characters of a unified social credit code (GB 32100). */
export function creditCodeCheck(body: string): string {
  const sum = weights.reduce((total, weight, index) => total + weight * alphabet.indexOf(body.charAt(index)), 0);
  return alphabet.charAt((31 - (sum % 31)) % 31);
}

/** The check character for the first 8 characters of an organisation code (GB 11714): 10 is X, 11 is 0. */
export function organisationCodeCheck(body: string): string {
  const sum = organisationWeights.reduce(
    (total, weight, index) => total + weight * Number.parseInt(body.charAt(index), 36),
    0,
  );
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : String(check % 11);
}

/** Whether a normalised text is an organisation code (GB 11714), with or without its hyphen. */
export function isOrganisationCode(code: string): boolean {
  const compact = code.replace(dash, '$1$2');
  return organisationCodeForm.test(compact) && organisationCodeCheck(compact.slice(0, 8)) === compact.charAt(8);
}

/**
 * Whether a normalised text is a unified social credit code: form and check character of GB 32100, and the
 * organisation code inside it (positions 9 … 17) with its own check character of GB 11714. The division inside it
 * (positions 3 … 8) is frozen history and not tested.
 */
export function isCreditCode(code: string): boolean {
  return (
    creditCodeForm.test(code) &&
    creditCodeCheck(code.slice(0, 17)) === code.charAt(17) &&
    isOrganisationCode(code.slice(8, 17))
  );
}
