import { z } from 'zod';
import { dataFile, index, type Frozen } from './data-file.js';

const rulingSchema = z.strictObject({
  id: z.string().regex(/^A-\d{2}$/),
  title: z.string(),
  /** Clauses it reads. */
  clauses: z.array(z.string()).min(1),
  problem: z.string(),
  ruling: z.string(),
  why: z.string(),
});

/** The project's final reading of an unclear passage, until a later document settles the point. */
export type Ruling = Frozen<z.output<typeof rulingSchema>>;

/** All 68 rulings, A-01 … A-70 (A-50 and A-62 are not used). */
export const allRulings: () => readonly Ruling[] = dataFile('rulings.yaml', z.array(rulingSchema));

const byId = index(allRulings, ({ id }) => id);

/** The ruling of an id, or null. */
export function rulingOf(id: string): Ruling | null {
  return byId().get(id) ?? null;
}
