import { isDeepStrictEqual } from 'node:util';
import { holdersOf } from './expectation.js';
import { hasRights, visiblePermits, type Asker } from './judge.js';
import type { KnownList, KnownTexts } from './operation.js';
import { inOrder, type Order } from './question.js';
import type { PermitRow, World } from './world.js';

/** What every round begins with: all lists of a viewer in some orders, checked, and the cursors learnt from them. */

/** Asks for the cursors of every list in each order. */
export function harvestOf(orders: readonly Order[]): string {
  const lists = orders.map((order, i) => {
    const asked = order.map(({ field, direction }) => `{field: ${field}${direction ? `, direction: ${direction}` : ''}}`).join(', ');
    return `o${i}: permits(first: 100${order.length > 0 ? `, orderBy: [${asked}]` : ''}) { edges { cursor node { id } } }`;
  });
  return `{ ${lists.join(' ')} subjects(first: 100) { edges { cursor node { id ${lists.join(' ')} } } } }`;
}

type Edges = readonly { readonly cursor: string; readonly node: { readonly id: string } }[];

interface Lists {
  readonly permits: readonly Edges[];
  readonly subjects: readonly (Edges[number] & { readonly below: readonly Edges[] })[];
}

/** The lists of a harvest, order by order; those below each holder beside it. */
function listsOf(answered: unknown, orders: number): Lists {
  type List = { edges: Edges } | null;
  const data = answered as Record<string, List> | null;
  const inOrders = (of: unknown): Edges[] => Array.from({ length: orders }, (_, i) => (of as Record<string, List> | null)?.[`o${i}`]?.edges ?? []);
  return { permits: inOrders(data), subjects: (data?.['subjects']?.edges ?? []).map((edge) => ({ ...edge, below: inOrders(edge.node) })) };
}

/** Cursors of all lists by what the data of a harvest says; or what is wrong with it. */
export function learn(
  data: unknown, orders: readonly Order[], viewer: Asker, world: World, id: (type: string, key: number) => string,
): Omit<KnownTexts, 'foreign' | 'id'> | string {
  const lists = listsOf(data, orders.length);
  const rows = hasRights(viewer) ? visiblePermits(viewer, world) : [];
  const holders = holdersOf(world, rows);
  const isOf = (edges: Edges, wanted: readonly PermitRow[]): boolean => isDeepStrictEqual(edges.map(({ node }) => node.id), wanted.map((row) => id('Permit', row.id)));
  if (!isDeepStrictEqual(lists.subjects.map(({ node }) => node.id), holders.map((holder) => id('Subject', holder.id)))) return 'other holders than the table grants';
  const permits: KnownList[] = [];
  const below: KnownList[] = [];
  for (const [i, order] of orders.entries()) {
    const sorted = inOrder(world, rows, order);
    const edges = lists.permits[i] ?? [];
    if (!isOf(edges, sorted)) return 'other permits than the table grants';
    permits.push({ order, places: sorted.map((row, at) => [row, edges[at]?.cursor ?? '']) });
    const cursors = new Map<number, string>();
    for (const [at, holder] of holders.entries()) {
      const own = sorted.filter(({ holder_id }) => holder_id === holder.id);
      const shown = lists.subjects[at]?.below[i] ?? [];
      if (!isOf(shown, own)) return 'other permits of a holder than the table grants';
      own.forEach((row, place) => cursors.set(row.id, shown[place]?.cursor ?? ''));
    }
    below.push({ order, places: sorted.map((row) => [row, cursors.get(row.id) ?? '']) });
  }
  return { permits, below, subjects: holders.map((holder, at) => [holder, lists.subjects[at]?.cursor ?? '']) };
}
