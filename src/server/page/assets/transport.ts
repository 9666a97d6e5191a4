import type { DocumentNode, OperationDefinitionNode } from 'graphql';
import { isRecord } from './dom.js';
import type { Identity } from './identity.js';

/** A GraphQL answer as it came, of any form. */
export type Answer = Readonly<Record<string, unknown>>;

export interface Question {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  readonly operationName?: string;
}

interface Asked {
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** Who hears of what happens on the wire. */
export interface Audience {
  /** `document` is null where the text is no GraphQL; `variables` are the names the operation declares. */
  started(document: DocumentNode | null, variables: readonly string[]): void;
  answered(answer: Answer, milliseconds: number): void;
  opened(): void;
  happened(event: Answer): void;
  ended(): void;
}

const endpoint = '/graphql';

/** GraphiQL's fetcher: queries go to the endpoint, subscriptions to its stream, each with the reader's token. */
export function fetcherFor(identity: Identity, audience: Audience) {
  return (asked: Question, more: Asked = {}): Promise<Answer> | AsyncIterableIterator<Answer> => {
    if (asked.operationName === 'IntrospectionQuery') return schemaAnswer(identity, asked);
    const document = documentOf(asked.query);
    const operation = document && operationOf(document, asked.operationName);
    audience.started(document, operation?.variableDefinitions?.map(({ variable }) => variable.name.value) ?? []);
    const { query: text, variables } = asked;
    const question = { query: text, ...(variables ? { variables } : {}), ...(operation?.name ? { operationName: operation.name.value } : {}) };
    if (operation?.operation === GraphiQL.GraphQL.OperationTypeNode.SUBSCRIPTION) return subscribe(identity, question, more, audience);
    return query(identity, question, more, audience);
  };
}

function documentOf(text: string): DocumentNode | null {
  try {
    return GraphiQL.GraphQL.parse(text);
  } catch {
    return null; // the hub says where it is wrong
  }
}

/** The operation to run. GraphiQL names the one it read a tenth of a second ago, which may be gone from the text since. */
function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | null {
  const { getOperationAST } = GraphiQL.GraphQL;
  return getOperationAST(document, name ?? null) ?? getOperationAST(document) ?? null;
}

async function schemaAnswer(identity: Identity, question: Question): Promise<Answer> {
  if (!(await identity.token())) return fault('需要令牌 · A token is needed.');
  return readJson(await post(identity, endpoint, question, {}));
}

async function query(identity: Identity, question: Question, asked: Asked, audience: Audience): Promise<Answer> {
  const start = performance.now();
  let answer: Answer;
  try {
    answer = await readJson(await post(identity, endpoint, question, asked));
  } catch {
    answer = unreachable;
  }
  audience.answered(answer, Math.round(performance.now() - start));
  return answer;
}

/** One stream as an iterator whose `return` closes the connection at once; a generator's would wait for the next event. */
function subscribe(identity: Identity, question: Question, asked: Asked, audience: Audience): AsyncIterableIterator<Answer> {
  const stop = new AbortController();
  const frames = follow(identity, question, asked, audience, stop.signal);
  return {
    next: () => frames.next(),
    return: () => {
      stop.abort();
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}

async function* follow(identity: Identity, question: Question, asked: Asked, audience: Audience, signal: AbortSignal): AsyncGenerator<Answer, undefined> {
  try {
    const response = await post(identity, `${endpoint}/stream`, question, asked, signal);
    if (!response.ok || !response.body) {
      const answer = await readJson(response);
      audience.answered(answer, 0);
      yield answer;
      return;
    }
    audience.opened();
    for await (const event of eventsOf(response.body)) {
      audience.happened(event);
      yield event;
    }
  } catch (error) {
    if (!signal.aborted) {
      audience.answered(unreachable, 0);
      throw error;
    }
  } finally {
    audience.ended();
  }
}

/** The `next` events of a stream of server-sent events. */
async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<Answer> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let pending = '';
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    const blocks = (pending + decoder.decode(value, { stream: true })).split('\n\n');
    pending = blocks.pop() ?? '';
    for (const block of blocks) {
      if (!block.startsWith('event: next\n')) continue;
      const event = parsed(block.slice(block.indexOf('data: ') + 'data: '.length));
      if (event) yield event;
    }
  }
}

async function post(identity: Identity, address: string, question: Question, asked: Asked, signal?: AbortSignal): Promise<Response> {
  const send = async (): Promise<Response> => {
    const token = await identity.token();
    return fetch(address, {
      method: 'POST',
      headers: {
        ...Object.fromEntries(Object.entries(asked.headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)])),
        'content-type': 'application/json',
        ...(token ? { authorization: `Bearer ${token}` } : {}),
      },
      body: JSON.stringify(question),
      cache: 'no-store',
      ...(signal ? { signal } : {}),
    });
  };
  const response = await send();
  // A local token that is no longer taken (the hub began anew with other keys) is replaced once.
  return response.status === 401 && identity.renew() ? send() : response;
}

async function readJson(response: Response): Promise<Answer> {
  return parsed(await response.text()) ?? fault(`HTTP ${response.status}`);
}

function parsed(text: string): Answer | null {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : null;
  } catch {
    return null;
  }
}

function fault(message: string): Answer {
  return { errors: [{ message }] };
}

const unreachable = fault('无法连接枢纽 · The hub cannot be reached.');
