/** A column whose cells can be told from those of its neighbours. */
export interface ShapedColumn {
  /** From 0. */
  readonly position: number;
  /** Whether a filled cell belongs to the column. */
  readonly fits: (cell: string) => boolean;
}

/** Fewer misplaced cells may be slips of their own. */
const leastEvidence = 2;

/**
 * By how many columns the cells of a row stand too far right (1) or left (-1), from some column on; 0 for a row in
 * place. Evidence are cells that do not fit their column while the neighbour fits it; every misfit must agree, and one
 * that stays in place behind the first misfit speaks against it.
 */
export function shiftOf(cells: readonly string[], columns: readonly ShapedColumn[]): -1 | 0 | 1 {
  const misfits = columns.filter(({ position, fits }) => isFilled(cells[position]) && !fits(cells[position] ?? ''));
  if (misfits.length === 0) return 0;
  for (const shift of [1, -1] as const) {
    const found = columns.filter(({ position, fits }) => {
      const own = cells[position] ?? '';
      const neighbour = cells[position + shift] ?? '';
      return !(isFilled(own) && fits(own)) && isFilled(neighbour) && fits(neighbour);
    });
    const first = found[0]?.position ?? Number.POSITIVE_INFINITY;
    const stays = columns.filter(({ position, fits }) => position > first && isFilled(cells[position]) && fits(cells[position] ?? ''));
    if (found.length >= leastEvidence && found.length > stays.length && misfits.every((misfit) => found.includes(misfit) || !isFilled(cells[misfit.position + shift]))) {
      return shift;
    }
  }
  return 0;
}

function isFilled(cell: string | undefined): boolean {
  return cell !== undefined && cell.trim() !== '';
}
