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
  type GraphQLSchema,
  type OperationDefinitionNode,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Outcome } from '../access/log/access-record.js';
import { standingOf, type Viewer } from '../access/viewer.js';
import { assertWithinLimits, variablesBeyondLimits } from '../limits/document-limits.js';
import { limits } from '../limits/limits.js';
import { limitExceeded } from '../limits/refusals.js';
import { RoleSchemas } from '../limits/role-schema.js';
import { objectsOf } from '../limits/static-cost.js';
import type { BoundStatement, Row } from '../database/envelope.js';
import type { OperationContext } from './context.js';
import { compileOperation, type NodeRead, type OperationPlan } from './operation-plan.js';
import { bind } from './parameters.js';
import type { PlannerParts } from './parts.js';
import { PlannedRun } from './readers.js';
import { JsonBytes } from './json-bytes.js';
import { internalError, safeError } from './safe-error.js';
import type { Fragments, Variables } from './selection.js';
import { shapeReader } from './shape.js';

/** A document that parsed and validated against the schema. */
export interface KnownDocument {
  readonly document: DocumentNode;
  readonly hash: string;
  readonly fragments: Fragments;
  operation(name: string | null): OperationDefinitionNode | null;
  /** What of an operation's variables decides the form of its plan, as text. */
  shapeOf(operation: OperationDefinitionNode, variables: Variables): string;
}

/** A finished answer: its exact bytes, and what the evidence records of it. */
export interface PlannedAnswer {
  readonly body: Buffer;
  /** The body has left and is not looked at any more: its memory goes to the next answer. Without it, to the collector. */
  release(): void;
  readonly records: number;
  /** Objects of the planned part: records and everything below them. */
  readonly objects: number;
  /** Internal ids of the subjects of the records, as they come. */
  readonly subjects: readonly string[];
  readonly plan: OperationPlan;
  readonly outcome: Outcome;
  /** When the statements were sent and when their rows were back; milliseconds since 1970. */
  readonly startedAt: number;
  readonly executedAt: number;
}

/** What stands around the data of an answer: names, scope and cost; an error needs more and gets it. */
const answerFrame = 1_024;

/** Bounds of the caches: a client that varies documents or page sizes only pushes out its own older plans. */
const cachedDocuments = 1_000;
const cachedCharacters = 8_000_000;
const cachedPlans = 2_000;

export class Planner {
  readonly #parts: PlannerParts;
  /** What this viewer class may see of the schema, and whether that is open vocabulary alone. */
  readonly roles: RoleSchemas;
  /** Documents that stay known whatever else is asked. */
  readonly #trusted = new Map<string, KnownDocument>();
  readonly #documents = new LRUCache<string, KnownDocument>({ max: cachedDocuments, maxSize: cachedCharacters, sizeCalculation: (_, text) => text.length + 1 });
  readonly #plans = new LRUCache<string, OperationPlan>({ max: cachedPlans });

  constructor(parts: PlannerParts) {
    this.#parts = parts;
    this.roles = new RoleSchemas(parts.schema, parts.policy);
  }

  /** The document, if it was seen before and found valid. */
  known(text: string): KnownDocument | undefined {
    return this.#trusted.get(text) ?? this.#documents.get(text);
  }

  /** Admits a document and keeps it known. */
  trust(text: string): KnownDocument {
    const known = this.admit(text);
    this.#trusted.set(text, known);
    return known;
  }

