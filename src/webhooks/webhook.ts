import type { FeedPlace } from '../feed/cursor.js';

/**
 * PENDING until its receiver has answered a challenge, then ACTIVE. PAUSED by its agency, SUSPENDED by the hub with a
 * reason: both keep their place and go on from it.
 */
export const webhookStates = ['PENDING', 'ACTIVE', 'PAUSED', 'SUSPENDED'] as const;
export type WebhookState = (typeof webhookStates)[number];

/** Why the hub suspended a webhook. */
export const suspensions = ['UNREACHABLE', 'REFUSING', 'GONE', 'TARGET_REFUSED', 'AUTHORITY_CHANGED', 'CURSOR_EPOCH', 'CURSOR_TOO_OLD'] as const;
export type Suspension = (typeof suspensions)[number];

/** A webhook as the store holds it. Times are milliseconds since 1970. */
export interface Webhook {
  readonly id: string;
  /** Whose it is: its deliveries are read as this agency, in no role. */
  readonly agency: string;
  /** Who registered it. */
  readonly account: string;
  readonly label: string;
  readonly host: string;
  readonly state: WebhookState;
  readonly suspension: Suspension | null;
  readonly registeredAt: number;
  /** Where it stands in the log; null until it was ACTIVE for the first time. */
  readonly place: FeedPlace | null;
  /** What its rights were when the last message was made; another value is told to the receiver. */
  readonly authority: string | null;
  /** Failures of the message under way, the first of them, and when the next attempt is due. */
  readonly attempts: number;
  /** Those of them that were a no to the message itself. */
  readonly refusals: number;
  readonly failingSince: number | null;
  readonly nextAttemptAt: number | null;
  /** Messages that went to the dead letters one behind the other. */
  readonly deadInRow: number;
  readonly deliveredAt: number | null;
  /** Rises with every change by its agency. */
  readonly revision: number;
  /** `WebhookSecrets`, sealed. */
  readonly sealed: string;
}

/** Fates of one message. QUEUED: a dead letter that is to be sent again. */
export const deliveryStates = ['FAILING', 'DELIVERED', 'DEAD', 'QUEUED'] as const;
export type DeliveryState = (typeof deliveryStates)[number];

/** One message to one webhook, and how it went. Holds nothing of what it said. */
export interface Delivery {
  readonly webhook: string;
  readonly event: string;
  readonly number: number;
  readonly state: DeliveryState;
  readonly attempts: number;
  readonly firstAt: number;
  readonly lastAt: number;
  /** HTTP status of the last answer, or why there was none. */
  readonly status: number | null;
  readonly fault: string | null;
}
