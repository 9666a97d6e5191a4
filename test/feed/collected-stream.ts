import { setImmediate as nextTurn } from 'node:timers/promises';
import type { StreamFrame, Subscriber } from '../../src/feed/stream-frame.js';
import type { Streams } from '../../src/feed/streams.js';
import type { Subscription } from '../../src/feed/subscription.js';

/** Runs a stream without a connection and gives its bodies, up to the first one that `isLast` knows or the end. */
export async function collectedStream(streams: Streams, subscription: Subscription, isLast: (body: string) => boolean): Promise<readonly string[]> {
  const stop = new AbortController();
  const bodies: string[] = [];
  const subscriber: Subscriber = {
    transport: 'SSE',
    gone: stop.signal,
    waiting: 0,
    drained: () => nextTurn(),
    send: (frames: readonly StreamFrame[]) => {
      for (const { body } of frames) {
        if (stop.signal.aborted) return;
        bodies.push(body);
        if (isLast(body)) stop.abort();
      }
    },
  };
  await streams.run(subscription, subscriber, new AbortController().signal);
  return bodies;
}
