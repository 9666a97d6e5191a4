import { z } from 'zod';
import { cellParserNames } from './cell-parsers.js';

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

/** What other fields of the row must hold: `filled`, `empty`, or one of the listed values (after value maps). All must fit. */
const conditionSchema = z.record(text, z.union([z.literal('filled'), z.literal('empty'), z.array(text).min(1)]));

const columnSchema = z.strictObject({
  /** What the column holds: one of `permitFields`, or a name of the profile's own. */
  field: z.string().regex(/^[A-Za-z][A-Za-z0-9]*$/),
  /** Headers under which it may stand; the first is the one findings are reported under. */
  names: z.array(text).min(1),
  parse: z.enum(cellParserNames).default('text'),
  /** A row without it is rejected. */
  required: z.boolean().default(false),
  requiredWhen: conditionSchema.optional(),
  /** A row that fills it all the same is rejected. */
  emptyWhen: conditionSchema.optional(),
  /** A file without it is refused; false for columns that only some files have. */
  inHeader: z.boolean().default(true),
  /** Longest permitted cell, in characters. */
  max: z.number().int().positive().default(4000),
  /** Taken where the cell is empty. */
  default: text.optional(),
  /** Written in front of a filled cell. */
  prefix: text.optional(),
  /** What the cell says → what is stored; a value that is not listed is rejected. */
  values: z.record(z.string(), text).optional(),
  /** Values that begin so are explained freely and pass as they are: 其他-xx. */
  explained: text.optional(),
  /** NAME_CHARS: refuses characters that no name holds. */
  check: z.enum(['NAME_CHARS']).optional(),
});

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

/** The shape of a profile; what the parts say to each other is checked by `profileFaults`. */
export const profileSchema = z.strictObject({
  profile: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: text,
  source: text.optional(),
  /** ISO 3166-2 code of the city or country, optionally with a GB/T 2260 city: CN-TJ, CN-FJ-350200, US. */
  jurisdiction: text,
  numbering: z.strictObject({
    /** The scheme in which document numbers are unique. */
    scheme: text,
    /** `one`: a number is one decision. `rows`: each row of a number is a part of it (joint applications). */
    parts: z.enum(['one', 'rows']).default('one'),
  }),
  holder: holderSchema,
  /** Cells that mean "nothing". */
  emptyMarks: z.array(text).default([]),
  /** Fields that are the same on every row. */
  constants: z.record(text, text).default({}),
  columns: z.array(columnSchema).min(1),
  /** Values of `status` that are decisions. */
  decisions: z.record(z.string(), decisionSchema),
  /** Values of `status` that are none, with the state of the application they stand for. */
  applications: z.record(z.string(), text).default({}),
  /** Fields put together from others: `{field}` is replaced by its value, or by – where it is empty. */
  texts: z.record(text, text).default({}),
});

/** How the columns of one kind of file become records: one YAML file each. */
export type Profile = z.infer<typeof profileSchema>;
export type ProfileColumn = z.infer<typeof columnSchema>;
export type ProfileCondition = z.infer<typeof conditionSchema>;
export type ProfileDecision = z.infer<typeof decisionSchema>;

/** Names of the fields in a text of `texts`. */
export function fieldsOfText(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
}
