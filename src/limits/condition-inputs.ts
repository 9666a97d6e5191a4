import { getNamedType, isInputObjectType, isObjectType, type GraphQLInputObjectType, type GraphQLObjectType, type GraphQLSchema } from 'graphql';

/** What combines conditions instead of naming a property. */
const combined: ReadonlySet<string> = new Set(['and', 'or', 'not']);

/** What a condition on a list says of its entries. */
const quantified: ReadonlySet<string> = new Set(['some', 'none', 'every']);

/**
 * The coordinate behind every member of a condition: `PermitWhere.content` compares `Permit.content`. Read off the schema:
 * an argument `where` belongs to the records of its connection, and its members bear the names of their properties.
 */
export function conditionCoordinates(schema: GraphQLSchema): ReadonlyMap<string, string> {
  const coordinates = new Map<string, string>();
  const visit = (input: GraphQLInputObjectType, record: GraphQLObjectType): void => {
    for (const { name, type } of Object.values(input.getFields())) {
      const below = getNamedType(type);
      const member = `${input.name}.${name}`;
      if (combined.has(name) || coordinates.has(member)) continue;
      if (quantified.has(name)) {
        if (isInputObjectType(below)) visit(below, record);
        continue;
      }
      const field = record.getFields()[name];
      if (!field) continue;
      coordinates.set(member, `${record.name}.${name}`);
      const target = getNamedType(field.type);
      if (isInputObjectType(below) && isObjectType(target)) visit(below, target);
    }
  };
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const { args, type: answer } of Object.values(type.getFields())) {
      const where = getNamedType(args.find(({ name }) => name === 'where')?.type);
      const connection = getNamedType(answer);
      const record = isObjectType(connection) ? getNamedType(connection.getFields()['nodes']?.type) : undefined;
      if (isInputObjectType(where) && isObjectType(record)) visit(where, record);
    }
  }
  return coordinates;
}
