import { z } from 'zod';
import { agencyOfCode, isAgencyKind, type AgencyRecord } from '../measures/agencies.js';
import { agreementsOf } from '../measures/agreements.js';
import { legalDate } from '../measures/clock.js';
import { viewerClass } from '../boundary/by-agreement.js';
import { bulkPageLimit, pageLimit, type Identity } from './viewer.js';

/** Why a token does not count; the message says so in both languages and holds nothing of the token's text. */
export class TokenRefused extends Error {}

/** A token that counted until its end. */
export class TokenExpired extends TokenRefused {}

/** Tolerance for clocks that differ, on `exp` and `nbf`. */
export const clockSkewSeconds = 30;

const claims = z.object({
  sub: z.string().min(1).max(255),
  exp: z.number(),
  agency: z.string().max(64),
  role: z.string().regex(/^[A-Z_]{1,64}$/).optional(),
  scope: z.string().optional(),
});

/** The identity of verified claims. Throws TokenRefused where a claim is missing or unfit, or names no agency of this day. */
export function identityOfClaims(payload: unknown, now: Date): Omit<Identity, 'digestKey'> {
  const parsed = claims.safeParse(payload);
  if (!parsed.success) {
    throw new TokenRefused('令牌的声明缺失或无效(sub、exp、agency、role、scope) · A claim of the token is missing or unfit (sub, exp, agency, role, scope).');
  }
  const { sub, exp, agency: code, role = null, scope = '' } = parsed.data;
  const { record, endsAt } = presentAgency(code, role, now);
  const agreements = role === null ? agreementsOf(record.code, legalDate(now)) : [];
  return {
    agency: record.code,
    kind: record.kind,
    jurisdiction: record.jurisdiction,
    district: record.district,
    account: sub,
    role,
    agreements: agreements.map(({ id }) => id),
    principal: role ?? viewerClass(record.kind, agreements),
    pageLimit: scope.split(' ').includes('bulk') ? bulkPageLimit : pageLimit,
    expiresAt: Math.min((exp + clockSkewSeconds) * 1000, endsAt, ...agreements.map(({ until }) => startOf(until) + dayMs)),
  };
}

/** Midnight in Shanghai, where legal dates are calendar dates; no summer time since 1992. */
function startOf(day: string): number {
  return Date.parse(`${day}T00:00:00+08:00`);
}

const dayMs = 24 * 60 * 60 * 1000;

/**
 * The agency of a code, and the instant (milliseconds since 1970, Infinity for none) from which on it is no more.
 * Throws TokenRefused for one that is unknown, not yet or no longer there, and for a kind of agency as role.
 */
export function presentAgency(code: string, role: string | null, now: Date): { readonly record: AgencyRecord; readonly endsAt: number } {
  const record = agencyOfCode(code);
  if (!record) throw new TokenRefused(`未知机关 ${code} · Unknown agency ${code}. Next step: hub agencies lists the codes.`);
  const begins = record.validFrom ? startOf(record.validFrom) : -Infinity;
  const endsAt = record.validTo ? startOf(record.validTo) + dayMs : Infinity;
  if (now.getTime() < begins || now.getTime() >= endsAt) {
    throw new TokenRefused(`机关 ${code} 已撤销或尚未设立 · Agency ${code} does not exist on this day. Next step: use the code of its successor.`);
  }
  // A role that is called like a kind of agency would take that kind's rights instead of giving up its own.
  if (role !== null && isAgencyKind(role)) {
    throw new TokenRefused(`${role} 是机关类别，不是角色 · ${role} is a kind of agency, not a role. Next step: ask for a token without a role.`);
  }
  return { record, endsAt };
}
