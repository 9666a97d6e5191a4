import { z } from 'zod';
import { openSchemes, personalSchemes } from '../subjects/identifiers/schemes.js';
import type { Finding } from './findings.js';

const text = z.string().nullable();

/** The holder or applicant a row names, as `HolderRecord` of the subjects. */
const holderRecordSchema = z
  .object({
    kind: z.enum(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON']),
    name: z.string(),
    uscc: text,
    identifierScheme: text,
    identifier: text,
    identifiers: z.array(z.object({ scheme: z.enum([...openSchemes, ...personalSchemes]), value: z.string() })).readonly(),
  })
  .readonly();

export type RowHolder = z.infer<typeof holderRecordSchema>;

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
    /** Identity numbers the row states beside the holder's own, one of each role. */
    identityNumbers: z
      .array(z.object({ role: z.enum(['LEGAL_REPRESENTATIVE', 'HOLDER']), scheme: z.enum(personalSchemes), value: z.string() }))
      .readonly(),
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
  readonly applicant: RowHolder;
  readonly state: string;
  readonly stateOn: string;
}

/** What a row turned out to be. A permit with doubts is complete, but somebody must look at it before it is stored. */
export type RowReading =
  | { readonly kind: 'permit'; readonly permit: PermitRecord; readonly doubts: readonly Finding[] }
  | { readonly kind: 'application'; readonly application: ApplicationRecord }
  | { readonly kind: 'rejected'; readonly findings: readonly Finding[] };
