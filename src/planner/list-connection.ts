import { GraphQLError } from 'graphql';
import type { PageArguments, PageInfo } from './connection.js';
import { largestPage, pageOf } from './page.js';

/** A list in memory that is public, in a fixed order, its entries named by an id. */
export interface PublicList<T> {
  /** Name of the root field; a cursor of one list is none of another. */
  readonly name: string;
  readonly entries: readonly T[];
  readonly idOf: (entry: T) => string;
}

/** One page in the shape of a connection type. */
export interface ListPage<T> {
  readonly nodes: T[];
  readonly edges: { cursor: string; node: T }[];
  readonly pageInfo: PageInfo;
}

/**
 * One page of the entries that fit. A cursor is the id in an opaque form and holds a place in the whole list, so it stays
 * good when the filter changes; it is not sealed, for the list is public. Throws GraphQLError BAD_PAGE_SIZE, BAD_CURSOR.
 */
export function pageOfList<T>(list: PublicList<T>, fits: (entry: T) => boolean, page: PageArguments): ListPage<T> {
  const { size, backward } = pageOf(page.first, page.last, largestPage);
  const behind = typeof page.after === 'string' ? placeOf(list, page.after) : -1;
  const before = typeof page.before === 'string' ? placeOf(list, page.before) : list.entries.length;
  const fitting = list.entries.map((entry, place) => ({ entry, place })).filter(({ entry }) => fits(entry));
  const between = fitting.filter(({ place }) => place > behind && place < before);
  const chosen = backward ? between.slice(-size) : between.slice(0, size);
  const edges = chosen.map(({ entry }) => ({ cursor: cursorOf(list, entry), node: entry }));
  const [from, to] = [chosen[0]?.place ?? behind + 1, chosen.at(-1)?.place ?? before - 1];
  return {
    nodes: chosen.map(({ entry }) => entry),
    edges,
    pageInfo: {
      hasNextPage: fitting.some(({ place }) => place > to),
      hasPreviousPage: fitting.some(({ place }) => place < from),
      startCursor: edges[0]?.cursor ?? null,
      endCursor: edges.at(-1)?.cursor ?? null,
    },
  };
}

function cursorOf<T>({ name, idOf }: PublicList<T>, entry: T): string {
  return Buffer.from(`${name} ${idOf(entry)}`).toString('base64url');
}

function placeOf<T>(list: PublicList<T>, cursor: string): number {
  const place = list.entries.findIndex((entry) => cursorOf(list, entry) === cursor);
  if (place >= 0) return place;
  throw new GraphQLError('游标无效 · The cursor is not one of this connection.', {
    extensions: { code: 'BAD_CURSOR', nextStep: '从第一页重新开始 · Start again from the first page.' },
  });
}
