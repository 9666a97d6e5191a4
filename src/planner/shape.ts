import {
  getNamedType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  visit,
  type DocumentNode,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  isInputType,
} from 'graphql';
import type { Variables } from './selection.js';

/** The part of a variable's value that decides the form of a plan, as text. */
type Shape = (value: unknown) => string;

/** Arguments that decide the form of a statement by what they say, not only by what is given in them. */
const shaping: ReadonlySet<string> = new Set(['groupBy', 'having', 'of', 'orderBy']);

/**
 * What of an operation's variables decides the form of its plan: which are given, page sizes and booleans (@skip,
 * @include, `isNull`), members of input objects, and all that variables of orders and groups say. Texts, dates, codes and
 * lists of them are bound and only count as given, so that a thousand document numbers share one plan.
 */
export function shapeReader(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): (variables: Variables) => string {
  const said = shapingVariables(document);
  const shapes = (operation.variableDefinitions ?? []).map((definition) => {
    const name = definition.variable.name.value;
    const type = typeFromAST(schema, definition.type);
    return [name, said.has(name) || !isInputType(type) ? asIs : shapeOf(type, true)] as const;
  });
  const [first, ...rest] = shapes;
  if (!first) return () => '';
  const [name, shape] = first;
  if (rest.length === 0) return (variables) => shape(variables[name]);
  return (variables) => shapes.map(([key, of]) => of(variables[key])).join(' ');
}

/** The variables that such an argument names somewhere in a document. */
function shapingVariables(document: DocumentNode): ReadonlySet<string> {
  const names = new Set<string>();
  visit(document, {
    Argument: (argument) => {
      if (shaping.has(argument.name.value)) visit(argument.value, { Variable: ({ name }) => void names.add(name.value) });
    },
  });
  return names;
}

function shapeOf(type: GraphQLInputType, top: boolean): Shape {
  if (isNonNullType(type)) return shapeOf(type.ofType, top);
  if (isListType(type)) {
    const element = shapeOf(type.ofType, false);
    // A list of bound values is one parameter, whatever its length.
    if (!isInputObjectType(getNamedType(type))) return given;
    return (value) => {
      if (!Array.isArray(value)) return given(value);
      // Ten thousand names to match are one word of the key, not ten thousand.
      const shapes = value.map(element);
      return new Set(shapes).size === 1 ? `[${shapes[0] ?? ''}×${shapes.length}]` : `[${shapes.join(',')}]`;
    };
  }
  if (isInputObjectType(type)) {
    // Made when first needed: an input may hold itself (`and`, `or`, `not`).
    let members: ReadonlyMap<string, Shape> | null = null;
    return (value) => {
      if (typeof value !== 'object' || value === null) return given(value);
      members ??= new Map(Object.values(type.getFields()).map((field) => [field.name, shapeOf(field.type, false)]));
      const known = members;
      return `{${Object.entries(value).map(([name, inner]) => `${name}:${(known.get(name) ?? given)(inner)}`).join(',')}}`;
    };
  }
  if (type.name === 'Boolean' || (top && type.name === 'Int')) return asIs;
  return given;
}

const given: Shape = (value) => (value === null || value === undefined ? '-' : '+');

const asIs: Shape = (value) => (value === null || value === undefined ? '-' : JSON.stringify(value));
