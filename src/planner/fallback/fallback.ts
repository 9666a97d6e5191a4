import {
  execute, getNamedType, isObjectType, Kind, OperationTypeNode,
  type DocumentNode, type FieldNode, type GraphQLObjectType, type OperationDefinitionNode,
} from 'graphql';
import type { WrittenRead } from '../compile-read.js';
import { Keyset } from '../keyset.js';
import type { ReadDeclaration } from '../read.js';
import type { RootContext } from '../record-page.js';
import { safeError, type SafeError } from '../safe-error.js';
import { collectFields, subSelections } from '../selection.js';
import { BatchStatement, entriesStatement, RecordLevel, vocabularyStatement } from './level.js';
import { Tally } from '../list-sink.js';
import { Loaded, type Run } from './loaded.js';
import { RootOfAnswer, Sources, type Level, type Levels } from './records.js';
import { resolvingSchema } from './resolving-schema.js';

/** A read answered by resolvers; what a compiled read is to a planned one. */
export interface ResolvedRead {
  resolve(run: Run): Promise<WrittenRead & { readonly errors: readonly SafeError[] }>;
}

/**
 * Prepares a read the planner cannot compile for graphql-js: every list below it is loaded level by level through a
 * `dataloader`, with the views, scope, masks, cursors and counts of the planner; fields no table maps keep their own
 * resolvers and are given what the viewer may read of the record. Its levels leave one after the other, so that they need
 * not see one snapshot.
 */
export function resolvedRead(context: RootContext, operation: OperationDefinitionNode, read: ReadDeclaration, nodes: readonly FieldNode[]): ResolvedRead {
  const { schema, fragments } = context;
  const query = schema.getQueryType();
  const [node] = nodes;
  if (!query || !node) throw new Error(`Planner: ${read.field} is not selected`);
  const levels = new LevelCompiler(context);
  levels.read(read, nodes, typeOf(context, read));
  const key = node.alias?.value ?? node.name.value;
  const document: DocumentNode = {
    kind: Kind.DOCUMENT,
    definitions: [
      { ...operation, operation: OperationTypeNode.QUERY, selectionSet: { kind: Kind.SELECTION_SET, selections: nodes } },
      ...Object.values(fragments),
    ],
  };
  return {
    resolve: async (run) => {
      for (const statement of levels.statements) await statement.check(run);
      const tally = new Tally();
      const sources = new Sources(context, levels, run, tally);
      const result = await execute({
        schema: resolvingSchema(schema),
        document,
        rootValue: new RootOfAnswer(sources),
        contextValue: run,
        variableValues: run.variables,
        typeResolver: (value: unknown) => (value instanceof Loaded ? value.typeName : undefined),
      });
      if (sources.failure !== null) throw sources.failure.error;
      const errors = (result.errors ?? []).map((error) => safeError(error.toJSON()));
      return { bytes: Buffer.from(JSON.stringify(result.data?.[key] ?? null)), records: tally.records, objects: tally.objects, subjects: tally.subjects, errors };
    },
  };
}

/** The object a read answers with: a connection, a record or a part. */
function typeOf(context: RootContext, read: ReadDeclaration): GraphQLObjectType {
  const [owner = '', field = ''] = read.field.split('.');
  const declared = context.schema.getType(owner);
  const target = isObjectType(declared) ? declared.getFields()[field]?.type : undefined;
  const named = target && getNamedType(target);
  if (isObjectType(named)) return named;
  const part = read.part === undefined ? undefined : context.tables.get(read.type)?.toOne.get(read.part)?.target;
  const object = context.schema.getType(part ?? read.type);
  if (!isObjectType(object)) throw new Error(`Planner: ${read.field} answers with no object`);
  return object;
}

/** Compiles what a selection loads, in the order of the document, so that what is refused is refused before anything runs. */
class LevelCompiler implements Levels {
  readonly of = new Map<FieldNode, Level>();
  readonly statements: BatchStatement[] = [];
  readonly #context: RootContext;

  constructor(context: RootContext) {
    this.#context = context;
  }

  read(read: ReadDeclaration, nodes: readonly FieldNode[], type: GraphQLObjectType): void {
    const [node] = nodes;
    if (!node) return;
    const total = read.form === 'connection' && this.#selected(type, nodes).some(([name]) => name === 'totalCount');
    const level = new RecordLevel(this.#context, read, node, total);
    const keyset = new Keyset(read.field, level.page.ordering, level.order, this.#context.seal);
    this.of.set(node, { form: 'records', read, level, keyset });
    this.statements.push(level.statement, ...(level.total ? [level.total] : []));
    this.#below(type, nodes);
  }

  #below(type: GraphQLObjectType, nodes: readonly FieldNode[]): void {
    const { tables, policy, reads, standing, schema } = this.#context;
    const table = tables.get(type.name);
    for (const [name, below] of this.#selected(type, nodes)) {
      const field = type.getFields()[name];
      const target = field && getNamedType(field.type);
      const [node] = below;
      if (!node || !isObjectType(target)) continue;
      const read = reads.get(`${type.name}.${name}`);
      const toOne = table?.toOne.get(name);
      const toMany = table?.toMany.get(name);
      const other = tables.get(toOne?.target ?? toMany?.target ?? '');
      if (read) this.read(read, below, target);
      else if (table && toMany && other) {
        const legs = policy.branches(standing, table.type).map((branch) => entriesStatement(this.#context, table, other, toMany.foreignColumn, branch));
        this.of.set(node, { form: 'entries', target: other, legs });
      } else if (table && toOne && other && policy.recordOf(toOne.target) !== table.type) {
        this.of.set(node, { form: 'vocabulary', property: name, target: other, statement: vocabularyStatement(this.#context, other) });
      } else if (schema.getType(target.name) === target) this.#below(target, below);
    }
  }

  /** The fields selected on a type that this viewer class may use. */
  #selected(type: GraphQLObjectType, nodes: readonly FieldNode[]): (readonly [string, readonly FieldNode[]])[] {
    const { fragments, variables, allowed } = this.#context;
    return [...collectFields(type, subSelections(nodes), fragments, variables).values()]
      .map((below) => [below[0]?.name.value ?? '', below] as const)
      .filter(([name]) => allowed.has(`${type.name}.${name}`));
  }
}
