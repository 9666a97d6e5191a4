import { randomUUID } from 'node:crypto';
import type { Clock } from '../measures/clock.js';
import type { ChangeReader, ReadTimes } from './change-reader.js';
import type { FeedCursors, FeedPlace } from './cursor.js';
import { frameBody, portionsOf } from './frames.js';
import type { FeedListener } from './listener.js';
import type { Consumer, Receipts } from './receipts.js';
import { RecentFrames, type SentFrame } from './recent-frames.js';
import type { StreamRecorder } from './stream-evidence.js';
import { StreamFrame } from './stream-frame.js';
import type { StreamMember } from './stream-member.js';
import type { Subscription } from './subscription.js';

/** What groups run on. */
export interface GroupParts {
  readonly reader: ChangeReader;
  readonly recorder: StreamRecorder;
  /** Told of every frame before it leaves, as the evidence is. */
  readonly receipts: Pick<Receipts, 'handedOut' | 'consumer'>;
  readonly cursors: FeedCursors;
  readonly listener: FeedListener;
  readonly clock: Clock;
  /** A group that sent nothing for this long sends a heartbeat, whatever happened in the log. */
  readonly heartbeatMs: number;
}

/** Events read at a time; a group that is behind catches up page by page, never in one buffer. */
export const eventsPerPage = 200;

/** Frames that become durable together, in characters: a commit of the evidence for each would hold a busy group to some 300 events a second. */
export const portionLength = 256 * 1024;

/** A connection that has this much to take is behind: it goes on alone, at its own pace, and keeps nobody waiting. */
export const mostWaiting = 512 * 1024;

/**
 * One execution for all streams of one subscription in one scope: it reads each event once, makes one frame of it, one
 * entry of evidence, and gives the same bytes to every member. It runs from its first claim to its last.
 */
export class StreamGroup {
  readonly id = randomUUID();
  readonly #parts: GroupParts;
  readonly #subscription: Subscription;
  readonly #recent: RecentFrames;
  readonly #members = new Map<StreamMember, { readonly leave: () => void; readonly fail: (reason: unknown) => void }>();
  readonly #over = new AbortController();
  #claims = 0;
  #moved: (() => void)[] = [];

  /** `subscription`: that of any member; all of them read alike. */
  constructor(parts: GroupParts, subscription: Subscription, place: FeedPlace) {
    this.#parts = parts;
    this.#subscription = subscription;
    this.#recent = new RecentFrames(place);
  }

  /** Behind everything it looked at and sent. */
  get place(): FeedPlace {
    return this.#recent.place;
  }

  /** Whether a stream at this place can go on here. */
  serves(place: FeedPlace): boolean {
    return !this.#isOver() && this.#recent.behind(place) !== null;
  }

