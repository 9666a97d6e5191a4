import { permitRow, subjectRow } from './fixed-world.js';
import type { Asker } from './judge.js';
import type { PermitRow, World } from './world.js';

/**
 * Rows that stand in one relation to a viewer, written from the boundary table by hand: the tests hold what a hub answers
 * for them against the matrix, so nothing here is taken from declarations. A relation of the matrix that is not named
 * here fails the test until somebody says which row stands in it.
 */

/** Elsewhere and by somebody else: Jizhou and its bureau are no viewer of these tests. */
const elsewhere = { district: '120119', decided_by: 'JIZHOU_APPROVAL' } as const;
const city = 'CN-TJ';
const items = ['P01', 'P02', 'P03', 'P04', 'P05', 'P06', 'P07', 'P08', 'P09', 'P10'];

type Row = Pick<PermitRow, 'jurisdiction' | 'item' | 'district' | 'decided_by'>;

interface RelationRow {
  /** Cells of the row that stands in the relation and, as far as the table allows, in no other. */
  readonly cells: (who: Asker) => Partial<PermitRow>;
  readonly stands: (who: Asker, row: Row) => boolean;
}

const own = (who: Asker): string => who.district ?? '120101';
const inOwn = (who: Asker, row: Row): boolean => who.district !== null && row.district === who.district;

export const relationRows: Readonly<Record<string, RelationRow>> = {
  // B-01, B-13: decided by this bureau, wherever it lies and whatever the item.
  deciding: {
    cells: (who) => ({ ...elsewhere, item: 'P07', decided_by: who.agency }),
    stands: (who, row) => row.decided_by === who.agency,
  },
  // B-02
  supervising: {
    cells: (who) => ({ ...elsewhere, item: 'P01', district: own(who) }),
    stands: (who, row) => row.item === 'P01' && inOwn(who, row),
  },
  // B-06
  sharing: {
    cells: (who) => ({ ...elsewhere, item: 'P02', district: own(who) }),
    stands: (who, row) => ['P02', 'P03', 'P04', 'P08', 'P09', 'P10'].includes(row.item) && inOwn(who, row),
  },
  // B-09
  labourRelations: {
    cells: (who) => ({ ...elsewhere, item: 'P05', district: own(who) }),
    stands: (who, row) => ['P05', 'P06'].includes(row.item) && inOwn(who, row),
  },
  workRegister: { cells: () => ({ ...elsewhere, item: 'P06' }), stands: (_who, row) => ['P05', 'P06'].includes(row.item) },
  // B-05, B-06, B-07
  guiding: { cells: () => ({ ...elsewhere, item: 'P03' }), stands: (_who, row) => items.includes(row.item) && row.item !== 'P07' },
  // B-15
  foreignWorkAuthority: { cells: () => ({ ...elsewhere, item: 'P07' }), stands: (_who, row) => row.item === 'P07' },
};

/** Rows that stand in no relation to anybody: other jurisdictions (B-54, B-55) and an item of no list. */
const outside: Readonly<Record<string, (who: Asker) => Partial<PermitRow>>> = {
  'US register': (who) => ({ jurisdiction: 'US', district: own(who), decided_by: who.agency }),
  'Xiamen register': (who) => ({ jurisdiction: 'CN-XM', item: 'P02', district: own(who), decided_by: who.agency }),
};

export function standsIn(relation: string, who: Asker, row: Row): boolean {
  return row.jurisdiction === city && (relationRows[relation]?.stands(who, row) ?? false);
}

/** One row for each relation and each way to stand in none, with a holder of its own and no cell empty. */
export function standingWorld(who: Asker): World {
  const cells = [...Object.entries(relationRows).map(([name, { cells }]) => [name, cells] as const), ...Object.entries(outside)];
  const permits = cells.map(([name, make], i) =>
    permitRow(i + 1, {
      document_no: name, holder_id: i + 1, certificate_no: `C-${i}`, source_agency: 'MUNI_HRSS', valid_from: '2025-06-01', valid_to: '2027-06-01', location: '120101', ...make(who),
    }),
  );
  return {
    subjects: permits.map(({ id }) => subjectRow(id, { kind: 'NATURAL_PERSON', identity_mask: `**************${1000 + id}` })),
    permits,
    actions: permits.map(({ id }) => ({ id, permit_id: id, action: 'GRANT', acted_on: '2025-06-01' })),
  };
}
