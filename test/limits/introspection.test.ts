import { buildClientSchema, getIntrospectionQuery, isInputObjectType, isInterfaceType, isObjectType, validateSchema, type GraphQLSchema, type IntrospectionQuery } from 'graphql';
import { RoleSchemas } from '../../src/limits/role-schema.js';
import { boundaryPolicy, hubSchema } from '../../src/server/schema.js';
import { pluck, readAnswer } from '../boundary/graphql-answer.js';
import { asker, HubUnderTest } from '../boundary/hub-under-test.js';

/** Introspection by viewer class (leak L-23): what it may use, whole, and nothing else. */

const policy = boundaryPolicy();
let schema: GraphQLSchema;
let roles: RoleSchemas;
beforeAll(async () => {
  schema = await hubSchema(policy);
  roles = new RoleSchemas(schema, policy);
});

const everyone = [...policy.principals, 'NOBODY_KNOWS', 'FOREIGN_REGISTRY'];

test.each(everyone)('%s: a whole schema of the fields its rules allow, with some purpose or without, and no other', (principal) => {
  const { schema: shown, isOutsider } = roles.of(principal);
  expect(validateSchema(shown)).toEqual([]);
  const fields = new Set<string>();
  for (const type of Object.values(shown.getTypeMap())) {
    if (isObjectType(type) && !type.name.startsWith('__')) for (const field of Object.keys(type.getFields())) fields.add(`${type.name}.${field}`);
    if (isInterfaceType(type)) expect(shown.getPossibleTypes(type).length).toBeGreaterThan(0);
  }
  const usable = policy.coordinates().filter((coordinate) => {
    const { allowed, missing } = policy.decide({ principal, purpose: null }, coordinate);
    return allowed || missing === 'PURPOSE';
  });
  expect([...fields].filter((coordinate) => !usable.includes(coordinate))).toEqual([]);
  // What may be used and is not shown hangs on something hidden: open fields of a type that only a hidden one leads to.
  for (const coordinate of usable.filter((one) => !fields.has(one))) expect(policy.declarationOf(coordinate)?.form).toMatch(/^(open|operation|carrier)$/);
  for (const type of Object.values(shown.getTypeMap())) {
    if (type.name !== 'PermitWhere' || !isInputObjectType(type)) continue;
    const compared = Object.keys(type.getFields()).filter((name) => !['and', 'or', 'not'].includes(name));
    expect(compared.filter((name) => !usable.includes(`Permit.${name}`))).toEqual([]);
  }
  for (const name of ['Query.viewer', 'Query.clauses', 'Query.explainAccess', 'Clause.textZh']) expect(fields.has(name)).toBe(true);
  expect(isOutsider).toBe(usable.every((coordinate) => policy.declarationOf(coordinate)?.form === 'open'));
});

test('descriptions, defaults and deprecations are those of the schema; classes that see the same share one', () => {
  const full = schema.getType('Permit');
  const shown = roles.of('DISTRICT_APPROVAL').schema.getType('Permit');
  if (!isObjectType(full) || !isObjectType(shown)) throw new Error('no Permit');
  expect(shown.description).toBe(full.description);
  for (const [name, { description, type }] of Object.entries(shown.getFields())) {
    expect([name, description, type.toString()]).toEqual([name, full.getFields()[name]?.description, full.getFields()[name]?.type.toString()]);
  }
  expect(roles.of('NOBODY_KNOWS')).toBe(roles.of('NOR_THIS'));
  expect(roles.of('DISTRICT_APPROVAL')).not.toBe(roles.of('DISTRICT_HRSS'));
});

describe('on the wire', () => {
  let hub: HubUnderTest;
  beforeAll(async () => {
    hub = await HubUnderTest.start();
  });
  afterAll(() => hub.close());

  const askAll = async (agency: string, query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<ReturnType<typeof readAnswer>> => {
    const token = await hub.token(asker(agency));
    const answers = [];
    for (const lane of ['apollo', 'any', 'any'] as const) answers.push((await hub.ask(token, { query, variables }, lane)).body);
    expect(new Set(answers).size).toBe(1);
    return readAnswer(answers[0] ?? '');
  };

  test('what clients send to read the schema is answered whole to every class, alike in both lanes', async () => {
    for (const agency of ['HEPING_HRSS', 'HEPING_APPROVAL', 'MUNI_HRSS', 'US_OFLC']) {
      const { data, errors } = await askAll(agency, getIntrospectionQuery({ specifiedByUrl: true, inputValueDeprecation: true, oneOf: true }));
      expect(errors).toEqual([]);
      const built = buildClientSchema(data as unknown as IntrospectionQuery);
      expect(validateSchema(built)).toEqual([]);
    }
  });

  test('a type by name: hidden like one that never was; mixed with data each part is answered by its own', async () => {
    const query = 'query ($n: String!) { t: __type(name: $n) { name fields { name } } viewer { principal } __typename }';
    const names = async (agency: string, n: string): Promise<unknown> => pluck((await askAll(agency, query, { n })).data, 't.fields.name');
    expect(await names('HEPING_APPROVAL', 'Permit')).toContain('content');
    expect(await names('HEPING_HRSS', 'Permit')).not.toContain('content');
    expect([await names('US_OFLC', 'Permit'), await names('US_OFLC', 'PermitFilter'), await names('US_OFLC', 'Nonsense')]).toEqual([undefined, undefined, undefined]);
    expect((await askAll('US_OFLC', query, { n: 'Permit' })).data).toEqual({ t: null, viewer: { principal: expect.any(String) as unknown }, __typename: 'Query' });
  });

  test('a hidden field is denied with its basis, not unknown: what may be asked for is public, only the list is shorter', async () => {
    const { errors } = await askAll('HEPING_HRSS', '{ permits(first: 1) { nodes { content } } }');
    expect(errors.map(({ extensions }) => extensions.code)).toEqual(['BOUNDARY_DENIED']);
  });
});
