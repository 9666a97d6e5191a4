import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Viewer } from '../access/viewer.js';
import type { CompiledChange } from '../feed/compile-change.js';
import { openSubscription, type StreamEvidence, type SubscriptionParts } from '../feed/subscription.js';
import type { WebhookDocument } from './webhook-seal.js';

export type ChangeParts = SubscriptionParts;

/** The subscription of a webhook as its agency may have it now. */
export interface WebhookChange {
  readonly change: CompiledChange;
  /** Name of the root field, the type of its messages. */
  readonly field: string;
  readonly evidence: StreamEvidence;
}

const refusedWith = z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) });

/**
 * Decides and compiles the subscription of a webhook as that of any stream. Throws GraphQLError with the code of the
 * refusal, and WEBHOOK_DOCUMENT_UNFIT for a document that gives a place: the hub keeps it.
 */
export async function webhookChange(parts: ChangeParts, document: WebhookDocument, viewer: Viewer): Promise<WebhookChange> {
  const opened = await openSubscription(parts, viewer, document);
  if (!('change' in opened)) {
    const { message, extensions } = refusedWith.parse(opened.errors[0]);
    throw new GraphQLError(message, { extensions });
  }
  const { change, after, evidence } = opened;
  if (after !== null) {
    throw new GraphQLError('不写 after：位置由枢纽保存 · Leave out after: the hub keeps the place.', {
      extensions: { code: 'WEBHOOK_DOCUMENT_UNFIT', nextStep: 'subscription { permitChanged { kind number cursor documentNo permit { … } } }' },
    });
  }
  const declared = [...parts.changes.values()].find(({ type }) => type === change.type);
  return { change, field: declared?.field ?? change.key, evidence };
}
