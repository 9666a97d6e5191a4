import { agencyOfCode, type AgencyRecord } from '../measures/agencies.js';

/** A platform that the measures connect, and the clauses that say so. */
export interface Platform {
  readonly agency: AgencyRecord;
  readonly clauses: readonly string[];
}

/**
 * The platforms and systems of the vocabulary, in the order of YZ-3.3c: those it names, then the government-service
 * systems it sums up (有关政务服务系统), then those that other clauses send data to. A platform is a consumer of the feed
 * like any agency; what it is sent is decided by the boundary alone.
 */
export const platforms: readonly Platform[] = [
  platform('CREDIT_PLATFORM', 'YZ-3.3c', 'YZ-3.5e'),
  platform('ENFORCEMENT_PLATFORM', 'YZ-3.3c', 'SX-3.4.1a'),
  platform('JOINT_SANCTION_PLATFORM', 'YZ-3.3c'),
  platform('GOV_PORTAL', 'YZ-3.3c', 'YZ-3.3a'),
  platform('EXCHANGE_PLATFORM', 'YZ-2.7a', 'YZ-4.3'),
  platform('BLACKLIST_DB', 'YZ-3.5c'),
  platform('JINBAO', 'XT-5.3.2b'),
  platform('STATE_FEB_SYSTEM', 'XT-5.4.1a'),
  platform('XM_CITY_CREDIT', 'XM-3.6.3b', 'XM-3.6.5'),
];

function platform(code: string, ...clauses: readonly string[]): Platform {
  const agency = agencyOfCode(code);
  if (!agency) throw new Error(`platforms: no agency ${code}`);
  return { agency, clauses };
}
