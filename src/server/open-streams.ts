import { boundaryOutdated, hubStopping, tokenExpired, tokenWithdrawn, type StreamEnded } from '../feed/stream-ended.js';
import { TokenExpired } from '../access/claims.js';
import type { Tokens } from '../access/tokens.js';
import type { BoundaryDay } from '../boundary/boundary-day.js';

/** How often the tokens of running streams are looked at; a look at an unchanged one is a look into a map. */
const lookMs = 1_000;

/** The streams that run, so that they end when their token or the boundary no longer counts, and when the hub stops. */
export class OpenStreams {
  readonly #tokens: Tokens;
  readonly #day: BoundaryDay;
  readonly #wake: () => void;
  readonly #open = new Map<AbortController, string>();
  readonly #timer: NodeJS.Timeout;
  #stopping = false;

  /** `wake` makes waiting streams look at their ending. */
  constructor(tokens: Tokens, day: BoundaryDay, wake: () => void) {
    this.#tokens = tokens;
    this.#day = day;
    this.#wake = wake;
    this.#timer = setInterval(() => void this.#look(), lookMs).unref();
  }

  /** Runs a stream that was opened with a token. */
  async run(token: string, stream: (ending: AbortSignal) => Promise<void>): Promise<void> {
    const ending = new AbortController();
    if (this.#stopping) ending.abort(hubStopping());
    this.#open.set(ending, token);
    try {
      await stream(ending.signal);
    } finally {
      this.#open.delete(ending);
    }
  }

  /** Tells every stream that the hub stops. */
  stop(): void {
    this.#stopping = true;
    clearInterval(this.#timer);
    this.#endAll(hubStopping());
  }

  #endAll(reason: StreamEnded): void {
    for (const ending of this.#open.keys()) ending.abort(reason);
    this.#wake();
  }

  async #look(): Promise<void> {
    if (this.#day.outdated) {
      this.#endAll(boundaryOutdated());
      return;
    }
    for (const [ending, token] of this.#open) {
      if (this.#tokens.remembered(token) || ending.signal.aborted) continue;
      try {
        await this.#tokens.verify(token);
      } catch (error) {
        ending.abort(error instanceof TokenExpired ? tokenExpired() : tokenWithdrawn());
        this.#wake();
      }
    }
  }
}
