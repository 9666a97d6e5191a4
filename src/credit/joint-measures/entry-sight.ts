import type { Condition } from '../../boundary/declaration.js';
import { isActiveOn, type AgencyRecord } from '../../measures/agencies.js';
import { listBoundaries } from '../lists/boundary.js';
import { listingOrgans } from '../organs.js';

/** What the boundary of entries looks at, by property. */
export type SeenEntry = Readonly<Record<string, string | null>>;

const sanctioningKinds: ReadonlySet<string> = new Set(listingOrgans);

/**
 * Whether an organ may take measures on an entry: it is one that lists and sanctions, and some relation of the boundary of
 * entries (B-38, B-40) shows the entry to it on this day. So a measure tells no bureau of an entry it could not see, and
 * a partner bureau takes part once an agreement shows it the lists (B-54), which none does so far.
 */
export function maySanction(agency: AgencyRecord, entry: SeenEntry, today: string): boolean {
  const relations = listBoundaries.flatMap((boundary) => (boundary.form === 'record' && boundary.type === 'ListEntry' ? boundary.relations : []));
  return (
    sanctioningKinds.has(agency.kind) &&
    isActiveOn(agency, today) &&
    relations.some(({ viewers, where, purposes }) => viewers.includes(agency.kind) && !purposes && Object.entries(where).every(([property, condition]) => meets(valueOf(entry, property), condition, agency, today)))
  );
}

function meets(value: string | null, condition: Condition, agency: AgencyRecord, today: string): boolean {
  if ('viewer' in condition) return value !== null && value === (condition.viewer === 'agency' ? agency.code : agency.district);
  if ('oneOf' in condition) return value !== null && condition.oneOf.includes(value);
  return condition.day === 'open' ? value === null || value > today : value !== null && value <= today;
}

function valueOf(entry: SeenEntry, property: string): string | null {
  const value = entry[property];
  if (value === undefined) throw new Error(`the boundary of entries asks for '${property}', which joint measures do not read`);
  return value;
}
