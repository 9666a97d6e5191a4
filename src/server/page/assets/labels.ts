import type { DocumentNode, FragmentDefinitionNode, GraphQLNamedType, GraphQLSchema, SelectionSetNode } from 'graphql';
import { half } from './words.js';

interface Described {
  readonly field: string;
  /** Descriptions of an enumeration's values, by value. */
  readonly values: ReadonlyMap<string, string>;
}

/** What the schema says of the fields of an operation, by their path in the answer. */
export type Labels = ReadonlyMap<string, Described>;

/** Follows the operations of a document through the schema. */
export function labelsOf(document: DocumentNode, schema: GraphQLSchema | null): Labels {
  const labels = new Map<string, Described>();
  if (!schema) return labels;
  const { getNamedType, isEnumType, isInterfaceType, isObjectType, Kind } = GraphiQL.GraphQL;
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);

  const walk = (selections: SelectionSetNode, type: GraphQLNamedType | null | undefined, path: string): void => {
    for (const node of selections.selections) {
      if (node.kind === Kind.FIELD) {
        const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[node.name.value] : undefined;
        if (!field) continue;
        const key = node.alias?.value ?? node.name.value;
        const at = path === '' ? key : `${path}.${key}`;
        const named = getNamedType(field.type);
        const values = isEnumType(named) ? named.getValues().map(({ name, description }) => [name, description ?? name] as const) : [];
        labels.set(at, { field: field.description ?? '', values: new Map(values) });
        if (node.selectionSet) walk(node.selectionSet, named, at);
      } else if (node.kind === Kind.INLINE_FRAGMENT) {
        walk(node.selectionSet, node.typeCondition ? schema.getType(node.typeCondition.name.value) : type, path);
      } else {
        const fragment = fragments.get(node.name.value);
        if (fragment) walk(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value), path);
      }
    }
  };
  for (const node of document.definitions) {
    if (node.kind === Kind.OPERATION_DEFINITION) walk(node.selectionSet, schema.getRootType(node.operation), '');
  }
  return labels;
}

/** Heading of a column in the reader's language: the first words of what the schema says, else the path. */
export function heading(labels: Labels, path: string, table: string): string {
  const inside = path.startsWith(`${table}.`) ? path.slice(table.length + 1) : path;
  const own = firstWords(labels.get(path)?.field ?? '');
  const parent = inside.includes('.') ? firstWords(labels.get(path.slice(0, path.lastIndexOf('.')))?.field ?? '') : '';
  if (own === '') return inside;
  return parent === '' ? own : `${parent} · ${own}`;
}

/** Name of an enumeration's value in the reader's language, or null. */
export function valueName(labels: Labels, path: string, value: unknown): string | null {
  const description = typeof value === 'string' ? labels.get(path)?.values.get(value) : undefined;
  return description === undefined ? null : firstWords(description) || null;
}

function firstWords(description: string): string {
  return (/^[^，；：（(,;:.]+/.exec(half(description.replace(/\s+/g, ' ').trim()))?.[0] ?? '').trim();
}

/** The first words of what the schema says of a path, in the reader's language; empty when it says nothing. */
export function firstWordsOf(labels: Labels, path: string): string {
  return firstWords(labels.get(path)?.field ?? '');
}
