import type { Basis, Boundary } from './declaration.js';
import { byDefault } from './policy.js';
import type { Release } from './release.js';

/** Every legal ground that stands in declarations and releases, with the default denial: what the account of the table is made of. */
export function groundsOf(declarations: readonly Boundary[], releases: readonly Release[]): readonly Basis[] {
  const declared = declarations.flatMap((declaration): readonly Basis[] => {
    if (declaration.form === 'record') return [...declaration.relations, ...(declaration.byAgreement ? [declaration.byAgreement] : []), ...(declaration.never ?? [])];
    return declaration.form === 'open' || declaration.form === 'operation' || declaration.form === 'aggregate' ? [declaration] : [];
  });
  return [...declared, byDefault, ...releases];
}
