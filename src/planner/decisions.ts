import {
  getNamedType,
  isAbstractType,
  isObjectType,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLResolveInfo,
  type OperationDefinitionNode,
} from 'graphql';
import { forStanding, isFull } from '../boundary/cell.js';
import type { Standing } from '../boundary/policy.js';
import { ruleAllows } from '../boundary/shield.js';
import { argumentReader } from './arguments.js';
import { inputOf } from './input.js';
import type { OperandForm } from './operand.js';
import { orderingOf } from './order.js';
import { isOwnRead } from './own-read.js';
import type { PlannerParts } from './parts.js';
import type { ReadDeclaration } from './read.js';
import { collectFields, coordinatesOf, subSelections, type Fragments, type PossibleTypes, type Variables } from './selection.js';
import { readWhere } from './where.js';

/**
 * What the boundary says of an operation before anything runs: which coordinates it uses, on which response paths and in
 * which arguments, and which of them are denied. The planner compiles from these decisions and `explainAccess` words
 * them, so that an explanation is what the planner does.
 */

/** The operation that is decided and the standing it is decided for. */
export interface DecisionRequest {
  readonly operation: OperationDefinitionNode;
  readonly fragments: Fragments;
  readonly variables: Variables;
  readonly standing: Standing;
}

/** The root field that answers with any record by its id; the type of the record is part of the id. */
export const nodeField = 'node';

/** One root field as it is decided: how it would be answered, or the coordinate for which it is refused as a whole. */
export interface RootDecision {
  /** The coordinate of the field itself. */
  readonly coordinate: string;
  /** The read that answers it; undefined for `node` and for fields left to resolvers. */
  readonly read: ReadDeclaration | undefined;
  readonly isNode: boolean;
  readonly refusal: string | null;
  /** What may stand behind an interface below it. */
  readonly possible: PossibleTypes;
}

/**
 * Decides one root field. A planned read is refused for itself or for a hidden operand, and answers without its denied
 * fields; a field left to a resolver is refused for any coordinate below it, because a resolver computes them together,
 * and so are the changes of the feed, as a subscription is.
 */
export function decideRoot(
  parts: PlannerParts,
  request: DecisionRequest,
  root: GraphQLObjectType,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): RootDecision {
  const { fragments, variables } = request;
  const name = nodes[0]?.name.value ?? '';
  const coordinate = `${root.name}.${name}`;
  const read = parts.reads.get(coordinate);
  const below = new Set<string>();
  const asked = { schema: parts.schema, fragments, variables, nodes };
  const sees = (type: string): boolean => parts.policy.branches(request.standing, type).length > 0;
  const own = read && isOwnRead(read) ? read : null;
  const held = own?.holds?.(asked, sees);
  const possible: PossibleTypes = held ? { getPossibleTypes: (type) => parts.schema.getPossibleTypes(type).filter((one) => held.includes(one.name)) } : parts.schema;
  coordinatesOf(possible, root, nodes, fragments, variables, below);
  const denied = [...below].filter((used) => !allowed.has(used));
  const isNode = root === parts.schema.getQueryType() && name === nodeField;
  const isWhole = read ? own?.whole === true : !isNode;
  const rootDenied = denied.includes(coordinate) ? coordinate : isWhole ? (denied[0] ?? null) : null;
  const operands = (): readonly OperandUse[] => (read ? operandUses(parts, request, read, nodes) : isNode ? operandsBehindNode(parts, request, nodes) : []);
  const hidden = (): string | null => operands().find(({ readable }) => !readable)?.coordinate ?? null;
  return { coordinate, read, isNode, refusal: rootDenied ?? own?.denied?.(asked, sees) ?? hidden(), possible };
}

/** A field the read compares or orders by. */
export interface OperandUse {
  readonly form: OperandForm;
  /** Response path of the reading field below the root field; empty for the root itself. */
  readonly path: readonly string[];
  /** Path of the argument, for example `filter.holderUscc` or `where.or.0.status`; null for a declared order. */
  readonly argument: string | null;
  readonly coordinate: string;
  /** Read in full in every branch of the viewer class: a filter on a hidden value would tell it (leaks L-01 and L-03). */
  readonly readable: boolean;
}

