import { z } from 'zod';
import type { Finding } from './findings.js';

const text = z.string().nullable();

/** The holder or applicant a row names. Matched by `uscc` where there is one, else by its identifier; never by name. */
export const holderRecordSchema = z
  .object({
    kind: z.enum(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON']),
    name: z.string(),
    uscc: text,
    /** Set exactly when `uscc` is null: the scheme in which `identifier` is unique. */
    identifierScheme: text,
    identifier: text,
  })
  .readonly();

export type HolderRecord = z.infer<typeof holderRecordSchema>;

/** One decision as a row states it, ready to be stored. Dates are `YYYY-MM-DD`. A schema, because doubtful rows wait sealed. */
export const permitRecordSchema = z
  .object({
    jurisdiction: z.string(),
    item: z.string(),
    identifierScheme: z.string(),
    documentNo: z.string(),
    /** Null where the rows of a number are its parts: the writer numbers them, see `permit-parts.ts`. */
    documentPart: z.number().nullable(),
    documentTitle: text,
    certificateName: text,
    certificateNo: text,
    permitKind: text,
    holder: holderRecordSchema,
    decidedBy: z.string(),
    legalAuthority: z.string(),
    location: z.string(),
    district: z.string(),
    outcome: z.enum(['GRANTED', 'REFUSED']),
    status: z.enum(['VALID', 'INVALID', 'REVOKED', 'CANCELLED']).nullable(),
    decidedOn: z.string(),
    validFrom: text,
    validTo: text,
    content: text,
    legalRepresentative: text,
    remarks: text,
    /** Day of the revocation or cancellation that `status` states, where the source names it. */
    endedOn: text,
    /** Who delivered the row: the source unit where it is a registered agency, else the deciding organ. */
    sourceAgency: z.string(),
    /** The source's own version of the decision, where it counts versions. */
    sourceVersion: z.number().nullable(),
  })
  .readonly();

export type PermitRecord = z.infer<typeof permitRecordSchema>;

/** A row of a register that is no decision: received, withdrawn, sent back. */
export interface ApplicationRecord {
  readonly jurisdiction: string;
  readonly item: string;
  readonly identifierScheme: string;
  readonly applicationNo: string;
  /** As `PermitRecord.documentPart`. */
  readonly applicationPart: number | null;
  readonly applicant: HolderRecord;
  readonly state: string;
  readonly stateOn: string;
}

/** What a row turned out to be. A permit with doubts is complete, but somebody must look at it before it is stored. */
export type RowReading =
  | { readonly kind: 'permit'; readonly permit: PermitRecord; readonly doubts: readonly Finding[] }
  | { readonly kind: 'application'; readonly application: ApplicationRecord }
  | { readonly kind: 'rejected'; readonly findings: readonly Finding[] };
