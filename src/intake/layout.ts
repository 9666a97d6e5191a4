import { z } from 'zod';
import { cellParserNames } from './cell-parsers.js';

const text = z.string().min(1);

/** What other fields of the row must hold: `filled`, `empty`, or one of the listed values (after value maps). All must fit. */
const conditionSchema = z.record(text, z.union([z.literal('filled'), z.literal('empty'), z.array(text).min(1)]));

const columnSchema = z.strictObject({
  /** What the column holds: a field of its record kind, or a name of the profile's own. */
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

/** What every profile says, whatever its rows become: the columns of a file and how their cells are read. */
export const layoutShape = {
  profile: z.string().regex(/^[a-z0-9][a-z0-9-]*$/),
  title: text,
  source: text.optional(),
  /** Cells that mean "nothing". */
  emptyMarks: z.array(text).default([]),
  /** Fields that are the same on every row. */
  constants: z.record(text, text).default({}),
  columns: z.array(columnSchema).min(1),
  /** Fields put together from others: `{field}` is replaced by its value, or by – where it is empty. */
  texts: z.record(text, text).default({}),
};

/** The part of a profile that header and cells are read by. */
export type Layout = z.infer<z.ZodObject<typeof layoutShape>>;
export type ProfileColumn = z.infer<typeof columnSchema>;
export type ProfileCondition = z.infer<typeof conditionSchema>;

/** Names of the fields in a text of `texts`. */
export function fieldsOfText(template: string): readonly string[] {
  return [...template.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name ?? '');
}
