import { GraphQLError, OperationTypeNode, type FieldNode, type GraphQLObjectType } from 'graphql';
import { standingOf, type Declared, type Viewer } from '../access/viewer.js';
import { accessGround, coordinateEffect, type Declared as AccessDeclared, type Effect } from '../boundary/effect.js';
import type { Standing } from '../boundary/policy.js';
import { compileChange, type ChangeDeclaration } from '../feed/compile-change.js';
import { decideChange } from '../feed/decide-change.js';
import { ServiceKey } from '../planner/context.js';
import { decideCoordinates, decideRoot, fieldsBelow, fieldsIn, nodeTypes, operandUses, type DecisionRequest, type FieldUse, type RootDecision } from '../planner/decisions.js';
import { compileOperation } from '../planner/operation-plan.js';
import type { PlannerParts } from '../planner/parts.js';
import type { KnownDocument, Planner } from '../planner/planner.js';
import { collectFields, coordinatesOf, type Variables } from '../planner/selection.js';
import { accessBasis } from './basis.js';
import { pathParts, type AccessExplanation, type ExplainedOperand, type ExplainedPath } from './explanation.js';

/** The explainer of a running hub; the hub sets it. */
export const accessExplainer = new ServiceKey<AccessExplainer>('access explainer');

/** An operation to be explained, as its caller would send it. */
export interface ExplainRequest extends Declared {
  readonly operation: string;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** One coordinate with its effect in words. */
type Worded = ReturnType<typeof pathParts> & { readonly effect: Effect };

/** Says of an operation what the planner and the feed would decide, by the same decisions, and runs nothing. */
export class AccessExplainer {
  readonly #planner: Planner;
  readonly #parts: PlannerParts;
  readonly #changes: ReadonlyMap<string, ChangeDeclaration>;

  constructor(planner: Planner, parts: PlannerParts, changes: ReadonlyMap<string, ChangeDeclaration>) {
    this.#planner = planner;
    this.#parts = parts;
    this.#changes = changes;
  }

  /** The boundary this hub enforces. */
  get policy(): PlannerParts['policy'] {
    return this.#parts.policy;
  }

