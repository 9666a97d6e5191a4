import type { Principal } from './declaration.js';
import type { BoundaryPolicy } from './policy.js';

/** An error as it stands in an answer. */
export interface AnswerError {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * The denial of one coordinate. It says which rule denies and what would change it; it depends on the document and the
 * viewer class alone.
 */
export function denialError(
  policy: BoundaryPolicy,
  principal: Principal,
  coordinate: string,
  path: readonly string[],
): AnswerError {
  const decision = policy.decide(principal, coordinate);
  return {
    message: `无权查看 ${coordinate} · ${coordinate} is not shared with this viewer.`,
    path,
    extensions: {
      code: 'BOUNDARY_DENIED',
      coordinate,
      basis: { rows: decision.rows, clauses: decision.clauses },
      nextStep: '登记载明数据范围与用途的共享协议，或由有权机关查询 · Register a sharing agreement that names the data and the purpose, or ask the bureau that holds the right.',
    },
  };
}