  /** Keeps the group running until it is released, though nobody is in it yet. */
  claim(): () => void {
    this.#claims += 1;
    return () => {
      this.#claims -= 1;
      if (this.#isIdle) this.#over.abort();
    };
  }

  /** Resolves when the group has looked further, or has ended. */
  moved(): Promise<void> {
    if (this.#isOver()) return Promise.resolve();
    return new Promise((resolve) => this.#moved.push(resolve));
  }

  /**
   * Gives a stream what it is behind, at once, and every frame from now on. Resolves when the stream has left: gone, or
   * behind by more than its connection may hold. Resolves at once where the group does not serve its place. Rejects with
   * what ends the stream.
   */
  async share(member: StreamMember): Promise<void> {
    const rest = member.place === null || this.#isOver() ? null : this.#recent.behind(member.place);
    if (rest === null) return;
    const { subscriber, ending } = member;
    const left = new AbortController();
    try {
      await new Promise<void>((resolve, reject) => {
        const out = (): void => this.#remove(member, resolve);
        const fail = (reason: unknown): void => this.#remove(member, () => reject(reason instanceof Error ? reason : new Error('a stream broke', { cause: reason })));
        this.#members.set(member, { leave: out, fail });
        subscriber.gone.addEventListener('abort', out, { signal: left.signal });
        ending.addEventListener('abort', () => fail(ending.reason), { signal: left.signal });
        for (const { frame, place, position } of rest) {
          if (this.#members.has(member) && this.#give(member, [frame], place)) member.consumer.took([position], place);
        }
        this.#see(member);
      });
    } finally {
      left.abort();
    }
  }

  /** Runs until nobody is left. Whatever stops it ends its streams. */
  async run(): Promise<void> {
    try {
      await this.#follow();
    } catch (error) {
      for (const { fail } of [...this.#members.values()]) fail(error);
    } finally {
      this.#over.abort();
      for (const { leave } of [...this.#members.values()]) leave();
      this.#tellMoved();
    }
  }

  #isOver(): boolean {
    return this.#over.signal.aborted;
  }

  get #isIdle(): boolean {
    return this.#members.size === 0 && this.#claims === 0;
  }

  async #follow(): Promise<void> {
    const { reader, listener, clock, heartbeatMs } = this.#parts;
    let quietSince = clock.now().getTime();
    while (!this.#isOver()) {
      for (const member of this.#members.keys()) this.#see(member);
      const heard = listener.heard();
      const page = await reader.read(this.#subscription.change, this.#subscription.viewer, this.place, eventsPerPage);
      for (const portion of portionsOf(this.#parts.cursors, this.#subscription, page.events, portionLength)) {
        if (this.#isOver()) return;
        await Promise.all(portion.map(({ event, body }) => this.#record(event.place, event, body, page.times)));
        // Behind the evidence: nothing is delivered of which the access log does not know.
        await this.#parts.receipts.handedOut(this.#subscription.viewer, this.#subscription.change.type, portion.map(({ event }) => event));
        this.#release(portion.map(({ event, body }) => ({ frame: new StreamFrame(body), place: event.place, position: event.position })));
        quietSince = clock.now().getTime();
      }
      this.#recent.moved(page.place);
      this.#tellMoved();
      if (!page.caughtUp) continue;
      const rest = quietSince + heartbeatMs - clock.now().getTime();
      if (rest > 0) {
        await listener.wait(heard, rest, this.#over.signal);
        continue;
      }
      const body = frameBody(this.#parts.cursors, this.#subscription, 'HEARTBEAT', page.place, null);
      await this.#record(page.place, null, body, page.times);
      this.#giveAll([new StreamFrame(body)], page.place, []);
      quietSince = clock.now().getTime();
    }
  }

  #record(place: FeedPlace, event: Parameters<StreamRecorder['groupFrame']>[2], body: string, times: ReadTimes): Promise<void> {
    return this.#parts.recorder.groupFrame(this.#subscription, { group: this.id, stream: null, act: 'frame', number: place.number }, event, body, times);
  }

  /** The entries of the frames are durable: they go to all, one system call a member, and to whoever comes a little later. */
  #release(frames: readonly SentFrame[]): void {
    const last = frames.at(-1);
    if (!last) return;
    this.#giveAll(frames.map(({ frame }) => frame), last.place, frames.map(({ position }) => position));
    for (const frame of frames) this.#recent.sent(frame);
  }

  #giveAll(frames: readonly StreamFrame[], place: FeedPlace, positions: readonly bigint[]): void {
    const now = this.#parts.clock.now().getTime();
    const given = new Map<Consumer, number>();
    for (const member of this.#members.keys()) {
      if (this.#give(member, frames, place, now)) given.set(member.consumer, (given.get(member.consumer) ?? 0) + 1);
    }
    for (const [consumer, streams] of given) consumer.took(positions, place, streams);
  }

  #give(member: StreamMember, frames: readonly StreamFrame[], place: FeedPlace, now?: number): boolean {
    if (!this.#see(member, now)) return false;
    member.give(frames, place);
    if (member.subscriber.waiting > mostWaiting) this.#members.get(member)?.leave();
    return true;
  }

  /** Whether a member may be given anything; one that may not, leaves. */
  #see(member: StreamMember, now?: number): boolean {
    const ways = this.#members.get(member);
    if (!ways) return false;
    try {
      member.check(now);
    } catch (reason) {
      ways.fail(reason);
      return false;
    }
    if (member.isGone()) ways.leave();
    return !member.isGone();
  }

  #remove(member: StreamMember, settle: () => void): void {
    if (!this.#members.delete(member)) return;
    if (this.#isIdle) this.#over.abort();
    settle();
  }

  #tellMoved(): void {
    const waiting = this.#moved;
    this.#moved = [];
    for (const resolve of waiting) resolve();
  }
}
