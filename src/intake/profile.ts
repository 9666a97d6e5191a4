import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { cellParserNames } from './cell-parsers.js';
import { IntakeError } from './intake-error.js';

/** The profile of an import that names none: the national layout of permits, 28 columns (发改办财金〔2018〕424号). */
export const defaultProfile = 'national-permit-2018';

const columnSchema = z.strictObject({
  /** Name by which the reader of the rows asks for it. */
  field: z.string(),
  /** Headers under which it may stand; the first is the one faults are reported under. */
  names: z.array(z.string()).min(1),
  parse: z.enum(cellParserNames),
  /** A row without it is rejected. */
  required: z.boolean().default(false),
  /** A file without it is refused; false for the extra columns that platforms add. */
  inHeader: z.boolean().default(true),
  /** Longest permitted cell, in characters. */
  max: z.number().int().positive(),
});

const commonShape = {
  profile: z.string(),
  title: z.string(),
  source: z.string(),
  /** Cells that mean "nothing". */
  emptyMarks: z.array(z.string()),
  columns: z.array(columnSchema).min(1),
};

const valueMap = <T extends z.ZodType>(values: T) => z.record(z.string(), values);

const nationalSchema = z.strictObject({
  ...commonShape,
  reader: z.literal('national-permit'),
  constants: z.strictObject({ jurisdiction: z.string(), identifierScheme: z.string() }),
  values: z.strictObject({
    subjectKind: valueMap(z.enum(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON'])),
    permitKind: valueMap(z.string()),
    /** Kinds that begin so are explained freely: 其他-xx. */
    permitKindPrefix: z.string(),
    status: valueMap(z.enum(['VALID', 'INVALID'])),
  }),
});

const foreignSchema = z.strictObject({
  ...commonShape,
  reader: z.literal('foreign-register'),
  constants: z.strictObject({
    jurisdiction: z.string(),
    item: z.string(),
    identifierScheme: z.string(),
    decidedBy: z.string(),
    holderScheme: z.string(),
    /** Put before the state of the holder to give location and district. */
    locationPrefix: z.string(),
  }),
  values: z.strictObject({
    /** Statuses that are decisions. */
    outcome: valueMap(z.enum(['GRANTED', 'REFUSED'])),
    /** Statuses that are none, with the state of the application they stand for. */
    applicationState: valueMap(z.string()),
  }),
});

const profileSchema = z.discriminatedUnion('reader', [nationalSchema, foreignSchema]);

export type ProfileColumn = z.infer<typeof columnSchema>;
export type NationalProfile = z.infer<typeof nationalSchema>;
export type ForeignProfile = z.infer<typeof foreignSchema>;
/** How the columns of one kind of file become records. One YAML file in src/intake/profiles each. */
export type Profile = z.infer<typeof profileSchema>;

// This module runs as dist/src/intake/profile.js; the YAML files stay with the sources, three folders up.
const folder = new URL('../../../src/intake/profiles/', import.meta.url);

/** Reads a profile by name. Throws IntakeError IMPORT_PROFILE_UNKNOWN or IMPORT_PROFILE_INVALID. */
export async function loadProfile(name: string): Promise<Profile> {
  const text = /^[a-z0-9-]+$/.test(name) ? await readFile(new URL(`${name}.yaml`, folder), 'utf8').catch(() => null) : null;
  if (text === null) {
    throw new IntakeError('IMPORT_PROFILE_UNKNOWN', {
      zh: '没有这个导入配置。请使用 src/intake/profiles 中的名称，例如 national-permit-2018。',
      en: 'There is no such import profile. Use a name of src/intake/profiles, for example national-permit-2018.',
    });
  }
  try {
    return profileSchema.parse(parse(text));
  } catch (cause) {
    throw new IntakeError(
      'IMPORT_PROFILE_INVALID',
      {
        zh: `导入配置 ${name} 不符合规则，请更正该文件：${String(cause)}`,
        en: `The import profile ${name} does not follow the rules of profiles: correct the file.`,
      },
      { cause },
    );
  }
}
