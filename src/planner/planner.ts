import { createHash } from 'node:crypto';
import {
  execute,
  getVariableValues,
  GraphQLError,
  Kind,
  OperationTypeNode,
  parse,
  validate,
  type DocumentNode,
  type FragmentDefinitionNode,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Outcome } from '../access/log/access-record.js';
import { standingOf, type Viewer } from '../access/viewer.js';
import { shapeOf, shapingVariables } from './arguments.js';
import type { BoundStatement } from '../database/envelope.js';
import { compileOperation, type NodeRead, type OperationPlan } from './operation-plan.js';
import { bind } from './parameters.js';
import type { PlannerParts } from './parts.js';
import { internalError, safeError } from './safe-error.js';
import type { Fragments, Variables } from './selection.js';

/** A document that parsed and validated against the schema. */
export interface KnownDocument {
  readonly document: DocumentNode;
  readonly hash: string;
  readonly fragments: Fragments;
  /** Variables whose texts decide the form of a plan. */
  readonly shaping: readonly string[];
  operation(name: string | null): OperationDefinitionNode | null;
}

/** A finished answer: its exact bytes as text, and what the evidence records of it. */
export interface PlannedAnswer {
  readonly body: string;
  readonly records: number;
  /** Internal ids of the subjects of the records, as they come. */
  readonly subjects: readonly string[];
  readonly plan: OperationPlan;
  readonly outcome: Outcome;
  /** When the statements were sent and when their rows were back; milliseconds since 1970. */
  readonly startedAt: number;
  readonly executedAt: number;
}

/** Bounds of the caches: a client that varies documents or page sizes only pushes out its own older plans. */
const cachedDocuments = 1_000;
const cachedPlans = 2_000;

/** Longer documents are refused before parsing costs anything; the largest real one in the examples has 200 tokens. */
export const largestDocumentTokens = 5_000;

export class Planner {
  readonly #parts: PlannerParts;
  readonly #documents = new LRUCache<string, KnownDocument>({ max: cachedDocuments });
  readonly #plans = new LRUCache<string, OperationPlan>({ max: cachedPlans });

  constructor(parts: PlannerParts) {
    this.#parts = parts;
  }

  /** The document, if it was seen before and found valid. */
  known(text: string): KnownDocument | undefined {
    return this.#documents.get(text);
  }

