import { principalWords } from '../measures/agencies/principals.js';
import { purposes, type Purpose } from '../measures/purposes.js';
import { accessGround, type AccessGround } from './effect.js';
import type { BoundaryPolicy, Standing } from './policy.js';

/** An error as it stands in an answer. */
export interface AnswerError {
  readonly message: string;
  readonly path: readonly (string | number)[];
  readonly extensions: Readonly<Record<string, unknown>>;
}

/**
 * The denial of one coordinate. Its basis is that of `explainAccess`: which rule denies, what is missing and whom to
 * ask. It depends on the document and the viewer's standing alone.
 */
export function denialError(
  policy: BoundaryPolicy,
  standing: Standing,
  coordinate: string,
  path: readonly string[],
): AnswerError {
  const { rows, clauses, missing, purposes: wanted, ask } = accessGround(policy, standing, coordinate);
  return {
    message: `无权查看 ${coordinate} · ${coordinate} is not shared with this viewer.`,
    path,
    extensions: {
      code: 'BOUNDARY_DENIED',
      coordinate,
      basis: { rows, clauses, missing, purposes: wanted, ask },
      nextStep: nextStep({ missing, purposes: wanted, ask }),
    },
  };
}

/** What a denied caller can do, in one line. */
function nextStep({ missing, purposes: wanted, ask }: Pick<AccessGround, 'missing' | 'purposes' | 'ask'>): string {
  if (missing.includes('PURPOSE') || missing.includes('CASE')) {
    return (
      `声明用途与案号：请求头 x-concordat-purpose、x-concordat-case，或 extensions.purpose、extensions.caseNo；可用用途 ${named(wanted)} · ` +
      'Declare a purpose and a case number, by these headers or in extensions.'
    );
  }
  const holders = ask.length > 0 ? `（${ask.map((kind) => principalWords(kind).zh).join('、')}）` : '';
  const holdersEn = ask.length > 0 ? ` (${ask.map((kind) => principalWords(kind).en).join(', ')})` : '';
  if (missing.includes('AGREEMENT')) {
    return (
      `登记载明数据范围与用途的共享协议，或由有权机关${holders}查询 · ` +
      `Register a sharing agreement that names the data and the purpose, or ask the bureau that holds the right${holdersEn}.`
    );
  }
  return `由有权机关${holders}查询 · Ask the bureau that holds the right${holdersEn}.`;
}

function named(codes: readonly Purpose[]): string {
  return codes.map((code) => `${code}（${purposes[code].zh} · ${purposes[code].en}）`).join('、');
}
