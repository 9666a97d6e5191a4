import { Kind, type DocumentNode, type FieldNode, type OperationDefinitionNode } from 'graphql';
import type { Viewer } from '../access/viewer.js';
import { denialError, type AnswerError } from '../boundary/denial.js';
import type { BoundaryPolicy } from '../boundary/policy.js';
import { scopeNote } from '../boundary/scope-note.js';
import { costReader, type StaticCost } from '../limits/static-cost.js';
import { compileRead, type CompiledRead } from './compile-read.js';
import { resolvedRead, type ResolvedRead } from './fallback/fallback.js';
import { NotPlannable } from './object-compiler.js';
import { isOwnRead } from './own-read.js';
import type { PlannerParts } from './parts.js';
import { planIdentity, type PlanIdentity } from '../access/log/plan-identity.js';
import type { ReadDeclaration } from './read.js';
import type { RootContext } from './record-page.js';
import { argumentReader, type ArgumentReader } from './arguments.js';
import { decideCoordinates, decideRoot, fieldsBelow, fieldsIn, nodeTypes, type DecisionRequest, type FieldUse } from './decisions.js';
import { collectFields, coordinatesOf, type Variables } from './selection.js';

/** How one root field is answered. */
type Root =
  | { readonly key: string; readonly form: 'planned'; readonly read: CompiledRead }
  | { readonly key: string; readonly form: 'loaded'; readonly read: ResolvedRead }
  | { readonly key: string; readonly form: 'node'; readonly id: ArgumentReader; readonly reads: ReadonlyMap<string, NodeRead> }
  | { readonly key: string; readonly form: 'denied' }
  | { readonly key: string; readonly form: 'introspected' }
  | { readonly key: string; readonly form: 'resolved' };

/** The read behind `node(id:)` for one type, with the denials that answer carries. */
export interface NodeRead {
  readonly read: CompiledRead | ResolvedRead;
  readonly errors: readonly AnswerError[];
}

/**
 * An operation compiled for one viewer class, one boundary version and one shape of variables. It holds no data and
 * nothing of a single viewer; it may be shared by all viewers of the class.
 */
export interface OperationPlan {
  readonly roots: readonly Root[];
  readonly errors: readonly AnswerError[];
  /** Document of the root fields the planner leaves to resolvers, or null when it answers all of them. */
  readonly resolved: DocumentNode | null;
  /** Document of `__schema` and `__type`, or null: the viewer class is shown its own schema. */
  readonly introspected: DocumentNode | null;
  /** What a call may cost at most. */
  readonly cost: (variables: Variables) => StaticCost;
  /** The scope notes of a viewer as a member of `extensions`, ending in a comma; empty when nothing was planned. */
  readonly extensions: (viewer: Viewer) => string;
  readonly identity: PlanIdentity;
}

export interface PlanRequest extends DecisionRequest {
  readonly document: DocumentNode;
  readonly documentHash: string;
  readonly pageLimit: number;
}

/**
 * Compiles a query or mutation: decides every coordinate once by its shield rule, then plans what may be read. Fields of
 * Mutation are left to their resolvers, one after the other in the order of the document (GraphQL §6.2.2).
 */
