import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { ApolloClient, CombinedGraphQLErrors, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { createClient as createSseClient, NetworkError } from 'graphql-sse';
import { createClient as createWsClient } from 'graphql-ws';
import WebSocket from 'ws';
import { z } from 'zod';
import { listFrame, type ListChange } from './credit-hub.js';

/** What a client is given: changes as they come, and at the end the codes of its errors, none where the connection broke. */
export interface Sink {
  readonly change: (change: ListChange) => void;
  readonly end: (codes: readonly string[]) => void;
}

/** Where and what a client follows; `url` is that of the GraphQL endpoint. */
export interface Followed {
  readonly url: string;
  readonly token: string;
  readonly query: string;
  readonly after: string | undefined;
}

/** Begins to follow; the function it returns leaves. */
type Follow = (followed: Followed, sink: Sink) => () => unknown;

const coded = z.array(z.object({ extensions: z.object({ code: z.string() }) }));
const refused = z.object({ errors: coded });

function codesOf(errors: unknown): readonly string[] {
  return coded.safeParse(errors).data?.map(({ extensions }) => extensions.code) ?? [];
}

const variablesOf = ({ after }: Followed): Record<string, unknown> => (after === undefined ? {} : { after });

// GraphQLWsLink tells a closed connection from a refusal by the browser's global; Node has one from 22 on.
Object.assign(globalThis, { WebSocket });

function webSocketClient({ url, token }: Followed) {
  return createWsClient({ url: url.replace(/^http/, 'ws'), webSocketImpl: WebSocket, connectionParams: { authorization: `Bearer ${token}` }, retryAttempts: 0 });
}

/** The clients partners use, each as its own documentation has it, without a reconnection of its own. */
export const clients: Readonly<Record<string, Follow>> = {
  'graphql-ws': (followed, sink) => {
    const client = webSocketClient(followed);
    client.subscribe(
      { query: followed.query, variables: variablesOf(followed) },
      {
        next: ({ data, errors }) => (errors ? sink.end(codesOf(errors)) : sink.change(listFrame.parse({ data }).data.creditListChanged)),
        error: (error) => sink.end(codesOf(error)),
        complete: () => sink.end([]),
      },
    );
    return () => client.dispose();
  },

  'graphql-sse': (followed, sink) => {
    const client = createSseClient({ url: `${followed.url}/stream`, headers: { authorization: `Bearer ${followed.token}` }, retryAttempts: 0 });
    client.subscribe(
      { query: followed.query, variables: variablesOf(followed) },
      {
        next: ({ data, errors }) => (errors ? sink.end(codesOf(errors)) : sink.change(listFrame.parse({ data }).data.creditListChanged)),
        // What is refused before the stream opens stands in the body of the response.
        error: (error) => {
          const response: unknown = error instanceof NetworkError ? error.response : null;
          if (!(response instanceof Response)) return sink.end([]);
          void response.json().then((body: unknown) => sink.end(codesOf(refused.parse(body).errors)));
        },
        complete: () => sink.end([]),
      },
    );
    return () => client.dispose();
  },

  'Apollo Client': (followed, sink) => {
    const client = webSocketClient(followed);
    const apollo = new ApolloClient({ link: new GraphQLWsLink(client), cache: new InMemoryCache() });
    const subscription = apollo.subscribe({ query: gql(followed.query), variables: variablesOf(followed) }).subscribe({
      next: ({ data, error }) =>
        error ? sink.end(CombinedGraphQLErrors.is(error) ? codesOf(error.errors) : []) : sink.change(listFrame.parse({ data }).data.creditListChanged),
      error: () => sink.end([]),
      complete: () => sink.end([]),
    });
    return async () => {
      subscription.unsubscribe();
      apollo.stop();
      await client.dispose();
    };
  },

  curl: (followed, sink) => {
    const curl = spawn('curl', [
      '-sN', '-G', `${followed.url}/stream`, '-H', `Authorization: Bearer ${followed.token}`,
      '--data-urlencode', `query=${followed.query}`, '--data-urlencode', `variables=${JSON.stringify(variablesOf(followed))}`,
    ]);
    let rest = '';
    let codes: readonly string[] = [];
    curl.stdout.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n\n');
      rest = parts.pop() ?? '';
      for (const part of parts) {
        const [, data] = /^event: next\ndata: (.*)$/.exec(part) ?? [];
        if (data !== undefined) sink.change(listFrame.parse(JSON.parse(data)).data.creditListChanged);
      }
    });
    const closed = once(curl, 'close').then(() => {
      if (rest.startsWith('{')) codes = codesOf(refused.parse(JSON.parse(rest)).errors);
      sink.end(codes);
    });
    return () => {
      curl.kill();
      return closed;
    };
  },
};
