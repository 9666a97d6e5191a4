/** An enum of codes: each stands for itself, as in the schema. */
export function codes<const T extends string>(...names: readonly T[]): { readonly [K in T]: K } {
  return Object.fromEntries(names.map((name) => [name, name])) as { readonly [K in T]: K };
}
