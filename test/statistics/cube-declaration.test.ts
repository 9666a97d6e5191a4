import { differenceOf } from '../../src/boundary/change/difference.js';
import { readSnapshot, snapshotText } from '../../src/boundary/change/snapshot.js';
import type { AggregateBoundary, Boundary } from '../../src/boundary/declaration.js';
import { coordinateEffect } from '../../src/boundary/effect.js';
import { BoundaryPolicy } from '../../src/boundary/policy.js';
import { labourRelationsCube } from '../../src/permits/published-statistics.js';
import { boundaries } from '../../src/server/schema.js';

const analyst = { principal: 'ANALYST', purpose: null };

/** The hub's declarations with another cube in the place of its own. */
function withCube(change: Partial<AggregateBoundary>): readonly Boundary[] {
  return boundaries.map((declaration) => (declaration.form === 'aggregate' && declaration.cube === labourRelationsCube.cube ? { ...declaration, ...change } : declaration));
}

test('a cube gives its viewers its root and no branch; everybody else is denied and told who holds it', () => {
  const policy = new BoundaryPolicy(boundaries);
  expect(policy.decide(analyst, 'Query.publishedStatistics')).toMatchObject({ allowed: true, rows: ['B-11'], clauses: ['XT-5.3.2a', 'YZ-2.9.2c'] });
  expect(policy.allBranches('ANALYST', 'Permit')).toEqual([]);
  expect(policy.principals).not.toContain('ANALYST');
  for (const principal of ['MUNI_HRSS', 'DISTRICT_HRSS', 'AUDITOR', 'PUBLIC']) {
    const effect = coordinateEffect(policy, { principal, purpose: null }, 'Query.publishedStatistics');
    expect([effect.effect, effect.ground.ask, effect.ground.missing]).toEqual(['DENY', ['ANALYST'], ['ROLE']]);
  }
});

test('a cube without a clause, of no record, or over rows a prohibition keeps from its viewers stops the start', () => {
  expect(() => new BoundaryPolicy(withCube({ clauses: [] }))).toThrow(/has no clause/);
  expect(() => new BoundaryPolicy(withCube({ of: 'Filing' }))).toThrow(/labour_relations is of no record type/);
  const foreigners = { jurisdiction: { oneOf: ['CN-TJ'] }, item: { oneOf: ['P06', 'P07'] } };
  // B-16: foreigners' permits never go to the public, not as totals either.
  expect(() => new BoundaryPolicy(withCube({ viewers: ['PUBLIC'], where: foreigners }))).toThrow(/labour_relations breaks the prohibition of B-16/);
  expect(() => new BoundaryPolicy(withCube({ viewers: ['PUBLIC'], where: { jurisdiction: { oneOf: ['CN-TJ'] } } }))).toThrow(/B-16/);
  expect(() => new BoundaryPolicy(withCube({ viewers: ['PUBLIC'] }))).not.toThrow();
});

test('a changed cube is a change of the boundary: snapshot and difference know it', () => {
  const wider = withCube({ dimensions: { ...labourRelationsCube.dimensions, district: { property: 'district' } } });
  expect(readSnapshot(snapshotText(wider, [])).declarations).toEqual(wider);
  const before = new BoundaryPolicy(boundaries);
  const after = new BoundaryPolicy(wider);
  expect(after.version).not.toBe(before.version);
  expect(differenceOf(before, after).fields.map(({ viewer, turn, fields }) => [turn, fields, viewer.includes('district')])).toEqual([
    ['GAINS', ['publishedStatistics'], true], ['LOSES', ['publishedStatistics'], false],
  ]);
});
