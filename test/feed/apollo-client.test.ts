import { setTimeout as delay } from 'node:timers/promises';
import { ApolloClient, ApolloLink, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache, Observable } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode, print } from 'graphql';
import { createClient as createSseClient, NetworkError, type Client as SseClient } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';
import { waitFor } from '../support/wait-for.js';
import { CuttableRelay } from './cuttable-relay.js';
import { addPermits, addSubject } from './registry-rows.js';
import { RunningHub } from './running-hub.js';

/** Apollo Client 4 as a partner's program would use it (docs/recipes/subscribe.md): its cache, its links, no part of React. */

const changed = z.object({
  permitChanged: z.object({
    __typename: z.literal('PermitChange'),
    kind: z.enum(['OPENED', 'ENTERED', 'CHANGED', 'LEFT', 'HEARTBEAT']),
    number: z.number(),
    cursor: z.string(),
    documentNo: z.string().nullable(),
    permit: z.object({ __typename: z.literal('Permit'), certificateNo: z.string(), holder: z.object({ __typename: z.string(), name: z.string() }) }).nullable(),
  }),
});
type Change = z.output<typeof changed>['permitChanged'];

const watch = gql`subscription Watch($after: String) {
  permitChanged(after: $after) { kind number cursor documentNo permit { certificateNo holder { name } } }
}`;
const permit = gql`query Permit($no: ID!) { permit(documentNo: $no) { documentNo certificateNo holder { name } } }`;
const deniedWatch = gql`subscription { permitChanged { number permit { documentNo content } } }`;

/** A link over graphql-sse as the recipe has it: what the hub refuses before the stream opens is an answer with errors, not a fault of the network. */
class SseLink extends ApolloLink {
  constructor(private readonly client: SseClient) {
    super();
  }

  override request(operation: ApolloLink.Operation): Observable<ApolloLink.Result> {
    return new Observable((sink) =>
      this.client.subscribe<ApolloLink.Result['data']>(
        { query: print(operation.query), variables: operation.variables },
        {
          next: ({ data = null, errors }) => sink.next({ data, ...(errors && { errors: errors.map(({ message, extensions }) => ({ message, extensions })) }) }),
          complete: () => sink.complete(),
          error: (error) => void refusalOf(error).then((told) => {
            if (!told) return sink.error(error);
            sink.next(told);
            sink.complete();
          }),
        },
      ),
    );
  }
}

const refusal = z.object({ errors: z.array(z.object({ message: z.string(), extensions: z.record(z.string(), z.unknown()) })) });

async function refusalOf(error: unknown): Promise<ApolloLink.Result | null> {
  const response: unknown = error instanceof NetworkError ? error.response : null;
  return response instanceof Response ? (refusal.safeParse(await response.json()).data ?? null) : null;
}

// GraphQLWsLink tells a closed connection from a refusal by the browser's global; Node has one from 22 on.
Object.assign(globalThis, { WebSocket });

let running: RunningHub;
let relay: CuttableRelay;
const closing: (() => unknown)[] = [];

beforeEach(async () => {
  running = await RunningHub.start({ heartbeatMs: 60_000 });
  relay = await CuttableRelay.to(running.hub.url);
});

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await relay.close();
  await running.close();
});

