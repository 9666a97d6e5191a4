/** One server-sent event: its name and its data, byte for byte. */
export interface Frame {
  readonly event: string;
  readonly data: string;
}

/** A subscription read with fetch alone, frame by frame. */
export class EventStream {
  readonly response: Response;
  readonly #stop: AbortController;
  readonly #frames: AsyncGenerator<Frame, null>;

  private constructor(response: Response, stop: AbortController) {
    this.response = response;
    this.#stop = stop;
    this.#frames = framesOf(response);
  }

  /** Posts the subscription; `url` is that of the GraphQL endpoint. */
  static async open(
    url: string,
    token: string,
    query: string,
    variables: Readonly<Record<string, unknown>> = {},
    extensions: Readonly<Record<string, unknown>> = {},
  ): Promise<EventStream> {
    const stop = new AbortController();
    const response = await fetch(`${url}/stream`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', accept: 'text/event-stream' },
      body: JSON.stringify({ query, variables, extensions }),
      signal: stop.signal,
    });
    return new EventStream(response, stop);
  }

  /** The next frame, or null when the server has ended the stream; throws when the connection broke. */
  async next(): Promise<Frame | null> {
    return (await this.#frames.next()).value;
  }

  close(): void {
    this.#stop.abort();
  }
}

/** Frames of a response as the hub writes them: `event: …`, one `data: …` line, an empty line. */
async function* framesOf(response: Response): AsyncGenerator<Frame, null> {
  if (!response.body) return null;
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of response.body) {
    const parts = (rest + decoder.decode(chunk, { stream: true })).split('\n\n');
    rest = parts.pop() ?? '';
    for (const part of parts) {
      const [, event = '', data = ''] = /^event: (\w+)\ndata:(?: ([^\n]*))?$/.exec(part) ?? [];
      if (event === '') throw new Error(`not a frame: ${part}`);
      yield { event, data };
    }
  }
  return null;
}