/** What operands are found in. */
export type OperandParts = Pick<PlannerParts, 'schema' | 'policy' | 'tables' | 'reads'>;

/** What operands are found by. */
type OperandRequest = Pick<DecisionRequest, 'standing' | 'variables' | 'fragments'>;

/** The fields a read, and every read below it, looks up, filters and orders by with the arguments as given. */
export function operandUses(parts: OperandParts, request: OperandRequest, read: ReadDeclaration, nodes: readonly FieldNode[]): readonly OperandUse[] {
  return [
    ...ownOperands(parts, request, read, nodes, []),
    ...readsBelow(parts, request, resultType(parts, read), nodes, []).flatMap((below) => ownOperands(parts, request, below.read, below.nodes, below.path)),
  ];
}

/** Operands of the connections below any type an id may name: the question is refused, whichever type the id turns out to name. */
function operandsBehindNode(parts: PlannerParts, request: OperandRequest, nodes: readonly FieldNode[]): readonly OperandUse[] {
  return [...parts.nodes.values()].flatMap((read) =>
    parts.policy.branches(request.standing, read.type).length === 0 ? [] : operandUses(parts, request, read, nodes).filter(({ path }) => path.length > 0));
}

/** Operands of one read: its arguments first, then its order. */
function ownOperands(
  parts: OperandParts,
  request: OperandRequest,
  read: ReadDeclaration,
  nodes: readonly FieldNode[],
  path: readonly string[],
): readonly OperandUse[] {
  const { standing, variables } = request;
  const [node] = nodes;
  const table = parts.tables.get(read.type);
  if (!node || !table) return [];
  const branches = parts.policy.branches(standing, read.type);
  const used: { readonly form: OperandForm; readonly argument: string | null; readonly fields: readonly (readonly [string, string])[] }[] = [];
  for (const [argument, { property }] of Object.entries(read.filters)) {
    const value = argumentReader(node, argument)(variables);
    if (value === undefined || value === null) continue;
    used.push({ form: read.form === 'one' ? 'LOOK_UP' : 'FILTER', argument, fields: operandsOf(parts, read.type, property) });
  }
  const where = inputOf(node, 'where', variables);
  for (const { type, field, path: argument } of where ? readWhere({ ...parts, standing }, table, where).uses : []) {
    used.push({ form: 'FILTER', argument, fields: [[type, field]] });
  }
  // The last property of the order is the internal key: it breaks ties and says nothing.
  for (const { property, argument } of orderingOf(read, table, node, variables).by.slice(0, -1)) {
    used.push({ form: 'ORDER', argument, fields: operandsOf(parts, read.type, property) });
  }
  const own = isOwnRead(read) ? read.operands({ schema: parts.schema, fragments: request.fragments, variables, nodes }) : [];
  for (const { form, argument, property } of own) used.push({ form, argument, fields: operandsOf(parts, read.type, property) });
  return used.flatMap(({ form, argument, fields }) =>
    fields.map(([type, field]) => ({
      form,
      path,
      argument,
      coordinate: `${type}.${field}`,
      readable: branches.every((branch) => isFull(forStanding(parts.policy.cell(branch, type, field), standing.purpose))),
    })),
  );
}

/** The object type a read answers with: a connection, a record or a part. */
function resultType(parts: OperandParts, read: ReadDeclaration): GraphQLObjectType | null {
  const [owner = '', field = ''] = read.field.split('.');
  const type = parts.schema.getType(owner);
  const target = isObjectType(type) ? type.getFields()[field]?.type : undefined;
  const named = target && getNamedType(target);
  if (isObjectType(named)) return named;
  // Behind `node` the declaration says which type it is.
  const part = read.part === undefined ? undefined : parts.tables.get(read.type)?.toOne.get(read.part)?.target;
  const object = parts.schema.getType(part ?? read.type);
  return isObjectType(object) ? object : null;
}

/** A connection below another read. */
interface ReadBelow {
  readonly read: ReadDeclaration;
  readonly nodes: readonly FieldNode[];
  readonly path: readonly string[];
}

