import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { getOperationAST, GraphQLError, OperationTypeNode } from 'graphql';
import { standingOf, type Viewer } from '../access/viewer.js';
import { denialError } from '../boundary/denial.js';
import { argumentReader } from '../planner/arguments.js';
import { decideCoordinates, decideRoot } from '../planner/decisions.js';
import { documentErrors, httpOf, plainError, variableErrors } from '../limits/document-errors.js';
import type { Meter } from '../limits/meter.js';
import { staticCost } from '../limits/static-cost.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import type { PlannerParts } from '../planner/parts.js';
import { planIdentity } from '../access/log/plan-identity.js';
import type { Planner } from '../planner/planner.js';
import { collectFields, coordinatesOf } from '../planner/selection.js';
import { changeStream, type StreamParts } from './change-stream.js';
import { compileChange, type ChangeDeclaration } from './compile-change.js';
import { StreamEnded } from './stream-ended.js';

/** What the SSE transport is built from. */
export interface SseParts extends StreamParts {
  readonly planner: Planner;
  readonly plannerParts: PlannerParts;
  readonly meter: Pick<Meter, 'charge' | 'refused'>;
  readonly changes: ReadonlyMap<string, ChangeDeclaration>;
}

/** Refusal to open a stream: an ordinary answer. */
interface Refusal {
  readonly status: number;
  readonly errors: readonly unknown[];
  readonly headers?: ReadonlyMap<string, string>;
}

/**
 * Subscriptions over server-sent events, by the GraphQL-SSE protocol with distinct connections: one request, one stream
 * of `next` events, then `complete`. Our own writer, because the protocol's library takes frames into an unbounded queue:
 * here the next frame is made only when the socket has taken the last one.
 *
 * A subscription is decided before it opens: a denied one answers 403 and never becomes a stream.
 */
export function sseTransport(parts: SseParts) {
  return async (response: ServerResponse, viewer: Viewer, call: GraphQLRequest, ending: AbortSignal): Promise<void> => {
    const stop = new AbortController();
    response.once('close', () => stop.abort());
    if (response.destroyed) return; // gone while the token was verified: there is no close to come
    const opened = await open(parts, viewer, call, ending, stop.signal).catch((error: unknown) => refusalOf(parts, viewer, error));
    if (!(Symbol.asyncIterator in opened)) return refuse(parts, viewer, response, opened);
    response.writeHead(200, {
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no', // a proxy that buffers would hold events back
    });
    try {
      for await (const body of opened) await send(response, 'next', body, stop.signal);
    } catch (error) {
      if (stop.signal.aborted) return;
      const body = JSON.stringify({ errors: [endReason(error)] });
      // A stream that broke says no more than that it broke: the evidence may be what failed.
      if (error instanceof StreamEnded) {
        const recorded = await recordRefusal(parts, viewer, 200, body).then(() => true, () => false);
        if (!recorded) return void response.destroy();
      }
      await send(response, 'next', body, stop.signal);
    }
    if (!stop.signal.aborted) response.end('event: complete\ndata:\n\n');
  };
}

function endReason(error: unknown): unknown {
  return error instanceof StreamEnded
    ? { message: error.message, extensions: { code: error.code, nextStep: error.nextStep } }
    : { message: '推送中断 · The stream broke off.', extensions: { code: 'STREAM_BROKEN', nextStep: '以最后的游标续订 · Subscribe again with the last cursor.' } };
}

/** Writes one event and waits until the socket can take more. JSON has no line breaks, so one data line is enough. */
async function send(response: ServerResponse, event: string, data: string, signal: AbortSignal): Promise<void> {
  if (signal.aborted || response.write(`event: ${event}\ndata: ${data}\n\n`)) return;
  await once(response, 'drain', { signal }).catch(() => undefined);
}

async function refuse(parts: SseParts, viewer: Viewer, response: ServerResponse, refusal: Refusal): Promise<void> {
  const body = JSON.stringify({ errors: refusal.errors });
  await recordRefusal(parts, viewer, refusal.status, body);
  const headers = Object.fromEntries(refusal.headers ?? []);
  response.writeHead(refusal.status, { ...headers, 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }).end(body);
}

