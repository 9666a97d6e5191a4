import type { Principal, ViewerTerm } from '../boundary/declaration.js';

/** Most records of one page for an identity without the scope `bulk`. */
export const pageLimit = 100;

/** Most records of one page for an identity with the scope `bulk`. */
export const bulkPageLimit = 1_000;

/** Who asks, from a verified token. The unauthenticated never become a viewer. */
export interface Viewer {
  /** Agency code, for example HEPING_HRSS. */
  readonly agency: string;
  readonly kind: string;
  readonly jurisdiction: string;
  readonly district: string | null;
  /** Account of the token (its subject). */
  readonly account: string;
  /** Role the viewer acts in, or null. A role replaces the agency's rights; it never adds to them. */
  readonly role: string | null;
  /** What boundaries speak of: the role where one is taken, else the agency kind. */
  readonly principal: Principal;
  /** Most records of one page: 1,000 for a token with the scope `bulk`, else 100. */
  readonly pageLimit: number;
  /** When the viewer ends: with its token (clock tolerance included) or its agency; milliseconds since 1970. */
  readonly expiresAt: number;
}

/** The viewer's value of a term; the empty string where there is none, which equals no code. */
export function termValue(viewer: Viewer, term: ViewerTerm): string {
  return term === 'agency' ? viewer.agency : (viewer.district ?? '');
}

/** Key of everything that holds data: two viewers with one scope key see the same. */
export function scopeKey(viewer: Viewer, boundaryVersion: string): string {
  return JSON.stringify([viewer.principal, viewer.agency, viewer.district, boundaryVersion]);
}
