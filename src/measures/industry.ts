import { z } from 'zod';
import { dataFile, type Frozen } from './data-file.js';

const twoDigits = z.string().regex(/^\d{2}$/);
const rowNumber = z.int().min(1).max(21);

const fileSchema = z.strictObject({
  version: z.string(),
  sections: z.array(
    z.strictObject({
      code: z.string().regex(/^[A-T]$/),
      nameZh: z.string(),
      nameEn: z.string(),
      /** First and last two-digit division of the section. */
      first: twoDigits,
      last: twoDigits,
      /** Row of Form 2. */
      row: rowNumber,
    }),
  ),
  rows: z.array(z.strictObject({ row: rowNumber, labelZh: z.string() })),
  splits: z.array(
    z.strictObject({
      division: z.string().regex(/^[A-T]\d{2}$/),
      nameZh: z.string(),
      row: rowNumber,
      doubtful: z.boolean(),
      reason: z.string(),
    }),
  ),
});

export type IndustrySection = Frozen<z.output<typeof fileSchema>>['sections'][number];
export type Form2Split = Frozen<z.output<typeof fileSchema>>['splits'][number];

/** Sections of GB/T 4754-2017, the rows of Form 2 (XT-A2.4), and the divisions that do not follow their section. */
export const industry = dataFile('industry.yaml', fileSchema);

/** The row of Form 2 an industry goes to, and why. */
export interface Form2Choice {
  readonly row: number;
  readonly labelZh: string;
  /** SPLIT: the division is listed by itself; SECTION: it follows its section; FILER: the filer chose the row. */
  readonly by: 'SPLIT' | 'SECTION' | 'FILER';
  /** Part of the division stood elsewhere in the edition the form is worded after. */
  readonly doubtful: boolean;
  /** Why a split or the filer's choice; null where the section decides. */
  readonly reason: string | null;
  /** Stored with the filing, so that an old one can be read by its own mapping. */
  readonly mappingVersion: string;
}

/**
 * The row of Form 2 for an industry code of GB/T 4754-2017: section, optionally with division and anything finer
 * (`L`, `L72`, `L7263`). The division decides where it is listed by itself, else the section; a filer may choose another
 * of the rows 2 … 21 and give the reason. Throws RangeError for a code, row or reason that is none.
 */
export function form2Row(code: string, filer?: { readonly row: number; readonly reason: string }): Form2Choice {
  const { sections, splits, rows, version: mappingVersion } = industry();
  const [, letter, division] = /^([A-T])(?:(\d{2})\d{0,2})?$/.exec(code) ?? [];
  const section = sections.find((candidate) => candidate.code === letter);
  if (!section || (division !== undefined && (division < section.first || division > section.last))) {
    throw new RangeError(`国民经济行业代码无效 · Not a code of GB/T 4754-2017: ${code}.`);
  }
  const labelOf = (row: number): string | null => rows.find((candidate) => candidate.row === row && row > 1)?.labelZh ?? null;
  const split = splits.find((candidate) => candidate.division === `${section.code}${division ?? ''}`);
  const chosen = filer ?? split;
  const row = chosen?.row ?? section.row;
  const labelZh = labelOf(row);
  if (labelZh === null || filer?.reason.trim() === '') {
    throw new RangeError('改列他行须在第 2 至 21 行并说明理由 · Another row is one of 2 to 21, with a reason.');
  }
  return {
    row,
    labelZh,
    by: filer ? 'FILER' : split ? 'SPLIT' : 'SECTION',
    doubtful: split?.doubtful ?? false,
    reason: chosen?.reason ?? null,
    mappingVersion,
  };
}
