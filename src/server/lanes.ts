import { ApolloServer, HeaderMap, type ApolloServerOptionsWithGateway } from '@apollo/server';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import type { OperationContext, Services } from '../planner/context.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import type { KnownDocument, PlannedAnswer, Planner } from '../planner/planner.js';
import type { Readers } from '../planner/readers.js';
import { ReadError } from '../planner/read-error.js';
import { safeError } from '../planner/safe-error.js';
import { jsonType, type HttpAnswer } from './http-answer.js';

type Gateway = ApolloServerOptionsWithGateway<Trace>['gateway'];

/** A GraphQL answer with what the evidence records of it. */
export interface LaneAnswer {
  readonly http: HttpAnswer;
  readonly document: string | null;
  readonly operation: string | null;
  readonly planned: PlannedAnswer | null;
  readonly caseNo: string | null;
  /** What resolvers read. */
  readonly read: ResolverReads;
}

/** Records that resolvers released, beside those of planned reads. */
export interface ResolverReads {
  readonly records: number;
  readonly subjects: readonly string[];
}

export const nothingRead: ResolverReads = { records: 0, subjects: [] };

/** Who waits for an answer: aborted when nobody does any more. Its signal is made where it is first asked for. */
export type Caller = Pick<AbortController, 'signal'>;

/** What an operation gathers on its way, for the evidence. */
class Trace implements OperationContext {
  /** An object of its own: Apollo runs an operation on a shallow copy of the context, and notes on the copy were lost. */
  readonly noted: { known: KnownDocument | null; planned: PlannedAnswer | null; caseNo: string | null; operation: string | null; read: ResolverReads } = {
    known: null, planned: null, caseNo: null, operation: null, read: nothingRead,
  };

  constructor(
    readonly viewer: Viewer,
    readonly readers: Readers,
    readonly services: Services,
    readonly caller: Caller,
  ) {}

  get signal(): AbortSignal {
    return this.caller.signal;
  }

  noteCase(caseNo: string): void {
    this.noted.caseNo = caseNo;
  }

  noteRead(records: number, subjects: readonly string[] = []): void {
    const { read } = this.noted;
    this.noted.read = { records: read.records + records, subjects: [...read.subjects, ...subjects] };
  }
}

/**
 * The two lanes. Apollo Server serves everything; a document that was planned before takes the short lane in front of
 * it, with the same planner, boundary and evidence, and answers with the same bytes.
 */
export class Lanes {
  readonly #planner: Planner;
  readonly #readers: Readers;
  readonly #services: Services;
  readonly #apollo: ApolloServer<Trace>;
  /** The data objects that stand for planned answers inside Apollo. */
  readonly #planned = new WeakSet();

