import { z } from 'zod';
import { dataFile, index, type Frozen } from '../data-file.js';

/** What a measure does to its subject. A sanction answers the black list, an incentive the red one (YZ-3.5a). */
export const measureKinds = ['SANCTION', 'INCENTIVE'] as const;

/**
 * Types of measures: those of YZ-3.5d, and those 人社部令第45号 is known to name (unconfirmed). The texts name no types of
 * incentives.
 */
export const measureTypes = ['INSPECTION', 'COERCION', 'PENALTY', 'PROCUREMENT', 'BIDDING', 'FINANCE', 'MARKET_ENTRY', 'TAX', 'AWARDS', 'TRAVEL', 'INCENTIVE'] as const;

const itemSchema = z
  .strictObject({
    code: z.string().regex(/^[A-Z]+(_[A-Z]+)+$/),
    kind: z.enum(measureKinds),
    type: z.enum(measureTypes),
    nameZh: z.string().min(1),
    nameEn: z.string().min(1),
    list: z.enum(['RED', 'BLACK']),
    jurisdictions: z.array(z.enum(['CN-TJ', 'CN-FJ-350200'])).min(1),
    subjectKinds: z.array(z.enum(['ORGANISATION', 'HOUSEHOLD_BUSINESS', 'NATURAL_PERSON'])).min(1),
    clauses: z.array(z.string()).min(1),
    /** The paper it is taken from, where that is none of the measures. */
    paper: z.string().nullable().default(null),
    /** False where the text of the paper itself was not seen. */
    confirmed: z.boolean(),
    /** Kinds of body that take it, and that cooperate, as far as the text names them. */
    responsible: z.array(z.string()),
    cooperating: z.array(z.string()),
  })
  .refine(({ kind, list }) => (kind === 'INCENTIVE') === (list === 'RED'), { error: 'an incentive answers the red list, a sanction the black one' });

/** An item of the catalogue of joint sanctions and incentives. */
export type JointMeasureItem = Frozen<z.output<typeof itemSchema>>;

/** The catalogue, in the order of its sources (YZ-3.5a, YZ-3.5d, XM-3.6.4b, 人社部令第45号). */
export const jointMeasureCatalogue: () => readonly JointMeasureItem[] = dataFile('joint-measures.yaml', z.array(itemSchema));

const byCode = index(jointMeasureCatalogue, ({ code }) => code);

/** The item of a code, or null. */
export function jointMeasureItemOf(code: string): JointMeasureItem | null {
  return byCode().get(code) ?? null;
}

/** Whether a measure of this item may rest on an entry of this list, about this kind of subject. */
export function answers(item: JointMeasureItem, entry: { readonly list: string; readonly jurisdiction: string; readonly subjectKind: string }): boolean {
  const among = (codes: readonly string[], code: string): boolean => codes.includes(code);
  return item.list === entry.list && among(item.jurisdictions, entry.jurisdiction) && among(item.subjectKinds, entry.subjectKind);
}