const transports = {
  WebSocket: (token: string): ApolloLink => {
    const client = createWsClient({ url: relay.url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
    closing.push(() => client.dispose());
    return new GraphQLWsLink(client);
  },
  SSE: (token: string): ApolloLink => {
    const client = createSseClient({ url: `${relay.url}/stream`, headers: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
    closing.push(() => client.dispose());
    return new SseLink(client);
  },
} as const;

async function apollo(agency: string, transport: keyof typeof transports): Promise<ApolloClient> {
  const token = await running.token(agency);
  const http = new HttpLink({ uri: relay.url, headers: { authorization: `Bearer ${token}` } });
  const link = ApolloLink.split(({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION, transports[transport](token), http);
  const client = new ApolloClient({ link, cache: new InMemoryCache() });
  closing.push(() => client.stop());
  return client;
}

/** Between attempts to subscribe anew, milliseconds. */
const pause = 20;

/** Follows the changes: whatever ends a stream, the next one goes on behind the cursor kept last. */
class Follower {
  readonly changes: Change[] = [];
  /** What ended its streams. */
  readonly ends: unknown[] = [];
  #stopped = false;
  #leave: () => void = () => undefined;

  constructor(private readonly client: ApolloClient) {
    void this.#run();
    closing.push(() => this.stop());
  }

  of(...kinds: readonly Change['kind'][]): readonly Change[] {
    return this.changes.filter(({ kind }) => kinds.includes(kind));
  }

  stop(): void {
    this.#stopped = true;
    this.#leave();
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      this.ends.push(await this.#follow(this.changes.at(-1)?.cursor));
      await delay(pause);
    }
  }

  #follow(after: string | undefined): Promise<unknown> {
    return new Promise((end) => {
      const subscription = this.client.subscribe({ query: watch, variables: after === undefined ? {} : { after } }).subscribe({
        next: ({ data, error }) => {
          if (error) end(error);
          else this.changes.push(changed.parse(data).permitChanged);
        },
        error: end,
        complete: () => end(null),
      });
      this.#leave = () => {
        subscription.unsubscribe();
        end(null);
      };
    });
  }
}

describe.each(['WebSocket', 'SSE'] as const)('Apollo Client over %s', (transport) => {
  test('subscribes, asks and goes on behind its cursor after a cut: nothing lost, nothing repeated', async () => {
    const pool = running.database.pool();
    const holderId = await addSubject(pool, '和平一号');
    const client = await apollo('HEPING_HRSS', transport);
    const follower = new Follower(client);
    await waitFor('the stream to open', () => follower.of('OPENED').length === 1);
    await addPermits(pool, [0, 1, 2].map((i) => ({ documentNo: `A${i}`, holderId, certificateNo: `c${i}` })));
    await waitFor('three changes', () => follower.of('ENTERED').length === 3);

    relay.cut();
    await addPermits(pool, [3, 4].map((i) => ({ documentNo: `A${i}`, holderId, certificateNo: `c${i}` })));
    await pool.query(`UPDATE hub.permit SET certificate_no = 'c9' WHERE document_no = 'A0'`);
    await waitFor('what came while it was cut', () => follower.of('ENTERED', 'CHANGED').length === 6);
    expect(follower.ends.filter((end) => end !== null).length).toBeGreaterThan(0);
    follower.stop();
    expect(follower.of('OPENED').map(({ number }) => number)).toEqual([0, 3]);
    expect(follower.of('ENTERED', 'CHANGED', 'LEFT').map(({ kind, number, documentNo, permit: after }) => [kind, number, documentNo, after?.certificateNo, after?.holder.name])).toEqual([
      ['ENTERED', 1, 'A0', 'c0', '和平一号'],
      ['ENTERED', 2, 'A1', 'c1', '和平一号'],
      ['ENTERED', 3, 'A2', 'c2', '和平一号'],
      ['ENTERED', 4, 'A3', 'c3', '和平一号'],
      ['ENTERED', 5, 'A4', 'c4', '和平一号'],
      ['CHANGED', 6, 'A0', 'c9', '和平一号'],
    ]);

    const { data } = await client.query({ query: permit, variables: { no: 'A0' } });
    expect(data).toEqual({ permit: { __typename: 'Permit', documentNo: 'A0', certificateNo: 'c9', holder: { __typename: 'Subject', name: '和平一号' } } });
  });

  test('a denied subscription is an error with its code, and so is one of an agency that may have nothing', async () => {
    for (const [agency, query] of [['HEPING_HRSS', deniedWatch], ['US_OFLC', watch]] as const) {
      const client = await apollo(agency, transport);
      const results: ApolloClient.SubscribeResult[] = [];
      const subscription = client.subscribe({ query }).subscribe((result) => void results.push(result));
      await waitFor('the refusal', () => results.length > 0);
      subscription.unsubscribe();
      const [{ data, error } = { data: undefined, error: undefined }] = results;
      expect(data).toBeUndefined();
      expect(CombinedGraphQLErrors.is(error)).toBe(true);
      expect(CombinedGraphQLErrors.is(error) ? error.errors.map(({ extensions }) => extensions?.['code']) : []).toContain('BOUNDARY_DENIED');
    }
    expect(running.released).toEqual([]);
  });
});

test('a denied query over HttpLink is an error with its code, beside what is allowed', async () => {
  const holderId = await addSubject(running.database.pool(), '和平一号');
  await addPermits(running.database.pool(), [{ documentNo: 'A0', holderId, certificateNo: 'c0' }]);
  const client = await apollo('HEPING_HRSS', 'WebSocket');
  const { data, error } = await client.query({ query: gql`{ permit(documentNo: "A0") { documentNo content } }`, errorPolicy: 'all' });
  expect(data).toMatchObject({ permit: { documentNo: 'A0', content: null } });
  expect(CombinedGraphQLErrors.is(error) ? error.errors.map(({ path, extensions }) => [path, extensions?.['code']]) : error).toEqual([[['permit', 'content'], 'BOUNDARY_DENIED']]);
});
