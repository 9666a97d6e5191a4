import { GraphQLError } from 'graphql';

/**
 * A read that was planned and not answered. It is told apart from a refusal of the question: running the same plan again
 * in the other lane would only add to the load.
 */
export class ReadError extends GraphQLError {
  /** How the answer leaves when the read was all of it. */
  readonly http: { readonly status: number; readonly headers: ReadonlyMap<string, string> };

  /** `retryAfter`: seconds. */
  constructor(code: string, message: string, nextStep: string, { status, retryAfter }: { readonly status: number; readonly retryAfter?: number }) {
    const http = { status, headers: new Map(retryAfter === undefined ? [] : [['retry-after', String(retryAfter)]]) };
    super(message, { extensions: { code, nextStep, http } });
    this.http = http;
  }
}

/** Seconds after which a place is likely free again: most ad-hoc reads take less than one. */
const retryAfter = 5;

export function queueFull(): ReadError {
  return new ReadError(
    'QUEUE_FULL',
    '等候执行的复杂查询过多 · Too many ad-hoc reads are waiting.',
    '稍后重试；同时少发几个 · Try again later; send fewer at a time.',
    { status: 503, retryAfter },
  );
}

export function queueTimeout(): ReadError {
  return new ReadError(
    'QUEUE_TIMEOUT',
    '排队等候超时，查询未执行 · The read waited too long and was not run.',
    '稍后重试；同时少发几个 · Try again later; send fewer at a time.',
    { status: 503, retryAfter },
  );
}

/** A statement took longer than its connection allows; `exclusive` where it had one of its own. */
export function statementTimeout(exclusive: boolean): ReadError {
  return exclusive
    ? new ReadError(
        'STATEMENT_TIMEOUT',
        '查询执行超时，已中止 · The read took too long and was stopped.',
        '缩小范围：加筛选条件，减小分页，去掉总数或排序 · Ask for less: more filters, a smaller page, no total, the default order.',
        { status: 503 },
      )
    : new ReadError(
        'STATEMENT_TIMEOUT',
        '查询执行超时，已中止 · The read took too long and was stopped.',
        '重试一次：该查询此后独占连接，时限更长 · Try once more: from now on it runs on a connection of its own, with more time.',
        { status: 503, retryAfter: 1 },
      );
}

/** The caller left before the answer, or the hub stops. Nobody reads this but the evidence. */
export function requestAbandoned(): ReadError {
  return new ReadError(
    'REQUEST_ABANDONED',
    '请求方已离开，查询已取消 · The caller left; the read was cancelled.',
    '保持连接直至答复 · Keep the connection until the answer.',
    { status: 499 },
  );
}
