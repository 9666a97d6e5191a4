import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type SelectionSetNode,
} from 'graphql';

/** Coerced variable values of an operation. */
export type Variables = Readonly<Record<string, unknown>>;

export type Fragments = Readonly<Record<string, FragmentDefinitionNode>>;

/** Response key → the field nodes that ask for it, in the order of first appearance (GraphQL §6.3.2). */
export type Selection = ReadonlyMap<string, readonly FieldNode[]>;

/** Collects the fields of an object type, through fragments, with @skip and @include applied. */
export function collectFields(
  type: GraphQLObjectType,
  sets: readonly (SelectionSetNode | undefined)[],
  fragments: Fragments,
  variables: Variables,
): Selection {
  const fields = new Map<string, FieldNode[]>();
  const visited = new Set<string>();
  const visit = (set: SelectionSetNode): void => {
    for (const node of set.selections) {
      if (getDirectiveValues(GraphQLSkipDirective, node, variables)?.['if'] === true) continue;
      if (getDirectiveValues(GraphQLIncludeDirective, node, variables)?.['if'] === false) continue;
      if (node.kind === Kind.FIELD) {
        const key = node.alias?.value ?? node.name.value;
        const known = fields.get(key);
        if (known) known.push(node);
        else fields.set(key, [node]);
        continue;
      }
      if (node.kind === Kind.FRAGMENT_SPREAD) {
        if (visited.has(node.name.value)) continue;
        visited.add(node.name.value);
      }
      const fragment = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
      if (fragment && (!fragment.typeCondition || fragment.typeCondition.name.value === type.name)) {
        visit(fragment.selectionSet);
      }
    }
  };
  for (const set of sets) if (set) visit(set);
  return fields;
}

/** The sub-selections of all nodes of one field. */
export function subSelections(nodes: readonly FieldNode[]): readonly (SelectionSetNode | undefined)[] {
  return nodes.map((node) => node.selectionSet);
}

/** Every schema coordinate (`Type.field`) a field of `type` and all below it use, itself included. */
export function coordinatesOf(
  type: GraphQLObjectType,
  nodes: readonly FieldNode[],
  fragments: Fragments,
  variables: Variables,
  into: Set<string>,
): void {
  const name = nodes[0]?.name.value;
  const field = name === undefined ? undefined : type.getFields()[name];
  if (!field) return; // __typename and introspection carry no data of the hub
  into.add(`${type.name}.${field.name}`);
  const target = getNamedType(field.type);
  if (!isObjectType(target)) return;
  for (const below of collectFields(target, subSelections(nodes), fragments, variables).values()) {
    coordinatesOf(target, below, fragments, variables, into);
  }
}
