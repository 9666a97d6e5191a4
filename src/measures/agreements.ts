import { z } from 'zod';
import { dataFile, type Frozen } from './data-file.js';
import { isLegalDate } from './clock.js';
import { isPurpose, type Purpose } from './purposes.js';

const day = z.string().refine(isLegalDate, 'a calendar date, YYYY-MM-DD');

const agreementSchema = z.strictObject({
  /** Part of the name of the database roles of its party, hence short and plain. */
  id: z.string().regex(/^[A-Z][A-Z0-9_]{0,11}$/),
  zh: z.string(),
  en: z.string(),
  /** Agency code of the bureau that receives. */
  party: z.string(),
  /** Record type, for example Permit. */
  type: z.string(),
  groups: z.array(z.string()).min(1),
  /** Property → codes: rows outside are not part of it. */
  rows: z.record(z.string(), z.array(z.string()).min(1)).default({}),
  purposes: z.array(z.custom<Purpose>(isPurpose, 'a purpose of the controlled list')).min(1),
  from: day,
  until: day,
});

/** A registered sharing agreement: which groups of which rows one bureau receives, for which purposes, and how long. */
export type Agreement = Frozen<z.output<typeof agreementSchema>>;

/** All registered agreements, of all times (YZ-2.9.2b, B-54). */
export const agreements: () => readonly Agreement[] = dataFile('agreements.yaml', z.array(agreementSchema));

/** The agreements an agency is party to on a day (`YYYY-MM-DD`), by id. */
export function agreementsOf(agency: string, on: string, all: readonly Agreement[] = agreements()): readonly Agreement[] {
  return all
    .filter(({ party, from, until }) => party === agency && from <= on && on <= until)
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}
