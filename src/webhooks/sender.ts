import type { AccessLog } from '../access/log/access-log.js';
import type { Viewer } from '../access/viewer.js';
import type { ReadTimes } from '../feed/change-reader.js';
import type { Clock } from '../measures/clock.js';
import { AddressRules, interfaceAddresses } from './address-rules.js';
import type { ApprovalStore } from './approval-store.js';
import type { OutgoingMessage } from './message.js';
import type { Network } from './network.js';
import { post, type PostFault } from './post.js';
import { keysAt, signedHeaders } from './signature.js';
import { resolveTarget, TargetRefused, type TargetFault } from './target.js';
import type { Webhook } from './webhook.js';
import type { WebhookChange } from './webhook-change.js';
import type { WebhookSecrets } from './webhook-seal.js';

export interface SenderParts {
  readonly approvals: ApprovalStore;
  readonly network: Network;
  readonly accessLog: Pick<AccessLog, 'append'>;
  readonly clock: Clock;
  readonly boundaryVersion: string;
  /** Addresses of what the hub lives on beside its own machine: its database. */
  readonly neighbours: readonly string[];
}

/** How one attempt ended. */
export type SendOutcome =
  | { readonly status: number; readonly body: string; readonly retryAfter: string | null }
  | { readonly fault: PostFault }
  /** Nothing was connected to. */
  | { readonly refused: TargetFault };

/** Who sends, to whom, and what the evidence says of it. */
export interface Sending {
  readonly hook: Pick<Webhook, 'id' | 'agency'>;
  readonly secrets: WebhookSecrets;
  readonly viewer: Viewer;
  /** The plan the message was read by; null for one without data. */
  readonly planned: Pick<WebhookChange, 'evidence'> | null;
  readonly times: ReadTimes | null;
}

/**
 * Sends one message: the target is approved, resolved and judged anew, then the entry in the access log is durable, then
 * the first byte leaves. Every attempt is an entry of its own, for every attempt hands the message out.
 */
export async function send(parts: SenderParts, { hook, secrets, viewer, planned, times }: Sending, message: OutgoingMessage, signal: AbortSignal): Promise<SendOutcome> {
  const { approvals, network, clock } = parts;
  const [approved, own] = await Promise.all([approvals.standing(hook.agency), approvals.ownAddresses()]);
  const rules = new AddressRules(() => [...interfaceAddresses(), ...own, ...parts.neighbours], network.ownRanges);
  let target;
  try {
    target = await resolveTarget(secrets.url, approved, rules, network);
  } catch (error) {
    if (error instanceof TargetRefused) return { refused: error.fault };
    throw error;
  }
  const now = clock.now().getTime();
  await parts.accessLog.append({
    viewer,
    purpose: null,
    caseNo: null,
    document: planned?.evidence.document ?? null,
    operation: `POST webhook ${hook.id}`,
    plan: planned?.evidence.plan ?? null,
    boundary: parts.boundaryVersion,
    outcome: 'STREAM',
    status: 200,
    records: message.records,
    subjects: message.subjects,
    body: message.body,
    receivedAt: times?.receivedAt ?? now,
    startedAt: times?.startedAt ?? null,
    executedAt: times?.executedAt ?? null,
  });
  if (signal.aborted) return { fault: 'CONNECTION' };
  const headers = signedHeaders(keysAt(secrets.keys, now), message.id, Math.floor(now / 1_000), message.body);
  return post(target, { ...headers, 'user-agent': 'Concordat-Webhooks/1' }, message.body, network, signal);
}