/** Makes the evidence of an answer without data durable. */
async function recordRefusal(parts: SseParts, viewer: Viewer, status: number, body: string): Promise<void> {
  const now = parts.clock.now().getTime();
  await parts.accessLog.append({
    purpose: viewer.purpose,
    caseNo: viewer.caseNo,
    viewer,
    document: null,
    operation: null,
    plan: null,
    boundary: parts.plannerParts.policy.version,
    outcome: status === 200 ? 'STREAM' : status === 403 ? 'DENIED' : 'REFUSED',
    status,
    records: 0,
    subjects: [],
    body,
    receivedAt: now,
    startedAt: null,
    executedAt: null,
  });
}

/** Plans a subscription; returns its bodies, or why it stays closed. */
async function open(
  parts: SseParts,
  viewer: Viewer,
  call: GraphQLRequest,
  ending: AbortSignal,
  signal: AbortSignal,
): Promise<AsyncGenerator<string> | Refusal> {
  const { plannerParts, planner } = parts;
  const { schema, policy, tables, reads, seal, ids } = plannerParts;
  const standing = standingOf(viewer);
  const known = planner.admit(call.query);
  const operation = getOperationAST(known.document, call.operationName);
  const root = schema.getSubscriptionType();
  if (operation?.operation !== OperationTypeNode.SUBSCRIPTION || !root) {
    return refusal(400, 'OPERATION_NOT_SERVED_HERE', '此地址只提供订阅 · Only subscriptions are served here.', 'POST /graphql');
  }
  const variables = planner.coerce(operation, call.variables);
  if (variables instanceof Array) {
    return { status: 400, errors: variableErrors(variables, planner.roles.of(viewer.principal).isOutsider).map(plainError) };
  }
  const { fragments } = known;
  const fields = collectFields(root, [operation.selectionSet], fragments, variables);
  const [only] = fields;
  const [key, nodes] = only ?? ['', []];
  const [node] = nodes;
  const declaration = parts.changes.get(node?.name.value ?? '');
  if (!node || !declaration) return refusal(400, 'BAD_USER_INPUT', '没有这个订阅 · No such subscription.', 'permitChanged');

  const used = new Set<string>();
  coordinatesOf(schema, root, nodes, fragments, variables, used);
  const asked = { operation, fragments, variables, standing };
  const allowed = await decideCoordinates(plannerParts, asked, used);
  const { refusal: denied } = decideRoot(plannerParts, asked, root, nodes, allowed);
  if (denied !== null) return { status: 403, errors: [denialError(policy, standing, denied, [key])] };

  const context = { schema, policy, tables, reads, standing, fragments, variables, seal, ids, allowed };
  // Opening costs as much as one frame; frames are not charged: they come when something changes, not when one asks.
  parts.meter.charge(viewer, staticCost(schema, root, fields, { fragments, variables, pageLimit: viewer.pageLimit }));
  const change = compileChange(context, declaration, key, nodes);
  const after = argumentReader(node, 'after')(variables);
  const operationName = operation.name?.value ?? null;
  return changeStream(parts, change, viewer, typeof after === 'string' ? after : null, {
    document: known.hash,
    operation: operationName,
    plan: planIdentity({
      document: known.hash, operation: operationName, viewerClass: standing.principal, purpose: standing.purpose, boundary: policy.version, coordinates: used,
    }),
    boundary: policy.version,
    purpose: viewer.purpose,
    caseNo: viewer.caseNo,
  }, ending, signal);
}

function refusal(status: number, code: string, message: string, nextStep: string): Refusal {
  return { status, errors: [{ message, extensions: { code, nextStep } }] };
}

function refusalOf({ planner, meter }: SseParts, viewer: Viewer, error: unknown): Refusal {
  if (error instanceof GraphQLError && 'code' in error.extensions) return { ...httpOf(error), errors: [plainError(error)] };
  const errors = documentErrors(error, planner.roles.of(viewer.principal).isOutsider);
  meter.refused(viewer);
  return { status: 400, errors: errors.map(plainError) };
}
