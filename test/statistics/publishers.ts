import { chooseCells, tellingDimensions, type ReadCell } from '../../src/statistics/choose-cells.js';
import type { CountedCell, Place } from '../../src/statistics/cube.js';
import { protect, protection, rounded, type Protection } from '../../src/statistics/protect.js';
import type { Knowledge, Line, Probe, Publisher } from './attacker.js';
import { countByHand, type Registry } from './registry.js';

/** A publisher and what is known of it. */
export interface Published {
  readonly publisher: Publisher;
  readonly knowledge: Knowledge;
}

const names = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** Rounded to base 3: at most one away; a cell that is listed has three enterprises, and so three permits. */
const byRounding = (published: number): readonly [number, number] => [Math.max(published - 1, 3), published + 1];

/** The product: protected cells, chosen as the resolver chooses them. */
export function product(registry: Registry, rules: Protection = protection): Published {
  const dimensions = names(registry.domains.length);
  const cells = protect(countByHand(registry), rules);
  const publisher: Publisher = ({ groupBy, where, atLeast }) => {
    const question = {
      groupBy: groupBy.map(String), where, orderBy: [],
      having: atLeast === undefined ? [] : [{ figure: 'count', atLeast, atMost: null }],
    };
    const telling = tellingDimensions(dimensions, question);
    const read = cells
      .filter(({ place }) => place.every((value, i) => (value !== undefined) === telling.includes(String(i))))
      .map(({ place, numbers }): ReadCell => ({ values: Object.fromEntries(place.flatMap((value, i) => (value === undefined ? [] : [[String(i), value]]))), numbers: { count: numbers[1] ?? null } }));
    return chooseCells(read, question, telling).map(({ values, numbers }): Line => ({
      of: dimensions.map((name) => { const value = values[name]; return value == null ? null : [value]; }), count: numbers['count'] ?? null,
    }));
  };
  return { publisher, knowledge: { between: rules.base === 1 ? (n) => [n, n] : byRounding, exactHaving: false } };
}

/** Fault: nothing is withheld for the sake of what is; every number is rounded and suppressed by itself alone. */
export const withoutAudit = (registry: Registry): Published => product(registry, { ...protection, audited: false });

/** Fault: totals over any dimension are told as they are. */
export function exactTotals(registry: Registry): Published {
  const counted = new Map(countByHand(registry).map((cell) => [JSON.stringify(ofPlace(cell.place)), cell]));
  const { publisher } = withoutAudit(registry);
  const isTotal = ({ of }: Line): boolean => of.includes(null);
  return {
    publisher: ({ atLeast, ...probe }) => publisher(probe)
      .map((line) => (isTotal(line) ? { ...line, count: counted.get(JSON.stringify(line.of))?.totals[1] ?? null } : line))
      .filter(({ count }) => (count ?? 0) >= (atLeast ?? 0)),
    knowledge: { between: (published, line) => (isTotal(line) ? [published, published] : byRounding(published)), exactHaving: false },
  };
}

/** Fault: a filter adds up true numbers over its values and rounds the sum, so that it cuts finer than the cube. */
export function addingFilters(registry: Registry): Published {
  const publisher: Publisher = ({ groupBy, where, atLeast }) => {
    const groups = new Map<string, { readonly of: Line['of']; readonly units: Set<number>; permits: number }>();
    for (const { unit, values } of registry.facts) {
      if (Object.entries(where).some(([dimension, wanted]) => !wanted.includes(values[Number(dimension)] ?? ''))) continue;
      const of = values.map((value, i) => (groupBy.includes(i) ? [value] : (where[i] ?? null)));
      const group = groups.get(JSON.stringify(of)) ?? { of, units: new Set(), permits: 0 };
      group.units.add(unit);
      group.permits += 1;
      groups.set(JSON.stringify(of), group);
    }
    return [...groups.values()].filter(({ units }) => units.size >= 3).map(({ of, permits }) => ({ of, count: rounded(permits, 3) })).filter(({ count }) => count >= (atLeast ?? 0));
  };
  return { publisher, knowledge: { between: byRounding, exactHaving: false } };
}

/** Fault: `having` looks at the true numbers. */
export function havingBeforeRounding(registry: Registry): Published {
  const counted = new Map(countByHand(registry).map((cell) => [JSON.stringify(ofPlace(cell.place)), cell]));
  const { publisher, knowledge } = withoutAudit(registry);
  return {
    publisher: ({ atLeast, ...probe }) => publisher(probe).filter(({ of }) => (counted.get(JSON.stringify(of))?.totals[1] ?? 0) >= (atLeast ?? 0)),
    knowledge: { ...knowledge, exactHaving: true },
  };
}

function ofPlace(place: Place): Line['of'] {
  return place.map((value) => (value == null ? null : [value]));
}

/** The cells a publication must not say anything sure of: one or two enterprises. */
export function smallCells(registry: Registry): readonly CountedCell[] {
  return countByHand(registry).filter(({ totals }) => (totals[0] ?? 0) < 3);
}

export type { Probe };
