import { boundaries, boundaryPolicy } from '../../src/server/schema.js';
import { Coverage, feedUses, impossible, queryUses } from './coverage.js';
import { elsewhere, openRoots, recordRoots, releaseRoots, rootNames } from './read-surface.js';

test('every root of the schema has its place in the pairs, or a reason why not', () => {
  const placed: readonly string[] = [...recordRoots, ...releaseRoots, ...Object.keys(openRoots), ...Object.keys(elsewhere)];
  expect(rootNames().filter((name) => !placed.includes(name))).toEqual([]);
  expect(placed.filter((name) => !rootNames().includes(name))).toEqual([]);
});

test('what cannot be covered is a closed list, each with its reason', () => {
  expect(impossible.map(({ because }) => because)).toEqual([
    'the feed carries no nested lists (NOT_IN_FEED)',
    'these issuers and deciders may call every root there is',
    'who sees no row is given no cursor to go on from',
  ]);
  expect(new Coverage(boundaryPolicy(), boundaries, []).asleep).toEqual(['MUNI_FEB foreignExperts: not in force ( – 2020-04-14)']);
});

test('the universe is the schema: every field, argument and form under every relation, counted once', () => {
  const coverage = new Coverage(boundaryPolicy(), boundaries, [...queryUses, ...feedUses]);
  expect(new Set([...queryUses, ...feedUses]).size).toBe(queryUses.length + feedUses.length);
  expect(coverage.missing().length).toBeGreaterThan(3_000);
  expect(queryUses).toContain('permits(filter.holderUscc) as a variable');
  expect(queryUses).toContain('node > Subject.identityMask');
  expect(queryUses).toContain('permits(where.actions.every.actedOn.gte) as a variable');
  expect(queryUses).toContain('Subject.permits(orderBy.VALID_TO) as a literal');
});
