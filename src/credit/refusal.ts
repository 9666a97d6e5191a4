/** Why nothing was written about a list or a case: a code, the clauses, and what to mend. */
export class ListRefusal extends Error {
  override readonly name = 'ListRefusal';

  constructor(
    readonly code: string,
    readonly clauses: readonly string[],
    readonly fields: readonly string[] = [],
  ) {
    super(code);
  }
}
