import { getOperationAST, GraphQLError, Kind, OperationTypeNode, visit, type FieldNode, type OperationDefinitionNode } from 'graphql';
import { planIdentity, type PlanIdentity } from '../access/log/plan-identity.js';
import { scopeKeyOf, standingOf, type Viewer } from '../access/viewer.js';
import { denialError } from '../boundary/denial.js';
import { httpOf, plainError, documentErrors, variableErrors } from '../limits/document-errors.js';
import type { Meter } from '../limits/meter.js';
import { staticCost } from '../limits/static-cost.js';
import { argumentReader } from '../planner/arguments.js';
import { decideCoordinates } from '../planner/decisions.js';
import type { GraphQLRequest } from '../planner/graphql-request.js';
import type { PlannerParts } from '../planner/parts.js';
import type { Planner } from '../planner/planner.js';
import { collectFields, coordinatesOf, type Fragments, type Variables } from '../planner/selection.js';
import { compileChange, type ChangeDeclaration, type CompiledChange } from './compile-change.js';
import { decideChange } from './decide-change.js';

/** What the evidence records with every frame of a stream. */
export interface StreamEvidence {
  readonly document: string;
  readonly operation: string | null;
  readonly plan: PlanIdentity;
  readonly boundary: string;
  readonly purpose: string | null;
  readonly caseNo: string | null;
}

/** A subscription that was decided, paid for and compiled: nothing but its place is missing. */
export interface Subscription {
  readonly change: CompiledChange;
  readonly viewer: Viewer;
  /** Cursor to go on from, or null to begin now. */
  readonly after: string | null;
  /** Streams of one key bring the same frames: one document with one set of variables in one scope, for one case. */
  readonly key: string;
  readonly evidence: StreamEvidence;
}

/** Why a subscription stays closed: an ordinary answer. */
export interface Refusal {
  readonly status: number;
  readonly errors: readonly unknown[];
  readonly headers?: ReadonlyMap<string, string>;
}

/** The subscription does not open: its agency, or its connection, has as many as it may. */
export const tooManyStreams: Refusal = {
  status: 429,
  errors: [{
    message: '本机关或本连接的推送已达上限 · The agency, or the connection, has as many open streams as it may.',
    extensions: { code: 'STREAM_LIMIT', nextStep: '关闭不用的推送，或由管理员调整 limits.yaml · Close streams that are not used, or have limits.yaml changed.' },
  }],
};

/** What subscriptions are decided with. */
export interface SubscriptionParts {
  readonly planner: Planner;
  readonly plannerParts: PlannerParts;
  readonly meter: Pick<Meter, 'charge' | 'refused'>;
  readonly changes: ReadonlyMap<string, ChangeDeclaration>;
}

/** Decides and compiles a subscription, whatever transport it came by; or says why it stays closed. */
export async function openSubscription(parts: SubscriptionParts, viewer: Viewer, call: GraphQLRequest): Promise<Subscription | Refusal> {
  try {
    return await open(parts, viewer, call);
  } catch (error) {
    return refusalOf(parts, viewer, error);
  }
}

async function open(parts: SubscriptionParts, viewer: Viewer, call: GraphQLRequest): Promise<Subscription | Refusal> {
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
  const { refusal: denied } = decideChange(plannerParts, asked, declaration, root, nodes, allowed);
  if (denied !== null) return { status: 403, errors: [denialError(policy, standing, denied, [key])] };

  const context = { schema, policy, tables, reads, standing, fragments, variables, seal, ids, allowed };
  // Opening costs as much as one frame; frames are not charged: they come when something changes, not when one asks.
  parts.meter.charge(viewer, staticCost(schema, root, fields, { fragments, variables, pageLimit: viewer.pageLimit }));
  const change = compileChange(context, declaration, key, nodes);
  const after = argumentReader(node, 'after')(variables);
  const operationName = operation.name?.value ?? null;
  return {
    change,
    viewer,
    after: typeof after === 'string' ? after : null,
    key: JSON.stringify([
      known.hash, operationName, sharedVariables(operation, fragments, node, variables), scopeKeyOf(viewer), viewer.caseNo, policy.version,
    ]),
    evidence: {
      document: known.hash,
      operation: operationName,
      plan: planIdentity({
        document: known.hash, operation: operationName, viewerClass: standing.principal, purpose: standing.purpose, boundary: policy.version, coordinates: used,
      }),
      boundary: policy.version,
      purpose: viewer.purpose,
      caseNo: viewer.caseNo,
    },
  };
}

/** The variables by which frames may differ: all but the one that says where to begin, unless it says something else too. */
function sharedVariables(operation: OperationDefinitionNode, fragments: Fragments, node: FieldNode, variables: Variables): readonly (readonly [string, unknown])[] {
  const after = node.arguments?.find(({ name }) => name.value === 'after')?.value;
  const place = after?.kind === Kind.VARIABLE ? after.name.value : null;
  let uses = 0;
  const count = {
    VariableDefinition: () => false as const,
    Variable: ({ name }: { name: { value: string } }): void => {
      if (name.value === place) uses += 1;
    },
  };
  visit(operation, count);
  for (const fragment of Object.values(fragments)) visit(fragment, count);
  return Object.entries(variables).filter(([name]) => name !== place || uses > 1).sort(([a], [b]) => (a < b ? -1 : 1));
}

function refusal(status: number, code: string, message: string, nextStep: string): Refusal {
  return { status, errors: [{ message, extensions: { code, nextStep } }] };
}

function refusalOf({ planner, meter }: SubscriptionParts, viewer: Viewer, error: unknown): Refusal {
  if (error instanceof GraphQLError && 'code' in error.extensions) return { ...httpOf(error), errors: [plainError(error)] };
  const errors = documentErrors(error, planner.roles.of(viewer.principal).isOutsider);
  meter.refused(viewer);
  return { status: 400, errors: errors.map(plainError) };
}
