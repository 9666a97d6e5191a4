import { GraphQLError } from 'graphql';
import type { KeyRing } from '../access/key-ring.js';
import type { Viewer } from '../access/viewer.js';
import type { ChangeReader, PlacedEvent, ReadTimes } from '../feed/change-reader.js';
import type { FeedCursors, FeedPlace } from '../feed/cursor.js';
import type { Consumer, Receipts } from '../feed/receipts.js';
import { StreamEnded } from '../feed/stream-ended.js';
import { backOffMs, gone, isRefusal, mostDeadInRow, mostRefusals, patienceSeconds } from './back-off.js';
import type { Attempt, DeliveryStore, Message } from './delivery-store.js';
import { authorityMessage, changeMessage, eventId, type OutgoingMessage } from './message.js';
import { send, type SenderParts, type SendOutcome } from './sender.js';
import type { Suspension, Webhook } from './webhook.js';
import { authorityOf, webhookViewer, type AuthorityParts } from './webhook-authority.js';
import { webhookChange, type ChangeParts, type WebhookChange } from './webhook-change.js';
import { openSecrets, type WebhookSecrets } from './webhook-seal.js';

export interface RunParts extends SenderParts, AuthorityParts, ChangeParts {
  readonly store: DeliveryStore;
  readonly reader: ChangeReader;
  readonly cursors: FeedCursors;
  readonly keyRing: KeyRing;
  /** Who is told what the receiver has taken. */
  readonly receipts: Pick<Receipts, 'consumer'>;
  /** In [0, 1); what a wait is shortened by. */
  readonly random: () => number;
}

/** Events read at a time: what one claim holds in memory. */
const eventsPerRead = 50;

/** A webhook that is far behind gives its place to the next one after this long. */
const runMs = 10_000;

/** What was read so long ago is read anew before it is sent: a slow receiver gets no rows of a boundary that has passed. */
const freshMs = 5_000;

/** Nobody goes on with this claim: it was given back, its webhook suspended, or it is lost. */
class RunEnded extends Error {}

/**
 * Delivers what waits for a claimed webhook, one message at a time in the order of the log, until there is nothing more,
 * a message fails, or `stop` is aborted (no further message) or `cut` (not this one either). Throws for faults of the hub.
 */
export async function runWebhook(parts: RunParts, hook: Webhook, worker: string, stop: AbortSignal, cut: AbortSignal): Promise<void> {
  try {
    await new DeliveryRun(parts, hook, worker, stop, cut).run();
  } catch (error) {
    if (!(error instanceof RunEnded)) throw error;
  }
}

class DeliveryRun {
  readonly #parts: RunParts;
  readonly #hook: Webhook;
  readonly #worker: string;
  readonly #stop: AbortSignal;
  readonly #cut: AbortSignal;
  readonly #secrets: WebhookSecrets;
  #attempts: number;
  #refusals: number;
  #deadInRow: number;
  #reported: Consumer | null = null;
  /** The authority this run reads by; with another one it ends, and the next run tells of it. */
  #told: string | null = null;

  constructor(parts: RunParts, hook: Webhook, worker: string, stop: AbortSignal, cut: AbortSignal) {
    this.#parts = parts;
    this.#hook = hook;
    this.#worker = worker;
    this.#stop = stop;
    this.#cut = cut;
    this.#secrets = openSecrets(parts.keyRing, hook.id, hook.sealed);
    this.#attempts = hook.attempts;
    this.#refusals = hook.refusals;
    this.#deadInRow = hook.deadInRow;
  }

