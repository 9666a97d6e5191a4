/** What keeps a part from starting, in both languages, each ending with the next step. */
export interface StartUpText {
  readonly zh: string;
  readonly en: string;
}

/**
 * A fault that keeps the hub from starting. `code` is stable (for scripts and docs/errors/<code>.md); the message is one
 * line with the code, the cause and the next step, zh-CN first. The output of a failed program may follow it.
 */
export class StartUpError extends Error {
  override readonly name = 'StartUpError';
  readonly code: string;

  constructor(code: string, text: StartUpText, options?: ErrorOptions) {
    super(`[${code}] ${text.zh} · ${text.en}`, options);
    this.code = code;
  }
}
