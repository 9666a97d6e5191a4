import {
  getDirectiveValues,
  getNamedType,
  GraphQLIncludeDirective,
  GraphQLSkipDirective,
  isAbstractType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
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
      if (fragment && isOf(type, fragment.typeCondition?.name.value)) visit(fragment.selectionSet);
    }
  };
  for (const set of sets) if (set) visit(set);
  return fields;
}

/** Whether a fragment on `condition` applies to an object type: the type itself or an interface it implements. */
function isOf(type: GraphQLObjectType, condition: string | undefined): boolean {
  return condition === undefined || condition === type.name || type.getInterfaces().some(({ name }) => name === condition);
}

/** The sub-selections of all nodes of one field. */
export function subSelections(nodes: readonly FieldNode[]): readonly (SelectionSetNode | undefined)[] {
  return nodes.map((node) => node.selectionSet);
}

/** Which object types may stand behind an interface or union: all of the schema, or those an answer holds. */
export type PossibleTypes = Pick<GraphQLSchema, 'getPossibleTypes'>;

/**
 * Every schema coordinate (`Type.field`) a field of `type` and all below it use, itself included. Behind an interface or
 * union these are the coordinates of every object type it may turn out to be.
 */
export function coordinatesOf(
  possible: PossibleTypes,
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
  const targets = isObjectType(target) ? [target] : isAbstractType(target) ? possible.getPossibleTypes(target) : [];
  for (const object of targets) {
    for (const below of collectFields(object, subSelections(nodes), fragments, variables).values()) {
      coordinatesOf(possible, object, below, fragments, variables, into);
    }
  }
}
