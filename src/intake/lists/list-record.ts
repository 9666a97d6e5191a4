import { z } from 'zod';
import { holderKinds } from '../profile-schema.js';

const text = z.string().nullable();

const entry = {
  organ: z.string(),
  jurisdiction: z.string(),
  /** Without the organ's code. */
  number: z.string(),
  list: z.enum(['RED', 'BLACK', 'JUDGMENT_DEBTOR']),
  ground: z.string(),
  legalBasis: z.string(),
  documentNo: z.string(),
  severity: z.enum(['MINOR', 'ORDINARY', 'SERIOUS']).nullable(),
  reason: z.string(),
  district: text,
  subjectKind: z.enum(holderKinds),
  subjectName: z.string(),
  subjectCode: text,
  validFrom: z.string(),
  /** Null for an entry without end. */
  validTo: text,
};

/** How an entry left the list. */
const endSchema = z
  .object({
    kind: z.enum(['REPAIRED', 'REVOKED', 'EXPIRED']),
    on: z.string(),
    documentNo: text,
    note: text,
  })
  .readonly();

const proposedSchema = z
  .object({
    origin: z.literal('PROPOSED'),
    ...entry,
    informedOn: z.string(),
    defenceUntil: z.string(),
    heard: z.boolean(),
    decidedOn: z.string(),
    publishedOn: z.string(),
    repairFrom: text,
    end: endSchema.nullable(),
  })
  .readonly();

const adoptedSchema = z
  .object({
    origin: z.literal('ADOPTED'),
    ...entry,
    /** The scheme in which the register's own naming of a subject is unique, and that naming. */
    subjectScheme: z.string(),
    subjectIdentifier: z.string(),
    /** The official lists that carry it. */
    sources: z.array(z.string()).readonly(),
    note: text,
    revoked: z.boolean(),
    /** The term another official list states. */
    otherTerm: z.object({ validFrom: z.string(), validTo: text }).readonly().nullable(),
  })
  .readonly();

/** One entry as a row states it, ready to be stored. Days are `YYYY-MM-DD`. A schema, because doubtful rows wait sealed. */
export const listRecordSchema = z.discriminatedUnion('origin', [proposedSchema, adoptedSchema]);

export type ListRecord = z.infer<typeof listRecordSchema>;
/** An entry of an organ of ours, which was told of, decided and published. */
export type ProposedRecord = z.infer<typeof proposedSchema>;
/** An entry of an official register of another jurisdiction. */
export type AdoptedRecord = z.infer<typeof adoptedSchema>;
export type ListEnd = z.infer<typeof endSchema>;
