import { createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { z } from 'zod';
import type { AddressRange } from '../../src/webhooks/address.js';
import type { Network } from '../../src/webhooks/network.js';

const body = z.object({
  type: z.string(),
  id: z.string(),
  webhook: z.string(),
  number: z.number().optional(),
  cursor: z.string().optional(),
  challenge: z.string().optional(),
  data: z.object({ permitChanged: z.object({ kind: z.string(), number: z.number(), cursor: z.string(), documentNo: z.string().nullable(), permit: z.record(z.string(), z.unknown()).nullable() }) })
    // Changes of other types are read out of the text by who is about them.
    .or(z.object({ creditListChanged: z.looseObject({}) }).transform(() => undefined))
    .optional(),
});

/** A message as it arrived. */
export interface Received extends z.output<typeof body> {
  readonly text: string;
  readonly headers: IncomingMessage['headers'];
  readonly path: string;
  readonly at: number;
  /** Ids of the receiver's keys by which the message was signed rightly. */
  readonly signedBy: readonly string[];
}

/** What a receiver answers; `drop` breaks the connection, before or behind the message was read. */
export type Answer = number | 'drop' | { readonly status: number; readonly headers?: Readonly<Record<string, string>>; readonly body?: string } | 'silence';

/** A partner's receiver, written from the recipe: verifies, answers the challenge, keeps what it gets. */
export class Receiver {
  readonly received: Received[] = [];
  /** Id → secret. */
  readonly keys = new Map<string, string>();
  answer: (message: Received) => Answer = () => 204;
  readonly #server: Server;

  private constructor() {
    this.#server = createServer((request, response) => void this.#take(request, response));
  }

  static async start(port = 0): Promise<Receiver> {
    const receiver = new Receiver();
    await new Promise<void>((resolve) => receiver.#server.listen(port, '127.0.0.1', resolve));
    return receiver;
  }

  get port(): number {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  }

  /** Messages that are changes, in the order they came. */
  get changes(): readonly Received[] {
    return this.received.filter(({ type }) => type === 'permitChanged');
  }

  /** Document numbers of the changes, repeats dropped as a receiver drops them. */
  get documents(): readonly (string | null | undefined)[] {
    const first = new Map(this.changes.map((message) => [message.id, message]).reverse() as [string, Received][]);
    return [...first.values()].reverse().map(({ data }) => data?.permitChanged.documentNo);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    request.setEncoding('utf8');
    for await (const part of request) text += String(part);
    const signed = `${String(request.headers['webhook-id'])}.${String(request.headers['webhook-timestamp'])}.${text}`;
    const signatures = String(request.headers['webhook-signature']).split(' ');
    const signedBy = [...this.keys].filter(([, secret]) => signatures.includes(`v1,${mac(secret, signed)}`)).map(([id]) => id);
    const message: Received = { ...body.parse(JSON.parse(text)), text, headers: request.headers, path: request.url ?? '', at: Date.now(), signedBy };
    this.received.push(message);
    const answer = this.answer(message);
    if (answer === 'drop') return void request.socket.destroy();
    if (answer === 'silence') return;
    if (typeof answer === 'object') return void response.writeHead(answer.status, answer.headers).end(answer.body ?? '');
    const [, secret = ''] = [...this.keys].at(-1) ?? [];
    if (message.type === 'challenge' && answer === 204) return void response.writeHead(200).end(JSON.stringify({ response: mac(secret, `challenge.${message.challenge ?? ''}`) }));
    response.writeHead(answer).end();
  }
}

function mac(secret: string, text: string): string {
  return createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64')).update(text).digest('base64');
}

/**
 * A network of partners beneath the hub: names lead to addresses of theirs, and connections to these end at receivers of
 * this machine. What the hub judges are those addresses, so that nothing of its rules is switched off.
 */
export class PartnerNetwork implements Network {
  ownRanges: readonly AddressRange[] = [];
  readonly names = new Map<string, readonly string[]>();
  /** `address port` → port of a receiver. */
  readonly receivers = new Map<string, number>();
  readonly lookedUp: string[] = [];
  readonly connected: string[] = [];

  addressesOf(name: string): Promise<readonly string[]> {
    this.lookedUp.push(name);
    const addresses = this.names.get(name);
    return addresses ? Promise.resolve(addresses) : Promise.reject(new Error('ENOTFOUND'));
  }

  connect(address: string, port: number): Socket {
    this.connected.push(`${address} ${port}`);
    // Port 1 of loopback: nobody is there.
    return connect({ host: '127.0.0.1', port: this.receivers.get(`${address} ${port}`) ?? 1 });
  }
}
