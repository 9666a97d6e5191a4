import { TokenRefused } from '../access/claims.js';
import type { Tokens } from '../access/tokens.js';
import type { Viewer } from '../access/viewer.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';
import { isPurpose } from '../measures/purposes.js';
import { ExportEnded, type ExportJob } from './export-job.js';

/** What decides whether a job may go on. */
export interface AuthorityParts {
  readonly tokens: Pick<Tokens, 'identityOf'>;
  readonly day: BoundaryDay;
  readonly boundaryVersion: string;
}

/** Far beyond any job: its authority ends with agency, agreements and boundary, not with the token it was asked with. */
const noExpiry = 8.64e12;

/**
 * The viewer a job reads as, asked anew before every page: registered on this day, in the same viewer class, under the
 * boundary it was requested under, and on the legal day of its first page. Throws ExportEnded.
 */
export function viewerOf(job: ExportJob, { tokens, day, boundaryVersion }: AuthorityParts): Viewer {
  if (job.day !== null && job.day !== day.today) throw new ExportEnded('EXPORT_DAY_CHANGED');
  if (day.outdated || job.boundary !== boundaryVersion) throw new ExportEnded('EXPORT_AUTHORITY_CHANGED');
  const { agency, account, role, purpose, caseNo } = job;
  try {
    const identity = tokens.identityOf({ sub: account, exp: noExpiry, agency, scope: 'bulk', ...(role === null ? {} : { role }) });
    if (identity.principal !== job.principal) throw new ExportEnded('EXPORT_AUTHORITY_CHANGED');
    return { ...identity, purpose: isPurpose(purpose) ? purpose : null, caseNo, today: day.today };
  } catch (error) {
    if (error instanceof TokenRefused) throw new ExportEnded('EXPORT_AUTHORITY_CHANGED');
    throw error;
  }
}
