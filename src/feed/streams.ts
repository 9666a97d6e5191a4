import type { AccessLog } from '../access/log/access-log.js';
import type { StreamEntry } from '../access/log/access-record.js';
import { assertWithin, type ReadTimes } from './change-reader.js';
import type { FeedPlace } from './cursor.js';
import { frameBody, portionsOf } from './frames.js';
import { eventsPerPage, mostWaiting, portionLength, StreamGroup, type GroupParts } from './stream-group.js';
import { StreamRecorder } from './stream-evidence.js';
import { endBody, invalidCursor, StreamEnded } from './stream-ended.js';
import { StreamFrame, type Subscriber } from './stream-frame.js';
import { StreamMember } from './stream-member.js';
import type { Subscription } from './subscription.js';

/** A subscriber that hears nothing for this long may take the connection for dead; proxies commonly cut at 60 s. */
export const heartbeatMs = 15_000;

/** How long a connection may take for what it was given before the stream is cut: half a megabyte at 17 kB/s. */
export const patienceMs = 30_000;

/** What streams run on. */
export interface StreamParts extends Omit<GroupParts, 'recorder'> {
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly patienceMs?: number;
}

/**
 * All streams of this process, over whatever transport. A stream opens in a group or catches up alone until a group serves
 * it; one that falls behind goes on alone, and comes back. Nothing is given before its entry in the access log is durable.
 */
export class Streams {
  readonly #parts: GroupParts;
  readonly #patienceMs: number;
  readonly #groups = new Map<string, Set<StreamGroup>>();

  constructor({ accessLog, patienceMs: patience, ...parts }: StreamParts) {
    this.#parts = { ...parts, recorder: new StreamRecorder(accessLog) };
    this.#patienceMs = patience ?? patienceMs;
  }

