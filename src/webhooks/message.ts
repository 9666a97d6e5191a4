import { randomBytes } from 'node:crypto';
import type { KeyRing } from '../access/key-ring.js';
import type { Viewer } from '../access/viewer.js';
import type { PlacedEvent } from '../feed/change-reader.js';
import type { FeedCursors, FeedPlace } from '../feed/cursor.js';
import type { Webhook } from './webhook.js';
import type { WebhookChange } from './webhook-change.js';

/** A message as it is posted. */
export interface OutgoingMessage {
  /** The same at every attempt: receivers drop what they have. */
  readonly id: string;
  readonly body: string;
  readonly records: number;
  /** Internal ids of the subjects of its records, for the evidence. */
  readonly subjects: readonly string[];
}

/** Characters of base64url that are kept of a keyed hash: 132 bits. */
const idLength = 22;

/**
 * The name of an event for an agency. Keyed, so that nobody who knows the form can tell a position from it; of the place
 * alone, so that every attempt, every hub process and every webhook of the agency gives it the same.
 */
export function eventId(keyRing: Pick<KeyRing, 'lookup'>, agency: string, { epoch, position }: FeedPlace): string {
  return `evt_${keyRing.lookup(`${agency} ${epoch} ${position}`, 'webhook_event').slice(0, idLength)}`;
}

/** One change, with the data a stream of the same document brings. */
export function changeMessage(id: string, hook: Pick<Webhook, 'id'>, { change, field }: WebhookChange, event: PlacedEvent, viewer: Viewer, cursors: FeedCursors): OutgoingMessage {
  const { place, seenAfter, seenBefore, subject } = event;
  const cursor = cursors.close(place, viewer, change.type);
  const kind = seenAfter ? (seenBefore ? 'CHANGED' : 'ENTERED') : 'LEFT';
  const data = `{${JSON.stringify(change.key)}:${change.write({ kind, number: place.number, cursor }, event, viewer)}}`;
  const head = JSON.stringify({ type: field, id, webhook: hook.id, number: place.number, cursor });
  return { id, body: `${head.slice(0, -1)},"data":${data}}`, records: 1, subjects: subject === null ? [] : [subject] };
}

/**
 * Tells a receiver that what it may see is another than before: rows came into reach or left it without an event. What
 * follows is judged by the new boundary.
 */
export function authorityMessage(keyRing: Pick<KeyRing, 'lookup'>, hook: Pick<Webhook, 'id'>, authority: string, place: FeedPlace, cursor: string): OutgoingMessage {
  const id = `ntc_${keyRing.lookup(`${hook.id} ${authority}`, 'webhook_notice').slice(0, idLength)}`;
  const body = JSON.stringify({
    type: 'authorityChanged', id, webhook: hook.id, number: place.number, cursor,
    message: '数据边界或协议已变更：请重新读取全部记录 · The boundary or an agreement has changed: read all records again.',
  });
  return { id, body, records: 0, subjects: [] };
}

/** A challenge: who holds the key answers `{"response": …}` (docs/recipes/receive-webhooks.md). */
export function challengeMessage(hook: Pick<Webhook, 'id'>): OutgoingMessage & { readonly challenge: string } {
  const challenge = randomBytes(24).toString('base64url');
  const id = `chl_${randomBytes(16).toString('base64url')}`;
  return { id, body: JSON.stringify({ type: 'challenge', id, webhook: hook.id, challenge }), records: 0, subjects: [], challenge };
}
