import { randomUUID } from 'node:crypto';
import { GraphQLError } from 'graphql';
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Viewer } from '../access/viewer.js';
import { assertWithin } from '../feed/change-reader.js';
import type { FeedPlace } from '../feed/cursor.js';
import { StreamEnded } from '../feed/stream-ended.js';
import { ServiceKey } from '../planner/context.js';
import type { GivenApproval } from './approval-store.js';
import { countChallenge } from './challenge-limit.js';
import { deadLetters, deliveredEvents, type DeliveredEvent, type EventsAsked } from './delivery-list.js';
import type { RunParts } from './delivery-run.js';
import { challengeMessage } from './message.js';
import { send } from './sender.js';
import { isResponse, keysAt, newSigningKey, type SigningKey } from './signature.js';
import { approvalOf, hostOf, TargetRefused, targetUrl } from './target.js';
import type { Webhook } from './webhook.js';
import { authorityOf, webhookViewer } from './webhook-authority.js';
import { webhookChange, type WebhookChange } from './webhook-change.js';
import { openSecrets, sealSecrets, type WebhookDocument, type WebhookSecrets } from './webhook-seal.js';
import { idForm, type WebhookStore } from './webhook-store.js';

/** Webhooks of one agency: each costs a read of the log for every change. */
export const mostWebhooks = 20;

/** Keys that sign at once: each makes a signature of every message, and a receiver tries them one by one. */
const mostKeys = 3;

/** A week for all receivers to take the new key over. */
export const longestOverlapHours = 7 * 24;

export const webhookDesk = new ServiceKey<WebhookDesk>('webhook desk');

export interface DeskParts extends RunParts {
  readonly webhooks: WebhookStore;
  readonly pool: Pool;
  /** Has the worker of this hub look for webhooks. */
  readonly wake: () => void;
}

export interface WebhookOrder extends WebhookDocument {
  readonly url: string;
  readonly label: string;
}

/** A webhook with what its administrators may read of it. */
export interface ShownWebhook {
  readonly hook: Webhook;
  readonly secrets: WebhookSecrets;
  readonly cursor: string | null;
  readonly deadLetters: number;
}

/** PostgreSQL holds not every text; one of another form names no event. */
const eventForm = /^evt_[\w-]{22}$/;

const answered = z.object({ response: z.string().max(256) });

/** Manages the webhooks of the caller's agency; whoever calls is judged by the boundary of the operations. */
export class WebhookDesk {
  readonly #parts: DeskParts;

  constructor(parts: DeskParts) {
    this.#parts = parts;
  }