function readsBelow(
  parts: OperandParts,
  request: OperandRequest,
  type: GraphQLObjectType | null,
  nodes: readonly FieldNode[],
  path: readonly string[],
): readonly ReadBelow[] {
  if (type === null) return [];
  return [...collectFields(type, subSelections(nodes), request.fragments, request.variables)].flatMap(([key, below]) => {
    const field = type.getFields()[below[0]?.name.value ?? ''];
    const target = field && getNamedType(field.type);
    if (!field || !isObjectType(target)) return [];
    const at = [...path, key];
    const read = parts.reads.get(`${type.name}.${field.name}`);
    return [...(read ? [{ read, nodes: below, path: at }] : []), ...readsBelow(parts, request, target, below, at)];
  });
}

/**
 * The types `node(id:)` may name for this standing, each with its read: those it has rows of and whose id it may read in
 * full. An id of any other type answers like one that never was.
 */
export function nodeTypes(
  parts: PlannerParts,
  request: OperandRequest,
  nodes: readonly FieldNode[],
): readonly { readonly object: GraphQLObjectType; readonly read: ReadDeclaration }[] {
  return [...parts.nodes].flatMap(([type, read]) => {
    const object = parts.schema.getType(type);
    const named = isObjectType(object) && parts.policy.branches(request.standing, read.type).length > 0;
    return named && operandUses(parts, request, read, nodes).every(({ readable }) => readable) ? [{ object, read }] : [];
  });
}

/** What an operand reads, as type and field: `holder.uscc` reads the holder and, behind it, the subject's code. */
function operandsOf(parts: Pick<PlannerParts, 'tables'>, type: string, property: string): readonly (readonly [string, string])[] {
  const [name = '', field] = property.split('.');
  const toOne = field === undefined ? undefined : parts.tables.get(type)?.toOne.get(name);
  return toOne && field !== undefined ? [[type, name], [toOne.target, field]] : [[type, property]];
}

/** Asks the shield rule of every used coordinate, once, before anything runs. */
export async function decideCoordinates(
  parts: PlannerParts,
  request: DecisionRequest,
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
  request: Pick<DecisionRequest, 'operation' | 'fragments' | 'variables'>,
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

/** A field of the answer: its response path and coordinate, and whether the viewer class may use it. */
export interface FieldUse {
  readonly path: readonly string[];
  readonly coordinate: string;
  readonly allowed: boolean;
}

/** The fields below a root field, in the order of the answer; nothing of what stands below a denied one. */
export function fieldsBelow(
  request: FieldsRequest,
  root: GraphQLObjectType,
  key: string,
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): readonly FieldUse[] {
  const field = root.getFields()[nodes[0]?.name.value ?? ''];
  return field ? objectsOf(request, getNamedType(field.type)).flatMap((target) => fieldsIn(request, target, [key], nodes, allowed)) : [];
}

/** What fields are looked for in. */
type FieldsRequest = Pick<DecisionRequest, 'fragments' | 'variables'> & { readonly possible: PossibleTypes };

/** The type itself, or the types behind an interface or union; none for a scalar. */
function objectsOf({ possible }: FieldsRequest, type: GraphQLNamedType): readonly GraphQLObjectType[] {
  return isObjectType(type) ? [type] : isAbstractType(type) ? possible.getPossibleTypes(type) : [];
}

/** The fields within an object of the given type, selected by `nodes`. */
export function fieldsIn(
  request: FieldsRequest,
  type: GraphQLObjectType,
  path: readonly string[],
  nodes: readonly FieldNode[],
  allowed: ReadonlySet<string>,
): readonly FieldUse[] {
  return [...collectFields(type, subSelections(nodes), request.fragments, request.variables)].flatMap(([key, below]) => {
    const field = type.getFields()[below[0]?.name.value ?? ''];
    if (!field) return []; // __typename
    const coordinate = `${type.name}.${field.name}`;
    const use = { path: [...path, key], coordinate, allowed: allowed.has(coordinate) };
    if (!use.allowed) return [use];
    return [use, ...objectsOf(request, getNamedType(field.type)).flatMap((target) => fieldsIn(request, target, use.path, below, allowed))];
  });
}
