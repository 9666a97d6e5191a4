import { z } from 'zod';
import type { KeyRing } from '../access/key-ring.js';
import type { SealedTable } from '../access/key-rotation.js';
import type { SigningKey } from './signature.js';

/*
 * What of a webhook is secret or may be: its signing keys, its address (the path may be a capability) and the variables of
 * its document (somebody asks about them). One seal holds them all, so that a rotation of keys is one row.
 */

/** What is subscribed to. */
export interface WebhookDocument {
  readonly query: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface WebhookSecrets extends WebhookDocument {
  readonly url: string;
  readonly keys: readonly SigningKey[];
}

const secrets: z.ZodType<WebhookSecrets> = z.object({
  url: z.string(),
  query: z.string(),
  operationName: z.string().nullable(),
  variables: z.record(z.string(), z.unknown()),
  keys: z.array(z.object({ id: z.string(), secret: z.string(), until: z.number().nullable() })),
});

/** Where the seals of webhooks stand, for the rotation of keys. */
export const webhookSeals: SealedTable = {
  table: 'hub.webhook',
  key: { id: 'text' },
  place: ['t.id'],
  context: ([id = '']) => contextOf(id),
};

export function sealSecrets(keyRing: KeyRing, id: string, held: WebhookSecrets): string {
  return keyRing.encrypt(JSON.stringify(held), contextOf(id));
}

/** Throws KeyRingError for a seal that was changed or moved. */
export function openSecrets(keyRing: KeyRing, id: string, sealed: string): WebhookSecrets {
  return secrets.parse(JSON.parse(keyRing.decrypt(sealed, contextOf(id))));
}

function contextOf(id: string): string {
  return `webhook ${id}`;
}
