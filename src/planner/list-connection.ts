import { GraphQLError } from 'graphql';
import { largestPage, pageOf } from './page.js';

/** Arguments of a Relay connection as a client gives them; type-graphql leaves out what is absent, GraphQL may say null. */
export interface ListPage {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

/** One page of a list, in the shape of the Relay connection specification. */
export interface ListConnection<T> {
  readonly edges: readonly { readonly cursor: string; readonly node: T }[];
  readonly nodes: readonly T[];
  readonly pageInfo: {
    readonly hasNextPage: boolean;
    readonly hasPreviousPage: boolean;
    readonly startCursor: string | null;
    readonly endCursor: string | null;
  };
}

/**
 * A page of a list held in memory: reference data that is open to every viewer and changes with a release only. Exactly
 * one of `first` and `last` is given, 1 … 100; `after` and `before` bound the list, with either of them. The cursor of an
 * element says its key (`keyOf`, unique in the list) to whoever decodes it, so nothing withheld may be listed this way:
 * records come from the planner, with sealed cursors.
 *
 * Both directions of the page information are true statements about the whole list, whichever way it is read.
 * Throws GraphQLError BAD_PAGE_SIZE, and BAD_CURSOR for a cursor that names no element of this list.
 */
export function listConnection<T>(items: readonly T[], page: ListPage, keyOf: (item: T) => string): ListConnection<T> {
  const { size, backward } = pageOf(page.first, page.last, largestPage);
  const from = typeof page.after === 'string' ? positionOf(items, page.after, keyOf) + 1 : 0;
  const to = typeof page.before === 'string' ? positionOf(items, page.before, keyOf) : items.length;
  // Where the bounds cross, the page is empty and lies at `from`.
  const end = Math.max(from, to);
  const start = backward ? Math.max(from, end - size) : from;
  const stop = Math.min(end, start + size);
  const edges = items.slice(start, stop).map((node) => ({ cursor: cursorOf(keyOf(node)), node }));
  return {
    edges,
    nodes: edges.map(({ node }) => node),
    pageInfo: {
      hasNextPage: stop < items.length,
      hasPreviousPage: start > 0,
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function cursorOf(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url');
}

function positionOf<T>(items: readonly T[], cursor: string, keyOf: (item: T) => string): number {
  const position = items.findIndex((item) => cursorOf(keyOf(item)) === cursor);
  if (position >= 0) return position;
  throw new GraphQLError('游标不属于此列表 · The cursor names no element of this list.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}