  private constructor(schema: GraphQLSchema, planner: Planner, readers: Readers, services: Services) {
    this.#planner = planner;
    this.#readers = readers;
    this.#services = services;
    this.#apollo = new ApolloServer<Trace>({
      gateway: this.#gateway(schema),
      introspection: true,
      csrfPrevention: true,
      persistedQueries: false, // Apollo's are a cache anybody may fill, not a list of trusted documents
      hideSchemaDetailsFromClientErrors: true,
      includeStacktraceInErrorResponses: false,
      stopOnTerminationSignals: false,
      plugins: [ApolloServerPluginCacheControlDisabled(), ApolloServerPluginLandingPageDisabled()],
      // Apollo carries texts alone; a planned answer is bytes already and takes the text's place behind it.
      stringifyResult: (value) => (value.data && this.#planned.has(value.data) ? plannedText : JSON.stringify(value)),
      formatError: safeError,
    });
  }

  static async open(schema: GraphQLSchema, planner: Planner, readers: Readers, services: Services): Promise<Lanes> {
    const lanes = new Lanes(schema, planner, readers, services);
    await lanes.#apollo.start();
    return lanes;
  }

  close(): Promise<void> {
    return this.#apollo.stop();
  }

  /** The short lane: answers a known document, or null when the Apollo lane must decide. */
  async short(body: GraphQLRequest, viewer: Viewer, caller: Caller): Promise<LaneAnswer | null> {
    const known = this.#planner.known(body.query);
    const operation = known?.operation(body.operationName);
    if (!known || !operation || operation.operation !== OperationTypeNode.QUERY) return null;
    const variables = this.#planner.coerce(operation, body.variables);
    if (variables instanceof Array) return null;
    const trace = new Trace(viewer, this.#readers, this.#services, caller);
    try {
      const planned = await this.#planner.run(known, operation, variables, viewer, trace);
      return {
        http: { status: 200, contentType: jsonType, body: planned.body },
        document: known.hash,
        operation: operation.name?.value ?? null,
        planned,
        caseNo: trace.noted.caseNo,
        read: trace.noted.read,
      };
    } catch (error) {
      if (error instanceof ReadError) return { http: failureAnswer(error), document: known.hash, operation: operation.name?.value ?? null, planned: null, caseNo: trace.noted.caseNo, read: trace.noted.read };
      if (error instanceof GraphQLError) return null; // a bad cursor or page size: Apollo's lane words the answer
      throw error;
    }
  }

  /** The Apollo lane. */
  async apollo(method: string, headers: Iterable<[string, string]>, search: string, body: unknown, viewer: Viewer, caller: Caller): Promise<LaneAnswer> {
    const trace = new Trace(viewer, this.#readers, this.#services, caller);
    const headerMap = new HeaderMap();
    for (const [name, value] of headers) headerMap.set(name, value);
    const answer = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headerMap, search, body },
      context: () => Promise.resolve(trace),
    });
    const text = answer.body.kind === 'complete' ? answer.body.string : await joined(answer.body.asyncIterator);
    return {
      http: {
        status: answer.status ?? 200,
        contentType: answer.headers.get('content-type') ?? jsonType,
        body: text === plannedText && trace.noted.planned ? trace.noted.planned.body : text,
        headers: new Map([...answer.headers].filter(([name]) => name !== 'content-type' && name !== 'cache-control')),
      },
      document: trace.noted.known?.hash ?? null,
      operation: trace.noted.operation,
      planned: trace.noted.planned,
      caseNo: trace.noted.caseNo,
      read: trace.noted.read,
    };
  }

  #gateway(schema: GraphQLSchema): Gateway {
    return {
      load: () => Promise.resolve({ executor: (request) => this.#execute(request.context, request) }),
      onSchemaLoadOrUpdate: (callback) => {
        callback({ apiSchema: schema, coreSupergraphSdl: '' });
        return () => undefined;
      },
      stop: () => Promise.resolve(),
    };
  }

  /** Executor inside Apollo: the same planner run, its body kept aside under the data object Apollo carries along. */
  async #execute(
    context: unknown,
    // The caller's own name of the operation: Apollo's is null where no operation has that name.
    request: { readonly source: string; readonly request: { readonly operationName?: string; readonly variables?: Record<string, unknown> } },
  ): Promise<{ data?: Record<string, unknown> | null; errors?: readonly GraphQLError[] }> {
    if (!(context instanceof Trace)) throw new Error('an operation runs with a viewer');
    let known: KnownDocument;
    try {
      known = this.#planner.admit(request.source);
    } catch (error) {
      // Apollo found it valid, so it is longer than the planner admits.
      if (error instanceof GraphQLError) return { errors: [withExtensions(error, { code: 'DOCUMENT_TOO_LONG', http: { status: 400 } })] };
      throw error;
    }
    context.noted.known = known;
    const operation = known.operation(request.request.operationName ?? null);
    if (!operation) return { errors: [unknownOperation()] };
    context.noted.operation = operation.name?.value ?? null;
    const variables = this.#planner.coerce(operation, request.request.variables ?? {});
    if (variables instanceof Array) {
      return { errors: variables.map((error) => withExtensions(error, { code: 'BAD_USER_INPUT', http: { status: 400 } })) };
    }
    let planned: PlannedAnswer;
    try {
      planned = await this.#planner.run(known, operation, variables, context.viewer, context);
    } catch (error) {
      if (error instanceof GraphQLError) return { data: null, errors: [error] };
      throw error;
    }
    context.noted.planned = planned;
    const data = {};
    this.#planned.add(data);
    return { data };
  }
}

/** Stands for a planned answer; no JSON text is this one. */
const plannedText = '(planned)';
/** A read that could not be done, as Apollo's lane words it. */
function failureAnswer(error: ReadError): HttpAnswer {
  return { ...error.http, contentType: jsonType, body: JSON.stringify({ errors: [safeError(error.toJSON())], data: null }) };
}

function unknownOperation(): GraphQLError {
  return new GraphQLError('请指明文档中的一个操作 · Name one operation of the document.', {
    extensions: { code: 'OPERATION_RESOLUTION_FAILURE', nextStep: 'operationName', http: { status: 400 } },
  });
}

function withExtensions(error: GraphQLError, extensions: Record<string, unknown>): GraphQLError {
  return new GraphQLError(error.message, { nodes: error.nodes ?? null, path: error.path ?? null, extensions: { ...error.extensions, ...extensions } });
}

async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