  /** Executions that run, one for each distinct subscription and scope. */
  get running(): number {
    let count = 0;
    for (const groups of this.#groups.values()) count += groups.size;
    return count;
  }

  /**
   * Runs a stream to its end and gives the subscriber every frame, that with the reason of the end included; the transport
   * only has to close. Rejects when not even the evidence of the end could be kept: then nothing may leave any more.
   */
  async run(subscription: Subscription, subscriber: Subscriber, ending: AbortSignal): Promise<void> {
    const { change, viewer } = subscription;
    const consumer = this.#parts.receipts.consumer(viewer, { recordType: change.type, transport: subscriber.transport, name: viewer.account });
    const member = new StreamMember(subscription, subscriber, ending, consumer, this.#parts.clock);
    let reason: unknown = null;
    try {
      await this.#follow(member);
    } catch (error) {
      reason = error;
    }
    const body = reason === null || member.isGone() ? '' : endBody(reason);
    const closed = this.#note(member, 'close', member.id, body);
    // A stream that broke says no more than that it broke: the evidence may be what failed.
    await (reason === null || reason instanceof StreamEnded ? closed : closed.catch(() => undefined));
    if (body !== '' && !member.isGone()) subscriber.send([new StreamFrame(body)]);
  }

  async #follow(member: StreamMember): Promise<void> {
    member.check();
    const { subscription } = member;
    const asked = this.#now();
    let place = await this.#begin(subscription);
    let group = subscription.after === null ? this.#groupAt(subscription, place) : this.#serving(subscription, place);
    let release = group?.claim();
    try {
      const times = { receivedAt: asked, startedAt: asked, executedAt: this.#now() };
      const body = frameBody(this.#parts.cursors, subscription, 'OPENED', place, null);
      member.place = place;
      await this.#note(member, 'open', group?.id ?? member.id, body, times);
      member.check();
      member.give([new StreamFrame(body)], place);
      member.consumer.reached(place);
      if (group) await this.#stay(member, group);
    } finally {
      release?.();
    }
    while (!member.isGone()) {
      member.check();
      await member.drained(this.#patienceMs);
      place = member.place;
      group = this.#serving(subscription, place);
      if (!group) {
        group = await this.#catchUp(member);
        if (!group) continue;
      }
      release = group.claim();
      try {
        await this.#note(member, 'join', group.id);
        if (!this.#serves(group, member)) continue;
        await this.#stay(member, group);
      } finally {
        release();
      }
    }
  }

  async #stay(member: StreamMember, group: StreamGroup): Promise<void> {
    await group.share(member);
    if (!member.isGone()) await this.#note(member, 'leave', group.id);
  }

  #serves(group: StreamGroup, { place }: StreamMember): boolean {
    return place !== null && group.serves(place);
  }

  /** Where a stream starts: behind its cursor, else where the group of its like stands, else behind the head of the log. */
  async #begin({ change, viewer, after, key }: Subscription): Promise<FeedPlace> {
    const { cursors, reader } = this.#parts;
    const running = (): StreamGroup | undefined => this.#groups.get(key)?.values().next().value;
    if (after === null) {
      const at = running()?.place;
      if (at) return at;
      const head = await reader.head(viewer);
      return running()?.place ?? { epoch: head.epoch, position: head.position + 1n, number: 0 };
    }
    const place = cursors.open(after, viewer, change.type);
    if (!place) throw invalidCursor();
    assertWithin(await reader.head(viewer), place);
    return place;
  }

  /** A running group that serves a place. */
  #serving({ key }: Subscription, place: FeedPlace | null): StreamGroup | null {
    if (place === null) return null;
    for (const group of this.#groups.get(key) ?? []) if (group.serves(place)) return group;
    return null;
  }

  /** The group that serves a place, started where there is none. */
  #groupAt(subscription: Subscription, place: FeedPlace): StreamGroup {
    const serving = this.#serving(subscription, place);
    if (serving) return serving;
    const group = new StreamGroup(this.#parts, subscription, place);
    const groups = this.#groups.get(subscription.key) ?? new Set();
    this.#groups.set(subscription.key, groups.add(group));
    const release = group.claim();
    void group.run().finally(() => {
      groups.delete(group);
      if (groups.size === 0 && this.#groups.get(subscription.key) === groups) this.#groups.delete(subscription.key);
    });
    // Whoever asked for it claims it in the same turn.
    setImmediate(release);
    return group;
  }

  /**
   * Gives a stream one page of its own, at its own pace. Returns the group it goes on in, or null when it has to be asked
   * again: there is more, or a group has to come up to it first.
   */
  async #catchUp(member: StreamMember): Promise<StreamGroup | null> {
    const { reader, cursors, recorder, receipts } = this.#parts;
    const { subscription, place } = member;
    if (place === null) throw new Error('a stream catches up once it is open');
    const page = await reader.read(subscription.change, subscription.viewer, place, eventsPerPage);
    for (const portion of portionsOf(cursors, subscription, page.events, portionLength)) {
      await Promise.all(portion.map(({ event, body }) => recorder.ownFrame(subscription, this.#entry(member, 'frame', member.id, event.place), event, body, page.times)));
      await receipts.handedOut(subscription.viewer, subscription.change.type, portion.map(({ event }) => event));
      for (const { event, body } of portion) {
        if (member.isGone()) return null;
        member.check();
        member.give([new StreamFrame(body)], event.place);
        member.consumer.took([event.position], event.place);
        if (member.subscriber.waiting > mostWaiting) await member.drained(this.#patienceMs);
      }
    }
    member.place = page.place;
    member.consumer.reached(page.place);
    if (!page.caughtUp) return null;
    const behind = [...(this.#groups.get(subscription.key) ?? [])].find((group) => group.place.epoch === page.place.epoch && group.place.position < page.place.position);
    if (behind) {
      await behind.moved();
      return null;
    }
    return this.#groupAt(subscription, page.place);
  }

  #entry(member: StreamMember, act: StreamEntry['act'], group: string, place: FeedPlace | null): StreamEntry {
    return { group, stream: member.id, act, number: place?.number ?? 0 };
  }

  #note(member: StreamMember, act: StreamEntry['act'], group: string, body = '', times?: ReadTimes): Promise<void> {
    const now = this.#now();
    const at = times ?? { receivedAt: now, startedAt: now, executedAt: now };
    return this.#parts.recorder.stream(member.subscription, this.#entry(member, act, group, member.place), body, at);
  }

  #now(): number {
    return this.#parts.clock.now().getTime();
  }
}
