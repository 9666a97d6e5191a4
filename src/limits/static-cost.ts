import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isLeafType,
  isListType,
  isObjectType,
  Kind,
  type FieldNode,
  type GraphQLNamedType,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
} from 'graphql';
import { argumentReader } from '../planner/arguments.js';
import { collectFields, subSelections, type Fragments, type Variables } from '../planner/selection.js';
import { limits } from './limits.js';
import { argumentWeights, fieldWeights, listSizes, openList } from './weights.js';

/** Which objects of an answer count: every one but the frame of a connection (itself, its edges, its page information). */
export interface CostShape {
  readonly counts: boolean;
  readonly children: ReadonlyMap<string, CostShape>;
}

/** What an operation may cost at most, before anything runs. */
export interface StaticCost {
  /** Objects the answer may hold, with the declared sizes of pages and lists, one for each root field, and all weights. */
  readonly requested: number;
  /** The part that is charged whatever is found: root fields and weights. */
  readonly fixed: number;
  /** Whether it depends on the length of a list in a variable. */
  readonly varies: boolean;
  /** By root field: which objects of its answer count. */
  readonly shapes: ReadonlyMap<string, CostShape>;
}

export interface CostRequest {
  readonly fragments: Fragments;
  readonly variables: Variables;
  /** The page reckoned where none is given, and the largest one. */
  readonly pageLimit: number;
}

/** Numbers beyond it are told as it. */
const most = 1_000_000_000_000;

const noChildren: CostShape['children'] = new Map();

/**
 * The static cost of an operation, of the document, variables and declared sizes alone: no right and no row enters it.
 * Sizes: `first` or `last` of a connection; the list an argument gives, for a list that answers it; else the declared
 * size of nested or open lists. Nested sizes multiply.
 */
export function staticCost(schema: GraphQLSchema, root: GraphQLObjectType, fields: ReadonlyMap<string, readonly FieldNode[]>, request: CostRequest): StaticCost {
  const pricing = new Pricing(schema, request);
  const shapes = new Map<string, CostShape>();
  let objects = 0;
  for (const [key, nodes] of fields) {
    const priced = pricing.field(root, nodes, { times: 1, page: null, isRoot: true });
    objects += priced.objects;
    shapes.set(key, priced.shape);
  }
  const fixed = Math.min(fields.size + pricing.weights, most);
  return { requested: Math.min(objects + fixed, most), fixed, varies: pricing.varies, shapes };
}

/**
 * The static cost of a plan. Plans are shared by calls whose lists differ in length; where such a list says how much is
 * answered, the cost is reckoned for each call, else once.
 */
export function costReader(
  schema: GraphQLSchema,
  root: GraphQLObjectType,
  fields: ReadonlyMap<string, readonly FieldNode[]>,
  request: CostRequest,
): (variables: Variables) => StaticCost {
  const cost = staticCost(schema, root, fields, request);
  return cost.varies ? (variables) => staticCost(schema, root, fields, { ...request, variables }) : () => cost;
}

/** Where a field stands: how often, in a connection of which page size, at the root or below. */
interface Place {
  readonly times: number;
  readonly page: number | null;
  readonly isRoot: boolean;
}

interface Priced {
  readonly objects: number;
  readonly shape: CostShape;
}

const leaf: Priced = { objects: 0, shape: { counts: false, children: noChildren } };

class Pricing {
  readonly #schema: GraphQLSchema;
  readonly #request: CostRequest;
  weights = 0;
  varies = false;

  constructor(schema: GraphQLSchema, request: CostRequest) {
    this.#schema = schema;
    this.#request = request;
  }

