import type { AccessLog } from '../access/log/access-log.js';
import type { StreamEntry } from '../access/log/access-record.js';
import type { Viewer } from '../access/viewer.js';
import type { ReadTimes } from './change-reader.js';
import type { VisibleEvent } from './compile-change.js';
import type { Subscription } from './subscription.js';

/** Makes the entries of streams durable. Whoever sends anything awaits the entry first. */
export class StreamRecorder {
  readonly #accessLog: Pick<AccessLog, 'append'>;

  constructor(accessLog: Pick<AccessLog, 'append'>) {
    this.#accessLog = accessLog;
  }

  /** An entry of one stream, with the body that leaves with it; the empty one where nothing does. */
  stream(subscription: Subscription, entry: StreamEntry, body: string, times: ReadTimes): Promise<void> {
    return this.#append(subscription, subscription.viewer, entry, null, body, times);
  }

  /** A frame of a stream that runs alone. */
  ownFrame(subscription: Subscription, entry: StreamEntry, event: VisibleEvent | null, body: string, times: ReadTimes): Promise<void> {
    return this.#append(subscription, subscription.viewer, entry, event, body, times);
  }

  /** A frame of a group: one entry, whose account is the group. */
  groupFrame(subscription: Subscription, entry: StreamEntry, event: VisibleEvent | null, body: string, times: ReadTimes): Promise<void> {
    return this.#append(subscription, { ...subscription.viewer, account: `group ${entry.group}` }, entry, event, body, times);
  }

  #append({ evidence }: Subscription, viewer: Viewer, stream: StreamEntry, event: VisibleEvent | null, body: string, times: ReadTimes): Promise<void> {
    return this.#accessLog.append({
      ...evidence,
      ...times,
      viewer,
      stream,
      outcome: 'STREAM',
      status: 200,
      records: event === null ? 0 : 1,
      subjects: event === null || event.subject === null ? [] : [event.subject],
      body,
    });
  }
}