  /**
   * Parses, counts and validates. Throws GraphQLError LIMIT_EXCEEDED or DOCUMENT_TOO_LONG, the syntax error, or an
   * AggregateError of the validation errors, without suggestions.
   */
  admit(text: string): KnownDocument {
    const known = this.known(text);
    if (known) return known;
    const document = parsed(text);
    assertWithinLimits(document);
    const errors = validate(this.#parts.schema, document, undefined, { maxErrors: limits.validationErrors.limit });
    if (errors.length > 0) throw new AggregateError(errors.map(withoutSuggestion), 'invalid document');
    const admitted = knownDocument(this.#parts.schema, document, text);
    this.#documents.set(text, admitted);
    return admitted;
  }

  /** Coerces raw variables by the operation's definitions; errors come back as GraphQL errors. */
  coerce(operation: OperationDefinitionNode, raw: Readonly<Record<string, unknown>>): Variables | readonly GraphQLError[] {
    const beyond = variablesBeyondLimits(raw);
    if (beyond) return [beyond];
    const result = getVariableValues(this.#parts.schema, operation.variableDefinitions ?? [], raw, { maxErrors: limits.validationErrors.limit });
    return result.errors ? result.errors.map(withoutSuggestion) : result.coerced;
  }

  /** Plans (or finds the plan of) a query or mutation and runs it for a viewer. */
  async run(
    known: KnownDocument,
    operation: OperationDefinitionNode,
    variables: Variables,
    viewer: Viewer,
    context: Partial<OperationContext>,
  ): Promise<PlannedAnswer> {
    if (operation.operation === OperationTypeNode.SUBSCRIPTION) {
      throw new GraphQLError('订阅请用 /graphql/stream · Subscriptions are served at /graphql/stream.', {
        extensions: { code: 'OPERATION_NOT_SERVED_HERE', http: { status: 400 } },
      });
    }
    const plan = await this.plan(known, operation, variables, viewer);
    const cost = plan.cost(variables);
    const paid = context.charge?.(cost);
    const shown = plan.introspected && this.roles.show(viewer.principal, plan.introspected, variables);
    const bound: BoundStatement[] = [];
    let adHoc = context.adHoc === true;
    const reads = plan.roots.map((root) => {
      const found = root.form === 'node' ? this.#nodeRead(root.id(variables), root.reads) : 'read' in root ? { read: root.read, errors: [] } : null;
      if (!found) return null;
      const { read, errors } = found;
      if ('resolve' in read) return { read, run: null, errors };
      adHoc ||= read.adHoc;
      const run = read.start(viewer);
      for (const [i, { values, ...statement }] of read.statements.entries()) {
        const sink = run.sinks[i];
        bound.push({ ...statement, values: bind(values, viewer, variables), ...(sink ? { sink } : {}) });
      }
      return { read, run, errors };
    });
    const { clock, readers } = this.#parts;
    const startedAt = clock.now().getTime();
    const send = async (statement: BoundStatement, isAdHoc: boolean): Promise<readonly Row[]> =>
      (await readers.run(viewer, [statement], new PlannedRun(isAdHoc || context.adHoc === true, context)))[0] ?? [];
    const [, rest, loaded] = await Promise.all([
      bound.length > 0 ? readers.run(viewer, bound, new PlannedRun(adHoc, context)) : [],
      plan.resolved
        ? execute({ schema: this.#parts.schema, document: plan.resolved, variableValues: variables, contextValue: context })
        : null,
      Promise.all(reads.map((one) => (one && 'resolve' in one.read ? one.read.resolve({ viewer, variables, context, send }) : Promise.resolve(null)))),
    ]);
    const executedAt = clock.now().getTime();
    const answers = reads.map((read, i) => read?.run?.written() ?? loaded[i] ?? null);
    const denials = [...plan.errors, ...reads.flatMap((read) => read?.errors ?? [])];
    const failures = [...loaded.flatMap((one) => one?.errors ?? []), ...(rest?.errors ?? []).map((error) => safeError(error.toJSON()))];
    const errors = [...denials, ...failures];
    const out = JsonBytes.of(answers.reduce((length, answer) => length + (answer?.bytes.length ?? 0), answerFrame));
    out.json(errors.length > 0 ? `{"errors":${JSON.stringify(errors)},"data":{` : '{"data":{');
    let objects = 0;
    for (const [i, { key, form }] of plan.roots.entries()) {
      out.json(`${i === 0 ? '' : ','}${JSON.stringify(key)}:`);
      const answer = answers[i];
      if (form === 'resolved') {
        objects += objectsOf(rest?.data?.[key], cost.shapes.get(key));
        out.json(JSON.stringify(rest?.data?.[key] ?? null));
      } else if (form === 'introspected') out.json(shown?.get(key) ?? 'null');
      else if (answer) {
        objects += answer.objects;
        out.bytes(answer.bytes);
      } else out.json('null');
    }
    for (const read of reads) read?.run?.release?.();
    // `scope` and `cost`; a caller who counts nothing gets the notes alone.
    const notes = paid ? `${plan.extensions(viewer)}"cost":${paid.settle(objects)}` : plan.extensions(viewer).slice(0, -1);
    out.json(`}${notes === '' ? '' : `,"extensions":{${notes}}`}}`);
    const records = answers.reduce((sum, answer) => sum + (answer?.records ?? 0), 0);
    const subjects = answers.flatMap((answer) => answer?.subjects ?? []);
    return { body: out.view(), release: () => out.release(), records, objects, subjects, plan, outcome: outcomeOf(plan, denials.length, failures), startedAt, executedAt };
  }

  /** The read of the type an id names; null for a text that is no id, and for a type this viewer has no rights on. */
  #nodeRead(id: unknown, reads: ReadonlyMap<string, NodeRead>): NodeRead | null {
    const node = typeof id === 'string' ? this.#parts.ids.decode(id) : null;
    return (node && reads.get(node.type)) ?? null;
  }

  /** The plan of an operation for a viewer: what is denied of it is known before anything runs. */
  async plan(
    known: KnownDocument,
    operation: OperationDefinitionNode,
    variables: Variables,
    viewer: Viewer,
  ): Promise<OperationPlan> {
    const standing = standingOf(viewer);
    const key = `${known.hash} ${operation.name?.value ?? ''} ${viewer.principal} ${standing.purpose ?? ''} ${viewer.pageLimit} ${this.#parts.policy.version} ${keyOf(known.shapeOf(operation, variables))}`;
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

/** A shape as part of a key: that of ten thousand entries to match has 300 kB, and 2,000 such keys would be kept. */
function keyOf(shape: string): string {
  return shape.length <= 500 ? shape : createHash('sha256').update(shape).digest('base64url');
}

/** A text nested so deep that the parser runs out of stack is refused like any that nests too deep. */
function parsed(text: string): DocumentNode {
  if (text.length > limits.documentLength.limit) throw limitExceeded('documentLength');
  try {
    return parse(text, { maxTokens: limits.documentTokens.limit });
  } catch (error) {
    if (error instanceof RangeError) throw limitExceeded('depth');
    if (error instanceof GraphQLError && error.message.includes('tokens. Parsing aborted')) throw limitExceeded('documentTokens');
    throw error;
  }
}

/** Suggestions name parts of the schema the caller did not name (leak L-22). */
function withoutSuggestion(error: GraphQLError): GraphQLError {
  const message = error.message.replace(/ ?Did you mean [^?]*\?/gs, '');
  if (message === error.message) return error;
  const { nodes, source, positions, path, originalError, extensions } = error;
  return new GraphQLError(message, { nodes: nodes ?? null, source: source ?? null, positions: positions ?? null, path: path ?? null, originalError: originalError ?? null, extensions });
}

/** The gravest thing that happened: a fault, then everything denied, something denied, something refused. */
function outcomeOf(plan: OperationPlan, denials: number, failures: readonly { readonly extensions?: Record<string, unknown> }[]): Outcome {
  if (failures.some(({ extensions }) => extensions?.['code'] === internalError.extensions.code)) return 'FAILED';
  if (plan.roots.length > 0 && plan.roots.every(({ form }) => form === 'denied')) return 'DENIED';
  if (denials > 0) return 'PARTLY_DENIED';
  return failures.length > 0 ? 'REFUSED' : 'ANSWERED';
}

function knownDocument(schema: GraphQLSchema, document: DocumentNode, text: string): KnownDocument {
  const shapes = new Map<OperationDefinitionNode, (variables: Variables) => string>();
  const fragments: Record<string, FragmentDefinitionNode> = {};
  const operations: OperationDefinitionNode[] = [];
  for (const definition of document.definitions) {
    if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments[definition.name.value] = definition;
    if (definition.kind !== Kind.OPERATION_DEFINITION) continue;
    operations.push(definition);
    shapes.set(definition, shapeReader(schema, document, definition));
  }
  return {
    document,
    hash: createHash('sha256').update(text).digest('hex'),
    fragments,
    operation: (name) =>
      (name === null ? (operations.length === 1 ? operations[0] : undefined) : operations.find((o) => o.name?.value === name)) ?? null,
    shapeOf: (operation, variables) => shapes.get(operation)?.(variables) ?? '',
  };
}
