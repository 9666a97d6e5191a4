import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';

const job = z.object({
  id: z.string(),
  state: z.enum(['QUEUED', 'RUNNING', 'READY', 'FAILED', 'CANCELLED', 'EXPIRED']),
  records: z.number(),
  expected: z.number().nullable(),
  bytes: z.number(),
  digest: z.string().nullable(),
  data: z.string().nullable(),
  manifest: z.string().nullable(),
  position: z.string().nullable(),
  error: z.object({ code: z.string() }).nullable(),
});
export type Job = z.infer<typeof job>;

const answer = z.object({
  data: z.record(z.string(), z.unknown()).nullish(),
  errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })).default([]),
});
export type GraphQLAnswer = z.infer<typeof answer>;

const fields = 'id state records expected bytes digest data manifest position error { code }';

export interface Order {
  readonly query: string;
  readonly operationName?: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly format?: 'NDJSON' | 'CSV';
  readonly idempotencyKey: string;
}

/** A partner's program that exports, over HTTP alone. */
export class ExportClient {
  /** `url` is that of the GraphQL endpoint, `headers` go with every GraphQL request. */
  constructor(
    readonly url: string,
    readonly token: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async ask(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphQLAnswer> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json', ...this.headers },
      body: JSON.stringify({ query, variables }),
    });
    return answer.parse(await response.json());
  }

  /** The job of a request; throws the code of a refusal. */
  async request(order: Order): Promise<Job> {
    return this.#job('requestExport', await this.ask(`mutation ($input: ExportInput!) { requestExport(input: $input) { ${fields} } }`, { input: { format: 'NDJSON', ...order } }));
  }

  async cancel(id: string): Promise<Job | null> {
    const { data } = await this.ask(`mutation ($id: ID!) { cancelExport(id: $id) { ${fields} } }`, { id });
    return job.nullable().parse(data?.['cancelExport']);
  }

  async job(id: string): Promise<Job | null> {
    const { data } = await this.ask(`query ($id: ID!) { exportJob(id: $id) { ${fields} } }`, { id });
    return job.nullable().parse(data?.['exportJob']);
  }

  /** The job once it has left QUEUED and RUNNING. */
  async ended(id: string): Promise<Job> {
    const deadline = Date.now() + 60_000;
    for (;;) {
      const found = await this.job(id);
      if (found && found.state !== 'QUEUED' && found.state !== 'RUNNING') return found;
      if (Date.now() > deadline) throw new Error(`the export has not ended: ${JSON.stringify(found)}`);
      await delay(20);
    }
  }

  /** Requests and waits. */
  async exported(order: Order): Promise<Job> {
    return this.ended((await this.request(order)).id);
  }

  fetch(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Response> {
    return fetch(new URL(path, this.url), { method, headers: { authorization: `Bearer ${this.token}`, ...headers } });
  }

  async bytes(path: string | null, headers: Readonly<Record<string, string>> = {}): Promise<Buffer> {
    const response = await this.fetch(path ?? '', headers);
    if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
    return Buffer.from(await response.arrayBuffer());
  }

  /** The nodes of an NDJSON file. */
  async lines(path: string | null): Promise<Record<string, unknown>[]> {
    return (await this.bytes(path)).toString().split('\n').slice(0, -1).map((line) => z.record(z.string(), z.unknown()).parse(JSON.parse(line)));
  }

  #job(name: string, { data, errors }: GraphQLAnswer): Job {
    const [error] = errors;
    if (error) throw new Error(String(error.extensions['code']));
    return job.parse(data?.[name]);
  }
}
