import type { PermitRow, World } from './world.js';

/**
 * Rows B-01, B-02, B-05 to B-07, B-09, B-13, B-15 and B-16 of the boundary table as a slow, plain judgement of one row for one viewer. Written
 * from the table; it imports nothing of the boundary or the planner, so that it can contradict them.
 */
export interface Asker {
  readonly agency: string;
  readonly kind: string;
  readonly district: string | null;
  readonly role: string | null;
  /** An identity that may read pages of up to 1,000; it sees nothing more on them. */
  readonly bulk?: boolean;
  /** What is declared with the request; a purpose counts only with the number of its case. */
  readonly purpose?: string;
  readonly caseNo?: string;
}

/** What a viewer may read of a permit: PERMIT_BASIC, and of its own decisions the whole record with masked names. */
export type Sight = 'hidden' | 'basic' | 'record';

/** Items district bodies share among themselves (B-06). */
const sharedItems = ['P02', 'P03', 'P04', 'P08', 'P09', 'P10'];
/** Deciding bureaus of B-01 and B-13; the municipal bureaus read by B-07 and B-15. */
const decidingKinds = ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'];
const anyItem = /^P(0[1-9]|10)$/;

export function sight(asker: Asker, permit: Pick<PermitRow, 'jurisdiction' | 'item' | 'decided_by' | 'district'>): Sight {
  if (asker.role !== null) return 'hidden'; // none of these rows names a role; a role never adds to the agency's rights
  if (permit.jurisdiction !== 'CN-TJ') return 'hidden'; // B-54, B-55: the table speaks of Tianjin's permits
  if (decidingKinds.includes(asker.kind) && permit.decided_by === asker.agency) return 'record'; // B-01, B-13
  const ownDistrict = asker.district !== null && permit.district === asker.district;
  if (asker.kind === 'DISTRICT_HRSS' && ownDistrict && permit.item === 'P01') return 'basic'; // B-02, A-63
  if ((asker.kind === 'DISTRICT_HRSS' || asker.kind === 'DISTRICT_APPROVAL') && ownDistrict && sharedItems.includes(permit.item)) {
    return 'basic'; // B-06
  }
  if (asker.kind === 'DISTRICT_HRSS' && ownDistrict && ['P05', 'P06'].includes(permit.item)) return 'basic'; // B-09
  if (asker.kind === 'JINBAO' && ['P05', 'P06'].includes(permit.item)) return 'basic'; // B-09
  // B-07: any item of the closed list of ten; B-15: P07 as one of the two authorities since 2020-04-15.
  if (asker.kind === 'MUNI_HRSS' && anyItem.test(permit.item)) return 'basic';
  if (asker.kind === 'MUNI_STB' && permit.item === 'P07') return 'basic';
  // B-16: nobody else sees a foreigner's permit.
  return 'hidden';
}

/** Whether any of these rows gives this viewer anything at all. */
export function hasRights(asker: Asker): boolean {
  return asker.role === null && [...decidingKinds, 'DISTRICT_HRSS', 'JINBAO', 'MUNI_HRSS', 'MUNI_STB'].includes(asker.kind);
}

/** Whether the viewer reads the decision record of some permits (its own). */
export function ownsDecisions(asker: Asker): boolean {
  return asker.role === null && decidingKinds.includes(asker.kind);
}

/** Whether the viewer reads a field of its own decisions on every row it sees, so that it may filter by it (L-01). */
export function fullyReads(asker: Asker, field: string): boolean {
  return asker.role === null && ['content', 'revision', 'identityMask'].includes(field) && ['BINHAI_APPROVAL', 'FTZ_APPROVAL'].includes(asker.kind);
}

/** Whether the viewer may check for duplicates: the approval bureaus of B-01. */
export function checksDuplicates(asker: Asker): boolean {
  return asker.role === null && ['DISTRICT_APPROVAL', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'].includes(asker.kind);
}

/** Whether the viewer learns how many certificate numbers are used: the supplier of the template and the issuers (B-22). */
export function countsCertificates(asker: Asker): boolean {
  return asker.role === null && ['MUNI_HRSS', 'BINHAI_APPROVAL', 'FTZ_APPROVAL'].includes(asker.kind);
}

/** Purposes for which the deciding bureau reads personal data of its own decisions as they are (B-01, B-13). */
export function readsPersonalData({ purpose = '', caseNo = '' }: Asker): boolean {
  return caseNo !== '' && ['CASE_HANDLING', 'SUPERVISION', 'ENFORCEMENT'].includes(purpose);
}

/** Family name only, whatever the length of the name. */
export function familyNameOnly(name: string | null): string | null {
  if (name === null) return null;
  const [first = '*'] = name;
  return `${first}**`;
}

/** The rows a viewer may see, newest decision first, ties by the internal number. */
export function visiblePermits(asker: Asker, world: World): PermitRow[] {
  return world.permits
    .filter((permit) => sight(asker, permit) !== 'hidden')
    .sort((a, b) => (a.decided_on === b.decided_on ? b.id - a.id : a.decided_on < b.decided_on ? 1 : -1));
}
