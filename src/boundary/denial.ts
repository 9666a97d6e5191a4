import { purposes } from '../measures/purposes.js';
import type { BoundaryPolicy, Decision, Standing } from './policy.js';

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
  standing: Standing,
  coordinate: string,
  path: readonly string[],
): AnswerError {
  const decision = policy.decide(standing, coordinate);
  return {
    message: `无权查看 ${coordinate} · ${coordinate} is not shared with this viewer.`,
    path,
    extensions: {
      code: 'BOUNDARY_DENIED',
      coordinate,
      basis: { rows: decision.rows, clauses: decision.clauses },
      ...(decision.missing === null ? {} : { missing: decision.missing }),
      nextStep: nextStep(decision),
    },
  };
}

function nextStep(decision: Decision): string {
  if (decision.missing !== 'PURPOSE') {
    return '登记载明数据范围与用途的共享协议，或由有权机关查询 · Register a sharing agreement that names the data and the purpose, or ask the bureau that holds the right.';
  }
  const named = decision.purposes.map((code) => `${code}（${purposes[code].zh} · ${purposes[code].en}）`).join('、');
  return (
    `声明用途与案号：请求头 x-concordat-purpose、x-concordat-case，或 extensions.purpose、extensions.caseNo；可用用途 ${named} · ` +
    'Declare a purpose and a case number, by these headers or in extensions.'
  );
}
