import { createHash } from 'node:crypto';
import { openDoubt, settleDoubt } from './doubts.js';
import type { Ledger } from './ledger.js';
import { Intake, type IntakeTools } from './intake.js';
import { IntakeError } from './intake-error.js';
import type { ListRecord } from './lists/list-record.js';
import { ListKind, listStatus } from './lists/list-kind.js';
import { PermitKind } from './permit-kind.js';
import { loadProfile, loadPushProfile, type Profile } from './profile.js';
import { readHeader } from './header.js';
import type { RecordKind } from './record-kind.js';
import { agencyOfCode } from '../measures/agencies.js';
import { legalDate } from '../measures/clock.js';

/** Who settles a doubtful row and why. */
export interface DoubtDecision {
  /** Reference of the doubt. */
  readonly reference: string;
  /** The person or account that decides. */
  readonly by: string;
  readonly note: string | null;
  /** Of two terms that official lists state, the one the row does not have holds; the other is kept beside it. */
  readonly otherTerm?: boolean;
}

/**
 * Accepts a doubtful row: it is stored by the same engine, as a batch of its own, and the doubt is closed in the same
 * transaction. What only made it doubtful no longer holds it back; a newer version of the source still
 * does, and leaves the doubt open.
 * Throws IntakeError IMPORT_DOUBT_UNKNOWN, IMPORT_DOUBT_SETTLED, IMPORT_DOUBT_ONE_TERM.
 */
export async function acceptDoubt(tools: IntakeTools, { reference, by, note, otherTerm = false }: DoubtDecision): Promise<Ledger> {
  const { record, stated, batch } = await openDoubt(tools.database.pool('concordat_writer'), tools.keyRing, reference);
  const at = tools.clock.now();
  const entry = record.kind === 'entry' && otherTerm ? withOtherTerm(record.entry) : null;
  if (otherTerm && !entry) {
    throw new IntakeError('IMPORT_DOUBT_ONE_TERM', {
      zh: '该存疑行没有另一组起止日期，请去掉 --term 后处理。',
      en: 'This doubtful row has no other term: leave --term out.',
    });
  }
  const digest = createHash('sha256').update(reference).digest('hex');
  const accept = <R>(kind: RecordKind<R>, profile: Profile, reading: R, status: string | null): Promise<Ledger> => {
    const header = { ...readHeader(profile.columns.map(({ names }) => names[0] ?? ''), profile), stated };
    return Intake.run(kind, tools, { header, file: `doubt ${reference}`, digest, mends: batch }, async (intake) => {
      await intake.write([intake.takeAccepted(reading, status)], intake.read, async (client, [outcome]) => {
        // A row that was overtaken, or that says otherwise than a stored entry, is not stored: the doubt stays open, the ledger says why.
        if (outcome?.step === 'store') await settleDoubt(client, reference, 'ACCEPTED', { by, at, note });
      });
      return intake.finish();
    });
  };
  if (record.kind === 'permit') {
    const profile = await loadPushProfile();
    return accept(new PermitKind(profile, legalDate(at)), profile, { kind: 'permit', permit: record.permit, doubts: [] }, record.permit.status);
  }
  const accepted = entry ?? record.entry;
  const organ = agencyOfCode(accepted.organ);
  if (!organ) throw new Error('A doubtful entry is of an agency that is not registered.');
  return accept(new ListKind(tools, organ, null), await loadProfile('credit-list'), { kind: 'entry', entry: accepted, doubts: [] }, listStatus(accepted));
}

/** Refuses a doubtful row: it stays unstored, and the same row is rejected when it comes again. Errors as `acceptDoubt`. */
export async function refuseDoubt({ database, keyRing, clock }: IntakeTools, { reference, by, note }: DoubtDecision): Promise<void> {
  const pool = database.pool('concordat_writer');
  await openDoubt(pool, keyRing, reference);
  await settleDoubt(pool, reference, 'REFUSED', { by, at: clock.now(), note });
}

/** The entry with the term of the other official list, and its own beside it; null where there is none. */
function withOtherTerm(entry: ListRecord): ListRecord | null {
  if (entry.origin !== 'ADOPTED' || !entry.otherTerm) return null;
  const { validFrom, validTo } = entry;
  return { ...entry, ...entry.otherTerm, otherTerm: { validFrom, validTo } };
}
