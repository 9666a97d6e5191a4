import {
  getNamedType,
  isObjectType,
  Kind,
  type DocumentNode,
  type FieldNode,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import type { Viewer } from '../access/viewer.js';
import { denialError, type AnswerError } from '../boundary/denial.js';
import { ruleAllows } from '../boundary/shield.js';
import { isFull, forStanding } from '../boundary/cell.js';
import type { BoundaryPolicy, Standing } from '../boundary/policy.js';
import { scopeNote } from '../boundary/scope-note.js';
import { compileRead, type CompiledRead, type RootContext } from './compile-read.js';
import type { PlannerParts } from './parts.js';
import { planIdentity, type PlanIdentity } from '../access/plan-identity.js';
import type { ReadDeclaration } from './read.js';
import { argumentReader, type ArgumentReader } from './arguments.js';
import { collectFields, coordinatesOf, type Fragments, type Variables } from './selection.js';

/** How one root field is answered. */
type Root =
  | { readonly key: string; readonly form: 'planned'; readonly read: CompiledRead }
  | { readonly key: string; readonly form: 'node'; readonly id: ArgumentReader; readonly reads: ReadonlyMap<string, NodeRead> }
  | { readonly key: string; readonly form: 'denied' }
  | { readonly key: string; readonly form: 'resolved' };

/** The read behind `node(id:)` for one type, with the denials that answer carries. */
export interface NodeRead {
  readonly read: CompiledRead;
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
  /** The scope notes of a viewer as the text of `extensions`, empty when nothing was planned. */
  readonly extensions: (viewer: Viewer) => string;
  readonly identity: PlanIdentity;
}

export interface PlanRequest {
  readonly document: DocumentNode;
  readonly documentHash: string;
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
  readonly standing: Standing;
  readonly pageLimit: number;
  readonly variables: Variables;
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
  const notes: { readonly key: string; readonly read: ReadDeclaration }[] = [];
  for (const [key, nodes] of fields) {
    const name = nodes[0]?.name.value ?? '';
    const read = root === schema.getQueryType() ? parts.reads.get(name) : undefined;
    const below = new Set<string>();
    coordinatesOf(schema, root, nodes, fragments, variables, below);
    const coordinate = `${root.name}.${name}`;
    const denied = [...below].filter((used) => !allowed.has(used));
    const isNode = root === schema.getQueryType() && name === nodeField;
    const rootDenied = denied.includes(coordinate) ? coordinate : !read && !isNode ? (denied[0] ?? null) : null;
    const refusal = rootDenied ?? (read ? hiddenOperand(parts, standing, read, nodes, variables) : null);
    if (refusal !== null) {
      roots.push({ key, form: 'denied' });
      errors.push(denialError(policy, standing, refusal, [key]));
    } else if (isNode) {
      const context = { ...parts, standing, pageLimit: request.pageLimit, fragments, variables, allowed };
      roots.push({ key, form: 'node', id: argumentReader(nodes[0], 'id'), reads: nodeReads(parts, request, context, key, nodes, allowed) });
    } else if (read) {
      const context = { ...parts, standing, pageLimit: request.pageLimit, fragments, variables, allowed };
      roots.push({ key, form: 'planned', read: compileRead(context, read, nodes) });
      notes.push({ key, read });
      errors.push(...deniedBelow(parts, request, root, key, nodes, allowed));
    } else {
      roots.push({ key, form: 'resolved' });
      resolved.push(...nodes);
    }
  }
  return {
    roots,
    errors,
    resolved: resolved.length > 0 ? restOf(request.document, operation, resolved) : null,
    extensions: noteText(policy, notes),
    identity: planIdentity({
      document: request.documentHash,
      operation: operation.name?.value ?? null,
      viewerClass: standing.principal,
      boundary: policy.version,
      coordinates: used,
    }),
  };
}

/** The root field that answers with any record by its id; the type of the record is part of the id. */
const nodeField = 'node';

/** Compiles `node` for every type an id may name and this viewer class has rights on. */
function nodeReads(
  parts: PlannerParts,
  request: PlanRequest,
  context: RootContext,
  key: string,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): ReadonlyMap<string, NodeRead> {
  const reads = new Map<string, NodeRead>();
  for (const [type, read] of parts.nodes) {
    const object = parts.schema.getType(type);
    if (!isObjectType(object) || parts.policy.branches(request.standing, read.type).length === 0) continue;
    reads.set(type, { read: compileRead(context, read, nodes), errors: deniedIn(parts, request, object, [key], nodes, allowed) });
  }
  return reads;
}

/** Notes are the same for all answers of a plan to one agency; there are as many texts as agencies of the class. */
function noteText(policy: BoundaryPolicy, notes: readonly { readonly key: string; readonly read: ReadDeclaration }[]): (viewer: Viewer) => string {
  if (notes.length === 0) return () => '';
  const texts = new Map<string, string>();
  return (viewer) => {
    const known = texts.get(viewer.agency);
    if (known !== undefined) return known;
    const text = `,"extensions":${JSON.stringify({ scope: notes.map(({ key, read }) => scopeNote(policy, viewer, key, read.type)) })}`;
    texts.set(viewer.agency, text);
    return text;
  };
}

/**
 * The first field the read filters or orders by that this viewer class may not read in full in every branch: a filter on
 * a hidden value would tell it (leaks L-01 and L-03).
 */
function hiddenOperand(
  parts: PlannerParts,
  standing: Standing,
  read: ReadDeclaration,
  nodes: readonly FieldNode[],
  variables: Variables,
): string | null {
  const [node] = nodes;
  const filtered = Object.entries(read.filters).flatMap(([path, { property }]) => {
    const value = node ? argumentReader(node, path)(variables) : undefined;
    return value === undefined || value === null ? [] : [property];
  });
  const branches = parts.policy.branches(standing, read.type);
  // The last property of the order is the internal key: it breaks ties and says nothing.
  const uniqueOrder = read.order.at(-1)?.property;
  const operands = [...filtered, ...read.order.map(({ property }) => property)];
  const coordinates = operands.filter((property) => property !== uniqueOrder).flatMap((property) => operandsOf(parts, read.type, property));
  const hidden = coordinates.find(([type, field]) => branches.some((branch) => !isFull(forStanding(parts.policy.cell(branch, type, field), standing.purpose))));
  return hidden === undefined ? null : hidden.join('.');
}

/** What an operand reads, as type and field: `holder.uscc` reads the holder and, behind it, the subject's code. */
function operandsOf(parts: PlannerParts, type: string, property: string): readonly (readonly [string, string])[] {
  const [name = '', field] = property.split('.');
  const toOne = field === undefined ? undefined : parts.tables.get(type)?.toOne.get(name);
  return toOne && field !== undefined ? [[type, name], [toOne.target, field]] : [[type, property]];
}

/** Asks the shield rule of every used coordinate, once, before anything runs. */
export async function decideCoordinates(
  parts: PlannerParts,
  request: Pick<PlanRequest, 'operation' | 'fragments' | 'variables' | 'standing'>,
  used: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  const allowed = new Set<string>();
  for (const coordinate of used) {
    const info = resolveInfo(parts, request, coordinate);
    if (await ruleAllows(parts.rules, coordinate, request.standing, info)) allowed.add(coordinate);
  }
  return allowed;
}

function resolveInfo(
  parts: PlannerParts,
  request: Pick<PlanRequest, 'operation' | 'fragments' | 'variables'>,
  coordinate: string,
): GraphQLResolveInfo {
  const [typeName = '', fieldName = ''] = coordinate.split('.');
  const parentType = parts.schema.getType(typeName);
  const field = isObjectType(parentType) ? parentType.getFields()[fieldName] : undefined;
  if (!isObjectType(parentType) || !field) throw new Error(`Planner: no coordinate ${coordinate}`);
  return {
    fieldName,
    fieldNodes: [],
    returnType: field.type,
    parentType,
    path: { prev: undefined, key: fieldName, typename: typeName },
    schema: parts.schema,
    fragments: request.fragments,
    rootValue: undefined,
    operation: request.operation,
    variableValues: request.variables,
  };
}

/** Denials of fields below a root field, with their response paths. */
function deniedBelow(
  parts: PlannerParts,
  request: PlanRequest,
  root: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): AnswerError[] {
  const field = root.getFields()[nodes[0]?.name.value ?? ''];
  const target = field && getNamedType(field.type);
  return isObjectType(target) ? deniedIn(parts, request, target, [key], nodes, allowed) : [];
}

/** Denials within an object of the given type, selected by `nodes`. */
function deniedIn(
  parts: PlannerParts,
  request: PlanRequest,
  type: GraphQLObjectType,
  path: readonly string[],
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): AnswerError[] {
  const errors: AnswerError[] = [];
  const sets = nodes.map((node) => node.selectionSet);
  for (const [key, below] of collectFields(type, sets, request.fragments, request.variables)) {
    const field = type.getFields()[below[0]?.name.value ?? ''];
    if (!field) continue; // __typename
    const coordinate = `${type.name}.${field.name}`;
    if (!allowed.has(coordinate)) {
      errors.push(denialError(parts.policy, request.standing, coordinate, [...path, key]));
      continue;
    }
    const target = getNamedType(field.type);
    if (isObjectType(target)) errors.push(...deniedIn(parts, request, target, [...path, key], below, allowed));
  }
  return errors;
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