  /** Parses and validates; throws the GraphQL errors of a document that is not valid. */
  admit(text: string): KnownDocument {
    const known = this.#documents.get(text);
    if (known) return known;
    const document = parse(text, { maxTokens: largestDocumentTokens });
    const errors = validate(this.#parts.schema, document);
    if (errors.length > 0) throw new AggregateError(errors, 'invalid document');
    const admitted = knownDocument(document, text);
    this.#documents.set(text, admitted);
    return admitted;
  }

  /** Coerces raw variables by the operation's definitions; errors come back as GraphQL errors. */
  coerce(operation: OperationDefinitionNode, raw: Readonly<Record<string, unknown>>): Variables | readonly GraphQLError[] {
    const result = getVariableValues(this.#parts.schema, operation.variableDefinitions ?? [], raw, { maxErrors: 20 });
    return result.errors ?? result.coerced;
  }

  /** Plans (or finds the plan of) a query or mutation and runs it for a viewer. */
  async run(
    known: KnownDocument,
    operation: OperationDefinitionNode,
    variables: Variables,
    viewer: Viewer,
    context: object,
  ): Promise<PlannedAnswer> {
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw new GraphQLError('订阅请用 /graphql/stream · Subscriptions are served at /graphql/stream.', {
        extensions: { code: 'OPERATION_NOT_SERVED_HERE', http: { status: 400 } },
      });
    }
    const plan = await this.#plan(known, operation, variables, viewer);
    const bound: BoundStatement[] = [];
    const reads = plan.roots.map((root) => (root.form === 'node' ? this.#nodeRead(root.id(variables), root.reads) : root));
    for (const root of reads) {
      if (root && 'read' in root) bound.push({ statement: root.read.statement, values: bind(root.read.values, viewer, variables) });
    }
    const { clock } = this.#parts;
    const startedAt = clock.now().getTime();
    const [results, rest] = await Promise.all([
      bound.length > 0 ? this.#parts.readers.run(viewer, bound) : [],
      plan.resolved
        ? execute({ schema: this.#parts.schema, document: plan.resolved, variableValues: variables, contextValue: context })
        : null,
    ]);
    const executedAt = clock.now().getTime();
    let next = 0;
    let records = 0;
    const subjects: string[] = [];
    const denials = [...plan.errors];
    const data = plan.roots.map(({ key, form }, i) => {
      if (form === 'resolved') return `${JSON.stringify(key)}:${JSON.stringify(rest?.data?.[key] ?? null)}`;
      const read = reads[i];
      if (!read || !('read' in read)) return `${JSON.stringify(key)}:null`;
      if ('errors' in read) denials.push(...read.errors);
      const written = read.read.write(results[next] ?? [], viewer);
      next += 1;
      records += written.records;
      subjects.push(...written.subjects);
      return `${JSON.stringify(key)}:${written.json}`;
    });
    const failures = (rest?.errors ?? []).map((error) => safeError(error.toJSON()));
    const errors = [...denials, ...failures];
    const errorText = errors.length > 0 ? `"errors":${JSON.stringify(errors)},` : '';
    const body = `{${errorText}"data":{${data.join(',')}}${plan.extensions(viewer)}}`;
    return { body, records, subjects, plan, outcome: outcomeOf(plan, denials.length, failures), startedAt, executedAt };
  }

  /** The read of the type an id names; null for a text that is no id, and for a type this viewer has no rights on. */
  #nodeRead(id: unknown, reads: ReadonlyMap<string, NodeRead>): NodeRead | null {
    const node = typeof id === 'string' ? this.#parts.ids.decode(id) : null;
    return (node && reads.get(node.type)) ?? null;
  }

  async #plan(
    known: KnownDocument,
    operation: OperationDefinitionNode,
    variables: Variables,
    viewer: Viewer,
  ): Promise<OperationPlan> {
    const standing = standingOf(viewer);
    const key = `${known.hash} ${operation.name?.value ?? ''} ${viewer.principal} ${standing.purpose ?? ''} ${viewer.pageLimit} ${this.#parts.policy.version} ${shapeOf(variables)} ${shapingTexts(known, variables)}`;
    const cached = this.#plans.get(key);
    if (cached) return cached;
    const plan = await compileOperation(this.#parts, {
      document: known.document,
      documentHash: known.hash,
      operation,
      fragments: known.fragments,
      standing,
      pageLimit: viewer.pageLimit,
      variables,
    });
    this.#plans.set(key, plan);
    return plan;
  }
}

function shapingTexts({ shaping }: KnownDocument, variables: Variables): string {
  return shaping.length === 0 ? '' : JSON.stringify(shaping.map((name) => variables[name] ?? null));
}

/** The gravest thing that happened: a fault, then everything denied, something denied, something refused. */
function outcomeOf(plan: OperationPlan, denials: number, failures: readonly { readonly extensions?: Record<string, unknown> }[]): Outcome {
  if (failures.some(({ extensions }) => extensions?.['code'] === internalError.extensions.code)) return 'FAILED';
  if (plan.roots.length > 0 && plan.roots.every(({ form }) => form === 'denied')) return 'DENIED';
  if (denials > 0) return 'PARTLY_DENIED';
  return failures.length > 0 ? 'REFUSED' : 'ANSWERED';
}

function knownDocument(document: DocumentNode, text: string): KnownDocument {
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind === Kind.OPERATION_DEFINITION) operations.push(definition);
  }
  return {
    document,
    hash: createHash('sha256').update(text).digest('hex'),
    fragments,
    shaping: shapingVariables(document),
    operation: (name) =>
      (name === null ? (operations.length === 1 ? operations[0] : undefined) : operations.find((o) => o.name?.value === name)) ?? null,
  };
}
