import { z } from 'zod';
import { dataFile, index, type Frozen } from './data-file.js';

/** Where inspectors are drawn from: 行政执法人员库 or 业务检查人员库 (XM-3.3a, XM-3.5.6.2a). */
export const inspectorPools = ['ENFORCEMENT', 'BUSINESS'] as const;
export type InspectorPool = (typeof inspectorPools)[number];

/** What may stand in the directory an item draws from (XM-3.2b). */
export const supervisedObjectKinds = ['ORGANISATION', 'NATURAL_PERSON', 'ORGANISATION_OR_PERSON'] as const;
export type SupervisedObjectKind = (typeof supervisedObjectKinds)[number];

const itemSchema = z.strictObject({
  /** 1 … 23, through all classes. */
  seq: z.int().positive(),
  class: z.int().min(1).max(3),
  classZh: z.string(),
  nameZh: z.string(),
  nameEn: z.string(),
  inspectorPool: z.enum(inspectorPools),
  objectKind: z.enum(supervisedObjectKinds),
  /** Unnamed in the source; sub-codes are 6.1 … 6.7. */
  subItemCount: z.int().positive().nullable().default(null),
  /** A label, never a rule: the cities are apart. */
  tianjinPermit: z.string().regex(/^P(0[1-9]|10)$/).nullable().default(null),
});

/** An item under supervision in Xiamen. */
export type SupervisionItem = Frozen<z.output<typeof itemSchema>>;

/** The 23 items of XM-3.1a in three classes: XM-3.1.1 (6), XM-3.1.2 (8), XM-3.1.3 (9). */
export const supervisionItems: () => readonly SupervisionItem[] = dataFile('supervision-items.yaml', z.array(itemSchema));

const bySeq = index(supervisionItems, ({ seq }) => seq);

/** The item of a number, or null. */
export function supervisionItemOf(seq: number): SupervisionItem | null {
  return bySeq().get(seq) ?? null;
}
