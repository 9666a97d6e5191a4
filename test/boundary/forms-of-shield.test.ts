import { buildSchema, Kind, OperationTypeNode, type GraphQLResolveInfo } from 'graphql';
import { full, oneOf, type Boundary } from '../../src/boundary/declaration.js';
import { BoundaryPolicy, type Standing } from '../../src/boundary/policy.js';
import { ruleAllows, shieldRules } from '../../src/boundary/shield.js';
import type { Purpose } from '../../src/measures/purposes.js';

/** The rules asked before anything runs. In a file of its own: loading graphql-shield costs more than all other forms. */

const open: Boundary = { form: 'open', type: 'O', fields: ['o'], zh: '', en: '', rows: ['B-00'], clauses: ['C-0'] };
const declarations: readonly Boundary[] = [
  {
    form: 'record', type: 'R', identity: 'a', groups: { A: { zh: '', en: '', fields: ['a'] }, B: { zh: '', en: '', fields: ['b'] } },
    relations: [{ relation: 'one', zh: '', en: '', viewers: ['K'], where: { item: oneOf('P01') }, sees: { A: full }, rows: ['B-1'], clauses: ['C-1'] }],
  },
  { form: 'carrier', type: 'Query', of: 'R', fields: ['rs'] },
  open,
];

const as = (principal: string, purpose: Purpose | null = null): Standing => ({ principal, purpose });
const make = (declared: readonly Boundary[]): BoundaryPolicy => new BoundaryPolicy(declared, '2026-01-02', []);

test('shield rules: one for each coordinate, under its name, without cache; only true allows', async () => {
  const policy = make(declarations);
  const rules = shieldRules(policy);
  expect(Object.entries(rules).flatMap(([type, fields]) => Object.keys(fields).map((field) => `${type}.${field}`)).sort()).toEqual([...policy.coordinates()].sort());
  const type = buildSchema('type Query { a: Int }').getQueryType();
  const field = type?.getFields()['a'];
  if (!type || !field) throw new Error('one field');
  const info: GraphQLResolveInfo = {
    fieldName: 'a', fieldNodes: [], returnType: field.type, parentType: type, schema: buildSchema('type Query { a: Int }'), fragments: {}, rootValue: undefined,
    path: { prev: undefined, key: 'a', typename: 'Query' }, variableValues: {},
    operation: { kind: Kind.OPERATION_DEFINITION, operation: OperationTypeNode.QUERY, selectionSet: { kind: Kind.SELECTION_SET, selections: [] } },
  };
  const ask = (on: BoundaryPolicy, coordinate: string, standing: Standing): Promise<boolean> => ruleAllows(shieldRules(on), coordinate, standing, info);
  expect([await ask(policy, 'R.a', as('K')), await ask(policy, 'R.b', as('K')), await ask(policy, 'R.x', as('K')), await ask(policy, 'X.x', as('K')), await ask(policy, 'O.o', as('L'))]).toEqual([true, false, false, false, true]);
  for (const decide of [() => ({ allowed: 'true' }), () => ({ allowed: 1 }), () => { throw new Error('fault'); }, () => ({})]) {
    expect(await ask(Object.assign(make([open]), { decide }), 'O.o', as('K'))).toBe(false);
  }
  // Asked with the standing it is given, each time anew.
  const seen: unknown[] = [];
  const spy = Object.assign(make([open]), { decide: (standing: Standing, coordinate: string) => { seen.push([standing.principal, standing.purpose, coordinate]); return { allowed: seen.length === 1 }; } });
  const spied = shieldRules(spy);
  expect([await ruleAllows(spied, 'O.o', as('K', 'AUDIT'), info), await ruleAllows(spied, 'O.o', as('K', 'AUDIT'), info)]).toEqual([true, false]);
  expect(seen).toEqual([['K', 'AUDIT', 'O.o'], ['K', 'AUDIT', 'O.o']]);
});
