import {
  buildASTSchema, defaultFieldResolver, isEnumType, isObjectType, isScalarType, isSpecifiedScalarType, Kind, parse, printSchema, visit,
  type GraphQLFieldResolver, type GraphQLSchema,
} from 'graphql';
import { Loaded, Shown, type Run } from './loaded.js';

const known = new WeakMap<GraphQLSchema, GraphQLSchema>();

/**
 * The schema as the fallback executes it: objects the hub loaded answer their fields themselves, all others keep their
 * resolvers. No field is required in it, because a denied one is null whatever its type; denials are told by the plan.
 */
export function resolvingSchema(schema: GraphQLSchema): GraphQLSchema {
  const made = known.get(schema) ?? copyOf(schema);
  known.set(schema, made);
  return made;
}

function copyOf(schema: GraphQLSchema): GraphQLSchema {
  const document = visit(parse(printSchema(schema)), {
    FieldDefinition: (field) => ({ ...field, type: field.type.kind === Kind.NON_NULL_TYPE ? field.type.type : field.type }),
  });
  const copy = buildASTSchema(document, { assumeValid: true });
  for (const type of Object.values(copy.getTypeMap())) {
    if (type.name.startsWith('__')) continue; // shared by all schemas
    const own = schema.getType(type.name);
    if ((isEnumType(type) && isEnumType(own)) || (isScalarType(type) && isScalarType(own) && !isSpecifiedScalarType(type))) {
      type.serialize = (value: unknown) => (value instanceof Shown ? value.value : own.serialize(value));
    }
    if (!isObjectType(type) || !isObjectType(own)) continue;
    for (const field of Object.values(type.getFields())) field.resolve = resolverOf(own.getFields()[field.name]?.resolve ?? defaultFieldResolver);
  }
  return copy;
}

function resolverOf(own: GraphQLFieldResolver<unknown, unknown>): GraphQLFieldResolver<unknown, Run> {
  return (source, values, run, info) => {
    if (!(source instanceof Loaded)) return own(source, values, run.context, info);
    const value = source.field(info);
    return value === undefined ? own(source.values, values, run.context, info) : value;
  };
}