  async run(): Promise<void> {
    const { place: from } = this.#hook;
    if (from === null) throw new Error('an active webhook has a place');
    let { viewer, change } = await this.#authority();
    this.#told = authorityOf(viewer, this.#parts.boundaryVersion);
    await this.#tellAuthority(viewer, change, from);
    await this.#sendQueued(viewer, change);
    const until = performance.now() + runMs;
    for (let place = from; ; ) {
      const { events, place: behind, caughtUp, times } = await this.#read(viewer, change, place, eventsPerRead);
      const readAt = performance.now();
      let left = events.length;
      for (const event of events) {
        if (performance.now() - readAt > freshMs) break;
        await this.#deliver(viewer, change, event, times);
        place = event.place;
        left -= 1;
        await this.#goOn();
      }
      if (left === 0) {
        if (behind.position > place.position) await this.#held(this.#parts.store.advance(this.#hook.id, this.#worker, behind));
        place = behind;
        this.#consumer(viewer, change).reached(behind);
        if (caughtUp) return this.#release();
      }
      if (performance.now() > until) return this.#release();
      ({ viewer, change } = await this.#authority());
    }
  }

  /** As whom the webhook is read now, and what it may have of its document. */
  async #authority(): Promise<{ viewer: Viewer; change: WebhookChange }> {
    if (this.#stop.aborted || this.#cut.aborted || this.#parts.day.outdated) return this.#end();
    const viewer = webhookViewer(this.#hook, this.#parts);
    if (!viewer) return this.#suspend('AUTHORITY_CHANGED');
    if (this.#isOther(viewer)) return this.#end();
    try {
      return { viewer, change: await webhookChange(this.#parts, this.#secrets, viewer) };
    } catch (error) {
      if (error instanceof GraphQLError) return this.#suspend('AUTHORITY_CHANGED');
      throw error;
    }
  }

  async #tellAuthority(viewer: Viewer, { change }: WebhookChange, place: FeedPlace): Promise<void> {
    const { store, cursors, keyRing, boundaryVersion, random } = this.#parts;
    const authority = authorityOf(viewer, boundaryVersion);
    if (authority === this.#hook.authority) return;
    const message = authorityMessage(keyRing, this.#hook, authority, place, cursors.close(place, viewer, change.type));
    const outcome = await this.#send(viewer, null, message, null);
    if (isTaken(outcome)) return this.#held(store.authorityTold(this.#hook.id, this.#worker, authority));
    await this.#endHopeless(outcome);
    await store.failed(this.#hook.id, this.#worker, backOffMs(this.#attempts + 1, random(), retryAfterOf(outcome)));
    throw new RunEnded();
  }

  /** Dead letters that somebody wants sent again: once each, beside the order, at the place they had. */
  async #sendQueued(viewer: Viewer, change: WebhookChange): Promise<void> {
    const { store } = this.#parts;
    for (let queued = await store.queued(this.#hook.id); queued; queued = await store.queued(this.#hook.id)) {
      await this.#goOn();
      const { event: id, place } = queued;
      const end = (state: 'DELIVERED' | 'DEAD', attempt: Attempt): Promise<void> => this.#held(store.resent(this.#hook.id, this.#worker, id, state, attempt));
      const found = await this.#parts.reader
        .read(change.change, viewer, { ...place, position: place.position - 1n, number: place.number - 1 }, 1)
        .catch((error: unknown) => (error instanceof StreamEnded ? error.code : Promise.reject(error instanceof Error ? error : new Error('unreadable'))));
      const event = typeof found === 'string' ? null : found.events[0];
      if (typeof found === 'string') await end('DEAD', { status: null, fault: found });
      else if (event?.place.position !== place.position) await end('DEAD', { status: null, fault: 'NO_LONGER_SHARED' });
      else {
        const message = changeMessage(id, this.#hook, change, event, viewer, this.#parts.cursors);
        const outcome = await this.#send(viewer, change, message, found.times);
        if (isTaken(outcome)) await this.#consumer(viewer, change).delivered([event], event.place);
        await end(isTaken(outcome) ? 'DELIVERED' : 'DEAD', attemptOf(outcome));
      }
    }
  }

  async #deliver(viewer: Viewer, change: WebhookChange, event: PlacedEvent, times: ReadTimes): Promise<void> {
    const { store, keyRing, cursors, random } = this.#parts;
    const { id } = this.#hook;
    const message: Message = { event: eventId(keyRing, this.#hook.agency, event.place), place: event.place };
    const outcome = await this.#send(viewer, change, changeMessage(message.event, this.#hook, change, event, viewer, cursors), times);
    const attempt = attemptOf(outcome);
    if (isTaken(outcome)) {
      // The receiver has it: noted before the webhook goes on, so that a kill in between repeats both.
      await this.#consumer(viewer, change).delivered([event], event.place);
      await this.#held(store.delivered(id, this.#worker, message, attempt));
      this.#attempts = this.#refusals = this.#deadInRow = 0;
      return;
    }
    this.#attempts += 1;
    if (attempt.status !== null && isRefusal(attempt.status)) this.#refusals += 1;
    if (this.#refusals >= mostRefusals) {
      await this.#held(store.dead(id, this.#worker, message, attempt));
      this.#attempts = this.#refusals = 0;
      this.#deadInRow += 1;
      if (this.#deadInRow >= mostDeadInRow) await this.#suspend('REFUSING');
      return;
    }
    const why = this.#hopeless(outcome);
    if (why === null) await store.failing(id, this.#worker, message, attempt, backOffMs(this.#attempts, random(), retryAfterOf(outcome)), this.#refusals);
    else await store.failingAndSuspended(id, this.#worker, message, attempt, why);
    throw new RunEnded();
  }

  #consumer(viewer: Viewer, { change }: WebhookChange): Consumer {
    return (this.#reported ??= this.#parts.receipts.consumer(viewer, { recordType: change.type, transport: 'WEBHOOK', name: this.#hook.id }));
  }

  #send(viewer: Viewer, change: WebhookChange | null, message: OutgoingMessage, times: ReadTimes | null): Promise<SendOutcome> {
    return send(this.#parts, { hook: this.#hook, secrets: this.#secrets, viewer, planned: change, times }, message, this.#cut);
  }

  async #read(viewer: Viewer, change: WebhookChange, place: FeedPlace, most: number) {
    try {
      return await this.#parts.reader.read(change.change, viewer, place, most);
    } catch (error) {
      if (error instanceof StreamEnded) return this.#suspend(error.code === 'CURSOR_EPOCH' ? 'CURSOR_EPOCH' : 'CURSOR_TOO_OLD');
      throw error;
    }
  }

  /** Why it makes no sense to try again, or null. */
  #hopeless(outcome: SendOutcome): Suspension | null {
    if ('refused' in outcome) return outcome.refused === 'NAME_UNKNOWN' ? this.#overdue() : 'TARGET_REFUSED';
    if ('status' in outcome && outcome.status === gone) return 'GONE';
    return this.#overdue();
  }

  #overdue(): Suspension | null {
    const { failingSince } = this.#hook;
    return failingSince !== null && this.#parts.clock.now().getTime() - failingSince > patienceSeconds * 1_000 ? 'UNREACHABLE' : null;
  }

  async #endHopeless(outcome: SendOutcome): Promise<void> {
    const why = this.#hopeless(outcome);
    if (why !== null) await this.#suspend(why);
  }

  async #suspend(why: Suspension): Promise<never> {
    await this.#parts.store.suspend(this.#hook.id, this.#worker, why);
    throw new RunEnded();
  }

  async #release(): Promise<void> {
    await this.#parts.store.release(this.#hook.id, this.#worker);
  }

  /** Ends the run where nothing more is to be sent: the hub stops, or what it reads by is no longer in force. */
  async #goOn(): Promise<void> {
    if (this.#stop.aborted || this.#cut.aborted || this.#parts.day.outdated) return this.#end();
    const viewer = webhookViewer(this.#hook, this.#parts);
    if (!viewer || this.#isOther(viewer)) return this.#end();
  }

  #isOther(viewer: Viewer): boolean {
    return this.#told !== null && authorityOf(viewer, this.#parts.boundaryVersion) !== this.#told;
  }

  async #end(): Promise<never> {
    await this.#release();
    throw new RunEnded();
  }

  async #held(written: Promise<boolean>): Promise<void> {
    if (!(await written)) throw new RunEnded();
  }
}

function isTaken(outcome: SendOutcome): boolean {
  return 'status' in outcome && outcome.status >= 200 && outcome.status < 300;
}

function attemptOf(outcome: SendOutcome): Attempt {
  if ('status' in outcome) return { status: outcome.status, fault: null };
  return { status: null, fault: 'refused' in outcome ? outcome.refused : outcome.fault };
}

function retryAfterOf(outcome: SendOutcome): string | null {
  return 'status' in outcome ? outcome.retryAfter : null;
}
