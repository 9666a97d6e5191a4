import fc from 'fast-check';
import { GraphQLError } from 'graphql';
import { listConnection, type ListConnection, type ListPage } from '../../src/planner/list-connection.js';

const letters = ['甲', '乙', '丙', '丁', '戊'];
const pageOf = (page: ListPage) => listConnection(letters, page, (letter) => letter);
const cursor = (letter: string): string => pageOf({ first: 5 }).edges.find(({ node }) => node === letter)?.cursor ?? '';

describe('connections over lists in memory', () => {
  test('pages of any size tile the list, forwards and backwards', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 250 }), fc.integer({ min: 1, max: 100 }), fc.boolean(), (length, size, forwards) => {
        const items = Array.from({ length }, (_, index) => index);
        const seen: number[] = [];
        for (let at: string | null = null; ; ) {
          const page: ListConnection<number> = listConnection(items, forwards ? { first: size, after: at } : { last: size, before: at }, String);
          if (forwards) seen.push(...page.nodes);
          else seen.unshift(...page.nodes);
          expect(page.nodes.length).toBeLessThanOrEqual(size);
          expect(page.pageInfo.hasPreviousPage).toBe((page.nodes[0] ?? 0) > 0);
          expect(page.pageInfo.hasNextPage).toBe((page.nodes.at(-1) ?? length - 1) < length - 1);
          expect(page.pageInfo.startCursor).toBe(page.edges[0]?.cursor ?? null);
          expect(page.pageInfo.endCursor).toBe(page.edges.at(-1)?.cursor ?? null);
          at = forwards ? page.pageInfo.endCursor : page.pageInfo.startCursor;
          if (!(forwards ? page.pageInfo.hasNextPage : page.pageInfo.hasPreviousPage)) break;
        }
        expect(seen).toEqual(items);
      }),
      { numRuns: 200 },
    );
  });

  test('after and before bound the list together, whichever end is counted from', () => {
    const bounds = { after: cursor('甲'), before: cursor('戊') };
    expect(pageOf({ first: 2, ...bounds }).nodes).toEqual(['乙', '丙']);
    expect(pageOf({ last: 2, ...bounds })).toMatchObject({ nodes: ['丙', '丁'], pageInfo: { hasPreviousPage: true, hasNextPage: true } });
    expect(pageOf({ first: 2, after: cursor('丁'), before: cursor('乙') }).nodes).toEqual([]);
  });

  test.each<ListPage>([{}, { first: 0 }, { first: 101 }, { first: 1, last: 1 }, { last: -1 }, { first: 1.5 }, { first: null }])('%j is no page', (page) => {
    expect(() => pageOf(page)).toThrow(expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_PAGE_SIZE' }) as unknown }) as Error);
  });

  test('a cursor of another list is refused', () => {
    const foreign = listConnection(['己'], { first: 1 }, (letter) => letter).pageInfo.endCursor;
    for (const after of [foreign, '', '\0']) {
      expect(() => pageOf({ first: 1, after })).toThrow(GraphQLError);
      expect(() => pageOf({ first: 1, before: after })).toThrow(expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_CURSOR' }) as unknown }) as Error);
    }
  });
});
