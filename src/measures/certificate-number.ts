import type { AgencyKind } from './agencies.js';
import type { PermitItem } from './permit-items.js';

/**
 * Certificate numbers of labour dispatch (XT-4.1.2c, A-03): 证书编号为8位数，号码为1201****. The four asterisks are four
 * free ASCII digits, so a number is a text whose leading zeros count, and the series holds 10,000.
 */
const seriesForm = /^1201[0-9]{4}$/;

/** How many numbers the series holds. */
const seriesCapacity = 10_000;

/** Share of the series from which the issuers are warned. */
const warnFrom = 0.9;

/** The kinds of bureau whose numbers are of the series; a municipal certificate keeps whatever form it has. */
const issuersOfSeries: ReadonlySet<AgencyKind> = new Set(['BINHAI_APPROVAL', 'FTZ_APPROVAL']);

/** Whether a certificate of this item from this kind of bureau must carry a number of the series. */
export function needsSeriesNumber(item: PermitItem, issuer: AgencyKind): boolean {
  return item === 'P01' && issuersOfSeries.has(issuer);
}

/** Whether a text is a number of the series. It is common to all issuers: no two certificates carry the same one. */
export function isSeriesNumber(text: string): boolean {
  return seriesForm.test(text);
}

/** How much of the series is used up. */
export interface CertificateStock {
  readonly used: number;
  readonly capacity: number;
  /** 0 … 1. */
  readonly share: number;
  /** True from 90 % on. */
  readonly warning: boolean;
}

/** The stock after `used` numbers of the series were given out, by all issuers together. */
export function certificateStock(used: number): CertificateStock {
  const share = used / seriesCapacity;
  return { used, capacity: seriesCapacity, share, warning: share >= warnFrom };
}
