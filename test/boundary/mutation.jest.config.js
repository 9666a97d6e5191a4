// The tests of the boundary that need no database: what `npm run mutation -- --module boundary|declarations` runs for
// each mutant. Generated texts hold every word of a declaration; the others hold the language by forms of their own.
export default {
  rootDir: '../../dist/test',
  testMatch: (process.env.MUTATION_TESTS ?? 'forms-of-*,declared,generated').split(',').map((name) => `<rootDir>/boundary/${name}.test.js`),
  transform: {},
  watchman: false,
  testEnvironment: 'node',
  // A mutant is killed by the first test that fails.
  bail: 1,
};
