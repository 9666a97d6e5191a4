/** An error as it leaves the hub. */
export interface SafeError {
  readonly message: string;
  readonly extensions: Readonly<Record<string, unknown>>;
}

/** What a caller is told when something failed inside: nothing of the cause. */
export const internalError = {
  message: '服务内部错误 · Internal error.',
  extensions: {
    code: 'INTERNAL_SERVER_ERROR',
    nextStep: '稍后重试；如仍失败请联系枢纽管理员 · Try again later; if it stays, tell the administrator of the hub.',
  },
} as const;

/**
 * Errors without a code of ours say nothing of their cause: no text of the database, no value, no stack (leak L-27).
 * Members beside message and extensions (path, locations) stay.
 */
export function safeError<T extends { readonly message: string; readonly extensions?: Readonly<Record<string, unknown>> }>(error: T): T & SafeError {
  const code = error.extensions?.['code'];
  if (typeof code === 'string' && code !== 'INTERNAL_SERVER_ERROR') {
    const extensions = { ...error.extensions };
    delete extensions['http']; // a note to the server, for an error that is the whole answer
    return { ...error, extensions };
  }
  return { ...error, message: internalError.message, extensions: { ...internalError.extensions } };
}
