import { hash } from 'node:crypto';
import type { Principal } from '../boundary/declaration.js';
import type { Standing } from '../boundary/policy.js';
import type { Term } from '../boundary/row-conditions.js';
import type { Purpose } from '../measures/purposes.js';

/** Most records of one page for an identity without the scope `bulk`. */
export const pageLimit = 100;

/** Most records of one page for an identity with the scope `bulk`. */
export const bulkPageLimit = 1_000;

/** Who a verified token speaks for. The unauthenticated never become one. */
export interface Identity {
  /** Agency code, for example HEPING_HRSS. */
  readonly agency: string;
  readonly kind: string;
  readonly jurisdiction: string;
  readonly district: string | null;
  /** Account of the token (its subject). */
  readonly account: string;
  /** Role the viewer acts in, or null. A role replaces the agency's rights; it never adds to them. */
  readonly role: string | null;
  /** Ids of the sharing agreements the agency is party to, in force when the token was verified. */
  readonly agreements: readonly string[];
  /** What boundaries speak of: the role where one is taken, else the agency kind with its agreements. */
  readonly principal: Principal;
  /** Secret of the agency for digests of cells; never leaves the hub. */
  readonly digestKey: string;
  /** Most records of one page: 1,000 for a token with the scope `bulk`, else 100. */
  readonly pageLimit: number;
  /** When the identity ends: with its token (clock tolerance included), its agency or an agreement; milliseconds since 1970. */
  readonly expiresAt: number;
}

/** What a caller declares with one request. */
export interface Declared {
  readonly purpose: Purpose | null;
  readonly caseNo: string | null;
}

/** Who asks, why, and on which legal day (`YYYY-MM-DD`). */
export interface Viewer extends Identity, Declared {
  readonly today: string;
}

/** What decides the viewer's rights: a purpose counts only with the number of the case it serves. */
export function standingOf({ principal, purpose, caseNo }: Pick<Viewer, 'principal' | 'purpose' | 'caseNo'>): Standing {
  return { principal, purpose: caseNo === null ? null : purpose };
}

/** The viewer's value of a term; the empty string where there is none, which equals no code. */
export function termValue(viewer: Viewer, term: Term): string {
  if (term === 'purpose') return standingOf(viewer).purpose ?? '';
  return viewer[term] ?? '';
}

/**
 * Key of everything that holds data and is shared: two viewers with one scope key are shown the same on one day under one
 * boundary. Of the viewer's own values it names every term a boundary may bind; the day is missing, for streams and their
 * cursors live longer than it: what is read is read with the day of the reading.
 */
export function scopeKeyOf(viewer: Viewer): string {
  const { principal, role, agency, district, digestKey, agreements, pageLimit: page } = viewer;
  const scope = [principal, role, agency, district, digestKey, [...agreements].sort(), standingOf(viewer).purpose, page];
  return hash('sha256', JSON.stringify(scope), 'base64url');
}
