import fc from 'fast-check';
import { pageOfList, type ListPage, type PublicList } from '../../src/planner/list-connection.js';

const listOf = (size: number): PublicList<number> => ({ name: 'numbers', entries: Array.from({ length: size }, (_, i) => i), idOf: String });
const cursorsOf = ({ edges }: ListPage<number>): readonly string[] => edges.map(({ cursor }) => cursor);

describe('pages of a list in memory', () => {
  const filters: Readonly<Record<string, (entry: number) => boolean>> = { all: () => true, even: (n) => n % 2 === 0, few: (n) => n % 7 === 3, none: () => false };
  const asked = fc.record({ size: fc.integer({ min: 0, max: 40 }), page: fc.integer({ min: 1, max: 100 }), filter: fc.constantFrom(...Object.keys(filters)) });

  it('follow each other without gap or repetition, in either direction', () => {
    fc.assert(
      fc.property(asked, ({ size, page, filter }) => {
        const list = listOf(size);
        const fits = filters[filter] ?? (() => true);
        const wanted = list.entries.filter(fits);
        const forward: number[] = [];
        for (let after: string | null | undefined; after !== null; ) {
          const next = pageOfList(list, fits, { first: page, ...(after === undefined ? {} : { after }) });
          expect(next.pageInfo.hasPreviousPage).toBe(forward.length > 0);
          forward.push(...next.nodes);
          after = next.pageInfo.hasNextPage ? next.pageInfo.endCursor : null;
        }
        expect(forward).toEqual(wanted);
        const backward: number[] = [];
        for (let before: string | null | undefined; before !== null; ) {
          const next = pageOfList(list, fits, { last: page, ...(before === undefined ? {} : { before }) });
          expect(next.pageInfo.hasNextPage).toBe(backward.length > 0);
          backward.unshift(...next.nodes);
          before = next.pageInfo.hasPreviousPage ? next.pageInfo.startCursor : null;
        }
        expect(backward).toEqual(wanted);
      }),
    );
  });

  it('lie strictly between after and before', () => {
    const list = listOf(10);
    const cursors = cursorsOf(pageOfList(list, () => true, { first: 10 }));
    const between = pageOfList(list, () => true, { first: 100, after: cursors[2] ?? '', before: cursors[6] ?? '' });
    expect(between).toMatchObject({ nodes: [3, 4, 5], pageInfo: { hasNextPage: true, hasPreviousPage: true } });
    const crossed = pageOfList(list, () => true, { first: 100, after: cursors[6] ?? '', before: cursors[2] ?? '' });
    expect(crossed).toMatchObject({ nodes: [], pageInfo: { startCursor: null, endCursor: null } });
  });

  it('keep a place when the filter changes', () => {
    const list = listOf(10);
    const [, third = ''] = cursorsOf(pageOfList(list, (n) => n % 2 === 0, { first: 2 }));
    expect(pageOfList(list, (n) => n % 2 === 1, { first: 2, after: third }).nodes).toEqual([3, 5]);
  });

  it('are refused beyond 1 to 100, with both or neither size, and behind a cursor of another list', () => {
    const list = listOf(3);
    for (const page of [{}, { first: 0 }, { first: 101 }, { last: -1 }, { first: 1, last: 1 }]) {
      expect(() => pageOfList(list, () => true, page)).toThrow(expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_PAGE_SIZE' }) as unknown }) as Error);
    }
    const foreign = cursorsOf(pageOfList({ ...list, name: 'others' }, () => true, { first: 1 }))[0] ?? '';
    for (const after of [foreign, 'AAAA', '0', '']) {
      expect(() => pageOfList(list, () => true, { first: 1, after })).toThrow(expect.objectContaining({ extensions: expect.objectContaining({ code: 'BAD_CURSOR' }) as unknown }) as Error);
    }
  });
});
