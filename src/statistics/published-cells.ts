import { GraphQLError } from 'graphql';
import type { AggregateBoundary } from '../boundary/declaration.js';
import type { OperationContext } from '../planner/context.js';
import { largestGroups, usualGroups } from './asked.js';
import { chooseCells, readCell, tellingDimensions, type CellQuestion, type ReadCell } from './choose-cells.js';
import { protection } from './protect.js';
import type { Publication } from './publication.js';
import { publications } from './publications.js';

/** What is asked of a publication, as the arguments of a root have it; names are those of the cube. */
export interface AskedCells {
  readonly groupBy: readonly string[] | null | undefined;
  readonly where: object | null | undefined;
  readonly having: readonly { readonly figure: string; readonly atLeast?: number | null; readonly atMost?: number | null }[] | null | undefined;
  readonly orderBy: readonly { readonly dimension?: string | null; readonly figure?: string | null; readonly direction: 'ASC' | 'DESC' }[] | null | undefined;
  readonly first: number | null | undefined;
}

const note =
  '各数（含合计）分别修约，分项之和可不等于合计；不足三家单位的单元不列，另有单元为防推算而不列；空值为不公布 · ' +
  'Every number, totals too, is rounded by itself: parts need not add up to their total. Cells of fewer than three enterprises are absent, and others where they would give those away; null is withheld.';

/**
 * Cells of a cube's publication as of the closed month, read through the viewer's own view. The numbers of a cell are
 * `holders`, `count` and the cube's sums. Throws GraphQLError BAD_PAGE_SIZE or BAD_USER_INPUT.
 */
export async function publishedCells(cube: AggregateBoundary, context: OperationContext, asked: AskedCells): Promise<Publication & { readonly cells: readonly ReadCell[] }> {
  const size = asked.first ?? usualGroups;
  if (size < 1 || size > largestGroups) {
    throw new GraphQLError(`first 取值 1 到 ${largestGroups} · first is a number from 1 to ${largestGroups}.`, { extensions: { code: 'BAD_PAGE_SIZE', nextStep: `first: 1 … ${largestGroups}` } });
  }
  const question = questionOf(asked);
  const dimensions = tellingDimensions(Object.keys(cube.dimensions), question);
  const asOf = await context.services.get(publications).current(cube);
  const [rows = []] = await context.readers.run(context.viewer, [
    {
      statement: {
        name: 'published-cells',
        text: `SELECT to_json(cell), to_json(numbers) FROM shared.published_cell__${context.viewer.principal.toLowerCase()} WHERE cube = $1 AND as_of = $2::date AND dimensions = $3::text[]`,
      },
      values: [cube.cube, asOf, `{${dimensions.join(',')}}`],
    },
  ]);
  const figures = ['holders', 'count', ...Object.keys(cube.sums)];
  const cells = chooseCells(rows.map((row) => readCell(row, dimensions, figures)), question, dimensions);
  const shown = cells.slice(0, size);
  context.noteRead(shown.length);
  return { asOf, roundedTo: protection.base, fewestHolders: protection.fewest, note, cells: shown, hasMore: cells.length > size };
}

function questionOf({ groupBy, where, having, orderBy }: AskedCells): CellQuestion {
  return {
    groupBy: groupBy ?? [],
    where: Object.fromEntries(Object.entries(where ?? {}).flatMap(([name, values]: [string, readonly string[] | null | undefined]) => (values == null ? [] : [[name, values]]))),
    having: (having ?? []).map(({ figure, atLeast = null, atMost = null }) => ({ figure, atLeast, atMost })),
    orderBy: (orderBy ?? []).map(({ dimension, figure, direction }) => {
      const [by, ...others] = [dimension, figure].filter((name) => name != null);
      if (by === undefined || others.length > 0) {
        throw new GraphQLError('排序须且只须写明 dimension 与 figure 之一 · Order by exactly one of dimension and figure.', {
          extensions: { code: 'BAD_USER_INPUT', nextStep: 'orderBy: [{figure: COUNT}]' },
        });
      }
      return { by, direction };
    }),
  };
}
