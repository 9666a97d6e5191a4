import { visiblePermits, type Asker } from '../boundary/judge.js';
import type { PermitRow, World } from '../boundary/world.js';

/** Grouped figures by hand, over the rows the judge shows: imports nothing of planner, SQL or policy. */

export const dimensions: Readonly<Record<string, (permit: PermitRow, world: World) => string | null>> = {
  DISTRICT: ({ district }) => district,
  LOCATION: ({ location }) => location,
  ITEM: ({ item }) => item,
  STATUS: ({ status }) => status,
  OUTCOME: ({ outcome }) => outcome,
  YEAR: ({ decided_on }) => decided_on.slice(0, 4),
  QUARTER: ({ decided_on }) => `${decided_on.slice(0, 4)}-Q${Math.ceil(Number(decided_on.slice(5, 7)) / 3)}`,
  MONTH: ({ decided_on }) => decided_on.slice(0, 7),
  DECIDED_BY: ({ decided_by }) => decided_by,
  LEGAL_AUTHORITY: ({ legal_authority }) => legal_authority,
  HOLDER_KIND: ({ holder_id }, { subjects }) => subjects.find(({ id }) => id === holder_id)?.kind ?? null,
};

/** DISTRICT → district, DECIDED_BY → decidedBy. */
export function member(name: string): string {
  return name.toLowerCase().replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

export interface Question {
  readonly filter: { readonly item?: string; readonly status?: string; readonly decidedFrom?: string };
  readonly groupBy: readonly string[];
  readonly having: readonly { readonly figure: string; readonly atLeast?: number; readonly atMost?: number }[];
  readonly orderBy: readonly { readonly dimension?: string; readonly figure?: string; readonly direction: 'ASC' | 'DESC' }[];
  readonly first: number;
}

interface Summary {
  readonly count: number;
  readonly sum: number | null;
  readonly min: number | null;
  readonly max: number | null;
  readonly average: number | null;
}

function summary(values: readonly number[]): Summary {
  if (values.length === 0) return { count: 0, sum: null, min: null, max: null, average: null };
  const sum = values.reduce((a, b) => a + b, 0);
  return { count: values.length, sum, min: Math.min(...values), max: Math.max(...values), average: Math.round((sum / values.length) * 10_000) / 10_000 };
}

function days({ valid_from: from, valid_to: to }: PermitRow): readonly number[] {
  if (from === null || to === null || to === '2099-12-31') return [];
  return [(Date.parse(to) - Date.parse(from)) / 86_400_000 + 1];
}

function figure(group: Group, name: string): number | null {
  if (name === 'COUNT') return group.count;
  if (name === 'HOLDERS') return group.holders;
  const [, measure = '', part = ''] = /^(.*)_([A-Z]+)$/.exec(name) ?? [];
  const of: Summary = measure === 'ACTIONS' ? group.actions : group.validityDays;
  return Object.entries(of).find(([key]) => key === part.toLowerCase())?.[1] as number | null;
}

interface Group {
  readonly count: number;
  readonly holders: number;
  readonly validityDays: Summary;
  readonly actions: Summary;
  readonly decidedOn: { readonly min: string | null; readonly max: string | null };
}

const least = (texts: readonly string[]): string | null => [...texts].sort()[0] ?? null;

/** Compares as PostgreSQL does under C: bytes of UTF-8, nulls last in either direction. */
function compare(a: string | number | null, b: string | number | null, direction: 'ASC' | 'DESC'): number {
  if (a === b) return 0;
  if (a === null || b === null) return a === null ? 1 : -1;
  return (a < b ? -1 : 1) * (direction === 'ASC' ? 1 : -1);
}

export function naive(asker: Asker, world: World, { filter, groupBy, having, orderBy, first }: Question) {
  const rows = visiblePermits(asker, world).filter((permit) =>
    (filter.item === undefined || permit.item === filter.item) &&
    (filter.status === undefined || permit.status === filter.status) &&
    (filter.decidedFrom === undefined || permit.decided_on >= filter.decidedFrom));
  const keyOf = (permit: PermitRow): readonly (string | null)[] => groupBy.map((name) => dimensions[name]?.(permit, world) ?? null);
  const grouped = new Map<string, PermitRow[]>(groupBy.length === 0 ? [['[]', []]] : []);
  for (const row of rows) {
    const key = JSON.stringify(keyOf(row));
    grouped.set(key, [...(grouped.get(key) ?? []), row]);
  }
  const all = [...grouped].map(([text, permits]) => {
    const group: Group = {
      count: permits.length,
      holders: new Set(permits.map(({ holder_id }) => holder_id)).size,
      validityDays: summary(permits.flatMap(days)),
      actions: summary(permits.map(({ id }) => world.actions.filter(({ permit_id }) => permit_id === id).length)),
      decidedOn: { min: least(permits.map(({ decided_on }) => decided_on)), max: permits.map(({ decided_on }) => decided_on).sort().at(-1) ?? null },
    };
    return { key: JSON.parse(text) as (string | null)[], group };
  });
  const kept = all
    .filter(({ group }) => having.every(({ figure: name, atLeast, atMost }) => {
      const value = figure(group, name);
      return (atLeast === undefined || (value !== null && value >= atLeast)) && (atMost === undefined || (value !== null && value <= atMost));
    }))
    .sort((a, b) => {
      for (const { dimension, figure: name, direction } of orderBy) {
        const [x, y] = [a, b].map((one) => (name !== undefined ? figure(one.group, name) : (one.key[groupBy.indexOf(dimension ?? '')] ?? null)));
        const order = compare(x ?? null, y ?? null, direction);
        if (order !== 0) return order;
      }
      return groupBy.map((_, i) => compare(a.key[i] ?? null, b.key[i] ?? null, 'ASC')).find((order) => order !== 0) ?? 0;
    });
  return {
    groups: kept.slice(0, first).map(({ key, group }) => ({ ...Object.fromEntries(groupBy.map((name, i) => [member(name), key[i] ?? null])), ...group })),
    hasMore: kept.length > first,
  };
}
