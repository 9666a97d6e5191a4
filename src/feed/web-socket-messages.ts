import { z } from 'zod';

/** Longest id of a subscription; it comes back with every frame. Clients use UUIDs. */
const longestId = 64;

const record = z.record(z.string(), z.unknown());

const message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('connection_init'), payload: record.nullish() }),
  z.object({ type: z.literal('ping'), payload: record.nullish() }),
  z.object({ type: z.literal('pong'), payload: record.nullish() }),
  z.object({ type: z.literal('subscribe'), id: z.string().min(1).max(longestId), payload: record }),
  z.object({ type: z.literal('complete'), id: z.string().min(1).max(longestId) }),
]);

/** A message of a client by the graphql-transport-ws protocol. */
export type ClientMessage = z.output<typeof message>;

/** Reads a message, or null for one that is none: the protocol ends the connection for it. */
export function readMessage(text: string): ClientMessage | null {
  try {
    return message.safeParse(JSON.parse(text)).data ?? null;
  } catch {
    return null;
  }
}

/** Why a connection is closed, as the protocol and its clients know it: they come back after 4403 and 1012, not after the others. */
export const closings = {
  badMessage: [4400, 'Invalid message'],
  unauthorized: [4401, 'Unauthorized'],
  tokenEnded: [4403, 'Forbidden'],
  initTimeout: [4408, 'Connection initialisation timeout'],
  idTaken: [4409, 'Subscriber already exists'],
  tooMany: [4429, 'Too many connections'],
  initTwice: [4429, 'Too many initialisation requests'],
  restarting: [1012, 'Service restart'],
} as const satisfies Readonly<Record<string, readonly [number, string]>>;

export type Closing = keyof typeof closings;
