import type { Transport } from './receipts.js';

/**
 * A body on its way to subscribers. Each transport wraps it in its own bytes; what it makes is kept, so that a frame
 * for ten thousand subscribers is serialised and wrapped once.
 */
export class StreamFrame {
  readonly #forms = new Map<FrameForm, Buffer>();

  constructor(readonly body: string) {}

  /** The bytes of a transport: the same buffer for everybody, not to be written to. */
  as(form: FrameForm): Buffer {
    let bytes = this.#forms.get(form);
    if (!bytes) this.#forms.set(form, (bytes = form(this.body)));
    return bytes;
  }
}

/** How a transport wraps a body. */
export type FrameForm = (body: string) => Buffer;

/** The connection of one stream as the feed sees it. */
export interface Subscriber {
  /** What receipts call it. */
  readonly transport: Transport;
  /** Takes frames into the connection's buffer, all of them for one system call. */
  send(frames: readonly StreamFrame[]): void;
  /** Bytes that wait to be taken by the other side. */
  readonly waiting: number;
  /** Resolves when the other side has taken what waits, or the connection is gone. */
  drained(): Promise<void>;
  /** Aborted when the connection is gone. */
  readonly gone: AbortSignal;
}
