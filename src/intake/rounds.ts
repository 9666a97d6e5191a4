/**
 * Splits a list before each repetition of a key, in order: a statement over sets cannot store a row and then change it.
 * A null key is never a repetition.
 */
export function roundsOf<T>(list: readonly T[], keyOf: (entry: T) => string | null): readonly (readonly T[])[] {
  const all: T[][] = [];
  let keys = new Set<string>();
  for (const entry of list) {
    const key = keyOf(entry);
    const round = all.at(-1);
    if (round && (key === null || !keys.has(key))) round.push(entry);
    else {
      all.push([entry]);
      keys = new Set();
    }
    if (key !== null) keys.add(key);
  }
  return all;
}
