import type { Agreement } from '../measures/agreements.js';
import { full, type Principal, type RecordBoundary, type RelationDeclaration } from './declaration.js';

/** The viewer class of an agency of `kind` with these agreements (by id): the kind alone where there are none. */
export function viewerClass(kind: Principal, agreements: readonly Pick<Agreement, 'id'>[]): Principal {
  return [kind, ...agreements.map(({ id }) => id).sort()].join('_');
}

/**
 * The relation *by agreement*: the offer of the record's declaration, narrowed to the rows, groups and purposes of one
 * registered agreement. `party`: viewer class of the receiving bureau. Throws where the agreement goes beyond the offer.
 */
export function agreementRelation(record: RecordBoundary, agreement: Agreement, party: Principal): RelationDeclaration {
  const offer = record.byAgreement;
  const groups = agreement.groups.filter((group) => !offer?.groups.includes(group));
  if (!offer || groups.length > 0) throw beyond(record, agreement, groups);
  for (const [property, codes] of Object.entries(agreement.rows)) {
    const offered = offer.where[property];
    if (offered && !('oneOf' in offered && codes.every((code) => offered.oneOf.includes(code)))) throw beyond(record, agreement, [property]);
  }
  return {
    // Part of the names of views and roles, of which PostgreSQL keeps 63 characters.
    relation: `by_${agreement.id.toLowerCase()}`,
    zh: agreement.zh,
    en: agreement.en,
    viewers: [party],
    where: { ...offer.where, ...Object.fromEntries(Object.entries(agreement.rows).map(([property, codes]) => [property, { oneOf: codes }])) },
    sees: Object.fromEntries(agreement.groups.map((group) => [group, full])),
    purposes: agreement.purposes,
    rows: offer.rows,
    clauses: offer.clauses,
  };
}

function beyond(record: RecordBoundary, { id }: Agreement, what: readonly string[]): Error {
  return new Error(`Boundary: agreement ${id} goes beyond what ${record.type} offers (${what.join(', ')})`);
}
