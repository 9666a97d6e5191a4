import { z } from 'zod';
import { ApprovalStore } from '../../src/webhooks/approval-store.js';
import type { RunningHub } from '../feed/running-hub.js';
import { waitFor } from '../support/wait-for.js';
import { PartnerNetwork, Receiver } from './receiver.js';

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })).optional(),
});

const shown = z.object({
  id: z.string(), state: z.string(), suspension: z.object({ code: z.string() }).nullable(), keys: z.array(z.object({ id: z.string(), until: z.string().nullable() })),
  cursor: z.string().nullable(), number: z.number().nullable(), attempts: z.number(), failingSince: z.string().nullable(), deadLetters: z.number(), url: z.string(), label: z.string(),
});
export type Shown = z.output<typeof shown>;

export const fields = 'id label url state suspension { code message nextStep } keys { id until } cursor number attempts failingSince nextAttemptAt deliveredAt deadLetters registeredBy registeredAt';

export const watchPermits = `subscription Watch($city: Boolean = false) {
  permitChanged { kind number cursor documentNo permit { documentNo item certificateNo district @skip(if: $city) holder { name } } }
}`;

/** An agency's administrator with a receiver of the agency's, at an address of its own network. */
export class Partner {
  private constructor(
    readonly running: RunningHub,
    readonly network: PartnerNetwork,
    readonly agency: string,
    readonly receiver: Receiver,
    readonly host: string,
    readonly address: string,
    readonly token: string,
  ) {}

  static async join(running: RunningHub, network: PartnerNetwork, agency: string, address: string): Promise<Partner> {
    const receiver = await Receiver.start();
    const host = `hook-${address.replaceAll('.', '-')}.example`;
    network.names.set(host, [address]);
    network.receivers.set(`${address} 80`, receiver.port);
    const partner = new Partner(running, network, agency, receiver, host, address, await running.hub.issuer.issue(agency, 'PERMISSION_ADMIN'));
    await partner.approvals.approve({ agency, host, port: 80, ranges: ['10.99.0.0/16'], plainHttp: true }, 'test');
    return partner;
  }

  get approvals(): ApprovalStore {
    return new ApprovalStore(this.running.database.pool());
  }

  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}, token = this.token): Promise<z.output<typeof answer>> {
    const response = await fetch(this.running.hub.url, {
      method: 'POST', headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' }, body: JSON.stringify({ query, variables }),
    });
    return answer.parse(await response.json());
  }

  /** The root field's value; an error is thrown as its code. */
  async call(operation: string, variables: Readonly<Record<string, unknown>> = {}): Promise<unknown> {
    const { data, errors } = await this.ask(operation, variables);
    if (errors) throw new Error(errors.map(({ message, extensions }) => (typeof extensions['code'] === 'string' ? extensions['code'] : message)).join());
    return Object.values(data ?? {})[0];
  }

  async register(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const read = await this.call(`mutation ($input: WebhookInput!) { registerWebhook(input: $input) { webhook { ${fields} } key { id secret } } }`, {
      input: { url: `http://${this.host}/in?a=1`, query: watchPermits, label: '测试', ...more },
    });
    const { webhook, key } = z.object({ webhook: shown, key: z.object({ id: z.string(), secret: z.string() }) }).parse(read);
    this.receiver.keys.set(key.id, key.secret);
    return webhook.id;
  }

  /** A webhook that delivers. */
  async active(more: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const id = await this.register(more);
    const { state } = await this.mutate('verifyWebhook', id);
    if (state !== 'ACTIVE') throw new Error(state);
    return id;
  }

  async mutate(name: string, id: string, more = ''): Promise<Shown> {
    return shown.parse(await this.call(`mutation ($id: ID!) { ${name}(id: $id${more}) { ${fields} } }`, { id }));
  }

  async webhook(id: string): Promise<Shown> {
    return shown.parse(await this.call(`query ($id: ID!) { webhook(id: $id) { ${fields} } }`, { id }));
  }

  /** Lets the next attempt be due now: nobody waits for a clock. */
  async hurry(id: string): Promise<void> {
    await this.running.database.pool().query('UPDATE hub.webhook SET not_before = NULL WHERE id = $1', [id]);
  }

  /** Hurries until a webhook is in a state. */
  async until(id: string, state: string): Promise<Shown> {
    await waitFor(`${id} ${state}`, async () => {
      await this.hurry(id);
      return (await this.webhook(id)).state === state;
    });
    return this.webhook(id);
  }
}
