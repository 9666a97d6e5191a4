import { z } from 'zod';
import { dataFile, type Frozen } from './data-file.js';
import { sharingBoundaries } from './sharing-boundaries.js';

const row = z.string().regex(/^B-\d{2}$/);
const words = { zh: z.string().min(1), en: z.string().min(1) };

const coverageSchema = z
  .strictObject({
    capabilities: z.record(z.string(), z.strictObject(words)),
    /** Rows about records the hub does not hold yet. */
    pending: z.array(z.strictObject({ row, capability: z.string(), ...words })),
    /** Declared rows of which a part waits. */
    partly: z.array(z.strictObject({ row, capability: z.string(), ...words })),
    /** Clauses a declaration rests on beside those of its table row, with the reason. */
    further: z.array(z.strictObject({ row, clause: z.string(), ...words })),
  })
  .refine(({ capabilities, pending, partly }) => [...pending, ...partly].every(({ capability }) => Object.hasOwn(capabilities, capability)), {
    error: 'a row names a capability that is not listed',
  });

/** How far the boundary table is declared; see `boundary-coverage.yaml`. */
export type BoundaryCoverage = Frozen<z.output<typeof coverageSchema>>;

export const boundaryCoverage: () => BoundaryCoverage = dataFile('boundary-coverage.yaml', coverageSchema);

/** A rule with its legal ground, as far as the account of the table looks at it. */
export interface Grounded {
  readonly rows: readonly string[];
  readonly clauses: readonly string[];
}

/** The account of the boundary table: which rows are declared, which wait, and what does not add up. */
export interface TableAccount {
  readonly declared: readonly string[];
  readonly pending: BoundaryCoverage['pending'];
  readonly total: number;
  /** Rows that are neither declared nor pending, both, or not in the table; clauses nobody explains. Empty when sound. */
  readonly faults: readonly string[];
}

/** Holds declared and pending rows against the table, and the clauses of declarations against those of their rows. */
export function accountOf(grounds: readonly Grounded[], coverage: BoundaryCoverage = boundaryCoverage()): TableAccount {
  const table = new Map(sharingBoundaries().map((entry) => [entry.id, entry]));
  const declared = [...new Set(grounds.flatMap(({ rows }) => rows))].sort();
  const pending = new Set(coverage.pending.map((entry) => entry.row));
  const explained = new Set(coverage.further.map((entry) => `${entry.row} ${entry.clause}`));
  const faults = [
    ...[...table.keys()].filter((id) => !declared.includes(id) && !pending.has(id)).map((id) => `${id} is neither declared nor pending`),
    ...declared.filter((id) => pending.has(id)).map((id) => `${id} is declared and pending`),
    ...[...declared, ...pending].filter((id) => !table.has(id)).map((id) => `${id} is no row of the table`),
    ...grounds.flatMap(({ rows, clauses }) =>
      clauses
        .filter((clause) => rows.length > 0 && !clause.startsWith('A-'))
        .filter((clause) => !rows.some((id) => table.get(id)?.clauses.includes(clause) === true || explained.has(`${id} ${clause}`)))
        .map((clause) => `${clause} is no clause of ${rows.join(', ')} and not explained`),
    ),
  ];
  return { declared, pending: coverage.pending, total: table.size, faults: [...new Set(faults)] };
}
