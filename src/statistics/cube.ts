/**
 * Where a cell stands in a cube: one value per dimension in the declared order; `undefined` where the dimension is summed
 * over, null where the record has none.
 */
export type Place = readonly (string | null | undefined)[];

/** What is counted of a cell. Numbers stand in the order of `measures`: holders, records, then the declared sums. */
export interface CountedCell {
  readonly place: Place;
  readonly totals: readonly number[];
  /** Per number, what the two units with the largest share have of it. */
  readonly largest: readonly (readonly [number, number])[];
}

/** Position of the number of protected units and of records in `totals`; sums follow. */
export const holdersAt = 0;
export const countAt = 1;

/** A total and the cells it falls into along one dimension. */
export interface Family {
  readonly parent: number;
  readonly children: readonly number[];
}

/** The families of a complete cube, by position of its cells. Cells in which nobody is are in none. */
export function familiesOf(cells: readonly Pick<CountedCell, 'place'>[]): readonly Family[] {
  const at = new Map(cells.map(({ place }, i) => [keyOf(place), i]));
  const families = new Map<string, { readonly parent: number; readonly children: number[] }>();
  cells.forEach(({ place }, child) => {
    place.forEach((value, dimension) => {
      if (value === undefined) return;
      const above = keyOf(place.map((other, i) => (i === dimension ? undefined : other)));
      const parent = at.get(above);
      if (parent === undefined) throw new Error(`Statistics: the cube has no total ${above}`);
      const family = families.get(`${dimension} ${above}`) ?? { parent, children: [] };
      family.children.push(child);
      families.set(`${dimension} ${above}`, family);
    });
  });
  return [...families.values()];
}

/** A place as text; null and "summed over" differ. */
export function keyOf(place: Place): string {
  return JSON.stringify(place.map((value) => (value === undefined ? [] : [value])));
}
