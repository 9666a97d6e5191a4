import type { PermitRow, SubjectRow, World } from './world.js';

/** A permit with plain cells; what a test is about is given, everything else is the same for all. */
export function permitRow(id: number, given: Partial<PermitRow> = {}): PermitRow {
  const district = given.district ?? '120101';
  return {
    id,
    jurisdiction: 'CN-TJ',
    item: 'P01',
    identifier_scheme: 'CN-XKWSH',
    document_no: `文${id}`,
    document_part: 1,
    document_title: null,
    certificate_name: null,
    certificate_no: null,
    permit_kind: null,
    holder_id: 1,
    decided_by: 'HEPING_APPROVAL',
    legal_authority: 'HEPING_APPROVAL',
    location: district,
    district,
    outcome: 'GRANTED',
    status: 'VALID',
    decided_on: '2025-06-01',
    valid_from: null,
    valid_to: null,
    content: `内容${id}`,
    legal_representative: `王${id}`,
    remarks: `备注${id}`,
    revision: 1,
    updated_at: '2026-01-01T00:00:00Z',
    source_agency: null,
    received_at: '2026-01-02T03:04:05Z',
    basic_updated_at: '2026-01-02T03:04:05Z',
    basic_batch: '00000000-0000-4000-8000-000000000001',
    ...given,
  };
}

export function subjectRow(id: number, given: Partial<SubjectRow> = {}): SubjectRow {
  return { id, kind: 'ORGANISATION', name: `主体${id}`, uscc: `USCC-${id}`, identity_mask: null, ...given };
}

/**
 * The world of the catalogue tests, for the bureaus of Heping (120101). Own decisions of HEPING_APPROVAL: 文1 (P01), 文3
 * (P05, a natural person) and 文4 (P07). 文2 (P02, decided by the neighbour, located in Heping) is shared with both
 * bureaus of the district. 文5 and 文6 lie in Hedong, decided there: hidden from Heping, and 文6 has a visible holder.
 */
export const catalogueWorld: World = {
  subjects: [
    subjectRow(1),
    subjectRow(2, { name: '隐蔽公司' }),
    subjectRow(3, { kind: 'NATURAL_PERSON', uscc: null, identity_mask: '**************1234' }),
  ],
  permits: [
    permitRow(1, { decided_on: '2025-06-05' }),
    permitRow(2, { item: 'P02', decided_by: 'HEDONG_APPROVAL', decided_on: '2025-06-04' }),
    permitRow(3, { item: 'P05', holder_id: 3, decided_on: '2025-06-03' }),
    permitRow(4, { item: 'P07', decided_on: '2025-06-02' }),
    permitRow(5, { district: '120102', decided_by: 'HEDONG_APPROVAL', holder_id: 2, decided_on: '2025-06-06' }),
    permitRow(6, { item: 'P02', district: '120102', decided_by: 'HEDONG_APPROVAL', decided_on: '2025-06-01' }),
  ],
  actions: [
    { id: 1, permit_id: 1, action: 'GRANT', acted_on: '2025-06-05' },
    { id: 2, permit_id: 5, action: 'GRANT', acted_on: '2025-06-06' },
  ],
};

/** The world with some permits changed, removed or added. */
export function withPermits(world: World, change: (permit: PermitRow) => readonly PermitRow[]): World {
  const permits = world.permits.flatMap(change);
  const kept = new Set(permits.map(({ id }) => id));
  return { ...world, permits, actions: world.actions.filter(({ permit_id }) => kept.has(permit_id)) };
}

/** The same world with other cells in one permit. */
export function withCells(world: World, id: number, cells: Partial<PermitRow>): World {
  return withPermits(world, (permit) => [permit.id === id ? { ...permit, ...cells } : permit]);
}

/** The same world without some permits. */
export function without(world: World, ...ids: readonly number[]): World {
  return withPermits(world, (permit) => (ids.includes(permit.id) ? [] : [permit]));
}
