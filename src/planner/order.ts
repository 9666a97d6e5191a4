import { GraphQLError, type FieldNode } from 'graphql';
import type { Table } from '../database/tables.js';
import { inputOf } from './input.js';
import type { ReadDeclaration } from './read.js';
import type { Variables } from './selection.js';

/** One property a list is ordered by. */
export interface OrderBy {
  readonly property: string;
  readonly column: string;
  readonly type: string;
  readonly descending: boolean;
  /** Path of the argument that names it; null for the declared order and the tie-breaking key. */
  readonly argument: string | null;
}

/** A total order of a list; its last property is unique. */
export interface Ordering {
  readonly by: readonly OrderBy[];
  /** The declared order: one index has it, no column of it is null, all run in one direction. */
  readonly declared: boolean;
  /** Names the order; a cursor of one order is none of another. */
  readonly name: string;
}

/** More fields than this order nothing that a person could tell apart, and each makes a cursor's condition longer. */
export const mostOrderFields = 5;

/**
 * The order asked for by `orderBy`, ties broken by the key in the direction of the last field, or else the declared
 * one. Empty cells count as the largest. Throws GraphQLError BAD_USER_INPUT for too many fields or one twice.
 */
export function orderingOf(read: ReadDeclaration, table: Table, node: FieldNode, variables: Variables): Ordering {
  const input = read.orders ? inputOf(node, 'orderBy', variables) : null;
  const asked = (input?.elements() ?? []).map((element, i) => {
    const members = new Map(element.members());
    const name = members.get('field')?.value;
    const property = typeof name === 'string' ? read.orders?.[name] : undefined;
    if (property === undefined) throw new Error(`Planner: ${read.field} has no order ${String(name)}`);
    return { property, descending: members.get('direction')?.value === 'DESC', argument: `orderBy.${i}` };
  });
  if (asked.length > mostOrderFields || new Set(asked.map(({ property }) => property)).size < asked.length) {
    throw new GraphQLError(`orderBy 至多 ${mostOrderFields} 项且不得重复 · orderBy takes at most ${mostOrderFields} fields, each once.`, {
      nodes: node,
      extensions: { code: 'BAD_USER_INPUT', nextStep: `orderBy ≤ ${mostOrderFields}` },
    });
  }
  const declared = asked.length === 0;
  const key = read.order.at(-1)?.property ?? '';
  const by = declared
    ? read.order.map(({ property, direction }) => ({ property, descending: direction === 'DESC', argument: null }))
    : [...asked, { property: key, descending: asked.at(-1)?.descending === true, argument: null }];
  return {
    by: by.map((one) => {
      const info = table.columns.get(one.property);
      if (!info) throw new Error(`Planner: ${table.type} has no column ${one.property} to order by`);
      return { ...one, column: info.column, type: info.type };
    }),
    declared,
    name: declared ? '' : by.map(({ property, descending }) => `${property}${descending ? '-' : '+'}`).join(','),
  };
}
