import { z } from 'zod';

const pulled = z.object({
  kind: z.enum(['ENTERED', 'CHANGED', 'LEFT']),
  number: z.number(),
  cursor: z.string(),
  documentNo: z.string().nullish(),
  permit: z.record(z.string(), z.unknown()).nullish(),
});
export type PulledChange = z.infer<typeof pulled>;

const changePage = z.object({ changes: z.array(pulled), cursor: z.string(), hasMore: z.boolean() });
export type PulledPage = z.infer<typeof changePage>;

const answer = z.object({
  data: z.object({ changes: changePage.nullable() }).nullish(),
  errors: z.array(z.object({ extensions: z.looseObject({ code: z.string() }) })).optional(),
});

export const permitFields = 'documentNo item district status certificateNo holder { name }';

export function pullQuery(fields = permitFields): string {
  return `query ($first: Int!, $after: String) {
    changes(first: $first, after: $after, of: PERMIT) { cursor hasMore changes { kind number cursor ... on PermitChange { documentNo permit { ${fields} } } } }
  }`;
}

/** A partner's program that pulls changes, over HTTP alone. */
export class PullClient {
  /** Bodies of the pages it was given. */
  readonly bodies: string[] = [];

  /** `url` is that of the GraphQL endpoint. */
  constructor(
    readonly url: string,
    readonly token: string,
    readonly query = pullQuery(),
  ) {}

  async post(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const response = await fetch(this.url, {
      method: 'POST',
      headers: { authorization: `Bearer ${this.token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    return response.text();
  }

  /** One page; throws the codes of a refusal. */
  async page(after: string | null, first = 100): Promise<PulledPage> {
    const body = await this.post(this.query, { first, after });
    const { data, errors } = answer.parse(JSON.parse(body));
    if (errors || !data?.changes) throw new Error(errors?.map(({ extensions }) => extensions.code).join() ?? 'no page');
    this.bodies.push(body);
    return data.changes;
  }

  /** The cursor of now. */
  async now(): Promise<string> {
    return (await this.page(null)).cursor;
  }

  /** All changes behind a cursor, in pages of the given sizes in turn. */
  async all(after: string, sizes: readonly number[] = [100]): Promise<{ readonly changes: readonly PulledChange[]; readonly cursor: string }> {
    const changes: PulledChange[] = [];
    for (let cursor = after, turn = 0; ; turn += 1) {
      const page = await this.page(cursor, sizes[turn % sizes.length]);
      changes.push(...page.changes);
      ({ cursor } = page);
      if (!page.hasMore) return { changes, cursor };
    }
  }
}
