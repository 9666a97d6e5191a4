import { z } from 'zod';
import { layoutShape } from './layout.js';

/**
 * Fields a profile may fill, from a column or a constant. Everything else a profile names is a field of its own: it may
 * take part in texts, conditions and the identity of a holder, and goes no further.
 */
export const permitFields = [
  'documentNo', 'documentPart', 'documentTitle', 'itemCode', 'itemName', 'certificateName', 'certificateNo', 'permitKind',
  'holderName', 'subjectKind', 'creditCode', 'registrationNo', 'organisationCode', 'taxNo', 'institutionNo', 'societyNo',
  'legalRepresentative', 'representativeIdKind', 'representativeIdNumber', 'holderIdKind', 'holderIdNumber',
  'organ', 'organName', 'organCode', 'districtCode', 'status', 'statusOn', 'decidedOn', 'validFrom', 'validTo', 'content',
  'remarks', 'sourceUnit', 'sourceUnitCode', 'sourceVersion',
] as const;

export type PermitField = (typeof permitFields)[number];

/** Kinds of holder, the values that `subjectKind` must come to. */
export const holderKinds = ['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON'] as const;

const text = z.string().min(1);

const decisionSchema = z.strictObject({
  outcome: z.enum(['GRANTED', 'REFUSED']),
  status: z.enum(['VALID', 'INVALID', 'REVOKED', 'CANCELLED']).optional(),
  /** True where somebody must look at the row before it is stored. */
  doubtful: z.boolean().default(false),
});

const holderSchema = z.discriminatedUnion('by', [
  z.strictObject({
    /** Matched by its registered codes; a holder without any belongs to its own document. */
    by: z.literal('code'),
    /** `column`: subjectKind says it. `codes`: what the row carries says it, for layouts without that column. */
    kind: z.enum(['column', 'codes']).default('column'),
  }),
  z.strictObject({
    /** A register without numbers of holders: the listed fields together name one, within `scheme`. */
    by: z.literal('name'),
    scheme: text,
    fields: z.array(text).min(1),
  }),
]);

/** The shape of a profile of permits; what the parts say to each other is checked by `permitFaults`. */
export const permitProfileSchema = z.strictObject({
  ...layoutShape,
  holds: z.literal('permits').default('permits'),
  /** ISO 3166-2 code of the city or country, optionally with a GB/T 2260 city: CN-TJ, CN-FJ-350200, US. */
  jurisdiction: text,
  numbering: z.strictObject({
    /** The scheme in which document numbers are unique. */
    scheme: text,
    /** `one`: a number is one decision. `rows`: each row of a number is a part of it (joint applications). */
    parts: z.enum(['one', 'rows']).default('one'),
  }),
  holder: holderSchema,
  /** Values of `status` that are decisions. */
  decisions: z.record(z.string(), decisionSchema),
  /** Values of `status` that are none, with the state of the application they stand for. */
  applications: z.record(z.string(), text).default({}),
});

/** How the columns of one kind of file become permits: one YAML file each. */
export type PermitProfile = z.infer<typeof permitProfileSchema>;
export type ProfileDecision = z.infer<typeof decisionSchema>;