export async function compileOperation(parts: PlannerParts, request: PlanRequest): Promise<OperationPlan> {
  const { schema, policy } = parts;
  const { operation, fragments, variables, standing } = request;
  const root = schema.getRootType(operation.operation);
  if (!root) throw new Error(`The schema has no ${operation.operation} type`);
  const fields = collectFields(root, [operation.selectionSet], fragments, variables);

  const used = new Set<string>();
  for (const nodes of fields.values()) coordinatesOf(schema, root, nodes, fragments, variables, used);
  const allowed = await decideCoordinates(parts, request, used);

  const roots: Root[] = [];
  const errors: AnswerError[] = [];
  const resolved: FieldNode[] = [];
  const introspected: FieldNode[] = [];
  const notes: { readonly key: string; readonly read: ReadDeclaration }[] = [];
  for (const [key, nodes] of fields) {
    const { read, isNode, refusal, possible } = decideRoot(parts, request, root, nodes, allowed);
    if (refusal !== null) {
      roots.push({ key, form: 'denied' });
      errors.push(denialError(policy, standing, refusal, [key]));
    } else if (isNode) {
      const context = { ...parts, standing, pageLimit: request.pageLimit, fragments, variables, allowed };
      roots.push({ key, form: 'node', id: argumentReader(nodes[0], 'id'), reads: nodeReads(parts, request, context, key, nodes, allowed) });
    } else if (read) {
      const context = { ...parts, standing, pageLimit: request.pageLimit, fragments, variables, allowed };
      const planned = compiledOrResolved(parts, request, context, read, nodes);
      roots.push('statements' in planned ? { key, form: 'planned', read: planned } : { key, form: 'loaded', read: planned });
      notes.push({ key, read });
      errors.push(...denials(parts, request, fieldsBelow({ ...request, possible }, root, key, nodes, allowed)));
    } else if (isIntrospection(nodes[0])) {
      roots.push({ key, form: 'introspected' });
      introspected.push(...nodes);
    } else {
      roots.push({ key, form: 'resolved' });
      resolved.push(...nodes);
    }
  }
  return {
    roots,
    errors,
    resolved: resolved.length > 0 ? restOf(request.document, operation, resolved) : null,
    introspected: introspected.length > 0 ? restOf(request.document, operation, introspected) : null,
    cost: costReader(schema, root, fields, request),
    extensions: noteText(policy, notes),
    identity: planIdentity({
      document: request.documentHash,
      operation: operation.name?.value ?? null,
      viewerClass: standing.principal,
      purpose: standing.purpose,
      boundary: policy.version,
      coordinates: used,
    }),
  };
}

function isIntrospection(node: FieldNode | undefined): boolean {
  return node?.name.value === '__schema' || node?.name.value === '__type';
}

/** A compiled read, or one by resolvers where the selection is beyond the planner. */
function compiledOrResolved(
  parts: PlannerParts,
  request: PlanRequest,
  context: RootContext,
  read: ReadDeclaration,
  nodes: readonly FieldNode[],
): CompiledRead | ResolvedRead {
  if (isOwnRead(read)) return read.compile(context, nodes);
  if (parts.byResolvers === true) return resolvedRead(context, request.operation, read, nodes);
  try {
    return compileRead(context, read, nodes);
  } catch (error) {
    if (error instanceof NotPlannable) return resolvedRead(context, request.operation, read, nodes);
    throw error;
  }
}

/** Compiles `node` for every type an id may name and this viewer class has rights on. */
function nodeReads(
  parts: PlannerParts,
  request: PlanRequest,
  context: RootContext,
  key: string,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): ReadonlyMap<string, NodeRead> {
  return new Map(
    nodeTypes(parts, request, nodes).map(({ object, read }) => {
      const errors = denials(parts, request, fieldsIn({ ...request, possible: parts.schema }, object, [key], nodes, allowed));
      return [object.name, { read: compiledOrResolved(parts, request, context, read, nodes), errors }];
    }),
  );
}

/** Notes are the same for all answers of a plan to one agency; there are as many texts as agencies of the class. */
function noteText(policy: BoundaryPolicy, notes: readonly { readonly key: string; readonly read: ReadDeclaration }[]): (viewer: Viewer) => string {
  if (notes.length === 0) return () => '';
  const texts = new Map<string, string>();
  return (viewer) => {
    const known = texts.get(viewer.agency);
    if (known !== undefined) return known;
    const text = `"scope":${JSON.stringify(notes.map(({ key, read }) => scopeNote(policy, viewer, key, read.type)))},`;
    texts.set(viewer.agency, text);
    return text;
  };
}

/** The errors of the denied among these fields. */
function denials(parts: PlannerParts, request: PlanRequest, fields: readonly FieldUse[]): AnswerError[] {
  return fields.flatMap(({ coordinate, path, allowed }) => (allowed ? [] : [denialError(parts.policy, request.standing, coordinate, path)]));
}

/** The same operation with only the given root fields, and the fragments they may spread. */
function restOf(document: DocumentNode, operation: OperationDefinitionNode, fields: readonly FieldNode[]): DocumentNode {
  return {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: fields } },
      ...document.definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION),
    ],
  };
}
