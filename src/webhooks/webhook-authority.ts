import { createHash } from 'node:crypto';
import { TokenRefused } from '../access/claims.js';
import type { Tokens } from '../access/tokens.js';
import type { Viewer } from '../access/viewer.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';

/** What decides as whom a webhook is read. */
export interface AuthorityParts {
  readonly tokens: Pick<Tokens, 'identityOf'>;
  readonly day: BoundaryDay;
  readonly boundaryVersion: string;
}

/** Far beyond any delivery: its authority ends with agency and agreements, not with the token of who registered it. */
const noExpiry = 8.64e12;

/**
 * The viewer a webhook is read as, made anew for each look: its agency by register and agreements of this day, in no
 * role and for no purpose. Null where the agency is no more, or the hub's boundary is that of the day before.
 */
export function webhookViewer({ id, agency }: { readonly id: string; readonly agency: string }, { tokens, day }: AuthorityParts): Viewer | null {
  if (day.outdated) return null;
  try {
    return { ...tokens.identityOf({ sub: `webhook:${id}`, exp: noExpiry, agency }), purpose: null, caseNo: null, today: day.today };
  } catch (error) {
    if (error instanceof TokenRefused) return null;
    throw error;
  }
}

/** Names what a viewer may see: where it changes, rows come into reach or leave it without an event. */
export function authorityOf({ principal, agreements }: Viewer, boundaryVersion: string): string {
  return createHash('sha256').update(JSON.stringify([principal, [...agreements].sort(), boundaryVersion])).digest('base64url');
}
