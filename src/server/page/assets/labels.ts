import type { DocumentNode, FragmentDefinitionNode, GraphQLNamedType, GraphQLSchema, SelectionSetNode } from 'graphql';
import { half, language } from './words.js';

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

/** Heading of a column in the reader's language, with its parent's where the value is nested. */
export function heading(labels: Labels, path: string, table: string): string {
  const inside = path.startsWith(`${table}.`) ? path.slice(table.length + 1) : path;
  const own = fieldName(labels, path);
  return inside.includes('.') ? `${fieldName(labels, path.slice(0, path.lastIndexOf('.')))} · ${own}` : own;
}

/** All that the schema says of a path, in both languages. */
export function description(labels: Labels, path: string): string {
  return (labels.get(path)?.field ?? '').replace(/\s+/g, ' ').trim();
}

/**
 * What a field is called in the reader's language: in Chinese the first words of its description, in English its own
 * name, which is English already (`decidedOn`: Decided on).
 */
export function fieldName(labels: Labels, path: string): string {
  const name = path.slice(path.lastIndexOf('.') + 1);
  if (language() === 'en') return (name.charAt(0).toUpperCase() + name.slice(1)).replace(/[A-Z]/g, (letter, at: number) => (at === 0 ? letter : ` ${letter.toLowerCase()}`));
  return firstWords(description(labels, path)) || name;
}

/** Name of an enumeration's value in the reader's language, or null. */
export function valueName(labels: Labels, path: string, value: unknown): string | null {
  const described = typeof value === 'string' ? labels.get(path)?.values.get(value) : undefined;
  return described === undefined ? null : firstWords(described) || null;
}

function firstWords(text: string): string {
  return (/^[^，；：（(,;:.]+/.exec(half(text))?.[0] ?? '').trim();
}
