import { GraphQLError, type FieldNode } from 'graphql';
import { argumentReader } from './arguments.js';
import type { Variables } from './selection.js';

/** A page holds at most this many records; a list without a bound is a denial of service. */
export const largestPage = 100;

/** For identities that may read in bulk. */
export const largestBulkPage = 1_000;

/** Which page of a connection is asked for. */
export interface PageRequest {
  readonly size: number;
  /** True for `last`: the page is read from the end and written in the connection's order. */
  readonly backward: boolean;
}

/**
 * Reads the paging arguments of a connection. Exactly one of `first` and `last`, from 1 to `limit`; else GraphQLError
 * BAD_PAGE_SIZE.
 */
export function pageRequest(node: FieldNode, variables: Variables, limit: number): PageRequest {
  return pageOf(argumentReader(node, 'first')(variables), argumentReader(node, 'last')(variables), limit, node);
}

/** The same for arguments that were read already. */
export function pageOf(first: unknown, last: unknown, limit: number, node?: FieldNode): PageRequest {
  const [forward, backward] = [first ?? null, last ?? null];
  const size = backward ?? forward;
  if ((forward === null) !== (backward === null) && typeof size === 'number' && Number.isInteger(size) && size >= 1 && size <= limit) {
    return { size, backward: backward !== null };
  }
  throw new GraphQLError(`first 与 last 须且只须给出一个，取值 1 到 ${limit} · Give exactly one of first and last, between 1 and ${limit}.`, {
    nodes: node ?? null,
    extensions: { code: 'BAD_PAGE_SIZE', nextStep: `first: 1 … ${limit}` },
  });
}
