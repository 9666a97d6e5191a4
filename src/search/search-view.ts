import { visibleRows, type ClassRights, type OperationView } from '../boundary/operation-view.js';

/*
 * The database side of the search by name. A view of its own gate does all of it: it looks through the names of all
 * subjects and lets go those with a visible permit. Nothing a caller can run stands between the two (barrier view), and
 * row security judges the permit. Measurements: docs/decisions/2026-11-22-name-search.md.
 */

/** Parameters of the search, as settings of the envelope. Every one is always set. */
export const searchSettings = [
  /** The folded text. */
  'name',
  /** Arrays of the grams that every hit must have, as ranges: one for each pair of neighbours, or all that begin with a single character. */
  'low', 'high',
  /** Conditions on one visible permit; empty for any. */
  'item', 'district',
  /** Bounds of the page, exclusive: ids of exact hits; key and id of the others. */
  'exact_after', 'exact_before', 'sort_after', 'id_after', 'sort_before', 'id_before',
  'limit',
] as const;

export type SearchSettings = Readonly<Record<(typeof searchSettings)[number], string>>;

/** Columns of the views. */
export const searchColumns = ['rank', 'id', 'sort', 'kind', 'name', 'uscc', 'identity_mask'] as const;

/** A gram that occurs oftener than this does not narrow the search: names are then read in their order instead. */
const commonFrom = 5_000;

const setting = (name: (typeof searchSettings)[number]): string => `current_setting('hub.search_${name}', true)`;

const isVisible = `EXISTS (SELECT FROM hub.permit p WHERE p.holder_id = f.subject_id
      AND ${setting('item')} IN ('', p.item) AND ${setting('district')} IN ('', p.district) OFFSET 0)`;

const contains = `f.folded <> ${setting('name')} AND position(${setting('name')} IN f.folded) > 0`;

const between = `(f.sort, f.subject_id) > (${setting('sort_after')}, ${setting('id_after')}::bigint)
      AND (f.sort, f.subject_id) < (${setting('sort_before')}, ${setting('id_before')}::bigint)`;

/**
 * Hits in their order: equal names first, the others by pinyin. Of a text whose rarest gram is rare, the names with that
 * gram are gathered and sorted; of another one hits are dense, and names are read in pinyin order until the page is full.
 * Either leg is planned for itself and does not run where the other one does.
 */
function searchQuery(direction: 'ASC' | 'DESC', { cell }: ClassRights): string {
  const page = `LIMIT ${setting('limit')}::int`;
  const byKey = `ORDER BY f.sort ${direction}, f.subject_id ${direction} ${page}`;
  return `  WITH rarest AS MATERIALIZED (
    SELECT g.low, g.high, (SELECT count(*) FROM (SELECT FROM hub.subject_gram x WHERE x.gram >= g.low AND x.gram <= g.high LIMIT ${commonFrom + 1}) c) AS names
    FROM unnest(${setting('low')}::text[], ${setting('high')}::text[]) AS g(low, high) ORDER BY names, g.low LIMIT 1),
  found AS (
    (SELECT 0 AS rank, f.subject_id, f.sort FROM hub.subject_name f
      WHERE f.folded = ${setting('name')} AND f.subject_id > ${setting('exact_after')}::bigint AND f.subject_id < ${setting('exact_before')}::bigint
      AND ${isVisible} ORDER BY f.subject_id ${direction} ${page})
    UNION ALL
    (SELECT 1, f.subject_id, f.sort
      FROM (SELECT DISTINCT x.subject_id FROM hub.subject_gram x WHERE x.gram >= (SELECT low FROM rarest) AND x.gram <= (SELECT high FROM rarest)) x
      JOIN hub.subject_name f ON f.subject_id = x.subject_id
      WHERE (SELECT names FROM rarest) <= ${commonFrom} AND ${contains} AND ${between} AND ${isVisible} ${byKey})
    UNION ALL
    (SELECT 1, f.subject_id, f.sort FROM hub.subject_name f
      WHERE (SELECT names FROM rarest) > ${commonFrom} AND ${contains} AND ${between} AND ${isVisible} ${byKey}))
  SELECT f.rank, s.id, f.sort, s.kind, s.name, s.uscc, ${cell('Subject.identityMask', 's')} AS identity_mask
  FROM found f JOIN hub.subject s ON s.id = f.subject_id`;
}

/** A name is searched by those alone who read names in full, whatever the relation: a hit tells of the name. */
const view = {
  viewers: { record: 'Permit', inFull: ['Subject.name', 'Subject.kind', 'Subject.uscc', 'Permit.holder', 'Permit.item', 'Permit.district'] },
  policies: { 'hub.permit': visibleRows },
} as const;

export const searchedInFull: readonly string[] = view.viewers.inFull;

export const searchViews: readonly OperationView[] = [
  { ...view, name: 'subject_search', reads: ['hub.subject', 'hub.subject_name', 'hub.subject_gram'], query: (rights) => searchQuery('ASC', rights) },
  { ...view, name: 'subject_search_back', reads: ['hub.subject', 'hub.subject_name', 'hub.subject_gram'], query: (rights) => searchQuery('DESC', rights) },
];
