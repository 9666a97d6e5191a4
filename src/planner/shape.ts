import {
  getNamedType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  typeFromAST,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationDefinitionNode,
  isInputType,
} from 'graphql';
import type { Variables } from './selection.js';

/** The part of a variable's value that decides the form of a plan, as text. */
type Shape = (value: unknown) => string;

/** Arguments whose enums name columns; other enums are bound like texts. */
const structural = new Set(['orderBy', 'groupBy', 'having', 'dimensions']);

/**
 * What of an operation's variables decides the form of its plan: which are given, page sizes and booleans (@skip,
 * @include, `isNull`), members of input objects, and the enums of orders. Texts, dates, codes and lists of them are bound
 * and only count as given, so that a thousand document numbers share one plan.
 */
export function shapeReader(schema: GraphQLSchema, operation: OperationDefinitionNode): (variables: Variables) => string {
  const enums = structuralEnums(schema);
  const shapes = (operation.variableDefinitions ?? []).map((definition) => {
    const type = typeFromAST(schema, definition.type);
    return [definition.variable.name.value, isInputType(type) ? shapeOf(type, enums, true) : asIs] as const;
  });
  const [first, ...rest] = shapes;
  if (!first) return () => '';
  const [name, shape] = first;
  if (rest.length === 0) return (variables) => shape(variables[name]);
  return (variables) => shapes.map(([key, of]) => of(variables[key])).join(' ');
}

function shapeOf(type: GraphQLInputType, enums: ReadonlySet<string>, top: boolean): Shape {
  if (isNonNullType(type)) return shapeOf(type.ofType, enums, top);
  if (isListType(type)) {
    const element = shapeOf(type.ofType, enums, false);
    // A list of bound values is one parameter, whatever its length.
    if (!isInputObjectType(getNamedType(type)) && !enums.has(getNamedType(type).name)) return given;
    return (value) => (Array.isArray(value) ? `[${value.map(element).join(',')}]` : given(value));
  }
  if (isInputObjectType(type)) {
    // Made when first needed: an input may hold itself (`and`, `or`, `not`).
    let members: ReadonlyMap<string, Shape> | null = null;
    return (value) => {
      if (typeof value !== 'object' || value === null) return given(value);
      members ??= new Map(Object.values(type.getFields()).map((field) => [field.name, shapeOf(field.type, enums, false)]));
      const known = members;
      return `{${Object.entries(value).map(([name, inner]) => `${name}:${(known.get(name) ?? given)(inner)}`).join(',')}}`;
    };
  }
  if (type.name === 'Boolean' || enums.has(type.name) || (top && type.name === 'Int')) return asIs;
  return given;
}

const given: Shape = (value) => (value === null || value === undefined ? '-' : '+');

const asIs: Shape = (value) => (value === null || value === undefined ? '-' : JSON.stringify(value));

const known = new WeakMap<GraphQLSchema, ReadonlySet<string>>();

/** Enums that stand in an argument of that kind anywhere in the schema. */
function structuralEnums(schema: GraphQLSchema): ReadonlySet<string> {
  const found = known.get(schema);
  if (found) return found;
  const enums = new Set<string>();
  const visit = (type: GraphQLInputType, seen: Set<string>): void => {
    const named = getNamedType(type);
    if (isEnumType(named)) enums.add(named.name);
    if (!isInputObjectType(named) || seen.has(named.name)) return;
    seen.add(named.name);
    for (const field of Object.values(named.getFields())) visit(field.type, seen);
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!('getFields' in type) || isInputObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      for (const argument of field.args) if (structural.has(argument.name)) visit(argument.type, new Set());
    }
  }
  known.set(schema, enums);
  return enums;
}
