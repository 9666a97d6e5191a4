/** GB 11714-1997, positions 1 … 8. */
const weights = [3, 7, 9, 10, 5, 8, 4, 2] as const;

const form = /^[0-9A-Z]{8}[0-9X]$/;
const hyphened = /^(.{8})-(.)$/;

/** The check character for the first 8 characters of an organisation code (GB 11714): 10 is X, 11 is 0. */
export function organisationCodeCheck(body: string): string {
  const sum = weights.reduce((total, weight, index) => total + weight * Number.parseInt(body.charAt(index), 36), 0);
  const check = 11 - (sum % 11);
  return check === 10 ? 'X' : String(check % 11);
}

/** An organisation code without the hyphen it may be printed with (D2143569-X): the form in which it is compared. */
export function compactOrganisationCode(code: string): string {
  return code.replace(hyphened, '$1$2');
}

/** Whether a normalised text is an organisation code (GB 11714), with or without its hyphen. */
export function isOrganisationCode(code: string): boolean {
  const compact = compactOrganisationCode(code);
  return form.test(compact) && organisationCodeCheck(compact.slice(0, 8)) === compact.charAt(8);
}