  /**
   * Explains an operation for the viewer, with the purpose and case number of the request to be explained. Throws the
   * GraphQLError the operation itself would be answered with where it is invalid: parse, validation, variables, page size.
   */
  async explain(asked: ExplainRequest, viewer: Viewer): Promise<AccessExplanation> {
    const known = this.#known(asked.operation);
    const operation = known.operation(asked.operationName);
    if (!operation) throw refusal('OPERATION_RESOLUTION_FAILURE', '请指明文档中的一个操作 · Name one operation of the document.', 'operationName');
    const variables = this.#variables(known, asked);
    const standing = standingOf({ principal: viewer.principal, ...asked });
    const request: DecisionRequest = { operation, fragments: known.fragments, variables, standing };
    const { schema } = this.#parts;
    const root = schema.getRootType(operation.operation);
    if (!root) throw new Error(`The schema has no ${operation.operation} type`);

    const fields = collectFields(root, [operation.selectionSet], known.fragments, variables);
    const used = new Set<string>();
    for (const nodes of fields.values()) coordinatesOf(schema, root, nodes, known.fragments, variables, used);
    const allowed = await decideCoordinates(this.#parts, request, used);
    const isSubscription = operation.operation === OperationTypeNode.SUBSCRIPTION;
    const refused = isSubscription && [...fields.values()].some((nodes) => this.#decide(request, root, nodes, allowed).refusal !== null);
    if (!isSubscription) {
      // Compiled for its errors alone: the page size and what else only compiling finds.
      await compileOperation(this.#parts, { ...request, document: known.document, documentHash: known.hash, pageLimit: viewer.pageLimit });
    } else if (!refused) {
      this.#compileChange(request, fields, allowed);
    }

    const declared = { purpose: asked.purpose !== null, caseNo: asked.caseNo !== null };
    // A document may ask for one coordinate on thousands of paths.
    const worded = new Map<string, Worded>();
    const words = (coordinate: string): Worded => {
      const found = worded.get(coordinate) ?? this.#worded(standing, coordinate, declared);
      worded.set(coordinate, found);
      return found;
    };
    const explained = [...fields].map(([key, nodes]) => this.#root(request, root, key, nodes, used, allowed, words));
    return {
      operation: operation.operation,
      operationName: operation.name?.value ?? null,
      principal: standing.principal,
      purpose: asked.purpose,
      caseNo: asked.caseNo,
      boundary: this.#parts.policy.version,
      refused,
      paths: explained.flatMap(({ paths }) => paths),
      operands: explained.flatMap(({ operands }) => operands),
    };
  }

  #root(
    request: DecisionRequest,
    root: GraphQLObjectType,
    key: string,
    nodes: readonly FieldNode[],
    used: ReadonlySet<string>,
    allowed: ReadonlySet<string>,
    words: (coordinate: string) => Worded,
  ): { readonly paths: readonly ExplainedPath[]; readonly operands: readonly ExplainedOperand[] } {
    const name = nodes[0]?.name.value ?? '';
    if (!root.getFields()[name]) return { paths: [], operands: [] }; // __typename and introspection carry no data of the hub
    const { coordinate, read, isNode, refusal, possible } = this.#decide(request, root, nodes, allowed);
    const below = isNode ? this.#belowNode(request, key, nodes, used) : fieldsBelow({ ...request, possible }, root, key, nodes, used);
    const fields: readonly FieldUse[] = [{ path: [key], coordinate, allowed: true }, ...below];
    const denied: { readonly path: readonly string[]; readonly coordinate: string }[] = [];
    const paths = fields.map((field) => {
      if (field.path.length === 1 && refusal !== null) denied.push({ path: field.path, coordinate: refusal });
      const above = denied.find(({ path }) => path.every((step, i) => field.path[i] === step));
      const own = above === undefined && !allowed.has(field.coordinate) ? { path: field.path, coordinate: field.coordinate } : null;
      if (own) denied.push(own);
      const denial = above ?? own;
      const effect = words(field.coordinate);
      return {
        ...effect,
        // Refused for what stands elsewhere: the basis is that of what is denied.
        ...(denial && effect.effect !== 'DENY' ? { basis: words(denial.coordinate).basis } : {}),
        path: field.path,
        effect: denial ? ('DENY' as const) : effect.effect,
        dependsOnRow: denial === null && effect.dependsOnRow,
        deniedAt: denial?.path ?? null,
        because: denial?.coordinate ?? null,
      };
    });
    return { paths, operands: read ? this.#operands(request, key, read, nodes, allowed.has(coordinate)) : [] };
  }

  /** A root field as whoever answers it decides it: the feed a subscription, the planner anything else. */
  #decide(request: DecisionRequest, root: GraphQLObjectType, nodes: readonly FieldNode[], allowed: ReadonlySet<string>): RootDecision {
    const change = root === this.#parts.schema.getSubscriptionType() ? this.#changes.get(nodes[0]?.name.value ?? '') : undefined;
    return change ? decideChange(this.#parts, request, change, root, nodes, allowed) : decideRoot(this.#parts, request, root, nodes, allowed);
  }

  /** Fields of every type an id may name and this viewer class has rights on; a type without rights is answered with null. */
  #belowNode(request: DecisionRequest, key: string, nodes: readonly FieldNode[], used: ReadonlySet<string>): readonly FieldUse[] {
    return nodeTypes(this.#parts, request, nodes).flatMap(({ object }) => fieldsIn({ ...request, possible: this.#parts.schema }, object, [key], nodes, used));
  }

  #operands(
    request: DecisionRequest,
    key: string,
    read: NonNullable<RootDecision['read']>,
    nodes: readonly FieldNode[],
    rootAllowed: boolean,
  ): readonly ExplainedOperand[] {
    return operandUses(this.#parts, request, read, nodes).map(({ form, path, argument, coordinate, readable }) => ({
      path: [key, ...path],
      use: form,
      argument,
      coordinate,
      effect: readable && rootAllowed ? ('ALLOW' as const) : ('DENY' as const),
      basis: accessBasis(accessGround(this.#parts.policy, request.standing, coordinate)),
    }));
  }

  /** A subscription that decides well may still ask for what the feed does not carry; throws that refusal. */
  #compileChange(request: DecisionRequest, fields: ReadonlyMap<string, readonly FieldNode[]>, allowed: ReadonlySet<string>): void {
    const [only] = fields;
    const [key, nodes] = only ?? ['', []];
    const declaration = this.#changes.get(nodes[0]?.name.value ?? '');
    if (declaration) compileChange({ ...this.#parts, ...request, allowed }, declaration, key, nodes);
  }

  #worded(standing: Standing, coordinate: string, declared: AccessDeclared): Worded {
    const effect = coordinateEffect(this.#parts.policy, standing, coordinate, declared);
    return { ...pathParts(effect), effect: effect.effect };
  }

  #known(source: string): KnownDocument {
    try {
      return this.#planner.admit(source);
    } catch (error) {
      if (error instanceof GraphQLError && 'code' in error.extensions) throw error; // beyond a limit
      if (error instanceof GraphQLError) throw refusal('GRAPHQL_PARSE_FAILED', error.message, 'operation');
      if (error instanceof AggregateError) {
        const messages = error.errors.flatMap((one: unknown) => (one instanceof GraphQLError ? [one.message] : []));
        throw refusal('GRAPHQL_VALIDATION_FAILED', messages.join(' '), 'operation');
      }
      throw error;
    }
  }

  #variables(known: KnownDocument, { operationName, variables }: ExplainRequest): Variables {
    const operation = known.operation(operationName);
    const coerced = operation ? this.#planner.coerce(operation, variables) : {};
    if (coerced instanceof Array) throw refusal('BAD_USER_INPUT', coerced.map(({ message }) => message).join(' '), 'variables');
    return coerced;
  }
}

function refusal(code: string, message: string, nextStep: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code, nextStep, http: { status: 400 } } });
}
