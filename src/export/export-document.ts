import { GraphQLError, Kind, OperationTypeNode, print, separateOperations, type FieldNode, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import type { KnownDocument } from '../planner/planner.js';
import type { ReadDeclaration } from '../planner/read.js';

/** The variable by which the hub turns the pages. */
export const cursorVariable = 'exportAfter';

/** A document of an export as the hub asks it, page by page. */
export interface PagedDocument {
  readonly text: string;
  /** Response key of the connection. */
  readonly key: string;
  /** The connection field as the caller wrote it. */
  readonly root: FieldNode;
  /** Whether the connection counts its records, so that progress has a total. */
  readonly counts: boolean;
}

/**
 * Makes the document whose pages are written: the caller's connection with `first`, `after` and its page information
 * added. An export is one query of one connection of the planner, without page arguments, that selects `nodes` and
 * nothing beside them. Throws GraphQLError EXPORT_DOCUMENT_UNFIT. `count`: asks for the total too, for the first page.
 */
export function pagedDocument(
  { schema, reads }: { readonly schema: GraphQLSchema; readonly reads: ReadonlyMap<string, ReadDeclaration> },
  known: KnownDocument,
  operationName: string | null,
  pageSize: number,
  count: boolean,
): PagedDocument {
  const operation = known.operation(operationName);
  if (operation?.operation !== OperationTypeNode.QUERY) throw unfit('须指明一个 query', 'Name one query of the document.');
  const root = onlyField(operation);
  const read = root && reads.get(`Query.${root.name.value}`);
  if (!root || read?.form !== 'connection') throw unfit('只能导出一个列表字段', 'The query has one root field, a connection of records.');
  if (root.arguments?.some(({ name }) => pageArguments.has(name.value))) throw unfit('分页由枢纽进行', 'The hub turns the pages: leave out first, after, last and before.');
  const [nodes, ...others] = root.selectionSet?.selections ?? [];
  if (nodes?.kind !== Kind.FIELD || nodes.name.value !== 'nodes' || nodes.alias || hasDirective(nodes) || others.length > 0) {
    throw unfit('列表字段内只选 nodes { … }', 'Select nodes { … } of the connection and nothing beside it.');
  }
  if (operation.variableDefinitions?.some(({ variable }) => variable.name.value === cursorVariable)) {
    throw unfit(`变量名 ${cursorVariable} 由枢纽使用`, `The variable $${cursorVariable} is the hub’s.`);
  }
  const connection = schema.getQueryType()?.getFields()[root.name.value]?.type;
  const counts = connection !== undefined && 'getFields' in connection && 'totalCount' in connection.getFields();
  const paged: OperationDefinitionNode = {
    ...operation,
    variableDefinitions: [
      ...(operation.variableDefinitions ?? []),
      { kind: Kind.VARIABLE_DEFINITION, variable: variable(cursorVariable), type: { kind: Kind.NAMED_TYPE, name: name('String') } },
    ],
    selectionSet: {
      kind: Kind.SELECTION_SET,
      selections: [
        {
          ...root,
          arguments: [
            ...(root.arguments ?? []),
            { kind: Kind.ARGUMENT, name: name('first'), value: { kind: Kind.INT, value: String(pageSize) } },
            { kind: Kind.ARGUMENT, name: name('after'), value: variable(cursorVariable) },
          ],
          selectionSet: { kind: Kind.SELECTION_SET, selections: [nodes, field('pageInfo', 'hasNextPage', 'endCursor'), ...(count && counts ? [field('totalCount')] : [])] },
        },
      ],
    },
  };
  // The other operations are left out, and with them fragments that only they use: they would make the document invalid.
  const own = separateOperations(known.document)[operation.name?.value ?? ''] ?? known.document;
  const definitions = own.definitions.map((definition) => (definition.kind === Kind.OPERATION_DEFINITION ? paged : definition));
  return { text: print({ kind: Kind.DOCUMENT, definitions }), key: root.alias?.value ?? root.name.value, root, counts };
}

const pageArguments: ReadonlySet<string> = new Set(['first', 'after', 'last', 'before']);

function onlyField({ selectionSet, directives }: OperationDefinitionNode): FieldNode | null {
  const [only, ...others] = selectionSet.selections;
  return only?.kind === Kind.FIELD && others.length === 0 && !hasDirective(only) && !hasDirective({ directives }) ? only : null;
}

/** A directive might leave the field out of some pages; none is of any use here. */
function hasDirective({ directives }: { readonly directives?: readonly unknown[] | undefined }): boolean {
  return (directives ?? []).length > 0;
}

function name(value: string) {
  return { kind: Kind.NAME, value } as const;
}

function variable(value: string) {
  return { kind: Kind.VARIABLE, name: name(value) } as const;
}

function field(of: string, ...below: readonly string[]): FieldNode {
  return {
    kind: Kind.FIELD,
    name: name(of),
    ...(below.length > 0 ? { selectionSet: { kind: Kind.SELECTION_SET, selections: below.map((inner) => field(inner)) } } : {}),
  };
}

function unfit(zh: string, en: string): GraphQLError {
  return new GraphQLError(`${zh} · ${en}`, {
    extensions: { code: 'EXPORT_DOCUMENT_UNFIT', nextStep: 'query { permits(filter: {…}) { nodes { documentNo … } } }' },
  });
}
