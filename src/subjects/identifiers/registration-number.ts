const form = /^[0-9]{15}$/;

/**
 * Whether a normalised text is a 15-digit registration number of an enterprise or household business (GS 15-2006):
 * its last digit is the check digit of ISO 7064 MOD 11,10. The first six digits name the registering organ, not a place.
 */
export function isRegistrationNumber(number: string): boolean {
  if (!form.test(number)) return false;
  let product = 10;
  for (const digit of number.slice(0, 14)) product = (((product + Number(digit)) % 10 || 10) * 2) % 11;
  return (11 - product) % 10 === Number(number.charAt(14));
}
