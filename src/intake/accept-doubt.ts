import { createHash } from 'node:crypto';
import { openDoubt, settleDoubt } from './doubts.js';
import type { Ledger } from './ledger.js';
import { PermitIntake, type IntakeTools } from './permit-intake.js';
import { loadProfile, pushProfile } from './profile.js';
import { readHeader } from './header.js';

/** Who settles a doubtful row and why. */
export interface DoubtDecision {
  /** Reference of the doubt. */
  readonly reference: string;
  /** The person or account that decides. */
  readonly by: string;
  readonly note: string | null;
}

/**
 * Accepts a doubtful row: it is stored by the same engine, as a batch of its own, and the doubt is closed in the same
 * transaction. What only made it doubtful no longer holds it back; a newer version of the source still
 * does, and leaves the doubt open.
 * Throws IntakeError IMPORT_DOUBT_UNKNOWN, IMPORT_DOUBT_SETTLED.
 */
export async function acceptDoubt(tools: IntakeTools, { reference, by, note }: DoubtDecision): Promise<Ledger> {
  const doubt = await openDoubt(tools.database.pool('concordat_writer'), tools.keyRing, reference);
  const profile = await loadProfile(pushProfile);
  const header = { ...readHeader(profile.columns.map(({ names }) => names[0] ?? ''), profile), stated: doubt.stated };
  const digest = createHash('sha256').update(reference).digest('hex');
  const source = { header, file: `doubt ${reference}`, digest, mends: doubt.batch };
  return PermitIntake.run(tools, source, async (intake) => {
    const row = intake.takeAccepted(doubt.permit);
    await intake.write([row], intake.read, async (client, [outcome]) => {
      // A row that a newer version has overtaken is not stored: the doubt stays open, the ledger says why.
      if (outcome?.step === 'store') await settleDoubt(client, reference, 'ACCEPTED', { by, at: tools.clock.now(), note });
    });
    return intake.finish();
  });
}

/** Refuses a doubtful row: it stays unstored, and the same row is rejected when it comes again. Errors as `acceptDoubt`. */
export async function refuseDoubt({ database, keyRing, clock }: IntakeTools, { reference, by, note }: DoubtDecision): Promise<void> {
  const pool = database.pool('concordat_writer');
  await openDoubt(pool, keyRing, reference);
  await settleDoubt(pool, reference, 'REFUSED', { by, at: clock.now(), note });
}
