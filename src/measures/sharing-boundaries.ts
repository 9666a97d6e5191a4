import { z } from 'zod';
import { dataFile, index, type Frozen } from './data-file.js';

const rowSchema = z.strictObject({
  id: z.string().regex(/^B-\d{2}$/),
  /** The group of data. */
  group: z.string(),
  /** Who receives it: codes of the vocabulary in capitals, plain words otherwise. */
  agency: z.string(),
  /** How much of it: FULL, FULL + push, FIELDS, MASKED, AGGREGATE, NONE and others in words. */
  level: z.string(),
  condition: z.string(),
  withheld: z.string(),
  clauses: z.array(z.string()).min(1),
  /** TEXT: the clause itself names who receives or must withhold. DERIVED: the whole row is a reading. */
  basis: z.enum(['TEXT', 'DERIVED']),
});

/** A row of the boundary table. What no row grants is withheld. */
export type SharingBoundaryRow = Frozen<z.output<typeof rowSchema>>;

/** The boundary table, B-01 … B-56. */
export const sharingBoundaries: () => readonly SharingBoundaryRow[] = dataFile('sharing-boundaries.yaml', z.array(rowSchema));

const byId = index(sharingBoundaries, ({ id }) => id);

/** The row of an id, or null. */
export function sharingBoundaryOf(id: string): SharingBoundaryRow | null {
  return byId().get(id) ?? null;
}
