import { readFile } from 'node:fs/promises';
import { isEnumType, isInputObjectType, isInterfaceType, isObjectType, isSpecifiedScalarType, type GraphQLSchema } from 'graphql';
import { projectFile } from '../../src/cli/project-file.js';
import { boundaryPolicy, hubSchema, schemaText } from '../../src/server/schema.js';

const policy = boundaryPolicy();
let schema: GraphQLSchema;
beforeAll(async () => {
  schema = await hubSchema(policy);
});

/** Every description of the schema by what it describes. */
function* descriptions(): Iterable<readonly [string, string | null | undefined]> {
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
    yield [type.name, type.description];
    if (isEnumType(type)) for (const value of type.getValues()) yield [`${type.name}.${value.name}`, value.description];
    if (isInputObjectType(type)) for (const field of Object.values(type.getFields())) yield [`${type.name}.${field.name}`, field.description];
    if (!isObjectType(type) && !isInterfaceType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      yield [`${type.name}.${field.name}`, field.description];
      for (const argument of field.args) yield [`${type.name}.${field.name}(${argument.name}:)`, argument.description];
    }
  }
}

test('every type, field, argument and value is described in Chinese, then in English', () => {
  const undescribed = [...descriptions()].filter(([, text]) => !/^[^·]*\p{Script=Han}[^·]* · .*[A-Za-z]/su.test(text ?? ''));
  expect(undescribed).toEqual([]);
});

test('schema/schema.graphql is the schema that is served', async () => {
  expect(await readFile(projectFile('schema/schema.graphql'), 'utf8')).toBe(schemaText(schema, policy));
});
