import type { Basis, Principal, Words } from './declaration.js';

/** What kind of thing tells more than the records themselves would. */
export type ReleaseForm = 'AGGREGATE' | 'GATE' | 'INTAKE' | 'EVENT';

/**
 * Something the hub says on purpose although it derives from what its receiver may not see. Declared beside what it
 * concerns; masks and digests are releases too, but stand in the declarations already. What is neither is a leak.
 */
export interface Release extends Basis {
  readonly form: ReleaseForm;
  /** Coordinates by which it leaves the hub. */
  readonly coordinates: readonly string[];
  /** To whom; empty for every viewer of the coordinates. */
  readonly viewers: readonly Principal[];
  /** What it tells, and what it does not. */
  readonly tells: Words;
  /** Why that is said. */
  readonly why: Words;
}
