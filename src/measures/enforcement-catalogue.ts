import { z } from 'zod';
import { dataFile, index, type Frozen } from './data-file.js';

/** LEVY (行政征收) is a category of SX-2 with no item in the catalogue. */
export const enforcementCategories = ['PENALTY', 'INSPECTION', 'COERCION', 'PERMIT', 'LEVY'] as const;
export type EnforcementCategory = (typeof enforcementCategories)[number];

const itemSchema = z.strictObject({
  code: z.string().regex(/^(CF|JC|QZ|XK)-\d{2}$/),
  category: z.enum(enforcementCategories),
  /** Number inside the category, as printed. */
  seq: z.int().positive(),
  nameZh: z.string(),
  nameEn: z.string(),
  /** Responsible departments (责任部门) as printed, and their codes. */
  responsible: z.array(z.string()).min(1),
  responsibleCodes: z.array(z.string()).min(1),
  /** SX-3.1.3.1a: 20; SX-3.1.3.1b: 7 for permits and penalties. */
  publishWithinWorkingDays: z.union([z.literal(7), z.literal(20)]),
  /** The permit item it decides or, where derived, is about. */
  permitItem: z.string().regex(/^P(0[1-9]|10)$/).nullable().default(null),
  permitItemIsDerived: z.boolean().default(false),
  /** When legal review is required (SX-3.3.2.1a, SX-3.3.2.1b). */
  legalReview: z.string(),
});

/** A kind of decision of the annex of SX: what is published, by whom and how soon. */
export type EnforcementItem = Frozen<z.output<typeof itemSchema>>;

/** The 56 items of the catalogue, in its order (SX-A.1, A-36). */
export const enforcementCatalogue: () => readonly EnforcementItem[] = dataFile('enforcement-catalogue.yaml', z.array(itemSchema));

const byCode = index(enforcementCatalogue, ({ code }) => code);

/** The item of a code, or null. */
export function enforcementItemOf(code: string): EnforcementItem | null {
  return byCode().get(code) ?? null;
}
