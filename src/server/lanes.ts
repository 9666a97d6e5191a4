import { ApolloServer, HeaderMap, type ApolloServerOptionsWithGateway } from '@apollo/server';
import { LRUCache } from 'lru-cache';
import { ApolloServerPluginCacheControlDisabled, ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import { GraphQLError, OperationTypeNode, type DocumentNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import { documentErrors, httpOf, plainError, variableErrors } from '../limits/document-errors.js';
import { Meter, type Charge } from '../limits/meter.js';
import { isCostRefusal } from '../limits/refusals.js';
import type { StaticCost } from '../limits/static-cost.js';
import type { OperationContext, Services } from '../planner/context.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import type { KnownDocument, PlannedAnswer, Planner } from '../planner/planner.js';
import type { Variables } from '../planner/selection.js';
import type { Readers } from '../planner/readers.js';
import { ReadError } from '../planner/read-error.js';
import { safeError } from '../planner/safe-error.js';
import { jsonType, type HttpAnswer } from './http-answer.js';

/** Runs where a document is refused; the executor answers with the refusal. */
const standIn = '{ __typename }';

const sha256Length = 64;

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
  /** What is to be done between the entry of the answer and its first byte. */
  readonly releasing: readonly (() => Promise<void>)[];
}

/** Records that resolvers released, beside those of planned reads. */
export interface ResolverReads {
  readonly records: number;
  readonly subjects: readonly string[];
}

export const nothingRead: ResolverReads = { records: 0, subjects: [] };

/** Who waits for an answer: aborted when nobody does any more. Its signal is made where it is first asked for. */
export type Caller = Pick<AbortController, 'signal'>;

interface Noted {
  known: KnownDocument | null;
  /** Why the document is not run; then Apollo runs a document of ours in its place. */
  refused: readonly GraphQLError[] | null;
  planned: PlannedAnswer | null;
  caseNo: string | null;
  operation: string | null;
  read: ResolverReads;
  charge: Charge | null;
  releasing: (() => Promise<void>)[];
}

/** What an operation gathers on its way, for the evidence. */
class Trace implements OperationContext {
  /** An object of its own: Apollo runs an operation on a shallow copy of the context, and notes on the copy were lost. */
  readonly noted: Noted = { known: null, refused: null, planned: null, caseNo: null, operation: null, read: nothingRead, charge: null, releasing: [] };

  constructor(
    readonly viewer: Viewer,
    readonly readers: Readers,
    readonly services: Services,
    readonly meter: Meter,
    readonly caller: Caller,
  ) {}

  get signal(): AbortSignal {
    return this.caller.signal;
  }

  charge(cost: StaticCost): Charge {
    return (this.noted.charge = this.meter.charge(this.viewer, cost));
  }

  /** The answer with what it cost, and what the evidence records of it. */
  answer(http: HttpAnswer): LaneAnswer {
    const { known, operation, planned, caseNo, read, charge, releasing } = this.noted;
    const headers = new Map([...(http.headers ?? []), ...this.meter.headers(this.viewer, charge)]);
    return { http: { ...http, headers }, document: known?.hash ?? null, operation, planned, caseNo, read, releasing };
  }

  beforeRelease(work: () => Promise<void>): void {
    this.noted.releasing.push(work);
  }

  /** One case for each operation: with a second one the evidence could not say which read was for which. */
  noteCase(caseNo: string): void {
    if (this.noted.caseNo !== null && this.noted.caseNo !== caseNo) {
      throw new GraphQLError('一次请求只能写一个案件编号，请分开查询 · One case for each request: ask for the other one separately.', {
        extensions: { code: 'BAD_USER_INPUT', nextStep: 'pendingCase' },
      });
    }
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
  readonly #meter: Meter;
  /** Documents the planner admitted, by hash: Apollo neither parses nor validates any. */
  readonly #admitted = new LRUCache<string, DocumentNode>({ max: 1_000 });
  /** The data objects that stand for planned answers inside Apollo. */
  readonly #planned = new WeakSet();

  private constructor(schema: GraphQLSchema, planner: Planner, readers: Readers, services: Services, meter: Meter) {
    this.#planner = planner;
    this.#meter = meter;
    this.#readers = readers;
    this.#services = services;
    this.#apollo = new ApolloServer<Trace>({
      gateway: this.#gateway(schema),
      introspection: true,
      csrfPrevention: true,
      documentStore: {
        get: (key) => Promise.resolve(this.#admitted.get(key.slice(-sha256Length))),
        set: () => Promise.resolve(),
        delete: () => Promise.resolve(),
      },
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

  static async open(schema: GraphQLSchema, planner: Planner, readers: Readers, services: Services, meter = Meter.standard()): Promise<Lanes> {
    const lanes = new Lanes(schema, planner, readers, services, meter);
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
    const trace = new Trace(viewer, this.#readers, this.#services, this.#meter, caller);
    try {
      const { body: text } = await this.#run(known, operation, variables, trace);
      return trace.answer({ status: 200, contentType: jsonType, body: text });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (error instanceof ReadError) return trace.answer(failureAnswer(error));
      if (!isCostRefusal(error)) return null; // a bad cursor or page size: Apollo's lane words the answer
      const refused = { ...httpOf(error), contentType: jsonType, body: JSON.stringify({ errors: [plainError(error)] }) };
      return trace.answer(refused);
    }
  }

  /**
   * Runs an operation. One that is refused under way (a bad cursor) is not charged for; one that broke off, by a time-out or
   * because its caller left, has been worked on and stays charged in full.
   */
  async #run(known: KnownDocument, operation: OperationDefinitionNode, variables: Variables, trace: Trace): Promise<PlannedAnswer> {
    const { noted } = trace;
    noted.known = known;
    noted.operation = operation.name?.value ?? null;
    try {
      return (noted.planned = await this.#planner.run(known, operation, variables, trace.viewer, trace));
    } catch (error) {
      if (error instanceof GraphQLError) noted.charge?.abandon();
      throw error;
    }
  }

  /** The Apollo lane. */
  async apollo(method: string, headers: Iterable<[string, string]>, search: string, body: unknown, viewer: Viewer, caller: Caller): Promise<LaneAnswer> {
    const trace = new Trace(viewer, this.#readers, this.#services, this.#meter, caller);
    const asked = this.#admit(method, search, body, trace);
    const headerMap = new HeaderMap();
    for (const [name, value] of headers) headerMap.set(name, value);
    const answer = await this.#apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: { method, headers: headerMap, ...asked },
      context: () => Promise.resolve(trace),
    });
    const text = answer.body.kind === 'complete' ? answer.body.string : await joined(answer.body.asyncIterator);
    return trace.answer({
      status: answer.status ?? 200,
      contentType: answer.headers.get('content-type') ?? jsonType,
      body: text === plannedText && trace.noted.planned ? trace.noted.planned.body : text,
      headers: new Map([...answer.headers].filter(([name]) => name !== 'content-type' && name !== 'cache-control')),
    });
  }

  /**
   * Admits the document of a request before Apollo sees it, so that one parser, one table of limits and one wording hold
   * for both lanes. Where it is refused, Apollo gets a document of ours in its place: it still judges the HTTP request.
   */
  #admit(method: string, search: string, body: unknown, trace: Trace): { readonly search: string; readonly body: unknown } {
    const isGet = method === 'GET';
    const text: unknown = isGet ? new URLSearchParams(search).get('query') : typeof body === 'object' && body !== null ? Reflect.get(body, 'query') : null;
    if (typeof text !== 'string' || text === '') return { search, body };
    try {
      const known = this.#planner.admit(text);
      this.#admitted.set(known.hash, known.document);
      return { search, body };
    } catch (error) {
      trace.noted.refused = documentErrors(error, this.#planner.roles.of(trace.viewer.principal).isOutsider);
      this.#meter.refused(trace.viewer);
      if (!isGet) return { search, body: { ...Object(body), query: standIn, operationName: null } };
      const asked = new URLSearchParams(search);
      asked.set('query', standIn);
      asked.delete('operationName');
      return { search: `?${asked.toString()}`, body };
    }
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
    if (context.noted.refused) return { errors: context.noted.refused };
    const known = this.#planner.admit(request.source);
    context.noted.known = known;
    const operation = known.operation(request.request.operationName ?? null);
    if (!operation) return { errors: [unknownOperation()] };
    const variables = this.#planner.coerce(operation, request.request.variables ?? {});
    if (variables instanceof Array) {
      return { errors: variableErrors(variables, this.#planner.roles.of(context.viewer.principal).isOutsider) };
    }
    try {
      await this.#run(known, operation, variables, context);
    } catch (error) {
      if (error instanceof GraphQLError) return isCostRefusal(error) ? { errors: [withHeaders(error)] } : { data: null, errors: [error] };
      throw error;
    }
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

/** Apollo takes headers in a map of its own. */
function withHeaders(error: GraphQLError): GraphQLError {
  const { status, headers } = httpOf(error);
  const own = new HeaderMap();
  for (const [name, value] of headers) own.set(name, value);
  return new GraphQLError(error.message, { extensions: { ...error.extensions, http: { status, headers: own } } });
}

async function joined(parts: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const part of parts) text += part;
  return text;
}