  field(type: GraphQLObjectType, nodes: readonly FieldNode[], { times, page, isRoot }: Place): Priced {
    const [node] = nodes;
    const name = node?.name.value ?? '';
    this.weights += times * (fieldWeights.get(`${type.name}.${name}`) ?? fieldWeights.get(`*.${name}`) ?? 0);
    for (const argument of node?.arguments ?? []) this.weights += times * (argumentWeights.get(argument.name.value) ?? 0);
    const field = type.getFields()[name];
    if (!node || !field) return leaf; // __typename and introspection: its weight is all it costs
    const target = getNamedType(field.type);
    if (isLeafType(target)) return leaf;
    if (isConnection(target)) return this.#connection(target, nodes, times, this.#pageSize(node));
    const each = isList(field.type) ? (page ?? listSizes.get(`${type.name}.${name}`) ?? this.#listSize(node, isRoot)) : 1;
    // An edge is part of the frame; what it holds is counted at its node.
    return this.#within(target, nodes, times * each, null, !isFrame(target));
  }

  /** A page is read whether its records are shown or only their cursors, or whether there are more. */
  #connection(target: GraphQLObjectType, nodes: readonly FieldNode[], times: number, page: number): Priced {
    const priced = this.#within(target, nodes, times, page, false);
    const { fragments, variables } = this.#request;
    const isRead = [...collectFields(target, subSelections(nodes), fragments, variables).values()].some(([of]) => pageFields.has(of?.name.value ?? ''));
    return isRead ? { ...priced, objects: Math.max(priced.objects, times * page) } : priced;
  }

  /** The objects within `times` objects of a type; behind an interface or union those of the most expensive type. */
  #within(target: GraphQLNamedType, nodes: readonly FieldNode[], times: number, page: number | null, counts: boolean): Priced {
    const types = isObjectType(target) ? [target] : isAbstractType(target) ? this.#schema.getPossibleTypes(target) : [];
    const children = new Map<string, CostShape>();
    let most = 0;
    for (const type of types) {
      let objects = 0;
      for (const [key, below] of collectFields(type, subSelections(nodes), this.#request.fragments, this.#request.variables)) {
        const priced = this.field(type, below, { times, page, isRoot: false });
        objects += priced.objects;
        children.set(key, merged(children.get(key), priced.shape));
      }
      most = Math.max(most, objects);
    }
    return { objects: most + (counts ? times : 0), shape: { counts, children } };
  }

  #pageSize(node: FieldNode): number {
    const { variables, pageLimit } = this.#request;
    const asked = argumentReader(node, 'first')(variables) ?? argumentReader(node, 'last')(variables);
    return typeof asked === 'number' && asked >= 0 ? Math.min(asked, pageLimit) : pageLimit;
  }

  /** A list that answers a list of questions is as long as that. */
  #listSize(node: FieldNode, isRoot: boolean): number {
    const lengths = (node.arguments ?? []).map(({ name, value: given }) => {
      this.varies ||= given.kind === Kind.VARIABLE;
      const value = argumentReader(node, name.value)(this.#request.variables);
      return Array.isArray(value) ? value.length : 0;
    });
    const asked = Math.max(0, ...lengths);
    return asked > 0 ? asked : isRoot ? openList : limits.nestedList.limit;
  }
}

function merged(one: CostShape | undefined, other: CostShape): CostShape {
  if (!one) return other;
  const children = new Map(one.children);
  for (const [key, shape] of other.children) children.set(key, merged(children.get(key), shape));
  return { counts: one.counts || other.counts, children };
}

function isList(type: GraphQLOutputType): boolean {
  return isListType(getNullableType(type));
}

/** The frame of a page: connection, edge and page information, told by their fields (Relay cursor connections). */
const pageFields: ReadonlySet<string> = new Set(['nodes', 'edges', 'pageInfo', 'changes', 'cursor', 'hasMore']);

/** A page of records, or of changes: its list is as long as `first` says. */
function isConnection(type: GraphQLNamedType): type is GraphQLObjectType {
  return has(type, 'edges') ? has(type, 'pageInfo') : has(type, 'changes') && has(type, 'hasMore');
}

function isFrame(type: GraphQLNamedType): boolean {
  return (has(type, 'cursor') && has(type, 'node')) || has(type, 'hasNextPage');
}

function has(type: GraphQLNamedType, field: string): boolean {
  return isObjectType(type) && field in type.getFields();
}

/** The counting objects of an answer that resolvers gave. */
export function objectsOf(value: unknown, shape: CostShape | undefined): number {
  if (!shape || typeof value !== 'object' || value === null) return 0;
  if (Array.isArray(value)) return value.reduce<number>((sum, entry) => sum + objectsOf(entry, shape), 0);
  let sum = shape.counts ? 1 : 0;
  for (const [key, below] of shape.children) sum += objectsOf(Reflect.get(value, key), below);
  return sum;
}
