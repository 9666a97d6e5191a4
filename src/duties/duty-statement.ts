import { hash } from 'node:crypto';
import type { Viewer } from '../access/viewer.js';
import { visibleRows, type OperationView } from '../boundary/operation-view.js';
import type { BoundStatement, Row } from '../database/envelope.js';
import type { DutyFilter } from './duty.js';

/** Who sees which duties: who owes and who is owed its own, the municipal bureau, which guides both sides, all (XT-5.1.2c, XT-5.1.1a). */
const sides = [
  { viewers: ['BINHAI_APPROVAL', 'FTZ_APPROVAL'], rows: `decided_by = current_setting('hub.agency', true)` },
  { viewers: ['DISTRICT_HRSS'], rows: `receiver = current_setting('hub.agency', true)` },
  { viewers: ['MUNI_HRSS'], rows: 'true' },
] as const;

export const dutyViewers: readonly string[] = sides.flatMap(({ viewers }) => viewers);

/** The database side: duties of one's own side, of permits one may see, both by row security, with their due days. */
export const dutyViews: readonly OperationView[] = sides.map(({ viewers, rows }) => ({
  name: 'delivery_duty',
  viewers,
  policies: { 'hub.delivery_duty': rows, 'hub.permit': visibleRows },
  reads: ['hub.delivery_due'],
  barrier: false,
  query: `  SELECT d.action_id, d.action, d.acted_on, d.decided_by, d.receiver, d.recorded_at, d.delivered_at, d.acknowledged_at,
    c.due, c.due_provisional, c.alt_due, c.alt_provisional, p.document_no, p.document_part, p.holder_id
  FROM hub.delivery_duty d JOIN hub.permit p ON p.id = d.permit_id LEFT JOIN hub.delivery_due c ON c.acted_on = d.acted_on`,
}));

/** A place in the list, newest action first. */
export interface DutyPlace {
  readonly actedOn: string;
  readonly key: string;
}

const state = `CASE WHEN d.acknowledged_at IS NOT NULL THEN 'ACKNOWLEDGED' WHEN d.delivered_at IS NOT NULL THEN 'DELIVERED' ELSE 'DUE' END`;

/** The day it was settled on, of legal time; what the receiver says it has by another way counts from when it says so. */
const settledOn = `(least(d.delivered_at, d.acknowledged_at) AT TIME ZONE 'Asia/Shanghai')::date`;

/** `lateness` of src/measures/due-date.ts over the stored readings; a test holds the two together. */
const lateness = (on: string): string =>
  `CASE WHEN d.due IS NULL THEN 'UNDECIDED'
    WHEN ${on} <= d.due AND ${on} <= d.alt_due THEN 'IN_TIME'
    WHEN (${on} > d.due AND d.due_provisional) OR (${on} > d.alt_due AND d.alt_provisional) THEN 'UNDECIDED'
    WHEN d.action = 'REVOCATION' THEN 'PAST_POLICY_DEFAULT'
    WHEN ${on} > d.due AND ${on} > d.alt_due THEN 'LATE_UNDER_ANY_READING'
    ELSE 'LATE' END`;

const columns =
  'd.acted_on, d.action_id, d.action, d.decided_by, d.receiver, d.recorded_at, d.delivered_at, d.acknowledged_at, d.due, d.due_provisional, ' +
  'd.alt_due, d.alt_provisional, d.document_no, d.document_part, d.holder_id, d.state, d.lateness';

/** A duty as it was read. */
export interface DutyRow {
  readonly place: DutyPlace;
  readonly action: string;
  readonly decidedBy: string;
  readonly receiver: string;
  readonly recordedAt: string;
  readonly deliveredAt: string | null;
  readonly acknowledgedAt: string | null;
  readonly dueOn: string | null;
  readonly altDueOn: string | null;
  readonly provisional: boolean;
  readonly documentNo: string;
  readonly documentPart: number;
  readonly holder: string;
  readonly state: string;
  readonly lateness: string;
}

export function dutyRow(row: Row): DutyRow {
  const text = (at: number): string => row[at] ?? '';
  return {
    place: { actedOn: text(0), key: text(1) },
    action: text(2),
    decidedBy: text(3),
    receiver: text(4),
    recordedAt: text(5),
    deliveredAt: row[6] ?? null,
    acknowledgedAt: row[7] ?? null,
    dueOn: row[8] ?? null,
    altDueOn: row[10] ?? null,
    provisional: row[9] === 't' || row[11] === 't',
    documentNo: text(12),
    documentPart: Number(row[13]),
    holder: text(14),
    state: text(15),
    lateness: text(16),
  };
}

/** Which page. One row more than `size` tells whether there are more. */
export interface DutyPage {
  readonly size: number;
  readonly backward: boolean;
  readonly after: DutyPlace | null;
  readonly before: DutyPlace | null;
}

/** Two statements of one snapshot: the page, and the counts over all that fit. */
export function dutyStatements(viewer: Viewer, filter: DutyFilter, page: DutyPage): readonly [page: BoundStatement, counts: BoundStatement] {
  const values: string[] = [];
  const bind = (value: string, type: string): string => `$${values.push(value)}::${type}`;
  const today = bind(viewer.today, 'date');
  const conditions: string[] = [];
  const equals = (column: string, value: string | null | undefined): void => {
    if (typeof value === 'string') conditions.push(`d.${column} = ${bind(value, 'text')}`);
  };
  equals('state', filter.state);
  equals('lateness', filter.lateness);
  equals('action', filter.action);
  equals('decided_by', filter.decidedBy);
  equals('receiver', filter.receiver);
  equals('document_no', filter.documentNo);
  if (typeof filter.actedFrom === 'string') conditions.push(`d.acted_on >= ${bind(filter.actedFrom, 'date')}`);
  if (typeof filter.actedTo === 'string') conditions.push(`d.acted_on <= ${bind(filter.actedTo, 'date')}`);
  if (typeof filter.dueTo === 'string') conditions.push(`d.due <= ${bind(filter.dueTo, 'date')}`);
  const source =
    `FROM (SELECT d.*, ${state} AS state, ${lateness(`coalesce(${settledOn}, ${today})`)} AS lateness ` +
    `FROM shared.delivery_duty__${viewer.principal.toLowerCase()} d) d`;
  const where = (all: readonly string[]): string => (all.length > 0 ? ` WHERE ${all.join(' AND ')}` : '');
  const counted = [...values];
  const counts = `SELECT d.state, d.lateness, count(*)::int ${source}${where(conditions)} GROUP BY 1, 2`;
  const places = [...conditions];
  const placed = (place: DutyPlace | null, side: '<' | '>'): void => {
    if (place) places.push(`(d.acted_on, d.action_id) ${side} (${bind(place.actedOn, 'date')}, ${bind(place.key, 'bigint')})`);
  };
  placed(page.after, '<');
  placed(page.before, '>');
  const direction = page.backward ? 'ASC' : 'DESC';
  const text = `SELECT ${columns} ${source}${where(places)} ORDER BY d.acted_on ${direction}, d.action_id ${direction} LIMIT ${page.size + 1}`;
  return [
    { statement: named(text), values },
    { statement: named(counts), values: counted },
  ];
}

function named(text: string): { readonly name: string; readonly text: string } {
  return { name: `u${hash('sha256', text, 'base64url').slice(0, 40)}`, text };
}
