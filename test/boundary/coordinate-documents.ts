import {
  getNamedType, getNullableType, isAbstractType, isEnumType, isInputObjectType, isListType, isObjectType, isRequiredArgument, isRequiredInputField,
  isScalarType,
  type GraphQLField, type GraphQLInputType, type GraphQLObjectType, type GraphQLSchema,
} from 'graphql';

/** One way to an object type, with all fields of the type selected at its end. */
export interface CoordinateDocument {
  readonly operation: 'query' | 'mutation' | 'subscription';
  readonly query: string;
  /** Coordinates on the way, the root field first. */
  readonly way: readonly string[];
  /** Response path of the object. */
  readonly path: readonly string[];
  readonly type: GraphQLObjectType;
}

/** Scalar arguments that must have a meaning: everything else gets the first value of its type. */
const meaningful: Readonly<Record<string, string>> = {
  first: '2', documentNo: '"文1"', uscc: '"USCC-1"', code: '"HEPING_HRSS"', holderUscc: '"USCC-1"', pendingCase: '"1"', location: '"120101"',
};

/** A literal of an input type. */
function literalOf(type: GraphQLInputType): string {
  const nullable = getNullableType(type);
  if (isListType(nullable)) return '[]';
  if (isEnumType(nullable)) return nullable.getValues()[0]?.name ?? '';
  if (isInputObjectType(nullable)) {
    const fields = Object.values(nullable.getFields()).filter(isRequiredInputField);
    return `{${fields.map((field) => `${field.name}: ${literalOf(field.type)}`).join(', ')}}`;
  }
  const scalars: Readonly<Record<string, string>> = { Int: '1', Float: '1', Boolean: 'true', LegalDate: '"2025-01-02"' };
  return scalars[nullable.name] ?? '"x"';
}

function argumentsOf(field: GraphQLField<unknown, unknown>, ids: Readonly<Record<string, string>>, target: string): string {
  const given = field.args
    .filter((argument) => isRequiredArgument(argument) || argument.name === 'first')
    .map(({ name, type }) => `${name}: ${name === 'id' && ids[target] ? JSON.stringify(ids[target]) : ((isScalarType(getNullableType(type)) ? meaningful[name] : undefined) ?? literalOf(type))}`);
  return given.length > 0 ? `(${given.join(', ')})` : '';
}

/** The selection of one field: its sub-objects show their name alone, because their fields have documents of their own. */
function leaf(field: GraphQLField<unknown, unknown>): string {
  const target = getNamedType(field.type);
  return isObjectType(target) || isAbstractType(target) ? `${field.name}${argumentsOf(field, {}, '')} { __typename }` : field.name;
}

/**
 * Documents that together reach every object type of the schema by every way that passes no type twice; each selects all
 * fields of the type at its end. `ids` are node ids by type.
 */
export function coordinateDocuments(schema: GraphQLSchema, ids: Readonly<Record<string, string>>): CoordinateDocument[] {
  const documents: CoordinateDocument[] = [];
  const walk = (
    type: GraphQLObjectType, operation: CoordinateDocument['operation'], way: readonly string[], path: readonly string[], passed: readonly string[],
    wrap: (selection: string) => string,
  ): void => {
    if (way.length > 0) {
      // A field with required arguments below a root would need a value; the schema has none.
      documents.push({ operation, query: `${operation} ${wrap(Object.values(type.getFields()).map(leaf).join(' '))}`, way, path, type });
    }
    for (const field of Object.values(type.getFields())) {
      const target = getNamedType(field.type);
      const targets = isObjectType(target) ? [target] : isAbstractType(target) ? schema.getPossibleTypes(target) : [];
      for (const object of targets) {
        if (passed.includes(object.name)) continue;
        const inner = (selection: string): string => (isAbstractType(target) ? `... on ${object.name} { ${selection} }` : selection);
        walk(object, operation, [...way, `${type.name}.${field.name}`], [...path, field.name], [...passed, object.name], (selection) =>
          wrap(`${field.name}${argumentsOf(field, ids, object.name)} { ${inner(selection)} }`));
      }
    }
  };
  for (const [operation, root] of [['query', schema.getQueryType()], ['mutation', schema.getMutationType()], ['subscription', schema.getSubscriptionType()]] as const) {
    if (root) walk(root, operation, [], [], [root.name], (selection) => `{ ${selection} }`);
  }
  return documents;
}
