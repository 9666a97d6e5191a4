import { createHash } from 'node:crypto';
import type { KeyRing } from '../access/key-ring.js';
import type { HubDatabase } from '../database/database.js';
import type { AgencyRecord } from '../measures/agencies.js';
import { legalDate, type Clock } from '../measures/clock.js';
import type { Finding } from './findings.js';
import { readHeader } from './header.js';
import { Intake } from './intake.js';
import { PermitKind } from './permit-kind.js';
import { loadPushProfile } from './profile.js';

/** One decision as the deciding bureau's own system delivers it. Dates are `YYYY-MM-DD`. */
export interface PushInput {
  /** The source's own version of this decision, rising with each change. */
  readonly sourceVersion: number;
  readonly documentNo: string;
  readonly documentPart?: number | null;
  readonly documentTitle?: string | null;
  readonly item: string;
  readonly permitKind?: string | null;
  readonly certificateName?: string | null;
  readonly certificateNo?: string | null;
  readonly holderName: string;
  readonly holderKind: string;
  readonly holderUscc?: string | null;
  readonly holderIdKind?: string | null;
  readonly holderIdNumber?: string | null;
  readonly legalRepresentative?: string | null;
  readonly location?: string | null;
  /** VALID, INVALID, REVOKED, CANCELLED, or REFUSED for a decision that grants nothing. */
  readonly state: string;
  readonly endedOn?: string | null;
  readonly decidedOn: string;
  readonly validFrom?: string | null;
  readonly validTo?: string | null;
  readonly content?: string | null;
  readonly remarks?: string | null;
}

export const pushFates = ['STORED', 'UPDATED', 'DUPLICATE', 'DOUBTFUL', 'REJECTED'] as const;
export type PushFate = (typeof pushFates)[number];

/** What became of a pushed decision: an answer also when it was not stored. */
export interface PushOutcome {
  readonly fate: PushFate;
  /** Reference of the batch whose ledger holds it. */
  readonly batch: string;
  /** When the decision was stored as it stands; for a duplicate the earlier time. Null when it is not stored. */
  readonly storedAt: Date | null;
  /** Reference of the doubt in the work list, for a doubtful one. */
  readonly doubt: string | null;
  readonly findings: readonly Finding[];
}

/** A push that came too late: another version is stored. */
export class PushVersionError extends Error {
  override readonly name = 'PushVersionError';

  constructor(
    /** PUSH_STALE: older than the stored one. PUSH_VERSION_CONFLICT: the same version with other content. */
    readonly code: 'PUSH_STALE' | 'PUSH_VERSION_CONFLICT',
    /** The version that is stored. */
    readonly currentVersion: number,
    reason: string,
  ) {
    super(`[${code}] ${reason}`);
  }
}

const fates: Readonly<Record<string, PushFate>> = {
  stored: 'STORED',
  updated: 'UPDATED',
  duplicate: 'DUPLICATE',
  doubtful: 'DOUBTFUL',
  rejected: 'REJECTED',
};

/**
 * Takes one decision of the pushing agency through the same engine, checks and ledger as a file: a batch of one row.
 * Idempotent by (organ, document number, part) and source version. Throws PushVersionError for a version that is not
 * newer than the stored one and says something else.
 */
export async function pushPermit(
  database: HubDatabase,
  keyRing: KeyRing,
  clock: Clock,
  agency: AgencyRecord,
  input: PushInput,
): Promise<PushOutcome> {
  const profile = { ...(await loadPushProfile()), jurisdiction: agency.jurisdiction };
  const given: Readonly<Record<string, string | number | null | undefined>> = { ...input, organ: agency.code };
  // A field that was not sent says nothing of what is stored; one sent as null empties it.
  const columns = profile.columns.filter(({ names: [name = ''], inHeader }) => inHeader && (given[name] !== undefined || name === 'documentPart'));
  const names = columns.map(({ names: [name = ''] }) => name);
  const sent = { ...profile, columns: profile.columns.map((column) => ({ ...column, inHeader: columns.includes(column) })) };
  const cells = names.map((name) => String(given[name] ?? ''));
  const digest = createHash('sha256').update(JSON.stringify([agency.code, names, cells])).digest('hex');
  const source = { header: readHeader(names, sent), file: `push ${agency.code}`, digest, mends: null, pushed: true };
  const { answer, batch } = await Intake.run(new PermitKind(sent, legalDate(clock.now())), { database, keyRing, clock }, source, async (intake) => {
    const row = intake.readRow({ line: 1, cells });
    const [only] = row ? await intake.write([row], intake.read) : [];
    return { answer: only, batch: (await intake.finish()).batch };
  });
  if (!answer) throw new Error('A pushed decision has no outcome.');
  const { outcome, doubt, before } = answer;
  for (const { code, reason } of outcome.findings) {
    if (code === 'STALE_VERSION') throw new PushVersionError('PUSH_STALE', before?.version ?? 0, reason);
    if (code === 'VERSION_CONFLICT') throw new PushVersionError('PUSH_VERSION_CONFLICT', before?.version ?? 0, reason);
  }
  const fate = fates[outcome.fate] ?? 'REJECTED';
  const storedAt = fate === 'STORED' || fate === 'UPDATED' ? clock.now() : fate === 'DUPLICATE' ? (before?.at ?? null) : null;
  return { fate, batch, storedAt, doubt: fate === 'DOUBTFUL' ? (doubt?.reference ?? null) : null, findings: outcome.findings };
}
