import { isLegalDate } from '../../measures/clock.js';

/** GB 11643-1999, positions 1 … 17. */
const weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] as const;

const checks = '10X98765432';
const form = /^[0-9]{17}[0-9X]$/;

/** What a citizen number says of its bearer. Personal data: never written where the number may not be. */
export interface CitizenFacts {
  /** `YYYY-MM-DD`. */
  readonly born: string;
  readonly sex: 'MALE' | 'FEMALE';
}

/**
 * Reads a normalised citizen number (GB 11643); null unless form, check character and date of birth are right, the
 * date a real one and not after `today` (legal date). The division in it is that of first registration: not tested.
 */
export function readCitizenNumber(number: string, today: string): CitizenFacts | null {
  if (!form.test(number)) return null;
  const sum = weights.reduce((total, weight, index) => total + weight * Number(number.charAt(index)), 0);
  if (checks.charAt(sum % 11) !== number.charAt(17)) return null;
  const born = `${number.slice(6, 10)}-${number.slice(10, 12)}-${number.slice(12, 14)}`;
  if (!isLegalDate(born) || born > today) return null;
  return { born, sex: Number(number.charAt(16)) % 2 === 1 ? 'MALE' : 'FEMALE' };
}
