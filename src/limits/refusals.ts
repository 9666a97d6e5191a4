import { GraphQLError } from 'graphql';
import { limits, type LimitName } from './limits.js';

/** An error of the limits as it leaves the hub; `http` is for the front and taken out before. */
function limitError(code: string, status: number, message: string, extensions: Readonly<Record<string, unknown>>, headers?: ReadonlyMap<string, string>): GraphQLError {
  return new GraphQLError(message, { extensions: { code, ...extensions, http: { status, ...(headers ? { headers } : {}) } } });
}

/** What is beyond a limit of the table. The number found is not told: counting ends at the limit. */
export function limitExceeded(name: LimitName): GraphQLError {
  const { limit, unit } = limits[name];
  const nextStep = `≤ ${limit} ${unit}`;
  if (name === 'documentTokens' || name === 'documentLength') {
    return limitError('DOCUMENT_TOO_LONG', 400, '查询文本过长 · The document is too long.', { limit: name, allowed: limit, nextStep });
  }
  return limitError('LIMIT_EXCEEDED', 400, '超出单个请求的限额 · Beyond a limit on a single request.', { limit: name, allowed: limit, nextStep });
}

/** An operation that may touch more objects than one operation may. */
export function costTooHigh(requested: number, limit: number): GraphQLError {
  return limitError('COST_TOO_HIGH', 400, '该操作可能涉及的对象过多，未执行 · The operation may touch too many objects; it was not run.', {
    requested,
    limit,
    nextStep: '减小 first / last，或分几次查询 · Ask for smaller pages, or for less at once.',
  });
}

/** An agency that has used up its objects for now; `seconds` until this operation fits again. */
export function budgetExhausted(requested: number, seconds: number): GraphQLError {
  return limitError(
    'BUDGET_EXHAUSTED',
    429,
    '本机关的对象额度暂已用完 · The objects this agency may ask for are used up for now.',
    { requested, retryAfter: seconds, nextStep: `${seconds} 秒后重试 · Try again in ${seconds} seconds.` },
    new Map([['retry-after', String(seconds)]]),
  );
}

/** The codes of an agency that asks for too much: they say all there is to say, no lane words them anew. */
export function isCostRefusal(error: GraphQLError): boolean {
  const { code } = error.extensions;
  return code === 'COST_TOO_HIGH' || code === 'BUDGET_EXHAUSTED';
}