  /**
   * Registers a webhook; it stays PENDING until its receiver has answered a challenge. The subscription is planned first
   * as the agency itself: what it may not have is refused here. The secret of the key is told this once.
   */
  async register({ agency, account }: Viewer, { url: text, label, ...document }: WebhookOrder): Promise<{ readonly id: string; readonly key: SigningKey }> {
    const { webhooks, approvals, keyRing } = this.#parts;
    const url = readUrl(text);
    if (!approvalOf(url, await approvals.standing(agency))) throw targetRefused('HOST_NOT_APPROVED');
    const id = randomUUID();
    await webhookChange(this.#parts, document, this.#viewerOf({ id, agency }));
    const key = newSigningKey();
    const hook = { id, agency, account, label, host: hostOf(url) };
    if (!(await webhooks.add(hook, mostWebhooks, keyRing, () => sealSecrets(keyRing, id, { ...document, url: url.href, keys: [key] })))) {
      throw refused('WEBHOOK_LIMIT', `本机关已有 ${mostWebhooks} 个回调`, `Your agency has ${mostWebhooks} webhooks.`, 'removeWebhook');
    }
    return { id, key };
  }

  /** Sends the challenge and, where it is answered, begins to deliver from now on. So many challenges an hour (challenge-limit.ts). */
  async verify(viewer: Viewer, id: string): Promise<boolean> {
    const { webhooks, reader, boundaryVersion, keyRing, clock, pool, wake } = this.#parts;
    const hook = await webhooks.find(id, viewer.agency);
    if (!hook) return false;
    if (hook.state !== 'PENDING') return true;
    const as = this.#viewerOf(hook);
    const secrets = openSecrets(keyRing, hook.id, hook.sealed);
    await webhookChange(this.#parts, secrets, as);
    // The head of before the challenge: what is committed while it runs is delivered.
    const { epoch, position } = await reader.head(as);
    const wait = await countChallenge(pool, hook);
    if (wait !== null) throw challengeLimit(wait);
    const message = challengeMessage(hook);
    const outcome = await send(this.#parts, { hook, secrets, viewer: as, planned: null, times: null }, message, new AbortController().signal);
    if ('refused' in outcome) throw targetRefused(outcome.refused);
    if ('fault' in outcome) throw challengeFailed(outcome.fault);
    const said = answered.safeParse(jsonOf(outcome.body));
    if (outcome.status !== 200 || !said.success || !isResponse(keysAt(secrets.keys, clock.now().getTime()), message.challenge, said.data.response)) {
      throw challengeFailed(`HTTP ${outcome.status}`);
    }
    if (!(await webhooks.activate(hook, { epoch, position: position + 1n, number: 0 }, authorityOf(as, boundaryVersion)))) throw changedMeanwhile();
    wake();
    return true;
  }

  async pause({ agency }: Viewer, id: string): Promise<boolean> {
    const hook = await this.#parts.webhooks.find(id, agency);
    if (!hook) return false;
    await this.#parts.webhooks.pause(hook.id);
    return true;
  }

  /** Goes on from where a paused or suspended webhook stands. */
  async resume({ agency }: Viewer, id: string): Promise<boolean> {
    const { webhooks, boundaryVersion, wake } = this.#parts;
    const hook = await webhooks.find(id, agency);
    if (!hook) return false;
    if (hook.state === 'ACTIVE') return true;
    if (hook.state === 'PENDING' || hook.place === null) throw refused('WEBHOOK_NOT_VERIFIED', '回调尚未通过质询', 'The webhook has not answered its challenge.', 'verifyWebhook');
    if (hook.suspension === 'CURSOR_EPOCH' || hook.suspension === 'CURSOR_TOO_OLD') {
      throw placeGone();
    }
    if (!(await webhooks.activate(hook, hook.place, authorityOf(this.#viewerOf(hook), boundaryVersion)))) throw changedMeanwhile();
    wake();
    return true;
  }

  async remove({ agency }: Viewer, id: string): Promise<boolean> {
    const hook = await this.#parts.webhooks.find(id, agency);
    return hook !== null && this.#parts.webhooks.remove(hook.id);
  }

  /** Makes a new key; the others go on signing beside it for so long, 0 for no longer. Its secret is told this once. */
  async rotate({ agency }: Viewer, id: string, overlapHours: number): Promise<SigningKey | null> {
    const { webhooks, keyRing, clock } = this.#parts;
    if (!Number.isInteger(overlapHours) || overlapHours < 0 || overlapHours > longestOverlapHours) {
      throw refused('BAD_USER_INPUT', `overlapHours 须为 0 至 ${longestOverlapHours}`, `overlapHours is 0 to ${longestOverlapHours}.`, 'overlapHours');
    }
    const hook = await webhooks.find(id, agency);
    if (!hook) return null;
    const secrets = openSecrets(keyRing, hook.id, hook.sealed);
    const now = clock.now().getTime();
    const until = now + overlapHours * 3_600_000;
    const key = newSigningKey();
    const old = keysAt(secrets.keys, now).map((one) => ({ ...one, until: Math.min(one.until ?? Infinity, until) }));
    const keys = [...keysAt(old, now).slice(1 - mostKeys), key];
    if (!(await webhooks.reseal(hook, keyRing, () => sealSecrets(keyRing, hook.id, { ...secrets, keys })))) throw changedMeanwhile();
    return key;
  }

  /** Sends again from a cursor on, or skips to now. Event ids stay, so a receiver drops what it has. */
  async replay({ agency }: Viewer, id: string, after: string | null): Promise<boolean> {
    const { webhooks, reader, cursors, boundaryVersion, wake, keyRing } = this.#parts;
    const hook = await webhooks.find(id, agency);
    if (!hook) return false;
    const as = this.#viewerOf(hook);
    const { change } = await webhookChange(this.#parts, openSecrets(keyRing, hook.id, hook.sealed), as);
    const head = await reader.head(as);
    let place: FeedPlace = { epoch: head.epoch, position: head.position + 1n, number: hook.place?.number ?? 0 };
    if (after !== null) {
      const opened = cursors.open(after, as, change.type);
      if (!opened) {
        throw refused('BAD_CURSOR', '游标无效、不属于本机关，或数据边界已更新', 'The cursor is not valid for this agency and boundary.', 'requestExport; replayWebhook');
      }
      try {
        assertWithin(head, opened);
      } catch (error) {
        throw error instanceof StreamEnded ? placeGone() : error;
      }
      place = opened;
    }
    if (!(await webhooks.moveTo(hook.id, place, authorityOf(as, boundaryVersion)))) {
      throw refused('WEBHOOK_NOT_VERIFIED', '回调尚未通过质询', 'The webhook has not answered its challenge.', 'verifyWebhook');
    }
    wake();
    return true;
  }

  /** Has dead letters sent again; returns how many, null for a webhook of nobody here. */
  async redeliver({ agency }: Viewer, id: string, event: string | null): Promise<number | null> {
    const { webhooks, store, wake } = this.#parts;
    const hook = await webhooks.find(id, agency);
    if (!hook) return null;
    if (event !== null && !eventForm.test(event)) return 0;
    const queued = await store.queueAgain(hook.id, event);
    wake();
    return queued;
  }

  async find({ agency }: Viewer, id: string): Promise<ShownWebhook | null> {
    const hook = await this.#parts.webhooks.find(id, agency);
    return hook ? this.#shown(hook, await deadLetters(this.#parts.pool, agency)) : null;
  }

  async list({ agency }: Viewer): Promise<readonly ShownWebhook[]> {
    const dead = await deadLetters(this.#parts.pool, agency);
    return Promise.all((await this.#parts.webhooks.list(agency)).map((hook) => this.#shown(hook, dead)));
  }

  async events(viewer: Viewer, asked: Omit<EventsAsked, 'agency'>): Promise<readonly DeliveredEvent[]> {
    if (asked.webhook !== null && !idForm.test(asked.webhook)) return [];
    return deliveredEvents(this.#parts.pool, { ...asked, agency: viewer.agency });
  }

  targets({ agency }: Viewer): Promise<readonly GivenApproval[]> {
    return this.#parts.approvals.standing(agency);
  }

  async #shown(hook: Webhook, dead: ReadonlyMap<string, number>): Promise<ShownWebhook> {
    const { keyRing, cursors } = this.#parts;
    const secrets = openSecrets(keyRing, hook.id, hook.sealed);
    const as = webhookViewer(hook, this.#parts);
    // Where the agency lost what it subscribed to there is no cursor either.
    const subscribed: WebhookChange | null = as && (await webhookChange(this.#parts, secrets, as).catch(() => null));
    const cursor = as && subscribed && hook.place ? cursors.close(hook.place, as, subscribed.change.type) : null;
    return { hook, secrets, cursor, deadLetters: dead.get(hook.id) ?? 0 };
  }

  /** The agency itself, as which the webhook reads. */
  #viewerOf(hook: Pick<Webhook, 'id' | 'agency'>): Viewer {
    const viewer = webhookViewer(hook, this.#parts);
    if (!viewer) throw new Error('the agency of a caller exists');
    return viewer;
  }
}

function readUrl(text: string): URL {
  try {
    return targetUrl(text);
  } catch (error) {
    if (error instanceof TargetRefused) throw targetRefused(error.fault);
    throw error;
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function targetRefused(fault: string): GraphQLError {
  return refused('WEBHOOK_TARGET_REFUSED', `不得向此地址投递（${fault}）`, `Nothing is sent to this address (${fault}).`, 'hub webhooks approve; webhookTargets');
}

function challengeFailed(fault: string): GraphQLError {
  return refused('WEBHOOK_CHALLENGE_FAILED', `接收方未正确应答质询（${fault}）`, `The receiver did not answer the challenge (${fault}).`, 'docs/recipes/receive-webhooks.md; verifyWebhook');
}

function challengeLimit(retryAfter: number): GraphQLError {
  return refused('WEBHOOK_CHALLENGE_LIMIT', '质询过于频繁，未发送', 'Too many challenges; none was sent.', `${retryAfter} 秒后再 verifyWebhook · verifyWebhook again in ${retryAfter} seconds.`, { retryAfter });
}

function placeGone(): GraphQLError {
  return refused('WEBHOOK_PLACE_GONE', '此位置已不在变更日志中', 'The place is no longer in the change log.', 'requestExport; replayWebhook');
}

function changedMeanwhile(): GraphQLError {
  return refused('WEBHOOK_CHANGED', '回调同时被他人更改', 'Somebody changed the webhook at the same time.', '重读后再试 · Read it again and repeat.');
}

function refused(code: string, zh: string, en: string, nextStep: string, more: Readonly<Record<string, unknown>> = {}): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, { extensions: { code, ...more, nextStep } });
}
